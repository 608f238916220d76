"""Inline content written as Markdown: emphasis is read as such, and no mark joins another."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from mlx_keys.upstream.html_tree import Child, Node, parse_html, text
from mlx_keys.upstream.write.inline import render_inline

LINK = "<a href='https://e.org/'>c</a>"


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("a<em>b</em>c", "a*b*c"),
        ("a<em>(b)</em>", "a(b)"),
        (" a <em>(b)</em> c", "a *(b)* c"),
        ("<em>(b)</em>c", "(b)c"),
        ("(<em>(b)</em>)", "(*(b)*)"),
        ("[<em>(b)</em>]", "\\[*(b)*\\]"),
        ("-<em>(b)</em>-", "-(b)-"),
        ("<em>(b)</em>.", "*(b)*."),
        ("<em>(b)</em>", "*(b)*"),
        ("<em>b.</em>c", "b.c"),
        ("<em>b.</em> c", "*b.* c"),
        ("a<em> b </em>c", "a *b* c"),
        ("a<em> </em>b", "a b"),
        ("a<em></em>b", "ab"),
        ("<em>a*b</em>", "a\\*b"),
        ("*<em>a</em>", "\\*a"),
        ("<em>a</em>*", "a\\*"),
        ("<em>a</em><em>b</em>", "*ab*"),
        ("<em>a</em><strong>b</strong>", "a**b**"),
        ("<strong>a</strong> <em>b</em>", "**a** *b*"),
        ("<strong>a<em>b</em></strong>", "a*b*"),
        ("<em>a <code>b</code></em>c", "a `b`c"),
        ("<code>a</code><code>b</code>", "`ab`"),
        ("<code>a</code><em>(b)</em>", "`a`(b)"),
        ("<em>(b)</em><code>a</code>", "*(b)*`a`"),
        ("<code>`</code>", "`` ` ``"),
        ("a<br>b", "a b"),
        ("2<sup>32</sup> keys x<sub>i</sub>", "2^32 keys x_i"),
        ("<div>a</div>b", "a b"),
        ("a! b", "a! b"),
        (f"a!{LINK}", "a\\![c](https://e.org/)"),
        (f"a {LINK}", "a [c](https://e.org/)"),
        (f"a{LINK}!", "a[c](https://e.org/)!"),
        ("a!<code>b</code>", "a!`b`"),
        (f"{LINK}<em>(b)</em>", "[c](https://e.org/)(b)"),
        (f"<em>(b)</em>{LINK}", "*(b)*[c](https://e.org/)"),
        (f"<em>b</em>{LINK}", "*b*[c](https://e.org/)"),
        (f"<a href='https://d.org/'>{LINK}<code>a</code></a><code>b</code>",
         "[c](https://e.org/)`ab`"),
    ],
)  # fmt: skip
def test_emphasis_code_and_links_are_written_so_that_neighbours_keep_apart(
    html: str, expected: str
) -> None:
    assert render_inline(parse_html(html)) == expected


PIECES = ("a", "b c", " ", "(", ")", ".", "!", "*", "_", "[", "]", "`", "é", "1")
LEAVES = st.text(st.sampled_from("".join(PIECES)), max_size=4)
TREES = st.recursive(
    LEAVES,
    lambda inner: st.builds(
        Node,
        st.sampled_from(["em", "strong", "code", "span", "a"]),
        st.just({"href": "https://e.org/"}),
        st.lists(inner, max_size=3),
    ),
    max_leaves=8,
)


def without_space(words: str) -> str:
    return "".join(words.split())


def link(*children: Child) -> Node:
    return Node("a", {"href": "https://e.org/"}, [*children])


@given(st.lists(TREES, max_size=4))
@example(["!", link("c")])
@example([Node("em", {}, ["(b)"]), "c"])
@example([Node("em", {}, [Node("code", {}, ["1"])])] * 2)
@example(["1", Node("em", {}, ["", Node("em", {}, [""]), "["])])
@example([link(link("1"), Node("code", {}, ["1"])), Node("code", {}, ["1"])])
def test_a_reader_of_markdown_finds_the_same_words(children: list[Child]) -> None:
    written = render_inline(children)
    read = parse_html(MarkdownIt("commonmark").renderInline(written))
    assert without_space(text(read)) == without_space(text(children)), written
