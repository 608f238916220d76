"""The text alternative of a picture that a gallery script shows, read from the picture itself.

A figure's alternative is its title, its axes' titles and names, and the label that its author
gave it: ``figure.set_label("the numbers, in words")``. The alternative of HTML is its words, and of
each SVG or image in it its ``alt``, ``aria-label``, ``<title>`` and ``<desc>``.
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
    texts = [figure.get_suptitle()]
    for axes in figure.axes:
        texts += [axes.get_title(loc=side) for side in ("left", "center", "right")]
        labels = {"x": axes.get_xlabel(), "y": axes.get_ylabel()}
        texts.append("; ".join(f"{name}: {label}" for name, label in labels.items() if label))
    texts.append(str(figure.get_label() or ""))
    # Axes that share a scale repeat its name: of equal texts one stays.
    unique = dict.fromkeys(" ".join(text.split()) for text in texts)
    return " ".join(
        text if text.endswith((".", "?", "!")) else f"{text}." for text in unique if text
    )


def html_alt_text(html: str) -> str:
    """The text alternative of what an object shows through ``_repr_html_``, a line a block.

    An SVG or an image gives its labels, each once, though a picture may be there in several sizes;
    all else gives its words.

    Args:
        html: A fragment, inline SVG included.
    """
    parser = _AltTextParser()
    parser.feed(html)
    parser.close()
    lines = [" ".join(line.split()) for line in "".join(parser.texts).split("\n")]
    return "\n".join(line for line in lines if line)


class _AltTextParser(HTMLParser):
    """Collects what a fragment tells someone who cannot see it: words and labels."""

    _SILENT = frozenset({"style", "script"})
    _INLINE = frozenset(
        {"a", "abbr", "b", "code", "em", "i", "small", "span", "strong", "sub", "sup"}
    )

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.texts: list[str] = []
        self._open: list[str] = []
        self._labels: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._break(tag)
        for name, value in attrs:
            if name in {"alt", "aria-label"} and value:
                self._add_label(value)
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
            self.texts.append(data)
        elif {"title", "desc"} & set(self._open):
            self._add_label(data)

    def _break(self, tag: str) -> None:
        if tag not in self._INLINE:
            self.texts.append("\n")

    def _add_label(self, text: str) -> None:
        if text not in self._labels:
            self._labels.add(text)
            self.texts.append(f"{text}\n")
