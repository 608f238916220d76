"""The third way in: a page that ``upstream.write.page`` wrote, read back into its record.

Whoever writes the mark on a page of their own gains nothing: what is read goes through the same
tree and the same markup as every other page, raw HTML is text here, and no directive is taken up
but those that myst.py writes.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from markdown_it.token import Token

from mlx_keys.errors import KeysError, Location
from mlx_keys.upstream import signature_parser
from mlx_keys.upstream.html_tree import Child, Growing, Node, text, walk
from mlx_keys.upstream.model import Curated, Kind, Links, Page, Raised, Signature
from mlx_keys.upstream.model import Warning as PageWarning
from mlx_keys.upstream.write import markdown as markup
from mlx_keys.upstream.write import page as myst
from mlx_keys.upstream.write.blocks import ADMONITIONS, blocks
from mlx_keys.upstream.write.inline import plain

from . import limits, markdown_parser
from .entry_builder import Draft, parameter, prose

_DIRECTIVE = re.compile(r"\{py:(function|class|method|property)\}\s+(\S.*)")
_NO_INDEX = re.compile(r":no-index:(?:\n|$)")
_TYPE = re.compile(r":type: (\S.*)\n?")
_FENCE = re.compile(r"\{([\w:-]{1,80})\}")
_ESCAPED = re.compile(r"\\[!-/:-@\[-`{-~]")
_ADDRESS = re.compile(r"\]\([^\s()]{1,2000}\)")
_KINDS: dict[str, Kind] = {"function": "function", "class": "class", "method": "method"}
_LABELS = (myst.PARAMETERS, myst.RETURNS, myst.RAISES, myst.OVERLOADS)
_SECTIONS = (myst.CURATED, myst.ORIGIN)
_CURATED = (myst.CURATED, myst.GUIDES, myst.EXAMPLES, myst.REMARKS)
_DEEPEST = 12


def recognise(page: str) -> bool:
    """Whether a page is one that was rewritten."""
    return page.startswith(myst.MARK)


def bounded(page: str) -> bool:
    """Whether a rewritten page has no more marks than :func:`read` takes.

    Where its links lead does not matter: a folder leads them elsewhere.
    """
    said = _ADDRESS.sub("](a.page.md)", _ESCAPED.sub("", page))
    return limits.limit(said, limits.CLEAN) is None


def read(page: str, source: str) -> Page:
    """Read a rewritten page.

    Raises:
        KeysError: It has more marks than such a page can have.
    """
    if not bounded(page):
        raise KeysError(
            "more marks than a rewritten page has",
            where=Location(source),
            fix="rewrite the page that it was made from",
        )
    warnings: list[PageWarning] = []

    def warn(kind: str, line: int, message: str) -> None:
        warnings.append(PageWarning(kind, line, message))

    body: list[str] = []
    drafts: list[Draft] = []
    sections: dict[str, list[Child]] = {}
    title = section = ""
    for tokens in _top(markdown_parser.parse(page.removeprefix(myst.MARK), html=False)):
        first = tokens[0]
        line = first.map[0] + 1 if first.map else 1
        directive = _DIRECTIVE.match(first.info) if first.type == "fence" else None
        if directive:
            drafts.append(_entry(directive, first.content, line, warn))
            continue
        nodes = _tree(tokens)
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
        draft.signatures.append(Signature((), _option(typed[1].strip())))
    elif len(said) > len(name):
        draft.sign(said)
    field = ""
    for tokens in _top(markdown_parser.parse(content, html=False)):
        nodes = _tree(tokens)
        label = _label(nodes)
        if label:
            field = label
        elif field and _fill(draft, field, nodes):
            field = ""
        else:
            field = ""
            draft.add(blocks(nodes))
    return draft


def _option(value: str) -> str:
    quoted = len(value) > 1 and value[0] == value[-1] == myst.QUOTE
    return value[1:-1].replace(myst.QUOTE * 2, myst.QUOTE) if quoted else value


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
                draft.signatures.append(signature_parser.definition(form)[1])
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


def _tree(tokens: Sequence[Token], depth: int = 0) -> list[Child]:
    """Blocks as a tree; ``depth`` counts the admonitions that they stand in."""
    growing = Growing()
    _grow(growing, tokens, depth)
    return growing.children()


def _grow(growing: Growing, tokens: Sequence[Token], depth: int) -> None:
    def fence(token: Token) -> Node:
        found = _FENCE.fullmatch(token.info.strip())
        if found and found[1] == "math":
            return Node("div", {"class": "math tex"}, [token.content])
        if found and found[1] in ADMONITIONS and depth < _DEEPEST:
            inner = markdown_parser.parse(token.content, html=False)
            return Node("div", {"class": f"admonition {found[1]}"}, _tree(inner, depth + 1))
        return markdown_parser.code(token)

    # A comment says nothing; an escaped one is text.
    said = [token for token in tokens if token.content != markup.COMMENT]
    markdown_parser.grow(growing, said, html=False, formulas=True, fence=fence)
