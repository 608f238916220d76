"""``{speed}`` and its kin: how fast draws were, as bars and tables of what was measured.

All take a device or a chip, such as ``cpu`` or ``h100``, and show its record in the folder
``speed`` of ``mlx_keys_trust``: no page holds a number of theirs.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from pathlib import Path
from statistics import median
from typing import Any, ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.application import Sphinx

from mlx_keys.sphinxext.nodes import HtmlOrTextNode
from mlx_keys.trust.speed import (
    SpeedRecord,
    load_kernel_profile,
    load_kernel_variants,
    load_speed,
    speed_files,
)

from .record_directive import RecordDirective, table

#: One measurement, as ``mlx-keys bench prng --json`` prints it; and several, by who made them.
Row = Mapping[str, Any]
Rows = Mapping[str, Row]

OURS, THEIRS, COMPILED = "prng", "mx.random", "compiled mx.random"

#: An implementation's name on the page, and the kind that colours its bar.
_NAMES = {
    OURS: ("mlx_keys.prng", "ours"),
    THEIRS: ("mx.random", "theirs"),
    COMPILED: ("mx.random, compiled", "theirs"),
}
_COLUMNS = {THEIRS: "mx.random", COMPILED: "compiled"}
_LIMIT = "the write limit"

#: The metrics shown of a kernel, by the head of their column.
_METRICS = {
    "In the kernel": "gpu__time_duration.sum",
    "Integer unit": "sm__inst_executed_pipe_alu.avg.pct_of_peak_sustained_active",
    "Multiplier": "sm__inst_executed_pipe_fmaheavy.avg.pct_of_peak_sustained_active",
    "Issued": "sm__inst_issued.avg.pct_of_peak_sustained_active",
    "Memory": "dram__throughput.avg.pct_of_peak_sustained_elapsed",
}
#: The kernels as Nsight Compute names them: how their names begin, and what they draw.
_KERNELS = {
    "rbitsc(": "split, by mx.random",
    "custom_kernel_mlx_keys_bits_": "split",
    "custom_kernel_mlx_keys_unit_": "uniform",
    **{
        f"custom_kernel_mlx_keys_{name}_": name
        for name in ("normal", "laplace", "gumbel", "truncated_normal", "bernoulli", "randint")
    },
}


class SpeedDirective(RecordDirective):
    """Every directive but ``{speed}``; the argument is a device or a chip.

    ``:values:`` is the number of values, by default the largest that was measured; ``:in-a-row:``
    asks for calls that were waited for together.
    """

    required_arguments = 1
    option_spec: ClassVar = {
        "values": directives.nonnegative_int,
        "in-a-row": directives.positive_int,
    }

    def record_paths(self) -> Iterable[Path]:
        """The record, and the files that may lie beside it."""
        for path in speed_files(self.folder, self.arguments[0]):
            yield from (path, path.with_suffix(".ncu.csv"), path.with_suffix(".variants.csv"))

    def show_records(self) -> nodes.Element:
        """What the directive of this name shows."""
        chip = self.arguments[0]
        speed = load_speed(self.folder, chip)
        values = self.options.get("values", speed.sizes[-1])
        match self.name:
            case "speed":
                return rate_bars(speed, self.arguments[1], values)
            case "speed-table":
                return time_table(speed, values, self.options.get("in-a-row", 1))
            case "speed-kernels":
                metrics = tuple(_METRICS.values())
                return kernel_table(load_kernel_profile(self.folder, chip, metrics))
            case "speed-variants":
                return variant_table(load_kernel_variants(self.folder, chip))
        return machine_paragraph(speed)


class RateBarsDirective(SpeedDirective):
    """``{speed} h100 split``, whose second argument is the draw."""

    required_arguments = 2


def rate_bars(speed: SpeedRecord, draw: str, values: int) -> nodes.Element:
    """``{speed}``: the rates of one draw as bars, the fastest first, beside the write limit.

    Where calls were made in a row, the rates are theirs.
    """
    in_a_row = speed.largest_batch(values)
    rows = speed.measurements(draw, values, in_a_row)
    limits = speed.measurements("split", values, in_a_row)
    rows |= {who: row for who, row in limits.items() if _LIMIT in who}
    caption = f"{draw}, {values:,} values{_in_a_row(in_a_row)}: {_finding(rows)}"
    rates = {who: row["gb_per_s"] for who, row in rows.items()}
    fastest_first = sorted(rates.items(), key=lambda item: -item[1])
    highest = fastest_first[0][1]
    bars = "".join(_bar(who, rate, highest) for who, rate in fastest_first)
    lines = [f"{_name(who)}: {_rate(rate)}" for who, rate in fastest_first]
    return HtmlOrTextNode(
        html=f'<figure class="mk-speed"><figcaption>{escape(caption)}</figcaption>\n'
        f"<ol>\n{bars}</ol></figure>\n",
        text="\n".join([caption, *lines]),
    )


def time_table(speed: SpeedRecord, values: int, in_a_row: int) -> nodes.table:
    """``{speed-table}``: every draw of one size, mlx's times and ours, with their ratios."""
    compiled = any(row["who"] == COMPILED for row in speed.rows)
    others = [THEIRS, *([COMPILED] if compiled else [])]
    rows = [["Draw", OURS, *(cell for who in others for cell in (_COLUMNS[who], "ratio"))]]
    for draw in speed.draws:
        measured = speed.measurements(draw, values, in_a_row)
        ours = measured[OURS]
        pairs = [(_time(measured.get(who)), _ratio(measured.get(who), ours)) for who in others]
        rows.append([draw, _time(ours), *(cell for pair in pairs for cell in pair)])
    return _titled(f"{values:,} values{_in_a_row(in_a_row)}, microseconds a call", rows)


def kernel_table(profile: Mapping[str, Mapping[str, str]]) -> nodes.table:
    """``{speed-kernels}``: what a profiler measured of the kernels.

    Args:
        profile: By the kernel's name, the values of :data:`_METRICS`, each with its unit.
    """
    rows = [["Draw", *_METRICS]]
    for kernel, metrics in profile.items():
        name = next((n for start, n in _KERNELS.items() if kernel.startswith(start)), kernel)
        rows.append([name, *(_metric(metrics[metric]) for metric in _METRICS.values())])
    return _titled("Microseconds, and percent of what each part can do", rows)


def variant_table(milliseconds: Mapping[str, float]) -> nodes.table:
    """``{speed-variants}``: how long other ways to write the kernel of words took."""
    rows = [[variant, f"{1e3 * time:.0f}"] for variant, time in milliseconds.items()]
    return _titled("2**28 words, microseconds in the kernel", [["Way", "Time"], *rows])


def machine_paragraph(speed: SpeedRecord) -> nodes.paragraph:
    """``{speed-machine}``: where, when and with which versions it was measured."""
    backend, rows = speed.backend, speed.rows
    ours = [row for row in rows if row["who"] == OURS]
    equal = "Every draw of ours was equal to mlx's, bit for bit."
    if not all(row["equal"] for row in ours):
        apart = sorted({row["draw"] for row in ours if not row["equal"]})
        equal = f"Not equal to mlx's were {', '.join(apart)}."
    others = "".join(f", {name} {version}" for name, version in speed.libraries.items())
    paragraph = nodes.paragraph()
    paragraph += nodes.Text(
        f"Measured on {speed.date}: {backend.chip}, "
        f"{backend.system.capitalize()} {backend.machine}, Python {backend.python}, "
        f"mlx {backend.mlx}{others}. Each figure is the median of "
        f"{len(rows[0]['seconds'])} rounds. {equal} Measure your own with "
    )
    paragraph += nodes.literal("", speed.command)
    paragraph += nodes.Text(".")
    return paragraph


def _titled(title: str, rows: Sequence[Sequence[str]]) -> nodes.table:
    titled = table(rows, "mk-attested", "mk-speed-table")
    titled.insert(0, nodes.title("", title))
    return titled


def _finding(rows: Rows) -> str:
    """What the bars show, in a sentence: our rate beside the others'."""
    ours = rows[OURS]
    sentence = f"{_ratio(rows[THEIRS], ours)} times mx.random’s rate"
    if COMPILED in rows:
        sentence += f", {_ratio(rows[COMPILED], ours)} times that under mx.compile"
    peers = [who for who in rows if who not in _NAMES and _LIMIT not in who]
    if peers:
        fastest = max(peers, key=lambda who: rows[who]["gb_per_s"])
        sentence += f", {_ratio(rows[fastest], ours)} times that of {fastest}"
    for who, row in rows.items():
        if _LIMIT in who:
            sentence += f", {ours['gb_per_s'] / row['gb_per_s']:.0%} of {_LIMIT}"
    return sentence


def _bar(who: str, rate: float, highest: float) -> str:
    kind = "limit" if _LIMIT in who else _NAMES.get(who, ("", "peer"))[1]
    return (
        f'<li class="mk-speed-{kind}"><span>{escape(_name(who))}</span>'
        '<svg viewBox="0 0 1000 10" preserveAspectRatio="none" aria-hidden="true">'
        f'<rect width="{1000 * rate / highest:.0f}" height="10"/></svg>'
        f"<span>{_rate(rate)}</span></li>\n"
    )


def _in_a_row(calls: int) -> str:
    return f", {calls} calls in a row" if calls > 1 else ""


def _name(who: str) -> str:
    return _NAMES.get(who, (who, ""))[0]


def _rate(rate: float) -> str:
    return f"{rate:,.0f} GB/s"


def _time(row: Row | None) -> str:
    """A median in microseconds, without a unit."""
    return "" if row is None else f"{row['median'] * 1e6:,.0f}"


def _ratio(theirs: Row | None, ours: Row) -> str:
    """The median of the rounds' ratios: in each round the implementations took turns."""
    if theirs is None:
        return ""
    rounds = zip(theirs["seconds"], ours["seconds"], strict=True)
    return f"{median(their_time / our_time for their_time, our_time in rounds):.2f}"


def _metric(value: str) -> str:
    """A metric such as ``1,234.5 us`` as a whole number without its unit."""
    return f"{float(value.partition(' ')[0].replace(',', '')):.0f}"


def setup_speed(app: Sphinx) -> None:
    """Register the directives and the style of the bars."""
    app.add_directive("speed", RateBarsDirective)
    for name in ("speed-table", "speed-kernels", "speed-variants", "speed-machine"):
        app.add_directive(name, SpeedDirective)
    app.add_css_file("mlx-keys-speed.css")
