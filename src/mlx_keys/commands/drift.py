"""``mlx-keys drift``: what documentation says, held against the mlx that is installed."""

from __future__ import annotations

import json
import sys
from itertools import groupby
from pathlib import Path
from textwrap import fill

import click
from tqdm import tqdm

from mlx_keys.errors import KeysError, Location
from mlx_keys.upstream.drift import compare
from mlx_keys.upstream.drift.compare import DriftReport
from mlx_keys.upstream.drift.finding import Finding
from mlx_keys.upstream.drift.grouping import group_common
from mlx_keys.upstream.installed import introspect, snapshot

#: The signatures that a project's pages were written for.
RECORD = Path("trust/signatures.json")

#: How a list of names is laid out below the finding that they share.
_WIDTH, _DEEP = 79, " " * 6

#: Of the entries that could not be compared, how many are named.
_NAMED = 5


@click.command()
@click.argument("paths", nargs=-1, metavar="[PAGE|DIR]...", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print the findings as JSON.")
@click.option("--record", is_flag=True, help="Accept the installed signatures.")
@click.option(
    "--file",
    "record_path",
    type=click.Path(dir_okay=False, path_type=Path),
    default=RECORD,
    show_default=True,
    help="The record of signatures.",
)
def command(paths: tuple[Path, ...], *, as_json: bool, record: bool, record_path: Path) -> None:
    """Say where documentation and the installed mlx part.

    The docstrings of mlx.core.random are compared with its signatures, what they promise with what
    it does, and the signatures with the record of those that the reference pages were written for.
    Each PAGE, or each page below a DIR, is compared too.

    Exit status 1 where anything differs or cannot be read, 0 where all agree.
    """
    if record:
        if paths or as_json:
            raise click.UsageError("--record takes neither pages nor --json")
        signatures = snapshot.now()
        snapshot.save(signatures, record_path)
        count = len(signatures.functions)
        click.echo(f"{record_path}: {count} signatures of mlx {signatures.mlx} recorded")
        return
    changed = _changed(record_path)
    found = compare.docstrings(snapshot.MODULE)
    faults: list[KeysError] = []
    for path in tqdm(_pages(paths, faults), unit="page", disable=None, leave=False):
        try:
            found += compare.load(path)
        except KeysError as error:
            faults.append(error)
    if as_json:
        click.echo(json.dumps(_as_json(found, changed, faults), indent=1, ensure_ascii=False))
    else:
        for fault in (*faults, *map(_fault, changed)):
            click.echo(f"mlx-keys: {fault}\n", err=True)
        click.echo(report(found))
    sys.exit(1 if found.findings or changed or faults else 0)


def report(found: DriftReport) -> str:
    """Lay the findings out for people: what docstrings share, then by function, then the sum."""
    lines: list[str] = []
    shared, own = group_common(one for one in found.findings if one.where is None)
    if shared:
        lines.append("docstrings of several functions")
    for text, names in shared.items():
        listed = ", ".join(name.rpartition(".")[2] for name in names)
        lines += [f"  {text}", fill(listed, _WIDTH, initial_indent=_DEEP, subsequent_indent=_DEEP)]
    lines += [""] * bool(shared)
    for function, findings in own.items():
        lines += [f"docstring: {function}", *(f"  {one}" for one in findings), ""]
    on_pages = (one for one in found.findings if one.where is not None)
    for (where, function), group in groupby(on_pages, _heading):
        lines += [f"{where}: {function}", *(f"  {one}" for one in group), ""]
    for why, skipped in groupby(sorted(found.skipped, key=_why), _why):
        names = [one.name for one in skipped]
        more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
        lines += [f"not compared, {why}: {', '.join(names[:_NAMED])}{more}", ""]
    functions = len({one.function for one in found.findings})
    total = f"{len(found.findings)} findings on {functions} functions or modules"
    if not found.findings:
        total = "no difference"
    return "\n".join(
        [*lines, f"{total}; {found.compared} compared with mlx {introspect.version()}"]
    )


def _heading(finding: Finding) -> tuple[str, str]:
    return str(finding.where), finding.function


def _why(skipped: compare.Skipped) -> str:
    return skipped.why


def _changed(path: Path) -> tuple[snapshot.Change, ...]:
    """What changed since the record; nothing where a project keeps none."""
    current = snapshot.now()  # first, so that a missing mlx is told whatever else is missing
    return snapshot.changes(snapshot.load(path), current) if path.exists() else ()


def _fault(change: snapshot.Change) -> KeysError:
    return change.fault(Location(f"docs/reference/{change.function}.md"))


def _pages(paths: tuple[Path, ...], faults: list[KeysError]) -> list[Path]:
    pages: list[Path] = []
    for path in paths:
        if not path.is_dir():
            pages.append(path)
            continue
        below = sorted(one for one in path.rglob("*") if one.suffix in (".md", ".txt"))
        pages += below
        if not below:
            faults.append(
                KeysError("no page (.md or .txt) in this folder", where=Location(str(path)))
            )
    return pages


def _as_json(
    found: DriftReport, changed: tuple[snapshot.Change, ...], faults: list[KeysError]
) -> dict[str, object]:
    return {
        "mlx": introspect.version(),
        "compared": found.compared,
        "findings": [one.to_json() for one in found.findings],
        "changed": [{"function": one.function, "was": one.was, "now": one.now} for one in changed],
        "skipped": [one.to_json() for one in found.skipped],
        "unreadable": [
            {"where": str(fault.where) if fault.where else None, "problem": fault.problem}
            for fault in faults
        ],
    }
