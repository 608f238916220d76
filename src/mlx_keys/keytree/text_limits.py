"""Names and labels as they can stand on one line, and small counts in words."""

from __future__ import annotations

from collections.abc import Sequence
from unicodedata import combining, east_asian_width

from mlx_keys.errors import KeysError

#: In columns of a typewriter face. A picture shortens a label to what a phone has room for.
LONGEST_NAME = 16
LONGEST_LABEL = 120


def check_name(name: str) -> str:
    """The name, or a refusal of one that does not fit."""
    return _checked("the name of a key", name, LONGEST_NAME)


def check_label(label: str) -> str:
    """The label of a draw, or a refusal of one that does not fit."""
    return _checked("the label of a draw", label, LONGEST_LABEL)


def _checked(what: str, text: str, longest: int) -> str:
    if not text.strip():
        raise KeysError(f"{what} is empty", fix="say in a few words what it is")
    # Unprintable characters are not allowed in XML, break a line, or turn its direction.
    if not text.isprintable():
        raise KeysError(
            f"{what} holds characters that cannot be printed on one line", found=ascii(text)
        )
    if columns(text) > longest:
        raise KeysError(
            f"{what} is too long for a picture",
            expected=f"at most {longest} columns",
            found=f"{columns(text)} columns: {text}",
        )
    return text


def columns(text: str) -> int:
    """How many columns of a typewriter face a text fills."""
    return sum(0 if combining(c) else 2 if east_asian_width(c) in "WF" else 1 for c in text)


def shortened(text: str, longest: int) -> str:
    """The text, its end left out where it has more columns than ``longest``."""
    if columns(text) <= longest:
        return text
    while columns(text) >= longest:
        text = text[:-1]
    return f"{text.rstrip()}…"


def times(count: int) -> str:
    """``twice``, or ``3 times``."""
    return "twice" if count == 2 else f"{count} times"  # noqa: PLR2004


def enumerated(items: Sequence[str]) -> str:
    """``a``, ``a and b``, ``a, b and c``."""
    return " and ".join([", ".join(items[:-1]), items[-1]] if len(items) > 1 else items)


def counted(number: int, one: str, more: str | None = None) -> str:
    """``1 key``, ``2 keys``; ``more`` is the plural where it is not the word and an s."""
    return f"{number} {one if number == 1 else more or one + 's'}"
