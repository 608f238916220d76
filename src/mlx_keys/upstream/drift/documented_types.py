"""What prose documents of a parameter: its types, whether it is optional, its default.

Upstream writes these as words (``list(int), optional``, "Default: ``2``."), in several ways. What
is not understood is not compared: a finding needs both sides to be clear.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

from mlx_keys.upstream.model import Parameter
from mlx_keys.upstream.write.code_language import parse_python

#: Words for a type, by the one name under which documentation and annotation are compared.
_TYPES = {
    "array": "array arrays",
    "scalar": "scalar scalars",
    "int": "int integer",
    "float": "float double",
    "bool": "bool boolean",
    "complex": "complex",
    "str": "str string literal",
    "sequence": "list tuple sequence iterable",
    "dict": "dict dictionary mapping",
    "callable": "callable function",
    "dtype": "dtype dtypecategory",
    "stream": "stream device streamordevice threadlocalstream devicetype",
    "None": "none",
    "group": "group",
    "bytes": "bytes",
    "path": "path",
    "file": "file",
}
_TYPE_OF = {word: name for name, words in _TYPES.items() for word in words.split()}
#: The numbers of Python, each of which mlx calls a scalar.
_SCALARS = frozenset({"int", "float", "bool", "complex"})

#: Characters of a type or a description that are searched.
_MAX_TEXT = 10_000

_OPTIONAL = re.compile(r"\boptional\b", re.IGNORECASE)
_OPTIONAL_PART = re.compile(r",?\s{0,3}\b(?:optional\b(?!\[)|default\b.*)", re.IGNORECASE)
_LITERAL = (
    r"`[^`]{1,200}`|'[^']{0,80}'|\"[^\"]{0,80}\"|\\?\[[^\]]{0,80}\]|\([^)]{0,80}\)|-?[\w.+-]{1,80}"
)
_DEFAULT = re.compile(
    r"\b(?P<intro>defaults?(?:\s+values?)?(?:\s+is|\s+to)?\s{0,3}[:=]?)\s{0,3}"
    rf"(?P<value>{_LITERAL})"
    r"(?P<condition>\s+(?:if|for|when|unless|otherwise)\b)?",
    re.IGNORECASE,
)
_DEFAULT_MARK = re.compile(rf"(?P<value>{_LITERAL})\s{{0,3}}\(default\)", re.IGNORECASE)
_VALUE = re.compile(r"-?\d[\w.+-]*|None|True|False|['\"(\[].*|(?:u?int|b?float|complex|bool)\d*_?$")


@dataclass(frozen=True)
class Default:
    """A default as prose gives it.

    Attributes:
        value: As written.
        is_fallback: The sentence says what happens if nothing is passed: "If unspecified, it
            defaults to ``-1``". A default of None in the signature may stand for that.
    """

    value: str
    is_fallback: bool = False


def is_optional(parameter: Parameter) -> bool:
    """Whether a parameter is marked optional, or a default is documented."""
    return is_marked_optional(parameter) or documented_default(parameter) is not None


def is_marked_optional(parameter: Parameter) -> bool:
    """Whether the word "optional" stands with the type of a parameter."""
    return bool(_OPTIONAL.search(parameter.type, 0, _MAX_TEXT))


def documented_default(parameter: Parameter) -> Default | None:
    """Find the default that the prose gives; None where it gives none.

    A default under a condition is not one: "defaults to ``float32`` if any of them is".
    """
    mentions = [
        (text, one)
        for text in (parameter.type[:_MAX_TEXT], parameter.description[:_MAX_TEXT])
        for one in _DEFAULT.finditer(text)
        if not one["condition"] and _is_value(one["value"])
    ]
    if not mentions:
        marked = _DEFAULT_MARK.search(parameter.description, 0, _MAX_TEXT)
        return Default(_unquoted(marked["value"])) if marked else None
    # "Default: x" is the usual form, and counts for more than a sentence before it.
    plain = [one for _, one in mentions if one["intro"].endswith((":", "="))]
    if plain:
        return Default(_unquoted(plain[-1]["value"]))
    text, one = mentions[-1]
    sentence = text[: one.start()].rpartition(". ")[2]
    return Default(_unquoted(one["value"]), bool(re.search(r"\bif\b", sentence, re.IGNORECASE)))


def _is_value(text: str) -> bool:
    """A word in code is a value; without that, only what looks like one: not "to the left"."""
    return text.startswith("`") or bool(_VALUE.match(text.replace("\\", "").rstrip(".,;")))


def _unquoted(text: str) -> str:
    if text.startswith("`"):
        return text.strip("`").strip()
    return text.replace("\\", "").rstrip(".,;")


def same_value(documented: str, actual: str) -> bool | None:
    """Whether two defaults are one value; None where that is not clear.

    ``()`` and ``[]`` are the same shape, ``1`` and ``1.0`` the same number, ``any`` and ``'any'``
    the same word. A default of None often stands for something computed: documentation that gives
    an expression (``p.shape``) for it says what it stands for, and is not compared.
    """
    left, right = _parse_value(documented), _parse_value(actual)
    if isinstance(left, _Expression) and isinstance(right, _Expression):
        return left.name == right.name or (False if left.is_dtype and right.is_dtype else None)
    if isinstance(left, _Expression) and isinstance(right, str):
        return left.text == right
    for one in (left, right):
        if isinstance(one, _Expression):
            return False if one.is_dtype else None
    return type(left) is type(right) and left == right


@dataclass(frozen=True)
class _Expression:
    """A default that is no literal of Python: a name, such as a dtype's, or an expression."""

    text: str

    @property
    def is_dtype(self) -> bool:
        return bool(re.fullmatch(r"(?:mx\.|mlx\.core\.)?(?:u?int|b?float|complex)\d+", self.text))

    @property
    def name(self) -> str:
        return self.text.rpartition(".")[2] if self.is_dtype else self.text


def _parse_value(text: str) -> object:
    """The value of a literal, in a form that can be compared, or the text as an expression."""
    tree = parse_python(text.lstrip(" \t"), "eval")
    try:
        value = ast.literal_eval(tree) if tree else _Expression(text)
    except (ValueError, MemoryError, RecursionError, TypeError):
        return _Expression(text)
    if isinstance(value, list):
        return tuple(value)
    # Larger integers are not all floats.
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**53:
        return float(value)
    return value


def parse_types(text: str) -> frozenset[str] | None:
    """Parse the types that documentation or an annotation names; None where one is not known."""
    words = [_type_name(part) for part in _alternatives(_OPTIONAL_PART.sub("", text[:_MAX_TEXT]))]
    names = [_TYPE_OF.get(word.lower()) for word in words if word]
    if not names or None in names:
        return None
    return frozenset(name for name in names if name)


def same_types(documented: frozenset[str], actual: frozenset[str]) -> bool:
    """Whether each side's types are among the other's: a number is a scalar, None is no type."""
    left, right = documented - {"None"}, actual - {"None"}
    return all(_is_among(one, right) for one in left) and all(_is_among(one, left) for one in right)


def _is_among(one: str, others: frozenset[str]) -> bool:
    if one in others or (one in _SCALARS and "scalar" in others):
        return True
    return one == "scalar" and bool(others & _SCALARS)


def _type_name(part: str) -> str:
    """``tuple`` of ``tuple(int, int)``, ``array`` of ``mlx.core.array``."""
    return re.split(r"[(\[]", part, maxsplit=1)[0].strip(" `.*").rpartition(".")[2]


def _alternatives(text: str) -> Iterator[str]:
    """The parts between commas, bars and "or", where no bracket is open; a union is opened."""
    inside = re.fullmatch(r"\s*(?:Union|Optional)\[(.*)\]\s*", text, re.DOTALL)
    depth, part = 0, ""
    for piece in re.split(r"([(\[\])|,]|\bor\b)", inside.group(1) if inside else text):
        depth += (piece in ("(", "[")) - (piece in (")", "]"))
        if depth <= 0 and piece in (",", "|", "or"):
            yield part.strip()
            part = ""
        else:
            part += piece
    yield part.strip()
