"""The third way in: a page that :mod:`mlx_keys.upstream.myst` wrote, read back into its record.

Whoever writes the mark on a page of their own gains nothing: what is read goes through the same
tree and the same markup as every other page, raw HTML is text here, and no directive is taken up
but those that myst.py writes.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from html import escape
from itertools import islice
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

from . import markup, myst, signature
from .draft import Draft, parameter, prose
from .prose import ADMONITIONS, blocks, plain
from .records import Curated, Kind, Links, Page, Raised, Signature
from .records import Warning as PageWarning
from .tree import Child, Node, parse, text, walk

_DIRECTIVE = re.compile(r"\{py:(function|class|method|property)\}\s+(\S.*)")
_NO_INDEX = re.compile(r":no-index:(?:\n|$)")
_TYPE = re.compile(r":type: (\S.*)\n?")
_FENCE = re.compile(r"\{([\w:-]{1,80})\}")
_MATH = re.compile(r"\$([^$`]{1,4000})\$")
_UNESCAPED = re.compile(r"(?<!\\)[\[*_`<&!]")
_SHARE, _LEAST = 0.3, 3000
_KINDS: dict[str, Kind] = {"function": "function", "class": "class", "method": "method"}
_LABELS = (myst.PARAMETERS, myst.RETURNS, myst.RAISES, myst.OVERLOADS)
_SECTIONS = (myst.CURATED, myst.ORIGIN)
_CURATED = (myst.CURATED, myst.GUIDES, myst.EXAMPLES, myst.REMARKS)
_DEEPEST = 12


def recognise(page: str) -> bool:
    """Whether a page is one that was rewritten, and has no more marks than such a page can have."""
    if not page.startswith(myst.MARK):
        return False
    most = _LEAST + int(_SHARE * len(page))
    return next(islice(_UNESCAPED.finditer(page), most, None), None) is None


def read(page: str, source: str) -> Page:
    """Read a rewritten page."""
    warnings: list[PageWarning] = []

    def warn(kind: str, line: int, message: str) -> None:
        warnings.append(PageWarning(kind, line, message))

    body: list[str] = []
    drafts: list[Draft] = []
    sections: dict[str, list[Child]] = {}
    title = section = ""
    for tokens in _top(_markdown().parse(page.removeprefix(myst.MARK))):
        first = tokens[0]
        line = first.map[0] + 1 if first.map else 1
        directive = _DIRECTIVE.match(first.info) if first.type == "fence" else None
        if directive:
            drafts.append(_entry(directive, first.content, line, warn))
            continue
        nodes = parse(_html(tokens))
        said = plain(nodes)
        heading = first.type == "heading_open"
        if heading and first.tag == "h1" and not title:
            title = said
        elif heading and (said in _SECTIONS or (section in _CURATED and said in _CURATED)):
            section = said
        elif section:
            sections.setdefault(section, []).extend(nodes)
        else:
            body += blocks(nodes, headings=True)
    return Page(
        source=source,
        title=title,
        body=markup.blocks(body),
        entries=tuple(draft.entry() for draft in drafts),
        links=_links(sections.get(myst.ORIGIN, [])),
        curated=_curated(sections),
        warnings=tuple(warnings),
    )


def _top(tokens: Sequence[Token]) -> list[list[Token]]:
    """The tokens of each block of the page itself."""
    groups: list[list[Token]] = []
    for token in tokens:
        if token.level == 0 and token.nesting >= 0:
            groups.append([token])
        else:
            groups[-1].append(token)
    return groups


def _entry(directive: re.Match[str], content: str, line: int, warn: Any) -> Draft:
    said = directive.group(2).strip()
    found = re.match(r"[\w.]+", said)
    name = found.group(0) if found else ""
    kind = directive.group(1)
    draft = Draft(name, _KINDS.get(kind, "property"), line, warn)
    # Where else the object is described is for the folder to say.
    content = _NO_INDEX.sub("", content, count=1) if _NO_INDEX.match(content) else content
    typed = _TYPE.match(content)
    if typed:
        content = content[typed.end() :]
        draft.signatures.append(Signature((), typed.group(1).strip()))
    elif len(said) > len(name):
        draft.sign(said)
    field = ""
    for tokens in _top(_markdown().parse(content)):
        nodes = parse(_html(tokens))
        label = _label(nodes)
        if label:
            field = label
        elif field and _fill(draft, field, nodes):
            field = ""
        else:
            field = ""
            draft.add(blocks(nodes))
    return draft


def _label(nodes: Sequence[Child]) -> str:
    """The label that a block is, or ""."""
    paragraph = [n for n in nodes if isinstance(n, Node)]
    if len(paragraph) == 1 and len(paragraph[0].children) == 1 and paragraph[0].tag == "p":
        bold = paragraph[0].children[0]
        if isinstance(bold, Node) and bold.tag == "strong" and plain(bold.children) in _LABELS:
            return plain(bold.children)
    return ""


def _fill(draft: Draft, field: str, nodes: Sequence[Child]) -> bool:
    """Fill a field from the block below its label; False where that is no such block."""
    block = next((n for n in nodes if isinstance(n, Node)), Node(""))
    items = [li.children for li in block.children if isinstance(li, Node) and li.tag == "li"]
    if field == myst.OVERLOADS and block.tag == "pre":
        for form in text(block.children).strip().split("\n"):
            try:
                draft.signatures.append(signature.definition(form)[1])
            except ValueError:
                return False
        return True
    if block.tag != "ul" or not items or field == myst.OVERLOADS:
        return False
    if field == myst.PARAMETERS:
        draft.field("Parameters", [block])
    elif field == myst.RAISES:
        draft.raises += [Raised(one.name, one.description) for one in map(parameter, items)]
    else:
        draft.returns = _returned(items[0])
    return True


def _returned(item: Sequence[Child]) -> dict[str, str]:
    """``(type) – description``."""
    one = parameter(item)
    return {"type": one.type, "description": one.description}


def _links(nodes: Sequence[Child]) -> Links:
    found: dict[str, str] = {}
    names = {label: key for key, label in myst.LINK_NAMES.items()}
    for item in walk(list(nodes)):
        label, _, value = plain(item.children).partition(": ")
        if item.tag == "li" and label in names:
            found[names[label]] = value
    return Links(**found)


def _curated(sections: dict[str, list[Child]]) -> Curated:
    def items(name: str) -> list[list[Child]]:
        lists = [n for n in sections.get(name, []) if isinstance(n, Node) and n.tag == "ul"]
        return [li.children for ul in lists for li in ul.children if isinstance(li, Node)]

    code = [n for n in sections.get(myst.EXAMPLES, []) if isinstance(n, Node) and n.tag == "pre"]
    return Curated(
        notes=tuple(prose(item) for item in items(myst.CURATED)),
        guides=tuple(plain(item) for item in items(myst.GUIDES)),
        examples=tuple(text(one.children).strip("\n") for one in code),
        remarks=tuple(prose(item) for item in items(myst.REMARKS)),
    )


@cache
def _markdown() -> MarkdownIt:
    markdown = MarkdownIt("commonmark", {"html": False}).enable("table")
    markdown.inline.ruler.before("escape", "formula", _formula)
    markdown.add_render_rule("formula", _render_formula)
    markdown.add_render_rule("fence", _render_fence)
    return markdown


def _html(tokens: Sequence[Token], depth: int = 0) -> str:
    markdown = _markdown()
    return str(markdown.renderer.render(tokens, markdown.options, {"depth": depth}))


def _formula(state: StateInline, silent: bool) -> bool:
    found = _MATH.match(state.src, state.pos)
    if found is None:
        return False
    if not silent:
        state.push("formula", "span", 0).content = found.group(1)
    state.pos = found.end()
    return True


def _render_formula(_: Any, tokens: Sequence[Token], at: int, *__: Any) -> str:
    return f'<span class="math tex">{escape(tokens[at].content)}</span>'


def _render_fence(_: Any, tokens: Sequence[Token], at: int, __: Any, env: dict[str, int]) -> str:
    content, info = tokens[at].content, tokens[at].info.strip()
    depth = env.get("depth", 0)
    found = _FENCE.fullmatch(info)
    if found and found.group(1) == "math":
        return f'<div class="math tex">{escape(content)}</div>'
    if found and found.group(1) in ADMONITIONS and depth < _DEEPEST:
        inner = _html(_markdown().parse(content), depth + 1)
        return f'<div class="admonition {found.group(1)}">{inner}</div>'
    language = info if re.fullmatch(r"\w{1,20}", info) else "text"
    return f'<pre><code class="language-{language}">{escape(content)}</code></pre>'
