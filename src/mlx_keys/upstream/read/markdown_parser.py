"""Markdown as a tree: read by markdown-it, with two rules of our own.

Blocks that nest deeper than :data:`_DEEPEST` are one paragraph, where markdown-it would leave them
out; tags of HTML are what :data:`~mlx_keys.upstream.html_tree.TAG` takes for such, so that a tag
means the same in Markdown and in a block of HTML.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from functools import cache

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

from mlx_keys.upstream.html_tree import TAG, Child, Node, TreeBuilder
from mlx_keys.upstream.text import NOT_TEXT

#: How deep blocks may nest; each list counts twice.
_DEEPEST = 20
#: What may begin a mark inside a paragraph. Underscores inside a word are letters. Each alternative
#: begins with a literal sign: so Python looks for one of a set, which is several times as quick.
_MARK = re.compile(r"\n|\\|`|\*|!\[|\[|\]|<|&|_(?:(?<!\w_)|(?<=\\__)|(?<!__)_*+(?!\w))")
_WORD = re.compile(r"\w{1,20}")


def has_marks(text: str) -> bool:
    """Whether a text holds anything that may be a mark inside a paragraph."""
    return _MARK.search(text) is not None


def parse_markdown(text: str) -> list[Child]:
    """Return the tree of a whole text."""
    builder = TreeBuilder()
    add_blocks(builder, text)
    return builder.children()


def add_blocks(
    builder: TreeBuilder, text: str, page_line: Callable[[int], int] = lambda line: line
) -> None:
    """Add the blocks of a text to a tree.

    ``page_line`` gives for a line of the text, counted from 0, the line that its node is to bear.
    """
    for token in _parser().parse(text):
        line = page_line(token.map[0]) if token.map else None
        if token.type == "inline":
            add_inline(builder, token.content)
        elif token.type == "html_block":
            builder.feed_html(token.content)
        elif token.type in ("fence", "code_block"):
            builder.append(_code_node(token, line))
        elif token.nesting < 0:
            if not token.hidden:
                builder.end(token.tag)
            builder.data("\n")
        elif not token.hidden:
            builder.start(token.tag, None, line)


def add_inline(builder: TreeBuilder, text: str) -> None:
    """Add a paragraph's worth of Markdown, with no blank line in it, to a tree."""
    if not has_marks(text):
        builder.data(text)
        return
    parser = _parser()
    for token in parser.inline.parse(text, parser, {}, []):
        kind = token.type
        if kind == "text":
            builder.data(token.content)
        elif kind == "tags":
            _add_tags(builder, token.meta["parts"])
        elif kind == "text_special":
            # An entity may stand for a character that no text holds.
            builder.data(NOT_TEXT.sub("", token.content))
        elif kind in ("softbreak", "hardbreak"):
            if kind == "hardbreak":
                builder.append(Node("br"))
            builder.data("\n")
        elif kind == "code_inline":
            builder.append(Node("code", {}, [token.content]))
        elif kind == "image":
            builder.append(Node("img", {"alt": _plain(token.children or ())}))
        elif token.nesting > 0:
            href = token.attrGet("href")
            builder.start(token.tag, None if href is None else {"href": str(href)})
        else:
            builder.end(token.tag)


def _add_tags(builder: TreeBuilder, parts: Iterable[re.Match[str] | str]) -> None:
    for part in parts:
        if isinstance(part, str):
            builder.data(part)
        else:
            builder.feed_tag(part)


def _code_node(token: Token, line: int | None) -> Node:
    """Code, with its language if a fence names one in one word."""
    language = token.info.strip()
    attributes = {}
    if token.type == "fence":
        attributes["class"] = f"language-{language if _WORD.fullmatch(language) else 'text'}"
    return Node("pre", {}, [Node("code", attributes, [token.content])], line)


def _plain(tokens: Sequence[Token]) -> str:
    """What the words of a picture say, without their marks."""
    words: list[str] = []
    for token in tokens:
        if token.type == "image":
            words.append(_plain(token.children or ()))
        elif token.type == "tags":
            words += [part for part in token.meta["parts"] if isinstance(part, str)]
        else:
            words.append("\n" if token.type.endswith("break") else token.content)
    return "".join(words)


@cache
def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark").enable("table").disable(["reference", "html_inline"])
    # Marks inside paragraphs are read by add_inline, as it adds them.
    parser.core.ruler.enableOnly(["normalize", "block"])
    parser.block.ruler.before("table", "too_deep", _too_deep)
    parser.inline.ruler.after("text", "tags", _tags)
    # Of two neighbouring texts the tree makes one.
    parser.inline.ruler2.disable("fragments_join")
    # These shadow its methods: the writer makes the few addresses regular that it takes.
    vars(parser).update(normalizeLink=_unchanged, normalizeLinkText=_unchanged)
    parser.inline.terminator_re = _MARK
    parser.options["maxNesting"] = 2 * _DEEPEST
    return parser


def _unchanged(address: str) -> str:
    return address


def _too_deep(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Rule for blocks: give what nests too deep as one paragraph."""
    if state.level < _DEEPEST:
        return False
    if not silent:
        stop = start
        while stop < end and (state.isEmpty(stop) or state.sCount[stop] >= state.blkIndent):
            stop += 1
        state.push("paragraph_open", "p", 1).map = [start, stop]
        text = state.getLines(start, stop, state.blkIndent, False)
        state.push("inline", "", 0).content = text.strip()
        state.push("paragraph_close", "p", -1)
        state.line = stop
    return True


def _tags(state: StateInline, silent: bool) -> bool:
    """Rule for marks: make one token of tags of HTML and of the plain text between them.

    Of ``<i><b>a</b> c</i> d`` all but the last two characters: one token for each would take half
    of the time that reading a page does. A comment is left out.
    """
    text = state.src
    if text[state.pos] != "<":
        return False
    parts: list[re.Match[str] | str] = []
    end = start = state.pos
    while tag := TAG.match(text, start, state.posMax):
        if end < start:
            parts.append(text[end:start])
        parts.append(tag)
        end = tag.end()
        mark = _MARK.search(text, end, state.posMax)
        if mark is None:
            break
        start = mark.start()
    if not parts:
        return _skip_comment(state)
    if not silent:
        state.push("tags", "", 0).meta = {"parts": parts}
    state.pos = end
    return True


def _skip_comment(state: StateInline) -> bool:
    if not state.src.startswith("<!--", state.pos) or "no_comment_ends" in state.env:
        return False
    end = state.src.find("-->", state.pos + 4, state.posMax)
    if end < 0:
        # Looked for once: else a page of nothing but openings would cost the square of its length.
        if state.posMax == len(state.src):
            state.env["no_comment_ends"] = True
        return False
    state.pos = end + 3
    return True
