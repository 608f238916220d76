"""``{batteries}`` and its kin: what batteries of tests found in our streams, weak p-values too.

All are made of ``batteries.jsonl`` in the folder of ``mlx_keys_trust``: no page holds a number of
theirs.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Sequence
from html import escape
from pathlib import Path
from statistics import mean

from docutils import nodes
from sphinx.application import Sphinx

from ext.draws.svg_plot import Plot
from mlx_keys.sphinxext.nodes import HtmlOrTextNode

from .battery_records import (
    AES,
    FULL_ROUNDS,
    MARKED_BY_CHANCE,
    BatteryRun,
    PValue,
    chance_of_marks,
    kolmogorov_smirnov,
    load_runs,
    record_path,
)
from .record_directive import RecordDirective, table

Runs = Sequence[BatteryRun]

#: The seed that was chosen before anything was run; other seeds repeat what was marked.
SEED = 0

#: The control whose p-values the plot sets beside ours.
WEAK_ROUNDS = 6

#: A p-value below this is one that dieharder calls failed.
IMPOSSIBLE = 1e-6

#: A p-value closer to 0 or 1 than this is written with an exponent.
_TINY = 1e-4

#: The plot of p-values: across, where each would be were they uniform; upwards, where it is.
_PLOT = Plot((0, 1), (0, 1), 300, 300, left=42, right=10, top=12, below=44, y_title_at=12)
_TICKS = (0, 0.25, 0.5, 0.75, 1)


class BatteriesDirective(RecordDirective):
    """The directive of every name in :data:`RENDERERS`."""

    def record_paths(self) -> Iterable[Path]:
        """The one file of all runs."""
        return [record_path(self.folder)]

    def show_records(self) -> nodes.Element:
        """What the directive of this name makes of the runs."""
        return RENDERERS[self.name](load_runs(self.folder))


def first_runs(runs: Iterable[BatteryRun]) -> list[BatteryRun]:
    """The runs over the generator as it is, from the seed that was chosen first."""
    return [
        run for run in runs if (run.rounds, run.seed) == (FULL_ROUNDS, SEED) and run.stream != AES
    ]


def command_without_seed(run: BatteryRun) -> str:
    """A run's command, the same for all runs of the same test: what it is but for the seed."""
    return run.command.replace(f"--seed {run.seed} ", "")


def marks_table(runs: Runs) -> nodes.Element:
    """``{batteries}``: what each battery marked in each stream, and what chance alone marks."""
    rows = [["Battery, stream", "Read", "p-values", "Marked", "By chance", "So many"]]
    grouped: dict[tuple[str, str], list[BatteryRun]] = {}
    for run in sorted(first_runs(runs), key=lambda run: list(MARKED_BY_CHANCE).index(run.battery)):
        grouped.setdefault((run.battery, run.stream), []).append(run)
    for (battery, stream), group in grouped.items():
        values, share = _p_values(group), MARKED_BY_CHANCE[battery]
        marked = sum(value.marked for value in values)
        rows.append(
            [
                f"{battery}, {stream}",
                f"{sum(run.bytes for run in group) / 1e9:,.0f} GB",
                str(len(values)),
                str(marked),
                f"{len(values) * share:.2f}",
                f"{chance_of_marks(marked, len(values), share):.1g}",
            ]
        )
    return _table(rows)


def uniformity_table(runs: Runs) -> nodes.Element:
    """``{batteries-together}``: whether the p-values of each battery are uniform.

    A row a battery; then dieharder's words over another stream than ours, and over ours for the
    same tests.
    """
    ours, aes = first_runs(runs), [run for run in runs if run.stream == AES]
    by_battery = {name: [run for run in ours if run.battery == name] for name in MARKED_BY_CHANCE}
    tests = {value.test for value in _p_values(aes)}
    groups = {
        "all": _p_values(ours),
        **{name: _p_values(group) for name, group in by_battery.items()},
        "dieharder, the same tests": _p_values(by_battery["dieharder"], tests),
        f"dieharder, over {AES}": _p_values(aes),
    }
    rows = [["p-values of", "How many", "Marked", "Mean", "Together"]]
    for name, values in groups.items():
        if values:
            numbers = [value.p for value in values]
            together = f"{kolmogorov_smirnov(numbers):.1g}"
            marked = str(sum(value.marked for value in values))
            rows.append([name, str(len(numbers)), marked, f"{mean(numbers):.3f}", together])
    return _table(rows)


def marked_table(runs: Runs) -> nodes.Element:
    """``{batteries-marked}``: each p-value that was marked, and the same test of other seeds."""
    by_test: dict[str, list[BatteryRun]] = {}
    of_full_rounds = (run for run in runs if run.rounds == FULL_ROUNDS)
    for run in sorted(of_full_rounds, key=lambda run: run.seed):
        by_test.setdefault(command_without_seed(run), []).append(run)
    rows = []
    for run in first_runs(runs):
        for number, value in enumerate(run.tests):
            if value.marked:
                others = by_test[command_without_seed(run)]
                cells = [_number(other.tests[number].p) for other in others]
                rows.append([f"{run.battery}, {run.stream}: {value.test}", *cells])
    if not rows:
        return nodes.paragraph("", "None was marked.")
    width = max(map(len, rows))
    filled = [row + [""] * (width - len(row)) for row in rows]
    return _table([["Test", f"seed {SEED}", *["another"] * (width - 2)], *filled])


def controls_table(runs: Runs) -> nodes.Element:
    """``{batteries-controls}``: what SmallCrush marked in each stream, by its number of rounds."""
    short = [run for run in runs if run.battery == "SmallCrush" and run.seed == SEED]
    rounds = sorted({run.rounds for run in short})
    rows = [["Stream", *(f"{number} rounds" for number in rounds)]]
    for stream in dict.fromkeys(run.stream for run in short):
        by_rounds = {run.rounds: run for run in short if run.stream == stream}
        rows.append([stream, *(_marked_of(by_rounds.get(number)) for number in rounds)])
    return _table(rows)


def p_value_plot(runs: Runs) -> nodes.Element:
    """``{batteries-plot}``: the p-values in order, ours and a control's, and the uniform line."""
    full = sorted(value.p for value in _p_values(first_runs(runs)))
    weak = sorted(value.p for value in _p_values(r for r in runs if r.rounds == WEAK_ROUNDS))
    impossible = sum(p < IMPOSSIBLE for p in weak)
    caption = (
        f"{len(full)} p-values of {FULL_ROUNDS} rounds beside the uniform line; "
        f"of {WEAK_ROUNDS} rounds, {impossible} of {len(weak)} are below {IMPOSSIBLE:g}"
    )
    across, up = _PLOT.across, _PLOT.up
    parts = (
        *(_PLOT.grid([tick]) + _PLOT.x_ticks([tick]) for tick in _TICKS),
        f'<path class="mk-uniform" d="{_PLOT.line([(0, 0), (1, 1)])}"/>',
        f'<path class="mk-weak" d="{_PLOT.dots(_by_rank(weak))}"/>',
        f'<path class="mk-full" d="{_PLOT.dots(_by_rank(full))}"/>',
        f'<text class="mk-full-name" x="{across(0.32)}" y="{up(0.45)}" text-anchor="end">'
        f"{FULL_ROUNDS} rounds</text>",
        f'<text class="mk-weak-name" x="{across(0.66)}" y="{up(0.09)}">{WEAK_ROUNDS} rounds</text>',
        _PLOT.x_title("expected p-value, smallest to largest"),
        _PLOT.y_title("p-value found"),
    )
    return HtmlOrTextNode(
        html=f'<figure class="mk-pvalues"><figcaption>{escape(caption)}</figcaption>\n'
        f"{_PLOT.svg(''.join(parts), caption)}\n</figure>\n",
        text=caption,
    )


def provenance(runs: Runs) -> nodes.Element:
    """``{batteries-when}``: which versions ran, when, and over how much."""
    versions = dict.fromkeys(
        run.version if run.version.startswith("TestU01") else f"{run.battery} {run.version}"
        for run in runs
    )
    days = sorted({run.date for run in runs})
    when = days[0] if len(days) == 1 else f"{days[0]} to {days[-1]}"
    size = sum(run.bytes for run in runs) / 1e9
    hours = sum(run.seconds for run in runs) / 3600
    closest = min(min(value.p, 1 - value.p) for value in _p_values(first_runs(runs)))
    text = (
        f"Run on {when} with {' and '.join(versions)}, controls and repetitions included: "
        f"{size:,.0f} GB, {hours:.1f} hours of a processor core. The p-value above that is "
        f"closest to 0 or 1 is {closest:.2g} from it."
    )
    return nodes.paragraph(text, text)


RENDERERS: dict[str, Callable[[Runs], nodes.Element]] = {
    "batteries": marks_table,
    "batteries-together": uniformity_table,
    "batteries-marked": marked_table,
    "batteries-controls": controls_table,
    "batteries-plot": p_value_plot,
    "batteries-when": provenance,
}


def _p_values(runs: Iterable[BatteryRun], tests: Container[str] | None = None) -> list[PValue]:
    """The p-values of runs, or of some tests of them."""
    return [value for run in runs for value in run.tests if tests is None or value.test in tests]


def _number(p: float) -> str:
    """A p-value with digits enough to tell it from 0 and from 1."""
    return f"{p:.4f}" if min(p, 1 - p) >= _TINY else f"{p:.2g}"


def _marked_of(run: BatteryRun | None) -> str:
    if run is None:
        return "not run"
    return f"{sum(value.marked for value in run.tests)} of {len(run.tests)}"


def _by_rank(values: Sequence[float]) -> list[tuple[float, float]]:
    """Sorted p-values, each with the one expected at its rank."""
    return [((rank + 0.5) / len(values), value) for rank, value in enumerate(values)]


def _table(rows: Sequence[Sequence[str]]) -> nodes.table:
    return table(rows, "mk-attested", "mk-batteries")


def setup_batteries(app: Sphinx) -> None:
    """Register the directives and the style of the plot."""
    for name in RENDERERS:
        app.add_directive(name, BatteriesDirective)
    app.add_css_file("mlx-keys-batteries.css")
