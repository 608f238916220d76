"""An entry while it is being read: filled field by field, whichever form the page has."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from mlx_keys.upstream import signature_parser
from mlx_keys.upstream.html_tree import Child, Node
from mlx_keys.upstream.model import Entry, Kind, Parameter, Raised, Returns, Signature
from mlx_keys.upstream.text import fold_whitespace
from mlx_keys.upstream.write import markdown
from mlx_keys.upstream.write.blocks import list_items, render_blocks
from mlx_keys.upstream.write.inline import plain_text

Warn = Callable[[str, int, str], None]

#: The labels of fields, as Sphinx writes them.
PARAMETERS = ("Parameters", "Keyword Arguments", "Other Parameters", "Variables")
RETURNS, RETURN_TYPE, RAISES = "Returns", "Return type", "Raises"
FIELDS = (*PARAMETERS, RETURNS, RETURN_TYPE, RAISES, "Yields", "Yield type", "Warns")

_KINDS: dict[str, Kind] = {"class": "class", "exception": "class", "property": "property"}
#: How many characters a signature may have.
_LONGEST = 20_000
_NAME = re.compile(r"\*{0,2}[\w.]*")
_DASH = re.compile(r"\s[–—]\s|[–—]\s|\s[–—]$|^[–—]$")


class Draft:
    """An entry while it is being read."""

    def __init__(self, name: str, kind: Kind, line: int, warn: Warn) -> None:
        self._warn = warn
        self.name = re.sub(r"[^\w.]+", "", name).strip(".") or "unnamed"
        self.kind = kind
        self.line = line
        self.signatures: list[Signature] = []
        self.summary = ""
        self.value = ""
        self.body: list[str] = []
        self.parameters: list[Parameter] = []
        self.returns: dict[str, str] = {}
        self.raises: list[Raised] = []

    def add(self, prose: Sequence[str]) -> None:
        """Add finished blocks: the first, when it is a plain paragraph, is the summary."""
        left = list(prose)
        said = self.body or self.parameters or self.returns or self.raises
        if not said:
            self._summarise(left)
        self.body += left

    def _summarise(self, left: list[str]) -> None:
        """Take the first block for the summary, where there is none and it may be one."""
        if left and not self.summary and len(self.signatures) < 2:  # noqa: PLR2004
            first = left[0]
            opens = first.startswith(("* ", "**")) or markdown.paragraph(first) != first
            if "\n" not in first and not opens:
                self.summary = left.pop(0)

    def sign(self, said: str, starred: bool = False) -> None:
        """Add a form that the entry is called in, from its words."""
        _, name, rest = printed(said)
        rest = fold_whitespace(rest.replace("`", "'"))
        if not rest.strip(": "):
            return
        try:
            if len(rest) > _LONGEST:
                raise ValueError("too long")
            if rest.startswith("("):
                given = signature_parser.definition(f"f{rest}", starred)[1]
            else:
                kind, value = signature_parser.attribute(rest)
                given = Signature((), kind)
                self.value = f"**=** {markdown.code_span(value)}" if value else ""
            # What would read otherwise once it is written out was never understood.
            if signature_parser.definition(f"f{given}")[1] != given:
                raise ValueError("not plain")
        except ValueError:
            self._warn("unread-signature", self.line, f"{self.name}: {name}{rest[:300]}")
        else:
            self.signatures.append(given)

    def field(self, label: str, children: Sequence[Child]) -> None:
        """Fill in the field of this label from its content."""
        if label in PARAMETERS:
            named = [self._named(parameter(item)) for item in _items(children)]
            self.parameters += [one for one in named if one != Parameter("")]
        elif label == RETURNS:
            self.returns["description"] = prose(children)
        elif label == RETURN_TYPE:
            self.returns["type"] = plain_text(children)
        elif label == RAISES:
            raised = [parameter(item) for item in _items(children)]
            self.raises += [Raised(one.name or one.type, one.description) for one in raised]
        else:
            self.body += [f"**{markdown.escape(label)}**", *render_blocks(children)]

    def _named(self, one: Parameter) -> Parameter:
        """Keep of a name what can be one: upstream's own slips set other things bold."""
        found = _NAME.match(one.name)
        if found is not None and found.end() < len(one.name):
            if re.search(r"\w", one.name[found.end() :]):
                self._warn("unplaced", self.line, f"{one.name!r} is no parameter of {self.name}")
            return replace(one, name=found.group(0))
        return one

    def entry(self) -> Entry:
        """Give the finished record."""
        body = [block for block in (*self.body, self.value) if block.strip()]
        # Rewritten, what was said below the fields stands above them.
        self._summarise(body)
        return Entry(
            name=self.name,
            kind=self.kind,
            signature=self.signatures[0] if self.signatures else None,
            summary=self.summary,
            body=markdown.join_blocks(body),
            parameters=tuple(self.parameters),
            returns=Returns(**self.returns) if self.returns else None,
            raises=tuple(self.raises),
            overloads=tuple(self.signatures[1:]),
            line=self.line,
        )


def printed(said: str) -> tuple[Kind, str, str]:
    """A signature's words as its kind, its name as printed, and the rest."""
    kind: Kind = "function"
    words = said.strip()
    while found := re.match(r"(\w+)\s+(?=[\w.])", words):
        kind = _KINDS.get(found.group(1), kind)
        words = words[found.end() :]
    name = re.match(r"[\w.]*", words)
    end = name.end() if name else 0
    rest = words[end:].strip()
    # What is not called is no function.
    if kind == "function" and not rest.startswith("("):
        kind = "property"
    return kind, words[:end], rest


def parameter(item: Sequence[Child]) -> Parameter:
    """``**name** (type) – description``, as a record."""
    lead, rest = _lead(item)
    before, after = _split_dash(lead)
    at = next((i for i, c in enumerate(before) if isinstance(c, Node) and c.tag == "strong"), None)
    if at is None:
        # A field of one type alone, such as an exception.
        said = plain_text(before)
        typed = said.startswith("(") and said.endswith(")")
        if after is None and not typed:
            return Parameter("", "", prose([*lead, *rest]))
        return Parameter(
            "" if typed else said, said[1:-1] if typed else "", prose([*(after or []), *rest])
        )
    name = plain_text(before[: at + 1])
    kind = plain_text(before[at + 1 :]).strip()
    if after is None and not (kind.startswith("(") and kind.endswith(")")):
        return Parameter(name, "", prose([*before[at + 1 :], *rest]))
    if kind.startswith("(") and kind.endswith(")"):
        kind = kind[1:-1].strip()
    return Parameter(name, kind, prose([*(after or []), *rest]))


def prose(children: Sequence[Child]) -> str:
    """A field's text: one paragraph, and any blocks below it."""
    return markdown.join_blocks(render_blocks(children))


def _items(children: Sequence[Child]) -> list[list[Child]]:
    """The items of a field: those of its list, or its only one."""
    found: list[list[Child]] = []
    loose: list[Child] = []
    for child in children:
        if isinstance(child, Node) and child.tag in ("ul", "ol") and not plain_text(loose):
            found += list_items(child)
        else:
            loose.append(child)
    return ([loose] if plain_text(loose) else []) + found


def _lead(item: Sequence[Child]) -> tuple[list[Child], list[Child]]:
    """An item's first paragraph, opened, and what follows it."""
    lead: list[Child] = []
    for at, child in enumerate(item):
        if isinstance(child, Node) and child.tag == "p" and not plain_text(lead):
            return child.children, list(item[at + 1 :])
        if isinstance(child, Node) and child.tag in ("p", "ul", "ol", "div", "blockquote", "pre"):
            return lead, list(item[at:])
        lead.append(child)
    return lead, []


def _split_dash(lead: Sequence[Child]) -> tuple[list[Child], list[Child] | None]:
    """What stands before and after the first dash; None when there is none."""
    for at, child in enumerate(lead):
        if isinstance(child, str) and (found := _DASH.search(child)):
            before = [*lead[:at], child[: found.start()]]
            return before, [child[found.end() :], *lead[at + 1 :]]
    return list(lead), None
