"""Limits of what a picture shows at a glance: names, labels, keys, levels; and counts in words."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from unicodedata import combining, east_asian_width

from mlx_keys.errors import KeysError

#: In columns of a monospaced font. A picture shortens a label to what a phone has room for.
LONGEST_NAME = 16
LONGEST_LABEL = 120
#: A larger tree cannot be read at a glance, on any screen; draws are those of one key.
MOST_KEYS, MOST_LEVELS, MOST_DRAWS = 64, 7, 8


def _check_text(what: str, longest: int, text: str) -> str:
    """Return a name or a label, or refuse one that does not fit."""
    if not text.strip():
        raise KeysError(f"{what} is empty", fix="say in a few words what it is")
    # Unprintable characters are not allowed in XML, break a line, or turn its direction.
    if not text.isprintable():
        raise KeysError(
            f"{what} holds characters that cannot be printed on one line",
            found=ascii(text),
            fix="leave out line breaks, control characters and marks of direction",
        )
    if count_columns(text) > longest:
        raise KeysError(
            f"{what} is too long for a picture",
            expected=f"at most {longest} columns",
            found=f"{count_columns(text)} columns: {text}",
            fix="shorten it",
        )
    return text


check_name = partial(_check_text, "the name of a key", LONGEST_NAME)
check_label = partial(_check_text, "the label of a draw", LONGEST_LABEL)


def check_room_for_keys(count: int, *, parent: str, size: int, level: int) -> None:
    """Refuse ``count`` new keys below the expression ``parent``, at ``level`` of ``size`` keys."""
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


def count_columns(text: str) -> int:
    """How many columns of a monospaced font a text fills: two for a wide character of East Asia."""
    return sum(0 if combining(c) else 2 if east_asian_width(c) in "WF" else 1 for c in text)


def truncate(text: str, longest: int) -> str:
    """The text, with its end replaced by ``…`` where it has more columns than ``longest``."""
    if count_columns(text) <= longest:
        return text
    while count_columns(text) >= longest:
        text = text[:-1]
    return f"{text.rstrip()}…"


def times(count: int) -> str:
    """``twice``, or ``3 times``."""
    return "twice" if count == 2 else f"{count} times"  # noqa: PLR2004


def join_with_and(items: Sequence[str]) -> str:
    """``a``, ``a and b``, ``a, b and c``."""
    return " and ".join([", ".join(items[:-1]), items[-1]] if len(items) > 1 else items)


def count_noun(number: int, noun: str, plural: str | None = None) -> str:
    """``1 key``, ``2 keys``; ``plural`` is needed where it is not the noun and an s."""
    return f"{number} {noun if number == 1 else plural or noun + 's'}"
