"""How large a tree may be: a larger one cannot be read at a glance, on any screen."""

from __future__ import annotations

from mlx_keys.errors import KeysError

from .text_limits import count_noun

MOST_KEYS = 64
MOST_LEVELS = 7
MOST_DRAWS = 8


def check_room_for_keys(count: int, *, parent: str, size: int, level: int) -> None:
    """Refuse new keys that would make a tree too large.

    Args:
        count: How many keys are to be made.
        parent: The expression of the key that they are to be made from.
        size: How many keys the tree has.
        level: The level of the parent; the root's is 1.
    """
    if size + count > MOST_KEYS:
        raise KeysError(
            f"a tree of more than {MOST_KEYS} keys cannot be read in a picture",
            found=f"{count_noun(size, 'key')}, and {count} more from {parent}",
            fix="draw a part of it, or split into fewer",
        )
    if level == MOST_LEVELS:
        raise KeysError(
            f"a tree of more than {MOST_LEVELS} levels cannot be read in a picture",
            found=f"another level below {parent}",
            fix="begin a new tree further down",
        )


def check_room_for_draw(label: str, *, parent: str, count: int) -> None:
    """Refuse a draw from a key, the expression ``parent``, that has ``count`` draws already."""
    if count == MOST_DRAWS:
        raise KeysError(
            f"more than {MOST_DRAWS} draws from one key cannot be read in a picture",
            found=f"{parent} is drawn from again: {label}",
            fix="draw fewer in the tree, or split the key and draw from its children",
        )
