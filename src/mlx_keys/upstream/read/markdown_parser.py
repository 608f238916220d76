"""Markdown as a tree: markdown-it finds the blocks, :mod:`.inline` the marks."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import cache

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.token import Token

from mlx_keys.upstream.html_tree import Child, Growing, Node

from . import inline

#: How deep blocks may nest; each list counts twice.
_DEEPEST = 20
_WORD = re.compile(r"\w{1,20}")


def code(token: Token) -> Node:
    """A fence's code, with its language if that is one word."""
    info = token.info.strip()
    language = info if _WORD.fullmatch(info) else "text"
    inner = Node("code", {"class": f"language-{language}"}, [token.content])
    return Node("pre", {}, [inner])


def parse(text: str, *, html: bool = True) -> list[Token]:
    """The blocks of a text as markdown-it's tokens; what stands in them is not looked at."""
    return _blocks(html).parse(text)


def tree(text: str) -> list[Child]:
    """A whole text."""
    growing = Growing()
    grow(growing, parse(text))
    return growing.children()


def grow(
    growing: Growing,
    tokens: Iterable[Token],
    *,
    html: bool = True,
    formulas: bool = False,
    line: Callable[[int], int] = lambda at: at,
    fence: Callable[[Token], Node] = code,
) -> None:
    """Add blocks to a tree.

    Args:
        growing: The tree.
        tokens: The blocks.
        html: Whether tags are tags; else they are text.
        formulas: Whether ``$...$`` is a formula.
        line: Gives for a line of the text, counted from 0, the one to remember.
        fence: Gives what a fence is.
    """
    for token in tokens:
        if token.type == "inline":
            inline.grow(growing, token.content, html=html, formulas=formulas)
        elif token.type == "html_block":
            growing.html(token.content)
        elif token.type == "fence":
            node = fence(token)
            node.line = line(token.map[0]) if token.map else None
            growing.add(node)
        elif token.type == "code_block":
            node = Node("pre", {}, [Node("code", {}, [token.content])])
            node.line = line(token.map[0]) if token.map else None
            growing.add(node)
        elif token.nesting < 0:
            if not token.hidden:
                growing.close(token.tag)
            growing.say("\n")
        elif not token.hidden:
            growing.open(token.tag, None, line(token.map[0]) if token.map else None)


@cache
def _blocks(html: bool) -> MarkdownIt:
    markdown = MarkdownIt("commonmark", {"html": html}).enable("table").disable("reference")
    markdown.core.ruler.enableOnly(["normalize", "block"])
    markdown.block.ruler.before("table", "deepest", _deepest)
    markdown.options["maxNesting"] = 2 * _DEEPEST
    return markdown


def _deepest(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Give what nests too deep as one paragraph: markdown-it would leave it out."""
    if state.level < _DEEPEST:
        return False
    if not silent:
        at = start
        while at < end and (state.isEmpty(at) or state.sCount[at] >= state.blkIndent):
            at += 1
        state.push("paragraph_open", "p", 1).map = [start, at]
        state.push("inline", "", 0).content = state.getLines(
            start, at, state.blkIndent, False
        ).strip()
        state.push("paragraph_close", "p", -1)
        state.line = at
    return True
