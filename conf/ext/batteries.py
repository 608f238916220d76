"""``{batteries}`` and its kin: what batteries of tests said of our streams, weak p-values and all.

They read ``mlx_keys_trust/batteries.jsonl``; no number of theirs stands in a page.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence
from html import escape
from pathlib import Path
from statistics import mean

from docutils import nodes
from sphinx.application import Sphinx

from mlx_keys.sphinxext.nodes import HtmlOrTextNode, table

from . import battery_records as batteries
from .battery_records import AES, FULL, MARKED_BY_CHANCE, Judged, Run
from .record_directive import RecordDirective

#: The seed that was chosen before anything was run; other seeds repeat what was marked.
SEED = 0

#: The control whose p-values the plot sets beside ours.
WEAK_ROUNDS = 6

#: What dieharder calls failed, from 0 or from 1.
IMPOSSIBLE = 1e-6

#: A p-value closer to 0 or 1 than this needs an exponent.
_TINY = 1e-4

#: The plot's inner square, and what is left for the words around it.
_SIDE, _LEFT, _TOP, _BELOW = 300, 42, 12, 44


class _BatteriesDirective(RecordDirective):
    """Reads the record of the batteries."""

    def files(self) -> Iterable[Path]:
        """The one that all runs are in."""
        return [batteries.path(self.folder)]

    def shown(self) -> nodes.Element:
        """What is made of all runs."""
        return self.show(batteries.load(self.folder))

    def show(self, runs: Sequence[Run]) -> nodes.Element:
        """What the page is to show."""
        raise NotImplementedError


class SummaryDirective(_BatteriesDirective):
    """``{batteries}``: what each battery marked in each stream, and what chance alone marks."""

    def show(self, runs: Sequence[Run]) -> nodes.Element:
        """A row a battery and stream."""
        rows = [["Battery, stream", "Read", "p-values", "Marked", "By chance", "So many"]]
        grouped: dict[tuple[str, str], list[Run]] = {}
        for run in sorted(ours(runs), key=lambda run: list(MARKED_BY_CHANCE).index(run.battery)):
            grouped.setdefault((run.battery, run.stream), []).append(run)
        for (battery, stream), group in grouped.items():
            values = [one for run in group for one in run.tests]
            marked, share = sum(one.marked for one in values), MARKED_BY_CHANCE[battery]
            rows.append(
                [
                    f"{battery}, {stream}",
                    f"{sum(run.bytes for run in group) / 1e9:,.0f} GB",
                    str(len(values)),
                    str(marked),
                    f"{len(values) * share:.2f}",
                    f"{batteries.at_least(marked, len(values), share):.1g}",
                ]
            )
        return _table(rows)


class TogetherDirective(_BatteriesDirective):
    """``{batteries-together}``: the p-values of each battery against the uniform line."""

    def show(self, runs: Sequence[Run]) -> nodes.Element:
        """A row a battery, and what dieharder says of other words than ours."""
        by_battery = {
            name: [r for r in ours(runs) if r.battery == name] for name in MARKED_BY_CHANCE
        }
        other = [run for run in runs if run.stream == AES]
        tests = {one.test for run in other for one in run.tests}
        found = {
            "all": _judged(ours(runs)),
            **{name: _judged(group) for name, group in by_battery.items()},
            "dieharder, the same tests": _judged(by_battery["dieharder"], tests),
            f"dieharder, over {AES}": _judged(other),
        }
        rows = [["p-values of", "How many", "Marked", "Mean", "Together"]]
        for name, judged in found.items():
            if judged:
                values = [one.p for one in judged]
                together = f"{batteries.uniformity(values):.1g}"
                marked = str(sum(one.marked for one in judged))
                rows.append([name, str(len(values)), marked, f"{mean(values):.3f}", together])
        return _table(rows)


class MarkedDirective(_BatteriesDirective):
    """``{batteries-marked}``: each p-value that was marked, and the same test of other seeds."""

    def show(self, runs: Sequence[Run]) -> nodes.Element:
        """A row a p-value: the first seed, then the others that the test was run with."""
        by_test: dict[str, list[Run]] = {}
        whole = (run for run in runs if run.rounds == FULL)
        for run in sorted(whole, key=lambda run: run.seed):
            by_test.setdefault(_test(run), []).append(run)
        rows = []
        for run in ours(runs):
            for place, one in enumerate(run.tests):
                if one.marked:
                    values = [_p(each.tests[place].p) for each in by_test[_test(run)]]
                    rows.append([f"{run.battery}, {run.stream}: {one.test}", *values])
        if not rows:
            return nodes.paragraph("", "None was marked.")
        others = max(map(len, rows)) - 2
        filled = [row + [""] * (others + 2 - len(row)) for row in rows]
        return _table([["Test", f"seed {SEED}", *["another"] * others], *filled])


class ControlsDirective(_BatteriesDirective):
    """``{batteries-controls}``: what SmallCrush marked in streams of fewer rounds."""

    def show(self, runs: Sequence[Run]) -> nodes.Element:
        """A row a stream, a column a number of rounds."""
        short = [run for run in runs if run.battery == "SmallCrush" and run.seed == SEED]
        rounds = sorted({run.rounds for run in short})
        rows = [["Stream", *(f"{number} rounds" for number in rounds)]]
        for stream in dict.fromkeys(run.stream for run in short):
            by_rounds = {run.rounds: run for run in short if run.stream == stream}
            cells = [_count(by_rounds.get(number)) for number in rounds]
            rows.append([stream, *cells])
        return _table(rows)


class PlotDirective(_BatteriesDirective):
    """``{batteries-plot}``: the p-values in order, ours and a control's, and the uniform line."""

    def show(self, runs: Sequence[Run]) -> nodes.Element:
        """Draw both."""
        full = sorted(one.p for run in ours(runs) for one in run.tests)
        weak = sorted(one.p for run in runs if run.rounds == WEAK_ROUNDS for one in run.tests)
        zero = sum(p < IMPOSSIBLE for p in weak)
        said = (
            f"{len(full)} p-values of {FULL} rounds beside the uniform line; "
            f"of {WEAK_ROUNDS} rounds, {zero} of {len(weak)} are below {IMPOSSIBLE:g}"
        )
        return HtmlOrTextNode(
            html=f'<figure class="mk-pvalues"><figcaption>{escape(said)}</figcaption>\n'
            f"{_plot(full, weak, said)}</figure>\n",
            text=said,
        )


class WhenDirective(_BatteriesDirective):
    """``{batteries-when}``: which versions, when, and over how much."""

    def show(self, runs: Sequence[Run]) -> nodes.Element:
        """Say it in a paragraph."""
        versions = dict.fromkeys(
            run.version if run.version.startswith("TestU01") else f"{run.battery} {run.version}"
            for run in runs
        )
        days = sorted({run.date for run in runs})
        when = days[0] if len(days) == 1 else f"{days[0]} to {days[-1]}"
        size = sum(run.bytes for run in runs) / 1e9
        hours = sum(run.seconds for run in runs) / 3600
        closest = min(min(one.p, 1 - one.p) for run in ours(runs) for one in run.tests)
        text = (
            f"Run on {when} with {' and '.join(versions)}, controls and repetitions included: "
            f"{size:,.0f} GB, {hours:.1f} hours of a processor core. The p-value above that is "
            f"closest to 0 or 1 is {closest:.2g} from it."
        )
        return nodes.paragraph(text, text)


def ours(runs: Iterable[Run]) -> list[Run]:
    """The runs over the generator as it is, from the seed that was chosen first."""
    return [run for run in runs if (run.rounds, run.seed) == (FULL, SEED) and run.stream != AES]


def _judged(runs: Iterable[Run], tests: Container[str] | None = None) -> list[Judged]:
    """The p-values of runs, or of some tests of them."""
    return [one for run in runs for one in run.tests if tests is None or one.test in tests]


def _test(run: Run) -> str:
    """What a run's command is but for the seed."""
    return run.command.replace(f"--seed {run.seed} ", "")


def _p(value: float) -> str:
    """A p-value with what tells it from 0 or from 1."""
    return f"{value:.4f}" if min(value, 1 - value) >= _TINY else f"{value:.2g}"


def _count(run: Run | None) -> str:
    if run is None:
        return "not run"
    return f"{sum(one.marked for one in run.tests)} of {len(run.tests)}"


def _table(rows: Sequence[Sequence[str]]) -> nodes.table:
    return table(rows, "mk-attested", "mk-batteries")


def _plot(full: Sequence[float], weak: Sequence[float], said: str) -> str:
    """A dot a p-value: across, where it would be were they uniform; upwards, where it is."""
    right, floor = _LEFT + _SIDE, _TOP + _SIDE
    ticks = "".join(
        f'<path class="mk-grid" d="M{_LEFT} {_y(at)}H{right}"/>'
        f'<text x="{_LEFT - 6}" y="{_y(at) + 4:g}" text-anchor="end">{at:g}</text>'
        f'<text x="{_x(at)}" y="{floor + 16}" text-anchor="middle">{at:g}</text>'
        for at in (0, 0.25, 0.5, 0.75, 1)
    )
    return (
        f'<svg viewBox="0 0 {right + 10} {floor + _BELOW}" role="img" aria-label="{escape(said)}">'
        f'{ticks}<path class="mk-uniform" d="M{_LEFT} {floor}L{right} {_TOP}"/>'
        f'<path class="mk-weak" d="{_dots(weak)}"/><path class="mk-full" d="{_dots(full)}"/>'
        f'<text class="mk-full-name" x="{_x(0.32)}" y="{_y(0.45)}" text-anchor="end">'
        f"{FULL} rounds</text>"
        f'<text class="mk-weak-name" x="{_x(0.66)}" y="{_y(0.09)}">{WEAK_ROUNDS} rounds</text>'
        f'<text x="{_x(0.5)}" y="{floor + 36}" text-anchor="middle">'
        "expected p-value, smallest to largest</text>"
        f'<text x="12" y="{_y(0.5)}" text-anchor="middle" '
        f'transform="rotate(-90 12 {_y(0.5)})">p-value found</text></svg>\n'
    )


def _dots(values: Sequence[float]) -> str:
    """Dots as strokes of no length: the whole path is a tenth of as many circles."""
    places = ((number + 0.5) / len(values) for number in range(len(values)))
    return "".join(
        f"M{_x(place):.1f} {_y(value):.1f}h0" for place, value in zip(places, values, strict=True)
    )


def _x(value: float) -> float:
    return _LEFT + _SIDE * value


def _y(value: float) -> float:
    return _TOP + _SIDE * (1 - value)


def setup_batteries(app: Sphinx) -> None:
    """Register the directives and the style of the plot."""
    app.add_directive("batteries", SummaryDirective)
    app.add_directive("batteries-together", TogetherDirective)
    app.add_directive("batteries-marked", MarkedDirective)
    app.add_directive("batteries-controls", ControlsDirective)
    app.add_directive("batteries-plot", PlotDirective)
    app.add_directive("batteries-when", WhenDirective)
    app.add_css_file("mlx-keys-batteries.css")
