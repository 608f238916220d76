"""Prose that lost its line ends: where its own words tell sentences, fields and items apart."""

from __future__ import annotations

import pytest

from mlx_keys.upstream.html_tree import Node
from mlx_keys.upstream.read import flat_prose
from mlx_keys.upstream.write.blocks import render_inline

LEAD = "One thing that is said of it here."


@pytest.mark.parametrize(
    ("text", "first", "rest", "warned"),
    [
        ("", "", [], []),
        (LEAD, LEAD, [], []),
        (f"{LEAD} And another. A third.", LEAD, ["And another. A third."], []),
        ("Short. It goes on in more words.", "Short. It goes on in more words.", [], []),
        (f"{LEAD} More - less.", LEAD, ["More - less."], ["crushed-prose"]),
        (f"{LEAD} More > less.", LEAD, ["More > less."], ["crushed-prose"]),
        (f"{LEAD} First 2. second.", LEAD, ["First 2. second."], ["crushed-prose"]),
        (f"{LEAD} More than -1. So.", LEAD, ["More than -1. So."], []),
        (f"{LEAD} So $x$ \\\\a - b\\\\.", LEAD, ["So \\$x\\$ $a - b$."], []),
        (f"{LEAD} Methods [TABLE]", LEAD, ["**Methods**"], ["lost-table"]),
        (f"{LEAD} Notes [TABLE] More.", LEAD, ["**Notes**", "More."], ["lost-table"]),
        (f"{LEAD} Example >>> f(x)", LEAD, ["**Example**", "```text\n>>> f(x)\n```"], ["code"]),
        (
            f"{LEAD} Example >>> f(x) Notes A. Methods [TABLE]",
            LEAD,
            ["**Example**", "```text\n>>> f(x) Notes A. Methods [TABLE]\n```"],
            ["code"],
        ),
        (
            f"{LEAD} See also `f`. Notes The rest.",
            LEAD,
            ["**See also**", "`f`.", "**Notes**", "The rest."],
            [],
        ),
        (f"Notes {LEAD} More.", "", ["**Notes**", f"{LEAD} More."], []),
        (f">>> f(1) {LEAD}", "", [f"```text\n>>> f(1) {LEAD}\n```"], ["code"]),
        ("Methods [TABLE] The rest.", "Methods", ["The rest."], ["lost-table"]),
        ("Methods all of them.", "Methods", ["all of them."], []),
        ("Attributes", "Attributes", [], []),
        (f"{LEAD} Methods all of them.", LEAD, ["**Methods**", "all of them."], []),
    ],
    ids=str,
)
def test_prose_is_cut_at_its_first_sentence_and_where_something_is_announced(
    text: str, first: str, rest: list[str], warned: list[str]
) -> None:
    kinds: list[str] = []
    assert flat_prose.read_prose(text, 1, lambda kind, *_: kinds.append(kind)) == (first, rest)
    assert kinds == [f"crushed-{kind}" if kind == "code" else kind for kind in warned]


@pytest.mark.parametrize(
    ("text", "lead", "fields"),
    [
        ("Lead.", "Lead.", []),
        (
            "Lead. Parameters: - **a** (int) – x Returns: The b. Return type: int",
            "Lead. ",
            [("Parameters", "- **a** (int) – x"), ("Returns", "The b."), ("Return type", "int")],
        ),
        ("Lead. Returns: A b.", "Lead. ", [("Returns", "A b.")]),
        ("Lead. Returns: Tuple: a.", "Lead. Returns: Tuple: a.", []),
        (
            "Lead. Returns: Tuple: a. Return type: tuple",
            "Lead. ",
            [("Returns", "Tuple: a."), ("Return type", "tuple")],
        ),
        ("Lead. Parameters: none.", "Lead. Parameters: none.", []),
        ("Lead. Raises: **A** – b", "Lead. ", [("Raises", "**A** – b")]),
        ("Lead. Raises: [A](https://e.org/)", "Lead. ", [("Raises", "[A](https://e.org/)")]),
        ("Lead > Returns: A b.", "Lead > Returns: A b.", []),
        ("> Lead. Returns: A b.", "> Lead. ", [("Returns", "A b.")]),
    ],
    ids=str,
)
def test_a_field_is_told_from_a_docstrings_own_line(
    text: str, lead: str, fields: list[tuple[str, str]]
) -> None:
    found_lead, spans = flat_prose.split_fields(text)
    found = [(label, text[start:end].strip()) for label, start, end in spans]
    assert (found_lead, found) == (lead, fields)


@pytest.mark.parametrize(
    ("text", "type_"),
    [
        ("`int`, `float` Words here", "`int`, `float` "),
        ("*int* | [a](https://e.org/) Then", "*int* | [a](https://e.org/) "),
        ("*list* of *int* Then", "*list* of *int* "),
        ("array Example: x", "array"),
        ("array of things", "array of things"),
        ("array of things. Example >>> x", "array of things."),
        ("()", "()"),
        ("", ""),
    ],
    ids=str,
)
def test_a_type_ends_at_the_first_plain_word(text: str, type_: str) -> None:
    assert text[: flat_prose.type_end(text)] == type_


def test_a_list_in_a_fields_words_is_announced_by_a_colon() -> None:
    lead, listed = flat_prose.parse_description("One of: - `a` here - B there")
    assert lead == "One of:"
    assert isinstance(listed, Node)
    shown = [render_inline(item.children) for item in listed.children if isinstance(item, Node)]
    assert (listed.tag, shown) == ("ul", ["`a` here", "B there"])
    assert flat_prose.parse_description("One of - `a` - `b`") == flat_prose.parse_inline(
        "One of - `a` - `b`"
    )


def test_items_begin_with_a_bold_name() -> None:
    said = "- **a** (int) – x - y - **\\*b** – z - **c**"
    assert [render_inline(item) for item in flat_prose.parse_items(said)] == [
        "**a** (int) – x - y",
        "\\*b – z",
        "**c**",
    ]
    assert [render_inline(item) for item in flat_prose.parse_items("x - y")] == ["x - y"]
    assert flat_prose.parse_items("") == []
