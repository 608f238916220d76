"""``{speed}`` and its kin: how fast draws were, as bars and tables of what was measured.

All take a device or a chip, such as ``cpu`` or ``h100``, and read its record in
``mlx_keys_trust/speed``; no number of theirs stands in a page.
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

from mlx_keys.sphinxext.nodes import HtmlOrTextNode, table
from mlx_keys.trust import speed
from mlx_keys.trust.speed import SpeedRecord

from .record_directive import RecordDirective

OURS, THEIRS, COMPILED = "prng", "mx.random", "compiled mx.random"

#: Who, as a reader calls it, and the kind that colours the bar.
_SHOWN = {
    OURS: ("mlx_keys.prng", "ours"),
    THEIRS: ("mx.random", "theirs"),
    COMPILED: ("mx.random, compiled", "theirs"),
}
_HEAD = {THEIRS: "mx.random", COMPILED: "compiled"}
_LIMIT = "the write limit"

#: What is shown of a kernel, by the head of the column.
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


class _SpeedDirective(RecordDirective):
    """Reads the record of a device or chip."""

    required_arguments = 1
    option_spec: ClassVar = {
        "values": directives.nonnegative_int,
        "in-a-row": directives.positive_int,
    }

    def files(self) -> Iterable[Path]:
        """The record, and what stands beside it."""
        for file in speed.speed_files(self.folder, self.arguments[0]):
            yield from (file, file.with_suffix(".ncu.csv"), file.with_suffix(".variants.csv"))

    def shown(self) -> nodes.Element:
        """What is made of the record."""
        return self.show(speed.load_speed(self.folder, self.arguments[0]))

    def show(self, measured: SpeedRecord) -> nodes.Element:
        """What the page is to show."""
        raise NotImplementedError

    def values(self, measured: SpeedRecord) -> int:
        """How many values: what the page says, or the most that were measured."""
        return int(self.options.get("values", measured.sizes[-1]))


class BarsDirective(_SpeedDirective):
    """``{speed} h100 split``: the rates of one draw as bars, the fastest first.

    Where calls were made in a row, these say what the rate is.
    """

    required_arguments = 2

    def show(self, measured: SpeedRecord) -> nodes.Element:
        """Sort the bars, and say what they show."""
        draw, values = self.arguments[1], self.values(measured)
        many = measured.largest_batch(values)
        rows = measured.of(draw, values, many)
        words = measured.of("split", values, many)
        rows |= {who: row for who, row in words.items() if _LIMIT in who}
        said = f"{draw}, {values:,} values{_many(many)}: {_finding(rows)}"
        rates = {who: row["gb_per_s"] for who, row in rows.items()}
        ordered = sorted(rates.items(), key=lambda item: -item[1])
        most = ordered[0][1]
        bars = "".join(_bar(who, rate, most) for who, rate in ordered)
        return HtmlOrTextNode(
            html=f'<figure class="mk-speed"><figcaption>{escape(said)}</figcaption>\n'
            f"<ol>\n{bars}</ol></figure>\n",
            text="\n".join([said, *(f"{_name(who)}: {_rate(rate)}" for who, rate in ordered)]),
        )


class TableDirective(_SpeedDirective):
    """``{speed-table} h100``: every draw of one size, mlx's and ours, with the ratios.

    ``:in-a-row:`` asks for calls that were waited for together.
    """

    def show(self, measured: SpeedRecord) -> nodes.Element:
        """Set mlx's times and ours side by side."""
        values, many = self.values(measured), self.options.get("in-a-row", 1)
        compiled = any(row["who"] == COMPILED for row in measured.rows)
        others = [THEIRS, *([COMPILED] if compiled else [])]
        rows = [["Draw", OURS, *(cell for who in others for cell in (_HEAD[who], "ratio"))]]
        for draw in measured.draws:
            found = measured.of(draw, values, many)
            pairs = [(_time(found.get(who)), _ratio(found.get(who), found[OURS])) for who in others]
            rows.append([draw, _time(found[OURS]), *(cell for pair in pairs for cell in pair)])
        return _titled(f"{values:,} values{_many(many)}, microseconds a call", rows)


class KernelsDirective(_SpeedDirective):
    """``{speed-kernels} h100``: what a profiler said of the kernels."""

    def show(self, measured: SpeedRecord) -> nodes.Element:
        """List the kernels, with what was measured of each."""
        found = speed.load_kernel_profile(self.folder, self.arguments[0], tuple(_METRICS.values()))
        rows = [["Draw", *_METRICS]]
        for kernel, metrics in found.items():
            name = next((n for start, n in _KERNELS.items() if kernel.startswith(start)), kernel)
            rows.append([name, *(_metric(metrics[metric]) for metric in _METRICS.values())])
        return _titled("Microseconds, and percent of what each part can do", rows)


class VariantsDirective(_SpeedDirective):
    """``{speed-variants} h100``: how long other ways to write the kernel of words took."""

    def show(self, measured: SpeedRecord) -> nodes.Element:
        """List them as they were measured."""
        found = speed.load_kernel_variants(self.folder, self.arguments[0])
        rows = [[name, f"{1e3 * took:.0f}"] for name, took in found.items()]
        return _titled("2**28 words, microseconds in the kernel", [["Way", "Time"], *rows])


class MachineDirective(_SpeedDirective):
    """``{speed-machine} h100``: what was measured where, when, with what."""

    def show(self, measured: SpeedRecord) -> nodes.Element:
        """Say it in a paragraph."""
        backend, rows = measured.backend, measured.rows
        ours = [row for row in rows if row["who"] == OURS]
        equal = "Every draw of ours was equal to mlx's, bit for bit."
        if not all(row["equal"] for row in ours):
            apart = sorted({row["draw"] for row in ours if not row["equal"]})
            equal = f"Not equal to mlx's were {', '.join(apart)}."
        others = "".join(f", {name} {version}" for name, version in measured.libraries.items())
        shown = nodes.paragraph()
        shown += nodes.Text(
            f"Measured on {measured.date}: {backend.chip}, "
            f"{backend.system.capitalize()} {backend.machine}, Python {backend.python}, "
            f"mlx {backend.mlx}{others}. Each figure is the median of "
            f"{len(rows[0]['seconds'])} rounds. {equal} Measure your own with "
        )
        shown += nodes.literal("", measured.command)
        shown += nodes.Text(".")
        return shown


def _titled(title: str, rows: Sequence[Sequence[str]]) -> nodes.table:
    titled = table(rows, "mk-attested", "mk-speed-table")
    titled.insert(0, nodes.title("", title))
    return titled


def _finding(rows: Mapping[str, Mapping[str, Any]]) -> str:
    """What the bars show, in a sentence: our rate beside the others'."""
    ours = rows[OURS]
    said = f"{_ratio(rows[THEIRS], ours)} times mx.random’s rate"
    if COMPILED in rows:
        said += f", {_ratio(rows[COMPILED], ours)} times that under mx.compile"
    peers = [who for who in rows if who not in _SHOWN and _LIMIT not in who]
    if peers:
        fastest = max(peers, key=lambda who: rows[who]["gb_per_s"])
        said += f", {_ratio(rows[fastest], ours)} times that of {fastest}"
    for who, row in rows.items():
        if _LIMIT in who:
            said += f", {ours['gb_per_s'] / row['gb_per_s']:.0%} of {_LIMIT}"
    return said


def _bar(who: str, rate: float, most: float) -> str:
    kind = "limit" if _LIMIT in who else _SHOWN.get(who, ("", "peer"))[1]
    return (
        f'<li class="mk-speed-{kind}"><span>{escape(_name(who))}</span>'
        '<svg viewBox="0 0 1000 10" preserveAspectRatio="none" aria-hidden="true">'
        f'<rect width="{1000 * rate / most:.0f}" height="10"/></svg>'
        f"<span>{_rate(rate)}</span></li>\n"
    )


def _many(in_a_row: int) -> str:
    return f", {in_a_row} calls in a row" if in_a_row > 1 else ""


def _name(who: str) -> str:
    return _SHOWN.get(who, (who, ""))[0]


def _rate(rate: float) -> str:
    return f"{rate:,.0f} GB/s"


def _time(row: Mapping[str, Any] | None) -> str:
    if row is None:
        return ""
    return f"{row['median'] * 1e6:,.0f}"


def _ratio(theirs: Mapping[str, Any] | None, ours: Mapping[str, Any]) -> str:
    if theirs is None:
        return ""
    pairs = zip(theirs["seconds"], ours["seconds"], strict=True)
    return f"{median(one / other for one, other in pairs):.2f}"  # they took turns


def _metric(value: str) -> str:
    return f"{float(value.partition(' ')[0].replace(',', '')):.0f}"


def setup_speed(app: Sphinx) -> None:
    """Register the directives and the style of the bars."""
    app.add_directive("speed", BarsDirective)
    app.add_directive("speed-table", TableDirective)
    app.add_directive("speed-kernels", KernelsDirective)
    app.add_directive("speed-variants", VariantsDirective)
    app.add_directive("speed-machine", MachineDirective)
    app.add_css_file("mlx-keys-speed.css")
