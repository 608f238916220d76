"""Inline prose written as Markdown: what is emphasised is read so, and no sign joins another."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from mlx_keys.upstream.html_tree import Child, Node, parse, text
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
    ],
)
def test_inline_prose_is_written(html: str, expected: str) -> None:
    assert render_inline(parse(html)) == expected


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


def words(said: str) -> str:
    return "".join(said.split())


@given(st.lists(TREES, max_size=4))
@example(["!", Node("a", {"href": "https://e.org/"}, ["c"])])
@example([Node("em", {}, ["(b)"]), "c"])
@example([Node("em", {}, [Node("code", {}, ["1"])])] * 2)
def test_what_is_written_reads_as_the_same_words(children: list[Child]) -> None:
    written = render_inline(children)
    read = parse(MarkdownIt("commonmark").renderInline(written))
    assert words(text(read)) == words(text(children)), written
