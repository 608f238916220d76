"""``{mlx-draws} normal((10_000,), key=key(7))``: the directive, its check and its figure.

The call is made in a child while the site is built, its draws are counted into bars, and each bar
is held against ``:density:``: draws that do not follow it stop the build. The content is what the
author says of the picture; every number beside it is measured.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from html import escape
from typing import Any, ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.transforms.post_transforms import SphinxPostTransform

from ext.jobs.cached_results import cached_results
from ext.jobs.histogram import correlate_pairs, count_into_bars
from mlx_keys.errors import KeysError, Location
from mlx_keys.examples.execute.job import Job, RunResult
from mlx_keys.sphinxext.diagnostics import StrictDirective, location_of, report
from mlx_keys.sphinxext.domain import Store
from mlx_keys.sphinxext.nodes import HtmlOrTextNode

from .plots import histogram_svg, pairs_svg

BARS = 50

#: The most standard deviations that a bar may be off. If the density is right, one of fifty bars
#: is further off in one of half a million builds: 50 * 2 * (1 - Phi(5.5)) = 1.9e-6.
MOST_SIGMAS = 5.5

#: A share below this would be printed as 0.0%.
_SMALLEST_SHARE = 0.0005


@dataclass
class Figure:
    """A call whose draws a page shows.

    Attributes:
        location: The directive.
        caption: What the author says of the picture.
        call: The call.
        low: The value at which the axis begins.
        high: The value at which the axis ends.
        density: The density that the draws should follow; None for pairs.
        result: What the job returned in this build.
    """

    location: Location
    caption: str
    call: str
    low: float
    high: float
    density: str | None
    result: dict[str, Any] = field(default_factory=dict)

    @property
    def job(self) -> Job:
        """What a child is to measure."""
        if self.density is None:
            return Job(correlate_pairs, {"call": self.call})
        payload = {"call": self.call, "low": self.low, "high": self.high}
        return Job(count_into_bars, payload | {"density": self.density, "bars": BARS})

    def fault(self, run: RunResult) -> KeysError | None:
        """What is wrong with the call or its draws, if anything is."""
        if run.ended != "done":
            return KeysError(
                f"{self.call} cannot be drawn",
                where=self.location,
                found=run.message or run.ended,
                fix="correct the call, which may use mx and the names of mlx.core.random, "
                "or the formula of :density:",
            )
        off = run.result.get("off", 0)
        if off > MOST_SIGMAS:
            return KeysError(
                f"{self.call} does not follow its :density:",
                where=self.location,
                expected=f"no bar further off than {MOST_SIGMAS} sigma",
                found=f"one that is off by {off:.1f}",
                fix="write the density of these draws in :density:, as a formula over x",
            )
        return None

    @property
    def measured(self) -> str:
        """What was measured, in a sentence or two."""
        result = self.result
        head = f"{result['number']:,} draws of {self.call}"
        if self.density is None:
            return f"{head}. Their correlation is {result['correlation']:.2f}."
        share = result["outside"]
        outside = f", {share:.1%} lie outside" if share >= _SMALLEST_SHARE else ""
        return (
            f"{head}: mean {result['mean'] + 0.0:.2f}, "  # -0.0 + 0.0 is 0.0
            f"standard deviation {result['deviation']:.2f}{outside}. "
            f"No bar is further than {math.ceil(result['off'] * 10) / 10:.1f} sigma from theory."
        )

    def html(self) -> str:
        """The picture between its caption and what was measured."""
        svg = pairs_svg if self.density is None else histogram_svg
        picture = svg(self.result, self.low, self.high, f"{self.caption}. {self.measured}")
        call = escape(self.call)
        measured = escape(self.measured).replace(call, f"<code>{call}</code>", 1)
        return (
            f'<figure class="mk-draws"><figcaption>{escape(self.caption)}</figcaption>\n'
            f"{picture}\n<p>{measured}</p></figure>\n"
        )


#: The figures of each page.
FIGURES = Store[list[Figure]]("draws")


class FigureNode(nodes.Element, nodes.General):
    """The place of a figure: ``docname`` and ``number`` say which."""


class DrawsDirective(StrictDirective):
    """Keeps the call, and a place for its figure."""

    required_arguments = 1
    final_argument_whitespace = True
    has_content = True
    option_spec: ClassVar[dict[str, Callable[[str], object]]] = {
        "between": directives.unchanged_required,
        "density": directives.unchanged_required,
    }

    def render(self) -> list[nodes.Node]:
        """Read what is to be drawn."""
        low, high = self._ends()
        figures = FIGURES.of(self.env).setdefault(self.env.docname, [])
        caption, call = _one_line(" ".join(self.content)), _one_line(self.arguments[0])
        density = self.options.get("density")
        figures.append(Figure(location_of(self), caption, call, low, high, density))
        return [FigureNode(docname=self.env.docname, number=len(figures) - 1)]

    def _ends(self) -> tuple[float, float]:
        """The ends of the axis."""
        text = self.options.get("between", "")
        try:
            low, high = (float(part) for part in text.split())
        except ValueError:
            low = high = math.nan
        if low < high:
            return low, high
        raise KeysError(
            ":between: does not give the ends of the axis",
            expected="two numbers, the lower first",
            found=text or "nothing",
            fix="write the least and the greatest value to show, as in :between: -4 4",
        )


def _one_line(text: str) -> str:
    return " ".join(text.split())


def draw_all(app: Sphinx, env: BuildEnvironment) -> list[str]:
    """Hold every figure's draws against its density; name the pages whose draws are others now."""
    figures = [(page, figure) for page, kept in FIGURES.of(env).items() for figure in kept]
    runs = cached_results(app, [figure.job for _, figure in figures])
    changed = []
    for (page, figure), run in zip(figures, runs, strict=True):
        if fault := figure.fault(run):
            report(env, fault)
        elif run.result != figure.result:
            figure.result = run.result
            changed.append(page)
    return changed


class PlaceFigures(SphinxPostTransform):
    """Replaces the place of each figure by the figure."""

    default_priority = 190  # before nodes.WriteHtml

    def run(self, **_kwargs: object) -> None:
        """Replace the placeholders of one page."""
        for node in list(self.document.findall(FigureNode)):
            figure = FIGURES.of(self.env)[node["docname"]][node["number"]]
            text = f"{figure.caption}\n{figure.measured}"
            node.replace_self(HtmlOrTextNode(html=figure.html(), text=text))


def setup_draws(app: Sphinx) -> None:
    """Register the directive, its check and the style."""
    app.add_node(FigureNode)
    app.add_directive("mlx-draws", DrawsDirective)
    app.add_post_transform(PlaceFigures)
    app.connect("env-updated", draw_all)
    app.add_css_file("mlx-keys-draws.css")
