"""``{mlx-draws} normal((10_000,), key=key(7))``: how draws lie, and how they should, as a picture.

The call is made in a child while the site is built, its draws are counted into bars, and each bar
is held against a density: draws that do not follow it stop the build. The content is the finding,
in words; every number beside it is measured.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from typing import Any, ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util.docutils import SphinxDirective

from mlx_keys.errors import KeysError, Location
from mlx_keys.examples.execute.pool import Job

from .diagnostics import report
from .domain import Store
from .jobs import histogram
from .nodes import HtmlOrTextNode
from .pool import pool_of

BARS = 50

#: No bar of fifty is so far off in a hundred thousand builds, if the density is right.
TOO_FAR = 5.5

#: The inner sides of a plot of bars, and the side of one of points, whose axes are alike.
_WIDTH, _HEIGHT, _SIDE = 420, 190, 280

#: What is left for the words around it.
_LEFT, _RIGHT, _TOP, _BELOW = 50, 14, 14, 44

#: A share below this would be printed as none.
_TOLD = 0.0005


@dataclass
class Draws:
    """A call whose draws a page shows.

    Attributes:
        place: The directive.
        says: The finding, in the author's words.
        call: The call.
        low: Where the axis begins.
        high: Where it ends.
        density: What the draws should follow; None for pairs.
        drawn: What the child made of it; empty until it has run.
    """

    place: Location
    says: str
    call: str
    low: float
    high: float
    density: str | None
    drawn: dict[str, Any]

    @property
    def width(self) -> int:
        """The plot's inner width."""
        return _SIDE if self.density is None else _WIDTH

    @property
    def height(self) -> int:
        """The plot's inner height."""
        return _SIDE if self.density is None else _HEIGHT

    @property
    def job(self) -> Job:
        """What the child is to do."""
        payload = {"call": self.call, "low": self.low, "high": self.high}
        payload |= {"density": self.density, "bars": BARS}
        return Job(histogram.lay_out, payload)

    @property
    def measured(self) -> str:
        """What was measured, in a sentence or two."""
        seen = self.drawn
        head = f"{seen['number']:,} draws of {self.call}"
        if self.density is None:
            return f"{head}. Their correlation is {seen['correlation']:.2f}."
        outside = f", {seen['outside']:.1%} lie outside" if seen["outside"] >= _TOLD else ""
        return (
            f"{head}: mean {seen['mean'] + 0.0:.2f}, standard deviation {seen['deviation']:.2f}"
            f"{outside}. No bar is further than {math.ceil(seen['off'] * 10) / 10:.1f} sigma "
            "from theory."
        )


#: What each page draws.
PLOTS = Store[list[Draws]]("plots")


class DrawsNode(nodes.Element, nodes.General):
    """Where a plot will stand: ``docname`` and ``number`` say which."""


class DrawsDirective(SphinxDirective):
    """Notes the call, and keeps a place for its plot."""

    required_arguments = 1
    final_argument_whitespace = True
    has_content = True
    option_spec: ClassVar[dict[str, Callable[[str], object]]] = {
        "between": directives.unchanged_required,
        "density": directives.unchanged_required,
    }

    def run(self) -> list[nodes.Node]:
        """Read what is to be drawn."""
        place = Location(*self.get_source_info())
        try:
            low, high = (float(part) for part in self.options.get("between", "").split())
            if not low < high:
                raise ValueError
        except ValueError:
            fault = KeysError(
                "the ends of the axis are not said",
                where=place,
                expected=":between: -4 4, say",
                found=self.options.get("between", "nothing"),
                fix="say them",
            )
            report(self.env, fault)
            return []
        kept = PLOTS.of(self.env).setdefault(self.env.docname, [])
        says, call = " ".join(" ".join(self.content).split()), " ".join(self.arguments[0].split())
        kept.append(Draws(place, says, call, low, high, self.options.get("density"), {}))
        return [DrawsNode(docname=self.env.docname, number=len(kept) - 1)]


def draw_all(app: Sphinx, env: BuildEnvironment) -> None:
    """Make every call that is new, in children; draws that are not as said stop the build."""
    waiting = [one for kept in PLOTS.of(env).values() for one in kept if not one.drawn]
    if not waiting:
        return
    for one, observed in zip(waiting, pool_of(app).run([w.job for w in waiting]), strict=True):
        if observed.ended != "done":
            fault = KeysError(
                f"{one.call} cannot be drawn",
                where=one.place,
                found=observed.message or observed.ended,
                fix="correct the call or its :density:",
            )
            report(env, fault)
        elif observed.result.get("off", 0) > TOO_FAR:
            fault = KeysError(
                f"{one.call} does not follow its :density:",
                where=one.place,
                expected=f"no bar further off than {TOO_FAR} sigma",
                found=f"one that is off by {observed.result['off']:.1f}",
                fix="correct :density: here",
            )
            report(env, fault)
        else:
            one.drawn = observed.result


class FillDraws(SphinxPostTransform):
    """Puts each plot where the page keeps a place for it."""

    default_priority = 190

    def run(self, **_kwargs: object) -> None:
        """Replace the placeholders."""
        for node in list(self.document.findall(DrawsNode)):
            one = PLOTS.of(self.env)[node["docname"]][node["number"]]
            plot = _points(one) if one.density is None else _bars(one)
            sides = f"{_LEFT + one.width + _RIGHT} {_TOP + one.height + _BELOW}"
            html = (
                f'<figure class="mk-draws"><figcaption>{escape(one.says)}</figcaption>\n'
                f'<svg viewBox="0 0 {sides}" role="img" '
                f'aria-label="{escape(one.says)}. {escape(one.measured)}">{plot}</svg>\n'
                f"<p>{_code(one)}</p></figure>\n"
            )
            node.replace_self(HtmlOrTextNode(html=html, text=f"{one.says}\n{one.measured}"))


def _code(one: Draws) -> str:
    call = escape(one.call)
    return escape(one.measured).replace(call, f"<code>{call}</code>", 1)


def _bars(one: Draws) -> str:
    """A bar for each count, the density over them."""
    width = (one.high - one.low) / BARS
    heights: list[float] = [count / one.drawn["number"] / width for count in one.drawn["counts"]]
    curve: list[float] = one.drawn["curve"]
    step = _step(max(*heights, *curve), 3)
    top = step * math.ceil(max(*heights, *curve) / step)

    def y(share: float) -> float:
        return round(_TOP + _HEIGHT * (1 - share / top), 1)

    places = [one.low + number * width for number in range(BARS + 1)]
    bars = f"M{_x(one, one.low)} {y(0)}" + "".join(
        f"V{y(height)}H{_x(one, end)}" for height, end in zip(heights, places[1:], strict=True)
    )
    half = [one.low + number * width / 2 for number in range(2 * BARS + 1)]
    line = "L".join(f"{_x(one, x)} {y(share)}" for x, share in zip(half, curve, strict=True))
    up = "".join(
        f'<path class="mk-grid" d="M{_LEFT} {y(at)}H{_LEFT + _WIDTH}"/>'
        f'<text x="{_LEFT - 6}" y="{y(at) + 4:g}" text-anchor="end">{at:g}</text>'
        for at in (step * number for number in range(round(top / step) + 1))
    )
    side = _LEFT + 6 if heights.index(max(heights)) > BARS / 2 else _LEFT + _WIDTH - 6
    anchor = "start" if side < _LEFT + _WIDTH / 2 else "end"
    names = "".join(
        f'<text class="{name}" x="{side}" y="{_TOP + down}" text-anchor="{anchor}">{said}</text>'
        for name, said, down in (("mk-drawn", "drawn", 14), ("mk-theory", "in theory", 30))
    )
    return (
        f'{up}<path class="mk-bars" d="{bars}V{y(0)}Z"/><path class="mk-line" d="M{line}"/>'
        f"{names}{_across(one, 'value')}{_upwards(one, 'density')}"
    )


def _points(one: Draws) -> str:
    """A dot for each pair; both axes have the same ends."""

    def y(value: float) -> float:
        return round(_TOP + one.height * (one.high - value) / (one.high - one.low), 1)

    dots = "".join(
        f"M{_x(one, a)} {y(b)}h0"
        for a, b in one.drawn["points"]
        if one.low <= a <= one.high and one.low <= b <= one.high
    )
    up = "".join(
        f'<path class="mk-grid" d="M{_LEFT} {y(at)}H{_LEFT + one.width}"/>'
        f'<text x="{_LEFT - 6}" y="{y(at) + 4:g}" text-anchor="end">{at:g}</text>'
        for at in _ticks(one)
    )
    names = _across(one, "first component"), _upwards(one, "second component")
    return f'{up}<path class="mk-dots" d="{dots}"/>{"".join(names)}'


def _x(one: Draws, value: float) -> float:
    return round(_LEFT + one.width * (value - one.low) / (one.high - one.low), 1)


def _ticks(one: Draws) -> list[float]:
    """Round numbers between the ends of the axis."""
    step = _step(one.high - one.low, 6)
    first, last = math.ceil(one.low / step), math.floor(one.high / step)
    return [step * number for number in range(first, last + 1)]


def _across(one: Draws, name: str) -> str:
    ticks = "".join(
        f'<text x="{_x(one, at)}" y="{_TOP + one.height + 16}" text-anchor="middle">{at:g}</text>'
        for at in _ticks(one)
    )
    return (
        f'{ticks}<text x="{_LEFT + one.width / 2}" y="{_TOP + one.height + 36}" '
        f'text-anchor="middle">{name}</text>'
    )


def _upwards(one: Draws, name: str) -> str:
    y = _TOP + one.height / 2
    return f'<text x="14" y="{y}" text-anchor="middle" transform="rotate(-90 14 {y})">{name}</text>'


def _step(length: float, parts: int) -> float:
    """A round distance of which about so many make a length."""
    power = 10.0 ** math.floor(math.log10(length / parts))
    return next(size * power for size in (1, 2, 5, 10) if length / (size * power) <= parts + 0.5)


def setup_draws(app: Sphinx) -> None:
    """Register the directive, the calls and the style."""
    app.add_node(DrawsNode)
    app.add_directive("mlx-draws", DrawsDirective)
    app.add_post_transform(FillDraws)
    app.connect("env-updated", draw_all)
    app.add_css_file("mlx-keys-draws.css")
