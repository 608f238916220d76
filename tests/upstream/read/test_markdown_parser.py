"""Markdown as a tree: where our rules differ from markdown-it's, and where they must not."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from mlx_keys.upstream.html_tree import Child, Node, TreeBuilder, parse_html
from mlx_keys.upstream.read.markdown_parser import add_inline, parse_markdown

Shape = str | tuple[str, str, tuple["Shape", ...]]


def shape(children: list[Child]) -> tuple[Shape, ...]:
    """A tree as tuples: of each element its name, its address or words, and what it holds."""
    done: list[Shape] = []
    for child in children:
        if isinstance(child, Node):
            about = child.attributes.get("href", "") + child.attributes.get("alt", "")
            done.append((child.tag, about, shape(child.children)))
        elif done and isinstance(done[-1], str):
            done[-1] += child
        else:
            done.append(child)
    return tuple(done)


def inline(text: str) -> tuple[Shape, ...]:
    builder = TreeBuilder()
    add_inline(builder, text)
    return shape(builder.children())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a_b_ _c_d _e_", ("a_b_ _c_d ", ("em", "", ("e",)))),
        (r"\__a_", ("_", ("em", "", ("a",)))),
        ("***a** b*", (("em", "", (("strong", "", ("a",)), " b")),)),
        ("a  \nb \nc", ("a", ("br", "", ()), "\nb\nc")),
        ("`a*b` &copy;&#0;&#2;&a;", (("code", "", ("a*b",)), " ©&a;")),
        ("[a `b`](c_d%20é 'e')", (("a", "c_d%20é", ("a ", ("code", "", ("b",)))),)),
        ("[a](javascript:b)", ("[a](javascript:b)",)),
        ("<http://a.b>", (("a", "http://a.b", ("http://a.b",)),)),
        ("![a *b* `c` ![d](e)&lt;\nf](g)", (("img", "a b c d<\nf", ()),)),
        ("a<b>c</b><i></i>d", ("a", ("b", "", ("c",)), ("i", "", ()), "d")),
        ("<b c='*'>*d*</b>", (("b", "", (("em", "", ("d",)),)),)),
        ("<b c", ("<b c",)),
        ("<i><b>a</b> c</i> d<br>", (("i", "", (("b", "", ("a",)), " c")), " d", ("br", "", ()))),
        ("<b>a</b> c  \n *d*", (("b", "", ("a",)), " c", ("br", "", ()), "\n", ("em", "", ("d",)))),
    ],
)
def test_marks_and_tags_of_a_paragraph(text: str, expected: tuple[Shape, ...]) -> None:
    assert inline(text) == expected


@given(st.text(st.sampled_from("_a *é.\\("), max_size=20).map(str.strip))
@example("\\__a_ a_b_ _a_b")
def test_underscores_that_are_passed_over_as_letters_would_have_been_no_mark(text: str) -> None:
    assert inline(text) == shape(parse_html(MarkdownIt("commonmark").renderInline(text)))


@pytest.mark.parametrize("unit", ["*a ", "_a*", "[a](b", "![", "[](b(", "<a ", "&#"])
def test_marks_that_open_and_never_close_are_text(unit: str) -> None:
    text = (unit * 9).strip()
    assert inline(text) == (text,)


@pytest.mark.parametrize("comment", ["<!---->", "<!-- c -->", "<!--\n<b> --c-->"])
def test_a_comment_of_html_vanishes(comment: str) -> None:
    assert shape(parse_html(f"a{comment}b")) == inline(f"a{comment}b") == ("ab",)


def test_a_comment_that_never_ends_is_text() -> None:
    assert shape(parse_html("a<!-- b")) == inline("a<!-- b") == ("a<!-- b",)
    assert inline("[a<!--](b) c") == (("a", "b", ("a<!--",)), " c")


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        # A paragraph that was opened outside of a block is not closed within it.
        ("<p>a<div>b</p>c</div>d", (("p", "", ("a", ("div", "", ("bc",)), "d")),)),
        ("<em>a<div>b</em>c</div>", (("em", "", ("a", ("div", "", ("b",)))), "c")),
        ("<p>a<em>b</p>c", (("p", "", ("a", ("em", "", ("b",)))), "c")),
        ("<img alt='a' width='3'>", (("img", "a", ()),)),
    ],
)
def test_a_closing_tag_closes_what_was_opened_in_its_own_block(
    html: str, expected: tuple[Shape, ...]
) -> None:
    assert shape(parse_html(html)) == expected


def test_blocks_that_nest_too_deep_are_one_paragraph_and_lose_no_word() -> None:
    (outermost,) = (child for child in parse_markdown("> " * 30 + "a *b*") if child != "\n")
    quotations = 0
    innermost = outermost
    while isinstance(innermost, Node) and innermost.tag == "blockquote":
        quotations += 1
        innermost = next(child for child in innermost.children if isinstance(child, Node))
    assert quotations == 20
    assert shape([innermost]) == (("p", "", ("> " * 10 + "a ", ("em", "", ("b",)))),)
