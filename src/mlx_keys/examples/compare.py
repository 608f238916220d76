"""Compare the output that an example printed with the one that its page shows. Pure functions.

Text, integers, booleans, shapes and dtypes are compared exactly. So are floats, unless the
caller allows a distance: within what was measured on an attested backend, or any, to be reported,
on one that was not.
"""

from __future__ import annotations

import difflib
import math
import re
from dataclasses import dataclass
from enum import Enum

from . import ulp
from .ulp import Distance, Number


class Outcome(Enum):
    """The outcome of comparing two outputs; the value is how a report words it."""

    EQUAL = "equal"
    WITHIN = "within what was measured on this backend"
    UNATTESTED = "differs on a backend that was not attested"
    VARIES = "of the declared shape"
    DIFFERS = "differs"

    @property
    def holds(self) -> bool:
        """Whether the page may be published."""
        return self is not Outcome.DIFFERS


@dataclass(frozen=True)
class Tolerance:
    """How far floats may be off.

    Attributes:
        distances: The largest amount for each unit, as measured for this very output.
        report: Whether a float that is further off is reported and not failed.
    """

    distances: tuple[Distance, ...] = ()
    report: bool = False


EXACT = Tolerance()


@dataclass(frozen=True)
class Verdict:
    """The result of comparing two outputs.

    Attributes:
        outcome: Whether they agree, and how.
        distances: The largest distance of two floats in each unit; empty where all are equal.
    """

    outcome: Outcome
    distances: tuple[Distance, ...] = ()


def compare(expected: str, found: str, tolerance: Tolerance = EXACT) -> Verdict:
    """Compare two outputs, both in the form that a page holds.

    Args:
        expected: What the page shows.
        found: What was printed.
        tolerance: How far floats may be off.
    """
    if expected == found:
        return Verdict(Outcome.EQUAL)
    differences = distances(expected, found)
    if differences is None:
        return Verdict(Outcome.DIFFERS)
    limits = {limit.unit: limit.amount for limit in tolerance.distances}
    if differences and all(far.amount <= limits.get(far.unit, -1.0) for far in differences):
        return Verdict(Outcome.WITHIN, differences)
    if differences and tolerance.report:
        return Verdict(Outcome.UNATTESTED, differences)
    return Verdict(Outcome.DIFFERS, differences)


def distances(expected: str, found: str) -> tuple[Distance, ...] | None:
    """The largest distance of floats in each unit, or None where more than floats differs.

    Widths of blanks are no difference here: printers align columns, so that one longer float
    moves its neighbours. ``x = 0.5, n = 3`` and ``x = 0.25, n = 3`` are as far apart as 0.5 and
    0.25; ``x = 0.5, n = 3`` and ``x = 0.5, n = 4`` differ in more than a float.
    """
    numbers, others = ulp.find_numbers(expected), ulp.find_numbers(found)
    if _text_between(expected, numbers) != _text_between(found, others):
        return None
    largest: dict[str, Distance] = {}
    for number, other in zip(numbers, others, strict=True):
        if number.text == other.text:
            continue
        if not (number.is_float and other.is_float):
            return None
        distance = ulp.distance(number, other)
        if math.isinf(distance.amount):
            return None
        largest[distance.unit] = max(distance, largest.get(distance.unit, distance))
    return tuple(sorted(distance for distance in largest.values() if distance.amount))


def nearly_equal(expected: str, found: str) -> bool:
    """Whether all numbers agree to three digits, so that their distance is worth reporting."""
    pairs = zip(ulp.find_numbers(expected), ulp.find_numbers(found), strict=False)
    return all(math.isclose(float(a.text), float(b.text), rel_tol=1e-3) for a, b in pairs)


def same_shape(expected: str, found: str) -> Verdict:
    """Compare outputs that vary: the same lines, with any numbers in the same places."""
    expected_parts, found_parts = (
        _text_between(text, ulp.find_numbers(text), line_ends=True) for text in (expected, found)
    )
    return Verdict(Outcome.VARIES if expected_parts == found_parts else Outcome.DIFFERS)


def _text_between(text: str, numbers: list[Number], *, line_ends: bool = False) -> list[str]:
    """The text before, between and after numbers, each run of blanks as one blank."""
    stops = [*(number.start for number in numbers), len(text)]
    starts = [0, *(number.stop for number in numbers)]
    blank = r"[ \t]+" if line_ends else r"\s+"
    parts = [re.sub(blank, " ", text[a:b]) for a, b in zip(starts, stops, strict=True)]
    # A blank beside a number counts for nothing: it holds the place of a sign or of more digits.
    parts[1:] = [part.lstrip(" ") for part in parts[1:]]
    parts[:-1] = [part.rstrip(" ") for part in parts[:-1]]
    return parts


def diff(expected: str, found: str, name: str = "page", other: str = "printed") -> str:
    """A unified diff of two outputs."""
    old, new = expected.splitlines(), found.splitlines()
    return "\n".join(difflib.unified_diff(old, new, name, other, lineterm="", n=2))
