"""Matplotlib figures of the gallery as inline SVG that suits light and dark pages alike.

A gallery script uses plain matplotlib: no import, no call, no colour of ours. While the site is
built, :func:`use_style` sets our defaults in matplotlib before a script runs, :func:`scrape` saves
the script's figures as SVG whose colours are CSS variables, and :class:`InlineFigures` puts that
SVG into the page, where the variables have values. A reader who downloads the script draws the same
figure in matplotlib's own colours.

A figure's text alternative is made of its titles, its axis labels, and what the author adds with
``figure.set_label("the numbers, in words")``. A figure without one is refused.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from html import escape
from io import StringIO
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform

from mlx_keys.examples.gallery import alt_text

#: Each colour that matplotlib writes, with the CSS variable that replaces it. The colours are the
#: light theme's; they stay as the fallback on a page that does not define the variables.
_VARIABLES = {
    "#fdfcf9": "--mk-paper",
    "#1c1b19": "--mk-ink",
    "#5f5b54": "--mk-muted",
    "#e4dfd5": "--mk-rule",
    "#f6f3ec": "--mk-panel",
    "#0b6b61": "--mk-h1",
    "#b8540a": "--mk-h2",
    "#3564a8": "--mk-h3",
    "#6b6660": "--mk-h4",
    "#b3391f": "--mk-fault",
    # A script that asks for black, white or mid-grey means ink, paper and the colour between.
    "#000000": "--mk-ink",
    "#ffffff": "--mk-paper",
    "#808080": "--mk-muted",
}
_HUES = ["#0b6b61", "#b8540a", "#3564a8", "#6b6660"]
_INK, _MUTED, _RULE = "#1c1b19", "#5f5b54", "#e4dfd5"

#: The sizes keep a figure's text readable on a page 390 pixels wide, and not too large at 1280.
_STYLE: dict[str, Any] = {
    "figure.figsize": (5.2, 3.2),
    "figure.constrained_layout.use": True,
    "figure.titlesize": 11.0,
    "figure.titleweight": "bold",
    "font.family": "sans-serif",
    "font.size": 10.0,
    "mathtext.fontset": "dejavusans",
    "text.color": _INK,
    "axes.edgecolor": _MUTED,
    "axes.labelcolor": _INK,
    "axes.titlecolor": _INK,
    "axes.titlelocation": "left",
    "axes.titlesize": 11.0,
    "axes.titleweight": "bold",
    "axes.titlepad": 10.0,
    "axes.linewidth": 0.8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "grid.color": _RULE,
    "grid.linewidth": 0.8,
    "xtick.color": _MUTED,
    "ytick.color": _MUTED,
    "xtick.labelcolor": _INK,
    "ytick.labelcolor": _INK,
    "lines.linewidth": 1.6,
    "patch.edgecolor": _INK,
    "legend.frameon": False,
    "svg.fonttype": "none",
    "svg.hashsalt": "mlx-keys",
}

_SVG = re.compile(r"<svg\b.*?</svg>", re.DOTALL)
_HEAD = re.compile(r"^.*?<svg\b[^>]*?viewBox=\"(?P<box>[^\"]+)\"[^>]*>", re.DOTALL)
_UNUSED = re.compile(r"\s*<metadata>.*?</metadata>|\s*<defs>\s*<style\b.*?</style>\s*</defs>", re.S)
_COLOUR = re.compile(rf"(?<=[ :;])(?:{'|'.join(_VARIABLES)})\b")
_FONT = re.compile(r"font-family: ([^;\"]*)")
#: The start of an SVG that takes its colours from the page; and its role and name for a reader.
_THEMED = re.compile(r'<svg\b[^>]*\bclass="mk-')
_ROLE = re.compile(r' role="img" aria-label="[^"]*"')
_ID = re.compile(r"(?<= id=\")|(?<=url\(#)|(?<=href=\"#)")


def use_style(gallery_conf: dict[str, Any], fname: str) -> None:
    """Set the site's defaults in matplotlib, before a gallery script runs."""
    import matplotlib as mpl
    from cycler import cycler

    mpl.use("agg")
    mpl.rcdefaults()
    parameters: Any = mpl.rcParams
    parameters |= {**_STYLE, "axes.prop_cycle": cycler(color=_HUES)}


def scrape(block: Any, block_vars: dict[str, Any], gallery_conf: dict[str, Any]) -> str:
    """Save the pictures of a block that has run; returns reStructuredText that shows its figures.

    An SVG that the block shows through ``_repr_html_`` is in the page already. It is saved for the
    gallery's index, which shows a script by its first picture.
    """
    lines: list[str] = []
    for figure in _open_figures():
        path = Path(next(block_vars["image_path_iterator"])).with_suffix(".svg")
        svg_file = StringIO()
        figure.savefig(svg_file, format="svg", transparent=True, metadata={"Date": None})
        alternative = alt_text.figure_alt_text(figure)
        path.write_text(themed_svg(svg_file.getvalue(), path.stem, alternative), encoding="utf-8")
        uri = path.relative_to(gallery_conf["src_dir"]).as_posix()
        lines += [f".. image:: /{uri}", f"   :alt: {alternative}", "   :class: mk-figure", ""]
    if svg := _shown_svg(block_vars):
        path = Path(next(block_vars["image_path_iterator"])).with_suffix(".svg")
        path.write_text(svg, encoding="utf-8")
    return "\n".join(lines)


def _open_figures() -> Iterator[Any]:
    """Each open figure; all figures are closed after the last."""
    plt = sys.modules.get("matplotlib.pyplot")
    if plt is not None:
        yield from map(plt.figure, plt.get_fignums())
        plt.close("all")


def _shown_svg(block_vars: dict[str, Any]) -> str | None:
    """The SVG of the block's last expression, if that is another object than the last block's."""
    value = block_vars["example_globals"].get("___")  # sphinx-gallery keeps it from block to block
    before, block_vars["mlx_keys_shown"] = block_vars.get("mlx_keys_shown"), value
    to_html = getattr(value, "_repr_html_", None)
    if value is before or isinstance(value, type) or not callable(to_html):
        return None
    svg = _SVG.search(str(to_html()))
    return svg[0] if svg else None


def themed_svg(svg: str, name: str, alternative: str) -> str:
    """Convert matplotlib's SVG to one that is part of a page.

    Colours become CSS variables, fonts the page's own, and ids get the figure's name as a prefix,
    so that no two figures of a page share one. Metadata and style sheets are left out.

    Args:
        svg: The SVG that matplotlib wrote.
        name: A name that no other figure of the site has.
        alternative: The figure's text alternative.
    """
    svg = _HEAD.sub(
        lambda head: (
            f'<svg class="mk-figure" role="img" aria-label="{escape(alternative)}"'
            f' xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
            f' viewBox="{head["box"]}" fill="var(--mk-ink, {_INK})"'
            f' stroke-linejoin="round" stroke-linecap="butt">'
        ),
        svg,
        count=1,
    )
    svg = _UNUSED.sub("", svg)
    svg = _COLOUR.sub(lambda colour: f"var({_VARIABLES[colour[0]]}, {colour[0]})", svg)
    svg = _FONT.sub(lambda font: f"font-family: {_font_stack(font[1])}", svg)
    return _ID.sub(f"{name}-", svg)


def _font_stack(stack: str) -> str:
    if "Mono" in stack:
        return "var(--font-stack--monospace, ui-monospace, monospace)"
    return "var(--font-stack, system-ui, sans-serif)"


class InlineFigures(SphinxPostTransform):
    """Replaces images of themed SVG files by the SVG itself, so that the page's variables apply.

    In the gallery's index a picture is hidden from screen readers: the card has the title.
    """

    default_priority = 200
    formats = ("html",)

    def run(self, **kwargs: Any) -> None:
        """Replace the image nodes of a page."""
        for image in list(self.document.findall(nodes.image)):
            uri = str(image["uri"])
            if not uri.endswith(".svg"):
                continue
            svg = (Path(self.env.srcdir) / uri).read_text(encoding="utf-8")
            if not _THEMED.match(svg):
                continue
            if "/thumb/" in uri:
                svg = _ROLE.sub(' aria-hidden="true"', svg, count=1)
            image.replace_self(nodes.raw("", svg, format="html"))


def setup_figures(app: Sphinx) -> None:
    """Register the post-transform and the figures' style sheet."""
    app.add_post_transform(InlineFigures)
    app.add_css_file("mlx-keys-figure.css")
