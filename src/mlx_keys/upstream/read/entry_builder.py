"""An entry while it is being read: filled field by field, whichever form the page has."""

from __future__ import annotations

import re
from collections.abc import Container, Sequence
from dataclasses import dataclass, replace

from mlx_keys.upstream import signature_parser
from mlx_keys.upstream.html_tree import Child, Node
from mlx_keys.upstream.model import Entry, Kind, Parameter, Raised, Returns, Signature, Warn
from mlx_keys.upstream.text import fold_whitespace
from mlx_keys.upstream.write import markdown
from mlx_keys.upstream.write.blocks import list_items, render_blocks
from mlx_keys.upstream.write.inline import plain_text

#: The labels of fields, as Sphinx writes them.
PARAMETERS = ("Parameters", "Keyword Arguments", "Other Parameters", "Variables")
RETURNS, RETURN_TYPE, RAISES = "Returns", "Return type", "Raises"
FIELDS = (*PARAMETERS, RETURNS, RETURN_TYPE, RAISES, "Yields", "Yield type", "Warns")

_KINDS: dict[str, Kind] = {"class": "class", "exception": "class", "property": "property"}
#: The longest signature that is read, in characters.
MAX_SIGNATURE = 20_000
_BLOCKS = ("p", "ul", "ol", "div", "blockquote", "pre")
_WORD = re.compile(r"(\w+)\s+(?=[\w.])")
_NAME = re.compile(r"[\w.]*")
_STARRED_NAME = re.compile(r"\*{0,2}[\w.]*")
_DASH = re.compile(r"\s[–—]\s|[–—]\s|\s[–—]$|^[–—]$")


@dataclass(frozen=True)
class Declaration:
    """What a line of a page declares: of ``class bucket(size: int)`` class, bucket, and the rest.

    The rest are arguments, or the type and value of an attribute.
    """

    kind: Kind
    name: str
    rest: str

    def kind_in(self, classes: Container[str], full_name: str) -> Kind:
        """What the name is on a page of these classes: a function of one of them is a method."""
        in_class = full_name.rpartition(".")[0] in classes or "." in self.name
        return "method" if self.kind == "function" and in_class else self.kind


def split_declaration(text: str) -> Declaration:
    """Split what a line of a page declares into its kind, its name and the rest."""
    kind: Kind = "function"
    text = text.strip()
    while word := _WORD.match(text):
        kind = _KINDS.get(word[1], kind)
        text = text[word.end() :]
    name = _NAME.match(text)
    end = name.end() if name else 0
    rest = text[end:].strip()
    # What is not called is no function.
    if kind == "function" and not rest.startswith("("):
        kind = "property"
    return Declaration(kind, text[:end], rest)


class EntryBuilder:
    """An entry while it is being read."""

    def __init__(self, name: str, kind: Kind, line: int, warn: Warn) -> None:
        """Begin an entry.

        Args:
            name: Its full name; what cannot stand in a name is left out.
            kind: What it is.
            line: The line of the page that its signature is on, from 1.
            warn: Called with each warning.
        """
        self.name = re.sub(r"[^\w.]+", "", name).strip(".") or "unnamed"
        self.kind = kind
        self._line = line
        self._warn = warn
        self._signatures: list[Signature] = []
        self._summary = ""
        self._value = ""
        self._body: list[str] = []
        self._parameters: list[Parameter] = []
        self._returns: dict[str, str] = {}
        self._raises: list[Raised] = []

    def add_signature(self, declaration: Declaration, starred: bool = False) -> None:
        """Add a form that the object is called in, or the type and value of an attribute.

        ``starred`` says whether arguments may stand in stars of emphasis.
        """
        rest = fold_whitespace(declaration.rest.replace("`", "'"))
        if not rest.strip(": "):
            return
        try:
            if len(rest) > MAX_SIGNATURE:
                raise ValueError("too long")
            if rest.startswith("("):
                signature = signature_parser.parse_signature(rest, starred)
            else:
                kind, value = signature_parser.parse_attribute(rest)
                signature = Signature((), kind)
                self._value = f"**=** {markdown.code_span(value)}" if value else ""
        except ValueError:
            message = f"{self.name}: {declaration.name}{rest[:300]}"
            self._warn("unread-signature", self._line, message)
        else:
            self._signatures.append(signature)

    def add_prose(self, blocks: Sequence[str]) -> None:
        """Add finished blocks: the first of an entry is its summary if it is a plain paragraph."""
        blocks = list(blocks)
        if not (self._body or self._parameters or self._returns or self._raises):
            self._take_summary(blocks)
        self.add_body(blocks)

    def add_body(self, blocks: Sequence[str]) -> None:
        """Add finished blocks of which none is the summary."""
        self._body += blocks

    def add_field(self, label: str, children: Sequence[Child]) -> None:
        """Add the field of this label from its content."""
        if label in PARAMETERS:
            parameters = [self._checked(parse_parameter(item)) for item in _items(children)]
            self._parameters += [one for one in parameters if one != Parameter("")]
        elif label == RETURNS:
            self._returns["description"] = _render(children)
        elif label == RETURN_TYPE:
            self._returns["type"] = plain_text(children)
        elif label == RAISES:
            raised = [parse_parameter(item) for item in _items(children)]
            self._raises += [Raised(one.name or one.type, one.description) for one in raised]
        else:
            self._body += [f"**{markdown.escape(label)}**", *render_blocks(children)]

    def build(self) -> Entry:
        """Return the finished entry."""
        body = [block for block in (*self._body, self._value) if block.strip()]
        # Where no prose stood above the fields, what stands below them may begin with the summary.
        self._take_summary(body)
        return Entry(
            name=self.name,
            kind=self.kind,
            signature=self._signatures[0] if self._signatures else None,
            summary=self._summary,
            body=markdown.join_blocks(body),
            parameters=tuple(self._parameters),
            returns=Returns(**self._returns) if self._returns else None,
            raises=tuple(self._raises),
            overloads=tuple(self._signatures[1:]),
            line=self._line,
        )

    def _take_summary(self, blocks: list[str]) -> None:
        """Take the first block out for the summary, where there is none and it may be one.

        Of an overloaded object no block is: it would tell of one form alone.
        """
        if blocks and not self._summary and len(self._signatures) <= 1:
            first = blocks[0]
            opens_block = first.startswith(("* ", "**")) or markdown.paragraph(first) != first
            if "\n" not in first and not opens_block:
                self._summary = blocks.pop(0)

    def _checked(self, parameter: Parameter) -> Parameter:
        """Keep of a parameter's name what can be one: upstream's slips set other things bold."""
        name = _STARRED_NAME.match(parameter.name)
        if name is None:
            return parameter
        if re.search(r"\w", parameter.name[name.end() :]):
            message = f"{parameter.name!r} is no parameter of {self.name}"
            self._warn("unplaced", self._line, message)
        return replace(parameter, name=name[0])


def parse_parameter(item: Sequence[Child]) -> Parameter:
    """Take ``**name** (type) – description`` apart.

    Without a bold name it is a type alone, such as an exception, or a description alone.
    """
    lead, below = _split_lead(item)
    before, after = _split_at_dash(lead)
    bold = next((i for i, c in enumerate(before) if isinstance(c, Node) and c.tag == "strong"), -1)
    name = plain_text(before[: bold + 1])
    kind = plain_text(before[bold + 1 :])
    typed = kind.startswith("(") and kind.endswith(")")
    if after is None and not typed:
        return Parameter(name, "", _render([*before[bold + 1 :], *below]))
    description = _render([*(after or []), *below])
    if typed:
        return Parameter(name, kind[1:-1].strip(), description)
    return Parameter(name, kind, description) if bold >= 0 else Parameter(kind, "", description)


def _render(children: Sequence[Child]) -> str:
    """A field's text: one paragraph, and any blocks below it."""
    return markdown.join_blocks(render_blocks(children))


def _items(children: Sequence[Child]) -> list[list[Child]]:
    """The items of a field: those of its list, or its only one."""
    items: list[list[Child]] = []
    loose: list[Child] = []
    for child in children:
        if isinstance(child, Node) and child.tag in ("ul", "ol") and not plain_text(loose):
            items += list_items(child)
        else:
            loose.append(child)
    return ([loose] if plain_text(loose) else []) + items


def _split_lead(item: Sequence[Child]) -> tuple[list[Child], list[Child]]:
    """Split an item into its first paragraph, opened, and what follows it."""
    lead: list[Child] = []
    for position, child in enumerate(item):
        if isinstance(child, Node) and child.tag == "p" and not plain_text(lead):
            return child.children, list(item[position + 1 :])
        if isinstance(child, Node) and child.tag in _BLOCKS:
            return lead, list(item[position:])
        lead.append(child)
    return lead, []


def _split_at_dash(lead: Sequence[Child]) -> tuple[list[Child], list[Child] | None]:
    """Split at the first dash; the second part is None where there is none."""
    for position, child in enumerate(lead):
        if isinstance(child, str) and (dash := _DASH.search(child)):
            before = [*lead[:position], child[: dash.start()]]
            return before, [child[dash.end() :], *lead[position + 1 :]]
    return list(lead), None
