"""How two outputs compare, and the distance of two floats."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlx_keys.examples import ulp
from mlx_keys.examples.compare import (
    Outcome,
    Tolerance,
    Verdict,
    compare,
    diff,
    distances,
    nearly_equal,
    same_shape,
)
from mlx_keys.examples.ulp import LAST_PLACE, Distance, Number

ONE_ULP = Distance(1.0, "ulp of float32")


def floats(text: str) -> list[tuple[str, str]]:
    return [(one.text, one.dtype) for one in ulp.find_numbers(text) if one.is_float]


def test_numbers_are_found_with_the_dtype_printed_beside_them() -> None:
    text = "array([[0.5, -1e-06],\n       [inf, 2]], dtype=bfloat16) and 3.25, 5., np.float64(0.1)"
    assert floats(text) == [
        ("0.5", "bfloat16"),
        ("-1e-06", "bfloat16"),
        ("inf", "bfloat16"),
        ("3.25", ""),
        ("5.", ""),
        ("0.1", "float64"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "float32",
        "0x1f",
        "mlx 0.32.4",
        "v1.2a",
        "information",
        "x_1.5",
        "[1, ..., 9]",
        "e5",
        "a . b",
    ],
)
def test_a_word_with_digits_is_no_float(text: str) -> None:
    assert floats(text) == []


def test_the_parts_of_a_complex_number_are_numbers() -> None:
    assert [one.text for one in ulp.find_numbers("array([0.5+0.25j], dtype=complex64)")] == [
        "0.5",
        "0.25",
    ]


def number(text: str, dtype: str = "") -> Number:
    return Number(text, 0, len(text), dtype)


#: The next value after 1, and the smallest above 0 (IEEE 754; bfloat16 has float32's exponents).
SPACING = [
    ("float16", 2.0**-10, 2.0**-24),
    ("bfloat16", 2.0**-7, 2.0**-133),
    ("float32", 2.0**-23, 2.0**-149),
    ("complex64", 2.0**-23, 2.0**-149),
    ("float64", 2.0**-52, 2.0**-1074),
    ("complex128", 2.0**-52, 2.0**-1074),
]


@pytest.mark.parametrize(("dtype", "at_one", "at_zero"), SPACING)
def test_the_unit_is_the_ulp_of_the_dtype_that_is_printed(
    dtype: str, at_one: float, at_zero: float
) -> None:
    unit = Distance(1.0, f"ulp of {dtype}")
    for low, high in ((1.0, 1.0 + at_one), (0.0, at_zero), (at_zero, 2 * at_zero)):
        assert ulp.distance(number(repr(low), dtype), number(repr(high))) == unit
        assert ulp.distance(number(repr(high)), number(repr(low), dtype)) == unit


def test_a_value_printed_to_its_last_digit_is_recognised_as_float32() -> None:
    shown, found = "-0.20584204792976380", "-0.20584206283092499"
    assert ulp.distance(number(shown), number(found)) == ONE_ULP


def test_a_float32_beside_a_rounded_value_is_measured_in_the_last_place_of_the_rounded_one() -> (
    None
):
    exact, rounded = number("0.5000000596046448"), number("0.75")
    apart = Distance(24.999994, LAST_PLACE)
    assert ulp.distance(exact, rounded) == ulp.distance(rounded, exact) == apart


def test_a_rounded_value_is_measured_in_its_last_place() -> None:
    assert ulp.distance(number("0.4185"), number("0.4187")) == Distance(2.0, LAST_PLACE)
    assert ulp.distance(number("1.5e-7"), number("1.6e-7")) == Distance(1.0, LAST_PLACE)
    assert ulp.distance(number("0.5"), number("0.52")) == Distance(0.2, LAST_PLACE)


@given(
    st.floats(width=32, allow_nan=False, allow_infinity=False, min_value=2**-99, max_value=2**99)
)
def test_neighbouring_float32_are_one_ulp_apart(value: float) -> None:
    word = struct.unpack("I", struct.pack("f", value))[0]
    neighbour = struct.unpack("f", struct.pack("I", word + 1))[0]
    far = ulp.distance(number(repr(value), "float32"), number(repr(neighbour), "float32"))
    # Across a power of two the larger one's unit is twice the smaller one's.
    assert far in (ONE_ULP, Distance(0.5, "ulp of float32"))


@given(st.text())
def test_an_output_equals_itself(text: str) -> None:
    assert compare(text, text) == Verdict(Outcome.EQUAL)
    assert same_shape(text, text).outcome is Outcome.VARIES


@pytest.mark.parametrize(
    ("expected", "found"),
    [
        ("array([1, 2], dtype=int32)", "array([1, 3], dtype=int32)"),
        ("array([1.0], dtype=float32)", "array([1.0], dtype=float16)"),
        ("True", "False"),
        ("0.5", "nan"),
        ("nan", "0.5"),
        ("inf", "-inf"),
        ("0.5", "5"),
        ("5", "5.5"),
        ("#", "5.5"),
        ("# 5.0", "5.1 #"),
        ("0.5 0.5", "0.5"),
        ("a 0.5", "b 0.5"),
        ("0.50", "0.5"),
        ("[ 0.5]", "[0.5]"),
    ],
)
def test_all_but_floats_is_compared_exactly_whatever_the_tolerance(
    expected: str, found: str
) -> None:
    lenient = Tolerance((Distance(1e30, LAST_PLACE), Distance(1e30, "ulp of float32")), report=True)
    assert compare(expected, found, lenient).outcome is Outcome.DIFFERS
    assert not distances(expected, found)


SHOWN = "array([0.5, 1.0], dtype=float32)"
FOUND = "array([0.5, 1.0000002384185791], dtype=float32)"
TWO = (Distance(2.0, "ulp of float32"),)


@pytest.mark.parametrize(
    ("tolerance", "outcome"),
    [
        (Tolerance(), Outcome.DIFFERS),
        (Tolerance(TWO), Outcome.WITHIN),
        (Tolerance((ONE_ULP,)), Outcome.DIFFERS),
        (Tolerance((Distance(2.0, LAST_PLACE),)), Outcome.DIFFERS),
        (Tolerance(report=True), Outcome.UNATTESTED),
        (Tolerance((ONE_ULP,), report=True), Outcome.UNATTESTED),
    ],
)
def test_a_float_may_be_off_by_the_tolerance_in_its_unit(
    tolerance: Tolerance, outcome: Outcome
) -> None:
    assert compare(SHOWN, FOUND, tolerance) == Verdict(outcome, TWO)


def test_a_longer_float_may_move_its_neighbours() -> None:
    shown, found = "array([ 0.5,  2. ])", "array([0.50000006, 2.        ])"
    assert compare(shown, found, Tolerance(report=True)).outcome is Outcome.UNATTESTED
    assert compare(shown, found).outcome is Outcome.DIFFERS


def test_a_longer_float_may_move_the_end_of_a_line() -> None:
    shown, found = "array([0.5, 2. ,\n       4.])", "array([0.50000006,\n       2., 4.])"
    assert compare(shown, found, Tolerance(report=True)).outcome is Outcome.UNATTESTED


def test_the_largest_distance_in_each_unit_is_given_the_smaller_first() -> None:
    text = "array([{}, {}], dtype=float32) {}"
    shown = text.format("1.0", "1.0", "0.25")
    three = (Distance(2.0, "ulp of float32"), Distance(3.0, LAST_PLACE))
    for a, b in (("1.00000012", "1.0000002384185791"), ("1.0000002384185791", "1.00000012")):
        apart = distances(shown, text.format(a, b, "0.28"))
        assert apart == three


@pytest.mark.parametrize(
    ("found", "outcome"),
    [
        ("took 3.25 s\nseed 17", Outcome.VARIES),
        ("took 12 s\nseed -4", Outcome.VARIES),
        ("took 3.25 s", Outcome.DIFFERS),
        ("took 3.25 s seed 17", Outcome.DIFFERS),
        ("took 3.25 ms\nseed 17", Outcome.DIFFERS),
        ("took # s\nseed 17", Outcome.DIFFERS),
    ],
)
def test_outputs_of_one_shape_have_the_same_lines_and_words(found: str, outcome: Outcome) -> None:
    assert same_shape("took 0.5 s\nseed 2", found).outcome is outcome


@pytest.mark.parametrize(
    ("found", "expected"),
    [("0.5002 2.0", True), ("0.5 2.001", True), ("0.51 2.0", False), ("0.5 2.01", False)],
)
def test_numbers_are_nearly_equal_when_three_digits_of_each_agree(
    found: str, expected: bool
) -> None:
    assert nearly_equal("0.5 2.0", found) is expected


def test_a_diff_names_both_sides() -> None:
    assert diff("a\nb", "a\nc") == "--- page\n+++ printed\n@@ -1,2 +1,2 @@\n a\n-b\n+c"


def test_a_diff_shows_two_lines_around_a_change() -> None:
    lines = diff("1\n2\n3\n4\n5\n6\n7", "1\n2\n3\n#\n5\n6\n7").splitlines()
    assert lines[3:] == [" 2", " 3", "-4", "+#", " 5", " 6"]


TWO_UNITS = "7 of 0.2501 and array(0.25, dtype=float16)"
TWO_UNITS_FOUND = "7 of 0.2502 and array(0.2501, dtype=float16)"


def test_each_unit_has_to_stay_within_its_own_limit() -> None:
    apart = distances(TWO_UNITS, TWO_UNITS_FOUND)
    assert apart is not None
    assert len(apart) == 2
    assert list(apart) == sorted(apart)
    turned = distances("array(0.25, dtype=float16) 0.2501", "array(0.2501, dtype=float16) 0.2502")
    assert turned == apart
    assert compare(TWO_UNITS, TWO_UNITS_FOUND, Tolerance(apart)) == Verdict(Outcome.WITHIN, apart)
    for one in apart:
        found = compare(TWO_UNITS, TWO_UNITS_FOUND, Tolerance((one,)))
        assert found == Verdict(Outcome.DIFFERS, apart)


def test_where_more_than_floats_differs_there_is_no_distance() -> None:
    assert compare("7 of 0.25", "8 of 0.26", Tolerance(report=True)) == Verdict(Outcome.DIFFERS)


def test_a_diff_is_of_whole_lines() -> None:
    assert diff("a b\nc d", "a b\nc e").split("\n") == [
        "--- page",
        "+++ printed",
        "@@ -1,2 +1,2 @@",
        " a b",
        "-c d",
        "+c e",
    ]


@pytest.mark.parametrize("text", ["1.5e-10", "12e-06", "1e10", "0.25E+12"])
def test_a_mantissa_and_an_exponent_have_any_number_of_digits(text: str) -> None:
    assert floats(f"x {text} y") == [(text, "")]
