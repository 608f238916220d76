"""A signature as printed, taken apart where no bracket and no quote is open."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mlx_keys.upstream.model import Argument, Signature
from mlx_keys.upstream.signature_parser import (
    closing_bracket,
    parse_arguments,
    parse_definition,
    parse_signature,
)

BARE = tuple(Argument(name, "", None) for name in ("/", "*", "*args", "**how"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ()),
        ("key", (Argument("key", "", None),)),
        ("key: array, num: int = 2", (Argument("key", "array", None), Argument("num", "int", "2"))),
        ("a:int=2", (Argument("a", "int", "2"),)),
        ("/, *, *args, **how", BARE),
        ("a: dict[str, int] = {'b': 1, 'c': 2}",
         (Argument("a", "dict[str, int]", "{'b': 1, 'c': 2}"),)),
        ("a: Literal[',', '='] = ','", (Argument("a", "Literal[',', '=']", "','"),)),
        ("a: T[writable=False], b=(1, 2)",
         (Argument("a", "T[writable=False]", None), Argument("b", "", "(1, 2)"))),
        ("a = b == c", (Argument("a", "", "b == c"),)),
        ("a: Callable[[int], str] | None = None",
         (Argument("a", "Callable[[int], str] | None", "None"),)),
    ],
)  # fmt: skip
def test_arguments_have_names_types_and_defaults(text: str, expected: tuple[Argument, ...]) -> None:
    assert parse_arguments(text) == expected


@pytest.mark.parametrize(
    "text", ["*a: int*, *b: str = 'c'*", "*a: int, b: str = 'c'*", "a: int, *b: str = 'c'*"]
)
def test_stars_around_arguments_are_taken_away(text: str) -> None:
    assert parse_arguments(text, starred=True) == (
        Argument("a", "int", None),
        Argument("b", "str", "'c'"),
    )


def test_stars_that_are_the_arguments_own_stay() -> None:
    assert parse_arguments("**args*, ***how*", starred=True) == (
        Argument("*args", "", None),
        Argument("**how", "", None),
    )


@pytest.mark.parametrize("text", ["a b", "a-b: int", "a, ?"])
def test_what_is_no_argument_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is no argument"):
        parse_arguments(text)


@pytest.mark.parametrize(
    "text",
    ["def split(key: array, num: int = 2) -> array:", "split(key: array, num: int = 2) → array"],
)
def test_a_definition_is_a_name_and_a_signature(text: str) -> None:
    args = (Argument("key", "array", None), Argument("num", "int", "2"))
    assert parse_definition(text) == ("split", Signature(args, "array"))


@pytest.mark.parametrize(
    ("text", "problem"),
    [("split", "no name before"), ("split(key: (int)", "no parenthesis closes")],
)
def test_what_is_no_definition_is_refused(text: str, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        parse_definition(text)


@pytest.mark.parametrize(
    ("text", "start", "end", "expected"),
    [("(a)", 0, None, 2), ("((a))b)", 0, None, 4), ("((a))", 1, None, 3), ("(')')", 0, None, 4),
     ('("\'")', 0, None, 4), ("(a)", 0, 2, None), ("(a", 0, None, None)],
)  # fmt: skip
def test_a_bracket_is_closed_by_its_own(
    text: str, start: int, end: int | None, expected: int | None
) -> None:
    assert closing_bracket(text, start, end) == expected


PIECES = (
    "a",
    "b: int",
    "*",
    "**c",
    "/",
    ", ",
    " = ",
    "'",
    '"',
    "(",
    ")",
    "[",
    "]",
    ":",
    "→",
    "->",
    " ",
)


@given(st.lists(st.sampled_from(PIECES), max_size=10).map("".join), st.booleans())
@example(") -> b::", False)
@example("*a, b*) → [a] -> c", True)
def test_a_signature_reads_as_it_was_read_once_it_is_printed(text: str, starred: bool) -> None:
    try:
        signature = parse_signature(" ".join(f"({text}".split()), starred)
    except ValueError:
        return
    assert parse_signature(str(signature)) == signature


@pytest.mark.parametrize("text", ["() -> a::", "(a: (int)", "a)"])
def test_what_is_no_signature_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"is no type|no parenthesis closes"):
        parse_signature(text)
