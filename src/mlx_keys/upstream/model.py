"""The records that reading a page, or the installed mlx, gives, and that all that follows reads.

Prose in a record is MyST Markdown that was written by :mod:`mlx_keys.upstream.write.markdown`, so
that upstream's own text can neither open a directive nor carry raw HTML: one paragraph's worth in
``summary`` and in the fields of a parameter, whole blocks in ``body``. Names, types, annotations
and defaults are plain text. White space is folded.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any, Literal, TypeAlias

Kind = Literal["function", "class", "method", "property"]

#: Every kind of warning that reading a page can give, and what it means.
WARNING_KINDS = {
    "crushed-code": "code has lost its line ends; it is given as it stood",
    "crushed-prose": "paragraphs, lists or tables have lost where they end; given in one run",
    "dense-markup": "so many marks that what follows is given as plain text",
    "dropped-markup": "markup that could act when rendered was left out; its text was kept",
    "lost-table": "a table that scraping had already lost",
    "not-text": "characters that no text holds (NUL, broken UTF-8) were left out or replaced",
    "truncated": "the page ends in the middle of something",
    "unplaced": "text that belongs to no entry and to no known part of a page",
    "unread-signature": "a signature that could not be taken apart",
}


@dataclass(frozen=True)
class Warning:  # noqa: A001 - the word of the page schema
    """Something at a line of a page (from 1) at which a person should look, in one sentence."""

    kind: str
    line: int
    message: str


#: Called with the kind, the line and the message of each warning.
Warn: TypeAlias = Callable[[str, int, str], None]


@dataclass(frozen=True)
class Argument:
    """One argument of a signature, as printed: ``num: int = 2``.

    Attributes:
        name: With its stars; ``*`` and ``/`` stand alone as markers.
        annotation: Its type, or "".
        default: Its default as written, or None.
    """

    name: str
    annotation: str = ""
    default: str | None = None

    def __str__(self) -> str:
        text = f"{self.name}: {self.annotation}" if self.annotation else self.name
        if self.default is None:
            return text
        return f"{text} = {self.default}" if self.annotation else f"{text}={self.default}"


@dataclass(frozen=True)
class Signature:
    """How an object is called: its arguments in order, and the type that it returns, or ""."""

    parameters: tuple[Argument, ...] = ()
    returns: str = ""

    def __str__(self) -> str:
        arrow = f" → {self.returns}" if self.returns else ""
        return f"({', '.join(map(str, self.parameters))}){arrow}"


@dataclass(frozen=True)
class Parameter:
    """One parameter as the prose documents it: its name with stars, its type, and Markdown."""

    name: str
    type: str = ""
    description: str = ""


@dataclass(frozen=True)
class Returns:
    """What is returned, as the prose documents it: its type, and Markdown."""

    type: str = ""
    description: str = ""


@dataclass(frozen=True)
class Raised:
    """An exception as the prose documents it, and when it is raised, in Markdown."""

    type: str
    description: str = ""


@dataclass(frozen=True)
class Entry:
    """One documented object.

    Attributes:
        name: In full, as one imports it: ``mlx.core.random.split``.
        kind: function, class, method or property.
        signature: Of the first form; a property's has no arguments, but may have a type.
        summary: The first paragraph.
        body: Every other block of its prose, as Markdown.
        parameters: As documented, in the page's order.
        returns: What is returned, or None where the prose says nothing of it.
        raises: As documented.
        overloads: The signatures of the other forms.
        line: The line of its page that it begins on, from 1; None when it came from no page.
    """

    name: str
    kind: Kind
    signature: Signature | None = None
    summary: str = ""
    body: str = ""
    parameters: tuple[Parameter, ...] = ()
    returns: Returns | None = None
    raises: tuple[Raised, ...] = ()
    overloads: tuple[Signature, ...] = ()
    line: int | None = None

    @property
    def forms(self) -> tuple[Signature, ...]:
        """Every signature, that of the first form first."""
        return (self.signature, *self.overloads) if self.signature else self.overloads


@dataclass(frozen=True)
class Links:
    """Where a page came from, and its neighbours.

    ``source`` and ``repository`` are web addresses: of the text that the page was built from, and
    of upstream's project. ``previous`` and ``next`` name the pages before and after it.
    """

    source: str | None = None
    repository: str | None = None
    previous: str | None = None
    next: str | None = None


@dataclass(frozen=True)
class Curated:
    """What a curator wrote in front of a page; kept apart from what upstream says.

    Attributes:
        notes: Markdown, one a note.
        guides: Paths of the guides that the curator points to, as written.
        examples: Code as it stood.
        remarks: All else, comments included, as Markdown.
    """

    notes: tuple[str, ...] = ()
    guides: tuple[str, ...] = ()
    examples: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Page:
    """What one page says.

    Attributes:
        source: The page's file name.
        title: Its heading.
        body: Prose of the page itself, outside every entry, as Markdown.
        entries: In the page's order; members of a class follow it, with their full names.
        links: Where it came from, and its neighbours.
        curated: What a curator wrote in front of it.
        warnings: What a person should look at.
    """

    source: str
    title: str = ""
    body: str = ""
    entries: tuple[Entry, ...] = ()
    links: Links = field(default_factory=Links)
    curated: Curated = field(default_factory=Curated)
    warnings: tuple[Warning, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return the page as plain values, ready for :func:`json.dumps`."""
        return asdict(self)
