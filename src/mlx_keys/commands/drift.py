"""``mlx-keys drift``: documentation compared with the mlx that is installed."""

from __future__ import annotations

import json
import sys
from itertools import groupby
from pathlib import Path
from textwrap import fill

import click
from tqdm import tqdm

from mlx_keys.errors import KeysError, Location
from mlx_keys.files import pages_below
from mlx_keys.upstream.drift.compare import (
    DriftReport,
    Skipped,
    compare_docstrings,
    compare_file,
)
from mlx_keys.upstream.drift.finding import Finding, group_common
from mlx_keys.upstream.installed import introspect
from mlx_keys.upstream.installed.snapshot import (
    MODULE,
    SignatureChange,
    load_snapshot,
    save_snapshot,
    signature_changes,
    take_snapshot,
)

#: The signatures that a project's pages were written for.
SNAPSHOT = Path("trust/signatures.json")

#: The layout of the list of functions below a finding that they have in common.
_WIDTH, _INDENT = 79, " " * 6

#: How many of the entries that could not be compared are named.
_MAX_NAMED = 5


@click.command()
@click.argument("paths", nargs=-1, metavar="[PAGE|DIR]...", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print the findings as JSON.")
@click.option("--record", is_flag=True, help="Accept the installed signatures.")
@click.option(
    "--file",
    "snapshot_path",
    type=click.Path(dir_okay=False, path_type=Path),
    default=SNAPSHOT,
    show_default=True,
    help="The record of signatures.",
)
def command(paths: tuple[Path, ...], *, as_json: bool, record: bool, snapshot_path: Path) -> None:
    """Say where documentation and the installed mlx part.

    The docstrings of mlx.core.random are compared with its signatures, what they promise with what
    it does, and the signatures with the record of those that the reference pages were written for.
    Each PAGE, or each page below a DIR, is compared too.

    Exit status 1 where anything differs or cannot be read, 0 where all agree.
    """
    if record:
        if paths or as_json:
            raise click.UsageError("--record takes neither pages nor --json")
        snapshot = take_snapshot()
        save_snapshot(snapshot, snapshot_path)
        count = len(snapshot.functions)
        click.echo(f"{snapshot_path}: {count} signatures of mlx {snapshot.mlx} recorded")
        return
    changes = _changes_since(snapshot_path)
    report = compare_docstrings(MODULE)
    faults: list[KeysError] = []
    for path in tqdm(_pages(paths, faults), unit="page", disable=None, leave=False):
        try:
            report += compare_file(path)
        except KeysError as error:
            faults.append(error)
    if as_json:
        click.echo(json.dumps(_as_json(report, changes, faults), indent=1, ensure_ascii=False))
    else:
        for fault in (*faults, *map(_as_fault, changes)):
            click.echo(f"mlx-keys: {fault}\n", err=True)
        click.echo(report_text(report))
    sys.exit(1 if report.findings or changes or faults else 0)


def report_text(report: DriftReport) -> str:
    """Lay a report out for people: common findings of docstrings, those of each function, pages."""
    lines = _docstring_lines([one for one in report.findings if one.where is None])
    on_pages = (one for one in report.findings if one.where is not None)
    for (where, function), group in groupby(on_pages, _place_and_function):
        lines += [f"{where}: {function}", *(f"  {one}" for one in group), ""]
    for why, skipped in groupby(sorted(report.skipped, key=_reason), _reason):
        names = [one.name for one in skipped]
        more = f" and {len(names) - _MAX_NAMED} more" if len(names) > _MAX_NAMED else ""
        lines += [f"not compared, {why}: {', '.join(names[:_MAX_NAMED])}{more}", ""]
    functions = len({one.function for one in report.findings})
    total = f"{len(report.findings)} findings on {functions} functions or modules"
    if not report.findings:
        total = "no difference"
    last = f"{total}; {report.compared} compared with mlx {introspect.version()}"
    return "\n".join([*lines, last])


def _docstring_lines(findings: list[Finding]) -> list[str]:
    lines: list[str] = []
    common, own = group_common(findings)
    if common:
        lines.append("docstrings of several functions")
    for text, functions in common.items():
        names = ", ".join(function.rpartition(".")[2] for function in functions)
        listed = fill(names, _WIDTH, initial_indent=_INDENT, subsequent_indent=_INDENT)
        lines += [f"  {text}", listed]
    lines += [""] * bool(common)
    for function, group in own.items():
        lines += [f"docstring: {function}", *(f"  {one}" for one in group), ""]
    return lines


def _place_and_function(finding: Finding) -> tuple[str, str]:
    return str(finding.where), finding.function


def _reason(skipped: Skipped) -> str:
    return skipped.why


def _changes_since(path: Path) -> tuple[SignatureChange, ...]:
    """The changes since a snapshot; none where a project keeps none."""
    installed = take_snapshot()  # first: that mlx is missing is reported before anything else
    return signature_changes(load_snapshot(path), installed) if path.exists() else ()


def _as_fault(change: SignatureChange) -> KeysError:
    return change.fault(Location(f"docs/reference/{change.function}.md"))


def _pages(paths: tuple[Path, ...], faults: list[KeysError]) -> list[Path]:
    """The pages that the command line names, those below a folder included."""
    pages: list[Path] = []
    for path in paths:
        try:
            pages += pages_below(path) if path.is_dir() else [path]
        except KeysError as error:
            faults.append(error)
    return pages


def _as_json(
    report: DriftReport, changes: tuple[SignatureChange, ...], faults: list[KeysError]
) -> dict[str, object]:
    return {
        "mlx": introspect.version(),
        "compared": report.compared,
        "findings": [one.to_json() for one in report.findings],
        "changed": [
            {"function": one.function, "was": one.recorded, "now": one.installed} for one in changes
        ],
        "skipped": [one.to_json() for one in report.skipped],
        "unreadable": [
            {"where": str(fault.where) if fault.where else None, "problem": fault.problem}
            for fault in faults
        ],
    }
