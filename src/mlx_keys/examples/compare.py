"""Compare what an example printed with what its page shows. Pure: texts in, a verdict out.

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
    """What became of a comparison."""

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
    """What a comparison says.

    Attributes:
        outcome: What became of it.
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
    if differences and all(one.amount <= limits.get(one.unit, -1.0) for one in differences):
        return Verdict(Outcome.WITHIN, differences)
    if differences and tolerance.report:
        return Verdict(Outcome.UNATTESTED, differences)
    return Verdict(Outcome.DIFFERS, differences)


def distances(expected: str, found: str) -> tuple[Distance, ...] | None:
    """The largest distance of floats in each unit, or None where more than floats differs.

    Widths of blanks are no difference here: printers align columns, so that one longer float
    moves its neighbours.
    """
    ours, theirs = ulp.find(expected), ulp.find(found)
    if _between(expected, ours) != _between(found, theirs):
        return None
    largest: dict[str, Distance] = {}
    for one, other in zip(ours, theirs, strict=True):
        if one.text == other.text:
            continue
        if not (one.is_float and other.is_float):
            return None
        differences = ulp.distance(one, other)
        if math.isinf(differences.amount):
            return None
        largest[differences.unit] = max(differences, largest.get(differences.unit, differences))
    return tuple(sorted(one for one in largest.values() if one.amount))


def nearly_equal(expected: str, found: str) -> bool:
    """Whether floats agree in their first digits, so that it says something how far they differ."""
    pairs = zip(ulp.find(expected), ulp.find(found), strict=False)
    return all(math.isclose(float(a.text), float(b.text), rel_tol=1e-3) for a, b in pairs)


def same_shape(expected: str, found: str) -> Verdict:
    """Compare outputs that vary: the same lines, with any numbers in the same places."""
    ours, theirs = (_between(text, ulp.find(text), line_ends=True) for text in (expected, found))
    return Verdict(Outcome.VARIES if ours == theirs else Outcome.DIFFERS)


def _between(text: str, found: list[Number], *, line_ends: bool = False) -> list[str]:
    """What stands before, between and after the numbers, whatever its blanks are wide."""
    stops = [*(number.start for number in found), len(text)]
    starts = [0, *(number.stop for number in found)]
    blank = r"[ \t]+" if line_ends else r"\s+"
    parts = [re.sub(blank, " ", text[a:b]) for a, b in zip(starts, stops, strict=True)]
    # A blank beside a number counts for nothing: it holds the place of a sign or of more digits.
    parts[1:] = [part.lstrip(" ") for part in parts[1:]]
    parts[:-1] = [part.rstrip(" ") for part in parts[:-1]]
    return parts


def diff(expected: str, found: str, name: str = "page", other: str = "printed") -> str:
    """A unified diff of two outputs."""
    return "\n".join(
        difflib.unified_diff(
            expected.splitlines(), found.splitlines(), name, other, lineterm="", n=2
        )
    )
