"""A signature as printed, taken apart: ``key: array, num: int = 2``.

Annotations of upstream are not always Python (``ndarray[writable=False]``), so that Python's own
parser does not serve. Brackets and quotes are counted; nothing else is looked at.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from .model import Argument, Signature

_CLOSES = {"(": ")", "[": "]", "{": "}"}
_SIGN = re.compile(r"[()\[\]{}'\",=]")
_NESTS = re.compile(r"[()\[\]{}'\"]")
_FLAT = re.compile(r"\([^()\[\]{}'\"]*\)")
_EMPHASISED = re.compile(r"^\*(.+)\*$", re.DOTALL)
_ARGUMENT = re.compile(r"(\*{0,2}\w+|\*|/)\s*(?::\s*(.*))?$", re.DOTALL)


def arguments(text: str, starred: bool = False) -> tuple[Argument, ...]:
    """Take the inside of the parentheses apart.

    Args:
        text: ``key: array, num: int = 2``.
        starred: Whether each argument may stand in stars of emphasis, as ``*num: int = 2*``.

    Raises:
        ValueError: A part is no argument.
    """
    parts = [part.strip() for part in _split(text, ",")]
    if starred:
        if len(parts) > 1 and not (_EMPHASISED.match(parts[0]) or _EMPHASISED.match(parts[-1])):
            # All of them stand in one pair of stars.
            parts[0], parts[-1] = parts[0].removeprefix("*"), parts[-1].removesuffix("*")
        parts = [_EMPHASISED.sub(r"\1", part) for part in parts]
    return tuple(_argument(part) for part in parts if part)


def definition(text: str, starred: bool = False) -> tuple[str, Signature]:
    """Take ``def name(arguments) -> type`` apart, as a stub file writes it.

    Args:
        text: The definition; ``→`` serves as the arrow too.
        starred: As for :func:`arguments`.

    Raises:
        ValueError: It is not of this form.
    """
    head = re.match(r"(?:def\s+)?([\w.]+)\s*\(", text)
    if head is None:
        raise ValueError(f"no name before a parenthesis in {text[:60]!r}")
    end = closing(text, head.end() - 1)
    if end is None:
        raise ValueError(f"no parenthesis closes {text[:60]!r}")
    tail = text[end + 1 :].strip().removesuffix(":").removeprefix("->").removeprefix("→").strip()
    return head.group(1), Signature(arguments(text[head.end() : end], starred), tail)


def attribute(text: str) -> tuple[str, str]:
    """Take ``: type = value`` apart, as an attribute that is not called is printed."""
    kind, *value = _split(text.removeprefix(":"), "=", most=1)
    return kind.strip(), value[0].strip() if value else ""


def closing(text: str, start: int, end: int | None = None) -> int | None:
    """Find the bracket that closes the one at ``start``; None when none does before ``end``."""
    # Most hold no others: to count brackets would take most of the time.
    flat = _FLAT.match(text, start, len(text) if end is None else end)
    if flat is not None:
        return flat.end() - 1
    for at, depth in _depths(text, start, end):
        if depth == 0:
            return at
    return None


def _argument(text: str) -> Argument:
    named, *default = _split(text, "=", most=1)
    found = _ARGUMENT.match(named.strip())
    if found is None:
        raise ValueError(f"{text.strip()[:60]!r} is no argument")
    annotation = (found.group(2) or "").strip()
    return Argument(found.group(1), annotation, default[0].strip() if default else None)


def _split(text: str, sign: str, most: int = -1) -> list[str]:
    """Split at ``sign`` where no bracket and no quote is open."""
    if not _NESTS.search(text):
        return text.split(sign, most)
    parts: list[str] = []
    start = 0
    for at, depth in _depths(text, 0):
        if depth == 0 and text[at] == sign and most != len(parts):
            parts.append(text[start:at])
            start = at + 1
    return [*parts, text[start:]]


def _depths(text: str, start: int, end: int | None = None) -> Iterator[tuple[int, int]]:
    """Each sign that means something outside quotes, with how many brackets are open after it."""
    open_: list[str] = []
    quote = ""
    for found in _SIGN.finditer(text, start, len(text) if end is None else end):
        at, sign = found.start(), found[0]
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
