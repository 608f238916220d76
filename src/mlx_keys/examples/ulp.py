"""Numbers in printed text: their places, their dtypes, and the distance of two in ulps."""

from __future__ import annotations

import math
import re
import struct
from dataclasses import dataclass

_NUMBER = re.compile(
    r"""(?<![\w.])[-+]?(?:
        (?:\d+\.\d*|\.\d+)(?:[eE][-+]?\d+)?   # 0.5, .5, 5., 5.0e-3
      | \d+[eE][-+]?\d+                       # 1e-06
      | \d+                                   # 42
      | (?:nan|inf)\b
    )(?=j\b|(?!\w|\.\d))""",
    re.VERBOSE,
)
_ARRAY = re.compile(r"array\((?P<body>[^()=]*?),\s*dtype=(?:mlx\.core\.|np\.)?(?P<dtype>\w+)\)")
_SCALAR = re.compile(r"np\.(?P<dtype>\w+)\((?P<body>[^()]*)\)")

#: Bits of the significand, the hidden one included, and the exponent of the smallest normal.
_FORMATS = {
    "float16": (11, -14),
    "bfloat16": (8, -126),
    "float32": (24, -126),
    "complex64": (24, -126),
    "float64": (53, -1022),
    "complex128": (53, -1022),
}


@dataclass(frozen=True)
class Number:
    """A number in a text.

    Attributes:
        text: As printed.
        start: Where it begins.
        stop: Where it ends.
        dtype: The floating dtype printed with it, or an empty string.
    """

    text: str
    start: int
    stop: int
    dtype: str

    @property
    def is_float(self) -> bool:
        """Whether it is written as a floating-point number."""
        return not self.text.lstrip("+-").isdigit()


def find_numbers(text: str) -> list[Number]:
    """All numbers of a text, in their order."""
    spans = [
        (match.start("body"), match.end("body"), match["dtype"])
        for pattern in (_ARRAY, _SCALAR)
        for match in pattern.finditer(text)
        if match["dtype"] in _FORMATS
    ]
    return [
        Number(
            match[0],
            match.start(),
            match.end(),
            next((dtype for a, b, dtype in spans if a <= match.start() < b), ""),
        )
        for match in _NUMBER.finditer(text)
    ]


@dataclass(frozen=True, order=True)
class Distance:
    """How far two printed numbers are apart.

    Attributes:
        amount: How many units.
        unit: ``ulp`` with a dtype, or ``in the last place`` of what is printed.
    """

    amount: float
    unit: str

    def __str__(self) -> str:
        return f"{self.amount:g} {self.unit}"


LAST_PLACE = "in the last place"


def distance(expected: Number, found: Number) -> Distance:
    """The distance of two floats, in ulps of their dtype where that is known.

    A dtype is known when it is printed, and float32 when both values are printed to the last
    digit and float32 holds both. Otherwise the unit is that of the last digit printed.
    """
    a, b = float(expected.text), float(found.text)
    if a == b or (math.isnan(a) and math.isnan(b)):
        return Distance(0.0, LAST_PLACE)
    if not (math.isfinite(a) and math.isfinite(b)):
        return Distance(math.inf, LAST_PLACE)
    dtype = expected.dtype or found.dtype
    if not dtype and _is_float32(expected.text) and _is_float32(found.text):
        dtype = "float32"
    if dtype:
        return Distance(abs(a - b) / _ulp(max(abs(a), abs(b)), dtype), f"ulp of {dtype}")
    unit = max(_last_place(expected.text), _last_place(found.text))
    return Distance(round(abs(a - b) / unit, 6), LAST_PLACE)


def _ulp(value: float, dtype: str) -> float:
    """The unit in the last place of a value: ``2**-23`` for ``1.5`` in float32.

    Below the smallest normal number of the dtype the unit stays that of this number.
    """
    bits, lowest = _FORMATS[dtype]
    exponent = math.frexp(value)[1] - 1
    return math.ldexp(1.0, max(exponent, lowest) - bits + 1)


def _is_float32(text: str) -> bool:
    """Whether a text is a float32's exact value, with more digits than a rounded one has."""
    digits = re.sub(r"[eE].*|\D", "", text).lstrip("0")
    if len(digits) < 10:  # noqa: PLR2004 - nine digits tell any two float32 apart
        return False
    value = float(text)
    try:
        return bool(struct.unpack("f", struct.pack("f", value))[0] == value)
    except OverflowError:
        return False


def _last_place(text: str) -> float:
    """The unit of the last printed digit: ``0.01`` for ``0.25``, ``1e-8`` for ``1.5e-7``."""
    mantissa, _, exponent = text.lower().partition("e")
    _, _, decimals = mantissa.partition(".")
    return float(10.0 ** (int(exponent or 0) - len(decimals)))
