"""The text alternative of a picture that a gallery script shows, read from the picture itself.

A figure's alternative is its title, its axes' titles and names, and the label that its author
gave it: ``figure.set_label("the numbers, in words")``. What shows itself as HTML is held to its
words, and each SVG or image in it to its ``alt``, ``aria-label``, ``<title>`` and ``<desc>``.
"""

from __future__ import annotations

from html.parser import HTMLParser
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def figure_alt_text(figure: Figure) -> str:
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


def html_alt_text(html: str) -> str:
    """The text alternative of what an object shows through ``_repr_html_``, a line a block.

    Of an SVG that is what it states of itself, said once where a picture is there in several
    sizes; of the rest the words.

    Args:
        html: A fragment, inline SVG included.
    """
    reader = _Reader()
    reader.feed(html)
    reader.close()
    lines = [" ".join(line.split()) for line in "".join(reader.said).split("\n")]
    return "\n".join(line for line in lines if line)


class _Reader(HTMLParser):
    """Collects what a fragment says to a reader who cannot see it."""

    _SILENT = frozenset({"style", "script"})
    _INLINE = frozenset(
        {"a", "abbr", "b", "code", "em", "i", "small", "span", "strong", "sub", "sup"}
    )

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.said: list[str] = []
        self._open: list[str] = []
        self._stated: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._break(tag)
        for name, value in attrs:
            if name in {"alt", "aria-label"} and value:
                self._state(value)
        self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self._open.pop()

    def handle_endtag(self, tag: str) -> None:
        if tag in self._open:
            while self._open.pop() != tag:
                pass
        self._break(tag)

    def handle_data(self, data: str) -> None:
        if self._SILENT & set(self._open):
            return
        if "svg" not in self._open:
            self.said.append(data)
        elif {"title", "desc"} & set(self._open):
            self._state(data)

    def _break(self, tag: str) -> None:
        if tag not in self._INLINE:
            self.said.append("\n")

    def _state(self, text: str) -> None:
        if text not in self._stated:
            self._stated.add(text)
            self.said.append(f"{text}\n")
