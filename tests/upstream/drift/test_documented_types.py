"""Types, defaults and "optional" in prose, and whether two types or defaults are the same."""

from __future__ import annotations

import pytest

from mlx_keys.upstream.drift.documented_types import (
    Default,
    documented_default,
    is_marked_optional,
    is_optional,
    parse_types,
    same_types,
    same_value,
)
from mlx_keys.upstream.model import Parameter


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("int", {"int"}),
        ("arrays", {"array"}),
        ("double", {"float"}),
        ("mlx.core.array", {"array"}),
        ("str or None", {"str", "None"}),
        ("tuple(int, int)", {"sequence"}),
        ("list[int, float], int", {"sequence", "int"}),
        ("dict(str, list(int, int)) or bool", {"dict", "bool"}),
        ("Union[int, list[int], None]", {"int", "sequence", "None"}),
        ("Optional[dict[str, int]]", {"dict"}),
        (" Optional[int] ", {"int"}),
        ("Optional[int]", {"int"}),
        ("int | tuple[int, ...]", {"int", "sequence"}),
        ("list(int) (callable, float) or int", {"sequence", "int"}),
        ("int, optional", {"int"}),
        ("int (optional)", {"int"}),
        ("array, Optional", {"array"}),
        ("int, default: 3", {"int"}),
        ("`int`", {"int"}),
        ("**int**", {"int"}),
        ("int,", {"int"}),
        ("StreamOrDevice", {"stream"}),
        ("complex", {"complex"}),
    ],
)
def test_types_are_parsed_from_words(text: str, expected: set[str]) -> None:
    assert parse_types(text) == expected


@pytest.mark.parametrize("text", ["", "optional", "thing", "int or thing", "(int)", "int), float"])
def test_types_of_which_one_is_not_known_are_not_compared(text: str) -> None:
    assert parse_types(text) is None


@pytest.mark.parametrize(
    ("documented", "actual", "same"),
    [
        ({"int"}, {"int"}, True),
        ({"int"}, {"float"}, False),
        ({"int"}, {"int", "float"}, False),
        ({"int", "float"}, {"int"}, False),
        ({"int", "str"}, {"int", "dict"}, False),
        ({"scalar"}, {"int", "float"}, True),
        ({"int"}, {"scalar"}, True),
        ({"bool", "complex", "float"}, {"scalar"}, True),
        ({"scalar"}, {"array"}, False),
        ({"str"}, {"scalar"}, False),
        ({"scalar"}, {"str"}, False),
        ({"int", "None"}, {"int"}, True),
        ({"int"}, {"int", "None"}, True),
        ({"None"}, {"None"}, True),
    ],
    ids=lambda value: "|".join(sorted(value)) if isinstance(value, set) else str(value),
)
def test_types_are_the_same_if_each_is_among_the_others(
    documented: set[str], actual: set[str], same: bool
) -> None:
    """A number is a scalar; None is no type."""
    assert same_types(frozenset(documented), frozenset(actual)) is same


@pytest.mark.parametrize(
    ("documented", "actual", "same"),
    [
        ("1", "1.0", True),
        ("1", "2", False),
        ("1", "True", False),
        ("True", "True", True),
        ("()", "[]", True),
        ("[1, 2]", "(1, 2)", True),
        ("any", "'any'", True),
        ("any", "'all'", False),
        ("'any'", "'any'", True),
        ("float32", "mlx.core.float32", True),
        ("mx.float32", "float32", True),
        ("float32", "float16", False),
        ("int32", "uint32", False),
        ("bfloat16", "float16", False),
        ("complex64", "1", False),
        ("1", "float32", False),
        ("float32x", "1", None),
        ("a.float32", "1", None),
        ("p.shape", "None", None),
        ("None", "p.shape", None),
        ("p.shape", "p.shape", True),
        ("p.shape", "q.shape", None),
        ("float32", "q.shape", None),
        ("None", "None", True),
        ("None", "0", False),
        (str(2**53 + 1), str(2**53), False),
        (str(2**53 - 1), f"{2**53 - 1}.0", True),
        (r"'\d'", r"'\d'", True),
    ],
    ids=str,
)
def test_two_defaults_are_the_same_or_not_or_that_is_not_clear(
    documented: str, actual: str, same: bool | None
) -> None:
    assert same_value(documented, actual) is same


@pytest.mark.parametrize(
    ("type_", "description", "expected"),
    [
        ("int", "How many. Default: `2`.", Default("2")),
        ("int, default 3", "How many.", Default("3")),
        ("int", "Defaults to 0.5.", Default("0.5")),
        ("int", "The default value is `None`.", Default("None")),
        ("str", "One of 'a' (default) or 'b'.", Default("'a'")),
        ("int", "Defaults to 1. Default: 2", Default("2")),
        ("int", "Default: 1 if it is small. Default: 3", Default("3")),
        ("int", "Default: 2. It defaults to 1", Default("2")),
        ("dtype", "Default = float32", Default("float32")),
        ("dtype", "It defaults to uint8 here", Default("uint8")),
        ("int", "If none is given it defaults to 4", Default("4", is_fallback=True)),
        ("int", "If so, fine. It defaults to 4", Default("4")),
        ("int", "Negative by default -1", Default("-1")),
        ("list", r"Default: \[1, 2\].", Default("[1, 2]")),
        ("int", "It defaults to the left", None),
        ("int", "It defaults to `left`", Default("left")),
        ("dtype", "It defaults to `float32` if any of them is", None),
        ("dtype", "It defaults to `float32` otherwise", None),
        ("int", "How many.", None),
    ],
    ids=str,
)
def test_a_default_is_found_in_the_type_or_in_the_description(
    type_: str, description: str, expected: Default | None
) -> None:
    parameter = Parameter("n", type_, description)
    assert documented_default(parameter) == expected
    assert is_optional(parameter) is (expected is not None)


def test_what_is_marked_optional_is_optional_without_a_default() -> None:
    marked = Parameter("n", "int, Optional", "How many.")
    assert is_marked_optional(marked)
    assert is_optional(marked)
    assert not is_marked_optional(Parameter("n", "int", "It is optional."))
    assert not is_marked_optional(Parameter("n", "optionally", ""))
