"""A signature as printed, taken apart: ``key: array, num: int = 2``.

Annotations of upstream are not always Python (``ndarray[writable=False]``), so that Python's own
parser does not serve. Brackets and quotes are counted; nothing else is looked at.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from .records import Argument, Signature

_CLOSES = {"(": ")", "[": "]", "{": "}"}
_ARGUMENT = re.compile(r"(\*{0,2}\w+|\*|/)\s*(?::\s*(.*))?$", re.DOTALL)
#: Modules that a type's name is clear without.
_MODULES = re.compile(r"\b(?:mlx\.core\.|collections\.abc\.|typing\.)(?=\w)")


def arguments(text: str) -> tuple[Argument, ...]:
    """Take the inside of the parentheses apart.

    Raises:
        ValueError: A part is no argument.
    """
    return tuple(_argument(part) for part in _split(text, ",") if part.strip())


def definition(text: str) -> tuple[str, Signature]:
    """Take ``def name(arguments) -> type`` apart, as a stub file writes it.

    Raises:
        ValueError: It is not of this form.
    """
    head = re.match(r"(?:def\s+)?([\w.]+)\s*\(", text)
    if head is None:
        raise ValueError(f"no name before a parenthesis in {text[:60]!r}")
    end = closing(text, head.end() - 1)
    if end is None:
        raise ValueError(f"no parenthesis closes {text[:60]!r}")
    tail = text[end + 1 :].strip().removesuffix(":").removeprefix("->").strip()
    return head.group(1), Signature(arguments(text[head.end() : end]), short(tail))


def closing(text: str, start: int) -> int | None:
    """Find the bracket that closes the one at ``start``; None when none does."""
    for end, depth in _depths(text, start):
        if depth == 0:
            return end
    return None


def short(annotation: str) -> str:
    """Leave out the modules that a type's name is clear without: ``mlx.core.array``, ``array``."""
    return _MODULES.sub("", annotation)


def _argument(text: str) -> Argument:
    named, *default = _split(text, "=", most=1)
    found = _ARGUMENT.match(named.strip())
    if found is None:
        raise ValueError(f"{text.strip()[:60]!r} is no argument")
    annotation = short((found.group(2) or "").strip())
    return Argument(found.group(1), annotation, default[0].strip() if default else None)


def _split(text: str, sign: str, most: int = -1) -> list[str]:
    """Split at ``sign`` where no bracket and no quote is open."""
    parts: list[str] = []
    start = 0
    for at, depth in _depths(text, 0):
        if depth == 0 and text[at] == sign and most != len(parts):
            parts.append(text[start:at])
            start = at + 1
    return [*parts, text[start:]]


def _depths(text: str, start: int) -> Iterator[tuple[int, int]]:
    """Each place outside quotes, with how many brackets are open after it."""
    open_: list[str] = []
    quote = ""
    for at in range(start, len(text)):
        sign = text[at]
        if quote:
            quote = "" if sign == quote else quote
            continue
        if sign in "'\"":
            quote = sign
            continue
        if sign in _CLOSES:
            open_.append(_CLOSES[sign])
        elif open_ and sign == open_[-1]:
            open_.pop()
        yield at, len(open_)
