"""A signature as printed, taken apart: ``key: array, num: int = 2``.

Annotations of upstream are not always Python (``ndarray[writable=False]``), so that Python's own
parser does not serve. Brackets and quotes are counted; nothing else is looked at.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from .model import Argument, Signature

_CLOSING = {"(": ")", "[": "]", "{": "}"}
_SIGN = re.compile(r"[()\[\]{}'\",=]")
_BRACKET_OR_QUOTE = re.compile(r"[()\[\]{}'\"]")
_INNERMOST_BRACKETS = re.compile(r"\([^()\[\]{}'\"]*\)")
_STARRED = re.compile(r"^\*(.+)\*$", re.DOTALL)
_ARGUMENT = re.compile(r"(\*{0,2}\w+|\*|/)\s*(?::\s*(.*))?$", re.DOTALL)
_MODULE_PREFIX = re.compile(r"\b(?:mlx\.core\.|collections\.abc\.|typing\.)(?=\w)")
_NAME = re.compile(r"(?:def\s+)?([\w.]+)\s*(?=\()")


def parse_arguments(text: str, starred: bool = False) -> tuple[Argument, ...]:
    """Take the inside of the parentheses apart: ``key: array, num: int = 2``.

    Where ``starred``, each argument may stand in stars of emphasis, as ``*num: int = 2*``.

    Raises:
        ValueError: A part is no argument.
    """
    parts = [part.strip() for part in _split(text, ",")]
    if starred:
        if len(parts) > 1 and not (_STARRED.match(parts[0]) or _STARRED.match(parts[-1])):
            # All of them stand in one pair of stars.
            parts[0], parts[-1] = parts[0].removeprefix("*"), parts[-1].removesuffix("*")
        parts = [_STARRED.sub(r"\1", part) for part in parts]
    return tuple(_parse_argument(part) for part in parts if part)


def parse_signature(text: str, starred: bool = False) -> Signature:
    """Take ``(arguments) -> type`` apart; ``→`` serves as the arrow too.

    Raises:
        ValueError: It is not of this form, or would read otherwise once it is printed again.
    """
    end = closing_bracket(text, 0) if text.startswith("(") else None
    if end is None:
        raise ValueError(f"no parenthesis closes {text[:60]!r}")
    returns = text[end + 1 :].strip().removesuffix(":").removeprefix("->").removeprefix("→").strip()
    return Signature(parse_arguments(text[1:end], starred), _check_type(returns))


def parse_definition(text: str) -> tuple[str, Signature]:
    """Take ``def name(arguments) -> type:`` apart, as a stub file writes it.

    Raises:
        ValueError: It is not of this form.
    """
    name = _NAME.match(text)
    if name is None:
        raise ValueError(f"no name before a parenthesis in {text[:60]!r}")
    return name[1], parse_signature(text[name.end() :])


def strip_modules(text: str) -> str:
    """Leave out the modules without which a type's name is clear: ``array`` of mlx.core.array."""
    return _MODULE_PREFIX.sub("", text)


def parse_attribute(text: str) -> tuple[str, str]:
    """Take ``: type = value`` apart, as an attribute that is not called is printed.

    Raises:
        ValueError: The type would read otherwise once it is printed again.
    """
    kind, *value = _split(text.removeprefix(":"), "=", most=1)
    return _check_type(kind.strip()), value[0].strip() if value else ""


def closing_bracket(text: str, start: int, end: int | None = None) -> int | None:
    """Find the bracket that closes the one at ``start``; None when none does before ``end``."""
    # Most hold no others: to count brackets would take most of the time.
    innermost = _INNERMOST_BRACKETS.match(text, start, len(text) if end is None else end)
    if innermost is not None:
        return innermost.end() - 1
    for position, depth in _depths(text, start, end):
        if depth == 0:
            return position
    return None


def _check_type(text: str) -> str:
    """Refuse a type with a colon at its end: the end of a definition, where it is printed."""
    if text.endswith(":"):
        raise ValueError(f"{text[:60]!r} is no type")
    return text


def _parse_argument(text: str) -> Argument:
    name_and_type, *default = _split(text, "=", most=1)
    match = _ARGUMENT.match(name_and_type.strip())
    if match is None:
        raise ValueError(f"{text.strip()[:60]!r} is no argument")
    annotation = (match[2] or "").strip()
    return Argument(match[1], annotation, default[0].strip() if default else None)


def _split(text: str, sign: str, most: int = -1) -> list[str]:
    """Split at ``sign`` where no bracket and no quote is open, ``most`` times at most."""
    if not _BRACKET_OR_QUOTE.search(text):
        return text.split(sign, most)
    parts: list[str] = []
    start = 0
    for position, depth in _depths(text, 0):
        if depth == 0 and text[position] == sign and most != len(parts):
            parts.append(text[start:position])
            start = position + 1
    return [*parts, text[start:]]


def _depths(text: str, start: int, end: int | None = None) -> Iterator[tuple[int, int]]:
    """Each sign that means something outside quotes, with how many brackets are open after it."""
    expected: list[str] = []
    quote = ""
    for match in _SIGN.finditer(text, start, len(text) if end is None else end):
        position, sign = match.start(), match[0]
        if quote:
            quote = "" if sign == quote else quote
            continue
        if sign in "'\"":
            quote = sign
            continue
        if sign in _CLOSING:
            expected.append(_CLOSING[sign])
        elif expected and sign == expected[-1]:
            expected.pop()
        yield position, len(expected)
