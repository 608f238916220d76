"""Each construct of Markdown, written from text that could be taken for markup."""

from __future__ import annotations

import pytest

from mlx_keys.upstream.write import markdown


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a", "`a`"),
        (" a\n b ", "`a b`"),
        ("a`b", "``a`b``"),
        ("`a", "`` `a ``"),
        ("a`", "`` a` ``"),
        ("a``b`c", "```a``b`c```"),
        (" ", " "),
        ("", ""),
    ],
)
def test_a_code_span_stands_between_more_backticks_than_it_holds(text: str, expected: str) -> None:
    assert markdown.code_span(text) == expected


@pytest.mark.parametrize(
    ("tex", "inline", "block"),
    [
        ("x_1\n + 2", "$x_1 + 2$", "```{math}\nx_1 + 2\n```"),
        ("a$b", "`a$b`", "```{math}\na$b\n```"),
        ("a`b", "``a`b``", "```{math}\na`b\n```"),
        ("a\\", "`a\\`", "```{math}\na\\\n```"),
        ("\\href{a}{b}", "`\\href{a}{b}`", "```latex\n\\href{a}{b}\n```"),
        ("\\reference", "$\\reference$", "```{math}\n\\reference\n```"),
        (":a: b", "$:a: b$", "```{math}\n{}:a: b\n```"),
        ("--- b", "$--- b$", "```{math}\n{}--- b\n```"),
        ("-- b", "$-- b$", "```{math}\n-- b\n```"),
        ("", "", ""),
    ],
)
def test_a_formula_that_would_end_early_or_act_becomes_code(
    tex: str, inline: str, block: str
) -> None:
    assert (markdown.inline_math(tex), markdown.math_block(tex)) == (inline, block)


@pytest.mark.parametrize(
    ("text", "info", "expected"),
    [
        ("\n\n a\n\n", "", "```\n a\n```"),
        ("a", "python", "```python\na\n```"),
        ("```\n", "", "````\n```\n````"),
        ("a ````` b", "", "``````\na ````` b\n``````"),
        ("", "{note}", "```{note}\n```"),
    ],
)
def test_a_fence_is_longer_than_any_in_its_code(text: str, info: str, expected: str) -> None:
    assert markdown.fence(text, info) == expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("# a", "\\# a"), ("###### a", "\\###### a"), ("####### a", "####### a"), ("#a", "#a"),
        ("- a", "\\- a"), ("-a", "-a"), ("-", "\\-"), ("+ a", "\\+ a"), ("---", "\\---"),
        ("===", "\\==="), ("> a", "\\> a"), ("% a", "\\% a"), ("(a)=", "\\(a)="),
        ("1. a", "1\\. a"), ("12) a", "12\\) a"), ("1.5", "1.5"), ("1", "1"), ("a - b", "a - b"),
        ("1234567890. a", "1234567890. a"),
    ],
)  # fmt: skip
def test_a_paragraph_opens_no_block(line: str, expected: str) -> None:
    assert markdown.paragraph(line) == expected


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([], ""),
        ([[]], ""),
        ([["a", "b"], ["c"]], "| a | b |\n| --- | --- |\n| c |  |"),
        ([["a|b\nc"]], "| a\\|b c |\n| --- |"),
        ([["a\\|b"]], "| a\\|b |\n| --- |"),
        ([["a\\\\|b"]], "| a\\\\\\|b |\n| --- |"),
    ],
)
def test_a_cell_can_hold_a_bar_and_rows_are_filled_up(rows: list[list[str]], expected: str) -> None:
    assert markdown.table(rows) == expected


def test_the_lines_of_a_list_item_are_indented() -> None:
    assert markdown.item_list(["a\n\nb\nc", " ", "d"]) == "* a\n\n  b\n  c\n* d"
    assert markdown.item_list(["a\nb", "c"], numbered=True) == "1. a\n   b\n2. c"


def test_two_lists_in_a_row_stay_two() -> None:
    assert markdown.join_blocks(["* a", "", "* b", "1. c", "1. d", "e"]) == (
        "* a\n\n%\n\n* b\n\n1. c\n\n%\n\n1. d\n\ne"
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [(" a ", " *a* "), ("a", "*a*"), (" ", " "), ("", "")],
)
def test_white_space_stays_outside_of_emphasis(text: str, expected: str) -> None:
    assert markdown.emphasis(text) == expected


@pytest.mark.parametrize(
    ("words", "url", "expected"),
    [
        ("a", "https://example.org/b", "[a](https://example.org/b)"),
        ("a", "b.md", "[a](b.md)"),
        ("a", "../b/c.md", "[a](../b/c.md)"),
        ("a", "#b.c", "[a](#b.c)"),
        ("a", "b.txt", "a"),
        ("a", "/b.md", "a"),
        ("a", "https:b.md", "a"),
        (" ", "b.md", " "),
        ("[a](b.md)", "c.md", "[a](b.md)"),
    ],
)
def test_a_link_goes_to_the_web_or_to_the_same_folder(words: str, url: str, expected: str) -> None:
    assert markdown.link(words, url) == expected


@pytest.mark.parametrize(
    ("words", "expected"),
    [("a", "## a"), ("a #", "## a \\#"), ("a \\#", "## a \\#"), ("C#", "## C\\#")],
)
def test_a_heading_keeps_the_number_signs_at_its_end(words: str, expected: str) -> None:
    assert markdown.heading(words, 2) == expected
