"""``mlx-keys verify``: run the examples of pages, and compare what they print with the pages."""

from __future__ import annotations

import json
import sys
from itertools import groupby
from pathlib import Path

import click

from mlx_keys.errors import KeysError
from mlx_keys.examples import bless, compare
from mlx_keys.examples.compare import Outcome
from mlx_keys.examples.execute.job import RunResult
from mlx_keys.examples.execute.pool import Pool
from mlx_keys.examples.execute.runner import Runner
from mlx_keys.examples.progress import progress_bar
from mlx_keys.examples.verify import Report, verify_paths
from mlx_keys.trust.attestations import Attestations, load_attestations, save_blessed

#: What is verified unless paths are given.
DEFAULT_PATHS = ("README.md", "docs", "gallery")

#: Where a project keeps its attestations.
TRUST = Path("trust")


@click.command()
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@click.option("--bless", "accept", is_flag=True, help="Show what changed, and accept it.")
@click.option("--device", type=click.Choice(["cpu", "gpu"]), help="By default MLX's own choice.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
@click.option("--no-cache", is_flag=True, help="Run everything, also what is known.")
@click.option(
    "--build",
    type=click.Path(path_type=Path),
    default=Path("build"),
    show_default=True,
    help="Where observations are kept.",
)
def command(
    paths: tuple[Path, ...],
    *,
    accept: bool,
    device: str | None,
    as_json: bool,
    no_cache: bool,
    build: Path,
) -> None:
    """Run the examples of PATHS, and compare what they print.

    PATHS are pages, gallery scripts, or folders of them; by default README.md, docs and gallery.
    """
    trust = load_attestations(TRUST)
    cache = None if no_cache else build / "observed"
    paths = paths or default_paths()
    with Pool() as pool, progress_bar("examples") as progress:
        runner = Runner(pool, cache=cache, device=device)
        runner.progress = progress
        report = verify_paths(paths, runner, trust.tolerance)
        if accept:
            refused = _bless(report, device, trust)
            report = verify_paths(paths, runner, trust.tolerance)
            report = bless.with_refusals(report, refused)
    if as_json:
        click.echo(json.dumps(report_to_json(report), indent=2))
    else:
        for fault in report.faults:
            click.echo(f"{fault}\n", err=True)
        for note in report.notes:
            click.echo(f"note: {note}", err=True)
        click.echo(summary(report))
    sys.exit(1 if report.faults else 0)


def default_paths() -> tuple[Path, ...]:
    """Where a project keeps its pages.

    Raises:
        KeysError: There are none.
    """
    paths = tuple(path for path in map(Path, DEFAULT_PATHS) if path.exists())
    if not paths:
        raise KeysError(
            "there is nothing to verify here",
            expected=" or ".join(DEFAULT_PATHS),
            fix="mlx-keys verify, with the path of a page, a script or a folder",
        )
    return paths


def _bless(report: Report, device: str | None, trust: Attestations) -> dict[int, RunResult]:
    """Accept the outputs that are new or changed, unless another run prints something else.

    Returns:
        What another run did of each example that was refused, by its number in the report.
    """
    candidates = {n: one for n, one in enumerate(report.checked) if bless.needs_update(one)}
    if not candidates or report.backend is None:
        return {}
    refused = bless.find_nondeterminism(candidates, device)
    accepted = [checked for number, checked in candidates.items() if number not in refused]
    for _, group in groupby(accepted, key=lambda checked: checked.example.source):
        outputs = list(group)
        for checked in outputs:
            diff = compare.diff(checked.example.expected_text, checked.printed)
            click.echo(f"{checked.example.output_location}: accepted\n{diff}\n")
        bless.write_outputs(outputs)
    if TRUST.is_dir() and accepted:
        examples = [checked.example for checked in accepted]
        save_blessed(TRUST, trust.blessed_on(report.backend, examples))
    return refused


def summary(report: Report) -> str:
    """One line: what ran where, and what holds."""
    if report.backend is None:
        return _count_faults(report) or "no examples"
    outputs = sum(checked.example.expected is not None for checked in report.checked)
    parts = [
        f"{len(report.checked)} examples, {report.ran} run now",
        f"{report.count(Outcome.EQUAL)} of {outputs} outputs verified",
    ]
    for outcome in (Outcome.WITHIN, Outcome.UNATTESTED, Outcome.VARIES):
        if count := report.count(outcome):
            parts.append(f"{count} {outcome.value}")
    if faults := _count_faults(report):
        parts.append(faults)
    where = f"{report.backend.label}, mlx {report.backend.mlx}" if report.backend.mlx else "no mlx"
    return f"{'; '.join(parts)} ({where}, Python {report.backend.python})"


def _count_faults(report: Report) -> str:
    """How many faults there are; nothing where there are none."""
    count = len(report.faults)
    return f"{count} fault{'s' * (count != 1)}" if count else ""


#: Endings that ``--json`` has always called by other names.
_ENDED: dict[str, str] = {"output_limit": "flood", "no_report": "vanished", "worker_died": "lost"}


def report_to_json(report: Report) -> dict[str, object]:
    """A report as ``--json`` prints it. The key ``mend`` holds a fault's fix."""
    return {
        "backend": vars(report.backend) if report.backend else None,
        "ran": report.ran,
        "examples": [
            {
                "place": str(checked.example.location),
                "ended": _ENDED.get(checked.run.ended, checked.run.ended),
                "verdict": checked.verdict and checked.verdict.outcome.name.lower(),
                "distances": [*map(str, checked.verdict.distances)] if checked.verdict else [],
                "seconds": round(checked.run.seconds, 4),
            }
            for checked in report.checked
        ],
        "faults": [
            {
                "where": str(fault.where) if fault.where else None,
                "problem": fault.problem,
                "expected": fault.expected,
                "found": fault.found,
                "mend": fault.fix,
            }
            for fault in report.faults
        ],
        "notes": list(report.notes),
    }
