"""Inline marks are read as CommonMark's own reader of them reads them, and in linear time."""

from __future__ import annotations

import re
from urllib.parse import unquote

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from mlx_keys.upstream.html_tree import Child, Growing, Node, parse
from mlx_keys.upstream.read import inline

PIECES = (
    *"`*_\\[]()<>&\n  ab.é“\u00a0$\"'",
    *("``", "**", "***", "__", "[a](", "](b)", "](<b c>)", '](b "c")', "](", "b(c)d", "\\\n"),
    *(
        "  \n",
        "&lt;",
        "&#42;",
        "&copy",
        "&a;",
        "<b>",
        "</b>",
        "<a href='b'>",
        "<b c",
        "<http://a.b>",
    ),
    *("<a@b.c>", "](javascript:a)", "](b\\)c)", "](&amp;)", "\\*", "\\[", "\\`", "\\_"),
)
READER = MarkdownIt("commonmark", {"html": True})

Shape = str | tuple[str, str, tuple["Shape", ...]]


def shape(children: list[Child]) -> tuple[Shape, ...]:
    """A tree without what the two may differ in: how an address is spelt, a tag in it."""
    done: list[Shape] = []
    for child in children:
        if isinstance(child, Node):
            about = child.attributes.get("href", "") + child.attributes.get("alt", "")
            about = re.sub(r"<[^<>]*>", "", unquote(about)).strip()
            done.append((child.tag, about, shape(child.children)))
        elif done and isinstance(done[-1], str):
            done[-1] += child
        else:
            done.append(child)
    return tuple(done)


def ours(said: str) -> tuple[Shape, ...]:
    growing = Growing()
    inline.grow(growing, said)
    return shape(growing.children())


def theirs(said: str) -> tuple[Shape, ...]:
    return shape(parse(READER.renderInline(said)))


def agreed(said: str) -> str:
    """A text without what markdown-it reads otherwise than the standard says.

    It takes a backslash to escape a space and, in an address, the end of a line; and a run of stars
    at the end of a link's words to stand before white space.
    """
    said = re.sub(r"\\[\\\s]* ", "", re.sub(r"(?<=[*_])(?=\])", "a", said))
    said = re.sub(r"\\+\n", "\n", said) if "](" in said else said
    return re.sub(r"\n\s*\n", "\n", said).strip()


@settings(max_examples=600)
@given(st.lists(st.sampled_from(PIECES), max_size=14).map("".join).map(agreed))
@example("***a** b*")
@example("*a **b* c**")
@example("[a [b](c) d](e) ![f *g* `h`](i)")
@example("`a`` b` ``c`")
@example("\\__a_ a_b_ _a_b")
@example("![[[a](b)](c)](d)")
@example("*foo**bar*")
@example("a*“b”* *“c”*d")
@example("foo***bar***baz *foo**bar**baz* **a*b*c**")
@example("a*b**c* d**e*")
@example("a\\")
@example("*(a)* _(b)_ *(c)*")
@example("![a ![b](c) d](e) ![f `g` *h*](i)")
@example("[a](b(c(d))) [a](b(c) [a](<b c> 'd') [a](\n b)")
def test_marks_mean_what_commonmark_says(said: str) -> None:
    assert ours(said) == theirs(said)


@pytest.mark.parametrize("unit", ["*a ", "_a*", "[a](b", "![", "[](b(", "<a ", "&#"])
def test_marks_that_open_and_never_close_are_text(unit: str) -> None:
    """And cost no more than so many words."""
    said = (unit * 9).strip()
    assert ours(said) == (said,)


@pytest.mark.parametrize("comment", ["<!---->", "<!-- c -->", "<!--\n<b> --c-->"])
def test_a_comment_of_html_vanishes(comment: str) -> None:
    assert shape(parse(f"a{comment}b")) == ("ab",)
    assert ours(f"a{comment}b") == ("ab",)


def test_a_comment_that_never_ends_is_text() -> None:
    assert shape(parse("a<!-- b")) == ours("a<!-- b") == ("a<!-- b",)


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("a $b_c$ d", ("a ", ("span", "", ("b_c",)), " d")),
        ("5$ and 6", ("5$ and 6",)),
        ("$a", ("$a",)),
        ("$`b`$", ("$", ("code", "", ("b",)), "$")),
        ("*a* $", (("em", "", ("a",)), " $")),
    ],
)
def test_a_formula_stands_between_dollars_where_there_are_formulas(
    said: str, expected: tuple[Shape, ...]
) -> None:
    growing = Growing()
    inline.grow(growing, said, formulas=True)
    assert shape(growing.children()) == expected
    assert "span" not in str(ours(said))


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        # A paragraph that was opened outside of a block is not closed within it.
        ("<p>a<div>b</p>c</div>d", (("p", "", ("a", ("div", "", ("bc",)), "d")),)),
        ("<em>a<div>b</em>c</div>", (("em", "", ("a", ("div", "", ("b",)))), "c")),
        ("<p>a<em>b</p>c", (("p", "", ("a", ("em", "", ("b",)))), "c")),
        ("<img alt='a' width='3'>", (("img", "a", ()),)),
    ],
)
def test_a_closing_tag_closes_what_was_opened_in_its_own_block(
    said: str, expected: tuple[Shape, ...]
) -> None:
    assert shape(parse(said)) == expected
