"""The text alternative of a picture that a gallery script shows, read from the picture itself.

A figure's alternative is its title, its axes' titles and names, and the label that its author
gave it: ``figure.set_label("the numbers, in words")``. What shows itself as HTML is held to its
``alt``, ``aria-label``, ``<title>`` and ``<desc>``, or, having none of them, to its words.
"""

from __future__ import annotations

from html.parser import HTMLParser
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def of_figure(figure: Figure) -> str:
    """The text alternative of a matplotlib figure, in sentences on one line; empty if it has none.

    Args:
        figure: The figure, as the script left it.
    """
    said = [figure.get_suptitle()]
    for axes in figure.axes:
        said += [axes.get_title(loc=place) for place in ("left", "center", "right")]
        names = (f"{name}: {text}" for name, text in _names(axes) if text)
        said.append("; ".join(names))
    said.append(str(figure.get_label() or ""))
    # Axes that share a scale repeat its name.
    once = dict.fromkeys(" ".join(text.split()) for text in said)
    return " ".join(text if text.endswith((".", "?", "!")) else f"{text}." for text in once if text)


def _names(axes: object) -> list[tuple[str, str]]:
    return [(name, getattr(axes, f"get_{name}label")()) for name in ("x", "y")]


def of_html(html: str) -> str:
    """The text alternative of what an object shows through ``_repr_html_``.

    Args:
        html: A fragment, inline SVG included.
    """
    reader = _Alternatives()
    reader.feed(html)
    reader.close()
    return " ".join(" ".join(reader.alternatives or reader.words).split())


class _Alternatives(HTMLParser):
    """Collects the alternatives that a fragment states, and its words beside them."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.alternatives: list[str] = []
        self.words: list[str] = []
        self._open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        stated = [value for name, value in attrs if name in {"alt", "aria-label"} and value]
        self.alternatives += stated
        self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self._open.pop()

    def handle_endtag(self, tag: str) -> None:
        if tag in self._open:
            while self._open.pop() != tag:
                pass

    def handle_data(self, data: str) -> None:
        if not data.strip() or {"style", "script"} & set(self._open):
            return
        if {"title", "desc"} & set(self._open):
            self.alternatives.append(data)
        else:
            self.words.append(data)
