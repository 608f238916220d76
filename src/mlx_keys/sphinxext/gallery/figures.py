"""Matplotlib figures of the gallery as inline SVG that suits light and dark pages alike.

A gallery script holds plain matplotlib: no import, no call, no colour of ours. While the site is
built, :func:`use_style` gives matplotlib our defaults before a script runs, :func:`scrape` saves
its figures as SVG whose colours are CSS variables, and :class:`InlineFigures` puts that SVG into
the page, where the variables are known. Downloaded, the same script draws the same figure in
matplotlib's own colours.

A figure's text alternative is what its titles and axes say, and what the author adds with
``figure.set_label("the numbers, in words")``. A figure that says nothing is refused.
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

#: What matplotlib writes, and the variable that stands for it. The hexes are the light theme's,
#: and stay as the fallback where a page does not define the variables.
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
    # A script that names black, white or mid-grey means the ink, the paper and what is between.
    "#000000": "--mk-ink",
    "#ffffff": "--mk-paper",
    "#808080": "--mk-muted",
}
_HUES = ["#0b6b61", "#b8540a", "#3564a8", "#6b6660"]
_INK, _MUTED, _RULE = "#1c1b19", "#5f5b54", "#e4dfd5"

#: Sized so that a figure's words can be read at 390 pixels, and are not shouted at 1280.
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
_ASIDE = re.compile(r"\s*<metadata>.*?</metadata>|\s*<defs>\s*<style\b.*?</style>\s*</defs>", re.S)
_COLOUR = re.compile(r"(?<=[ :;])#[0-9a-f]{6}\b")
_FACE = re.compile(r"font-family: ([^;\"]*)")
#: How an SVG begins that takes its colours from the page, and what there names it.
_OURS = re.compile(r'<svg\b[^>]*\bclass="mk-')
_ROLE = re.compile(r' role="img" aria-label="[^"]*"')
_NAME = re.compile(r"(?<= id=\")|(?<=url\(#)|(?<=href=\"#)")


def use_style(gallery_conf: dict[str, Any], fname: str) -> None:
    """Give matplotlib the site's defaults, before a gallery script runs.

    Args:
        gallery_conf: The gallery's configuration.
        fname: The script.
    """
    import matplotlib as mpl
    from cycler import cycler

    mpl.use("agg")
    mpl.rcdefaults()
    parameters: Any = mpl.rcParams
    parameters |= {**_STYLE, "axes.prop_cycle": cycler(color=_HUES)}


def scrape(block: Any, block_vars: dict[str, Any], gallery_conf: dict[str, Any]) -> str:
    """Save the pictures of a block that has run, and name its figures in reStructuredText.

    What the block shows as an SVG through ``_repr_html_`` stands in the page already; it is saved
    for the gallery's index, which shows a script by its first picture.

    Args:
        block: The code block.
        block_vars: What the gallery knows of the run.
        gallery_conf: The gallery's configuration.
    """
    lines: list[str] = []
    for figure in _open_figures():
        path = Path(next(block_vars["image_path_iterator"])).with_suffix(".svg")
        drawn = StringIO()
        figure.savefig(drawn, format="svg", transparent=True, metadata={"Date": None})
        alternative = alt_text.figure_alt_text(figure)
        path.write_text(themed(drawn.getvalue(), path.stem, alternative), encoding="utf-8")
        place = path.relative_to(gallery_conf["src_dir"]).as_posix()
        lines += [f".. image:: /{place}", f"   :alt: {alternative}", "   :class: mk-figure", ""]
    if svg := _shown_svg(block_vars):
        path = Path(next(block_vars["image_path_iterator"])).with_suffix(".svg")
        path.write_text(svg, encoding="utf-8")
    return "\n".join(lines)


def _open_figures() -> Iterator[Any]:
    """Each figure that is open; all are closed after the last."""
    plt = sys.modules.get("matplotlib.pyplot")
    if plt is not None:
        yield from map(plt.figure, plt.get_fignums())
        plt.close("all")


def _shown_svg(block_vars: dict[str, Any]) -> str | None:
    """The SVG that the block's last expression shows, if it has one that was not seen before."""
    value = block_vars["example_globals"].get("___")
    seen, block_vars["mlx_keys_seen"] = block_vars.get("mlx_keys_seen"), value
    show = getattr(value, "_repr_html_", None)
    if value is seen or isinstance(value, type) or not callable(show):
        return None
    found = _SVG.search(str(show()))
    return found[0] if found else None


def themed(svg: str, name: str, alternative: str) -> str:
    """Matplotlib's SVG as one to stand in a page.

    Its colours become CSS variables, its faces the page's, and its ids are told from those of the
    other figures of a page; what a page has no use for is left out.

    Args:
        svg: What matplotlib wrote.
        name: A name that no other figure of the site has.
        alternative: The figure's text alternative.
    """
    svg = _HEAD.sub(
        lambda found: (
            f'<svg class="mk-figure" role="img" aria-label="{escape(alternative)}"'
            f' xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
            f' viewBox="{found["box"]}" fill="var(--mk-ink, {_INK})"'
            f' stroke-linejoin="round" stroke-linecap="butt">'
        ),
        svg,
        count=1,
    )
    svg = _ASIDE.sub("", svg)
    svg = _COLOUR.sub(lambda found: _variable(found[0]), svg)
    svg = _FACE.sub(lambda found: f"font-family: {_face(found[1])}", svg)
    return _NAME.sub(f"{name}-", svg)


def _variable(colour: str) -> str:
    name = _VARIABLES.get(colour)
    return f"var({name}, {colour})" if name else colour


def _face(stack: str) -> str:
    if "Mono" in stack:
        return "var(--font-stack--monospace, ui-monospace, monospace)"
    return "var(--font-stack, system-ui, sans-serif)"


class InlineFigures(SphinxPostTransform):
    """Puts our SVG files into the pages that show them, where the theme's variables are known.

    In a card of the gallery's index the picture says nothing that the card's title does not.
    """

    default_priority = 200
    formats = ("html",)

    def run(self, **kwargs: Any) -> None:
        """Replace the image nodes of a page."""
        for image in list(self.document.findall(nodes.image)):
            uri = str(image["uri"])
            if not uri.endswith(".svg"):
                continue
            svg = (Path(self.app.srcdir) / uri).read_text(encoding="utf-8")
            if not _OURS.match(svg):
                continue
            if "/thumb/" in uri:
                svg = _ROLE.sub(' aria-hidden="true"', svg, count=1)
            image.replace_self(nodes.raw("", svg, format="html"))


def setup_figure(app: Sphinx) -> None:
    """Register the post-transform and the figures' style sheet."""
    app.add_post_transform(InlineFigures)
    app.add_css_file("mlx-keys-figure.css")
