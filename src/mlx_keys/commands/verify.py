"""``mlx-keys verify``: run the examples of pages, and hold what they print against the pages."""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from pathlib import Path

import click

from mlx_keys.errors import KeysError, Location
from mlx_keys.examples import bless, compare
from mlx_keys.examples.check import CheckedExample
from mlx_keys.examples.compare import Outcome
from mlx_keys.examples.execute.pool import Pool, RunResult
from mlx_keys.examples.execute.runner import Runner
from mlx_keys.examples.progress import progress_bar
from mlx_keys.examples.verify import Report, verify_paths
from mlx_keys.trust import attestations

#: What is verified unless paths are given.
DEFAULT = ("README.md", "docs", "gallery")

#: A reader's hash seed is random, so what is accepted is seen under these as well as under 0.
#: Each halves the chance that a set of two strings passes by standing in the same order.
HASH_SEEDS = (1, 2, 3)

#: Where a project keeps what was attested.
TRUST = Path("trust")


@click.command()
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@click.option("--bless", "accept", is_flag=True, help="Show what changed, and accept it.")
@click.option("--device", type=click.Choice(["cpu", "gpu"]), help="MLX's default unless said.")
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

    PATHS are pages, gallery scripts, or folders of them: README.md, docs and gallery unless said.
    """
    trust = attestations.load_attestations(TRUST)
    cache = None if no_cache else build / "observed"
    pages = wanted(paths)
    with Pool() as pool, progress_bar("examples") as progress:
        runner = Runner(pool, cache=cache, device=device)
        runner.progress = progress
        report = verify_paths(pages, runner, trust.tolerance)
        if accept:
            refused = _bless(report, device, trust)
            report = bless.refusing(verify_paths(pages, runner, trust.tolerance), refused)
    if as_json:
        click.echo(json.dumps(_as_json(report), indent=2))
    else:
        for fault in report.faults:
            click.echo(f"{fault}\n", err=True)
        for note in report.notes:
            click.echo(f"note: {note}", err=True)
        click.echo(summary(report))
    sys.exit(1 if report.faults else 0)


def wanted(paths: tuple[Path, ...]) -> tuple[Path, ...]:
    """The pages asked for, or where a project keeps its own.

    Raises:
        KeysError: Where there are none.
    """
    found = paths or tuple(path for path in map(Path, DEFAULT) if path.exists())
    if not found:
        raise KeysError("there is nothing to verify here", expected=" or ".join(DEFAULT))
    return found


def _bless(
    report: Report, device: str | None, trust: attestations.Attestations
) -> dict[int, RunResult]:
    """Accept what stale examples print, unless another run says otherwise.

    Returns:
        What another run did of each example that was refused, by its number in the report.
    """
    assert report.backend is not None or not report.checked  # noqa: S101 - for the type checker
    candidates = {n: one for n, one in enumerate(report.checked) if bless.stale(one)}
    if not candidates or report.backend is None:
        return {}
    refused = _run_again(candidates, device)
    accepted: dict[str, list[CheckedExample]] = defaultdict(list)
    for number, one in candidates.items():
        if number not in refused:
            accepted[one.example.location.path].append(one)
    for path, outputs in accepted.items():
        for one in outputs:
            shown = one.example.expected
            before = one.example.normalize(shown.text) if shown else ""
            where = Location(path, shown.line if shown else one.example.end)
            click.echo(f"{where}: accepted\n" + compare.diff(before, one.printed) + "\n")
        bless.write(Path(path), outputs)
    if TRUST.is_dir() and accepted:
        examples = [one.example for outputs in accepted.values() for one in outputs]
        attestations.save_blessed(TRUST, trust.blessed_on(report.backend, examples))
    return refused


def _run_again(candidates: dict[int, CheckedExample], device: str | None) -> dict[int, RunResult]:
    """Run examples under other hash seeds; what those did that did something else.

    In fresh interpreters: forked children share their addresses, and so some luck.
    """
    refused: dict[int, RunResult] = {}
    for seed in HASH_SEEDS:
        left = {n: one.example for n, one in candidates.items() if n not in refused}
        with Pool(method="fresh", hash_seed=seed) as fresh:
            seen = Runner(fresh, device=device).results([*left.values()])
        refused |= {
            n: again
            for n, again in zip(left, seen, strict=True)
            if bless.luck(left[n], candidates[n].run, again)
        }
    return refused


def summary(report: Report) -> str:
    """One line: what ran where, and what holds."""
    if report.backend is None:
        return _faults(report) or "no examples"
    outputs = sum(one.example.expected is not None for one in report.checked)
    parts = [
        f"{len(report.checked)} examples, {report.ran} run now",
        f"{report.count(Outcome.EQUAL)} of {outputs} outputs verified",
    ]
    for kind in (Outcome.WITHIN, Outcome.UNATTESTED, Outcome.VARIES):
        if count := report.count(kind):
            parts.append(f"{count} {kind.value}")
    if faults := _faults(report):
        parts.append(faults)
    where = f"{report.backend.label}, mlx {report.backend.mlx}" if report.backend.mlx else "no mlx"
    return f"{'; '.join(parts)} ({where}, Python {report.backend.python})"


def _faults(report: Report) -> str:
    """How many faults there are; nothing where there are none."""
    count = len(report.faults)
    return f"{count} fault{'s' * (count != 1)}" if count else ""


def _as_json(report: Report) -> dict[str, object]:
    return {
        "backend": vars(report.backend) if report.backend else None,
        "ran": report.ran,
        "examples": [
            {
                "place": str(one.example.location),
                "ended": one.run.ended,
                "verdict": one.verdict.outcome.name.lower() if one.verdict else None,
                "distances": [str(far) for far in one.verdict.distances] if one.verdict else [],
                "seconds": round(one.run.seconds, 4),
            }
            for one in report.checked
        ],
        "faults": [
            {
                "where": str(fault.where) if fault.where else None,
                "problem": fault.problem,
                "expected": fault.expected,
                "found": fault.found,
                "fix": fault.fix,
            }
            for fault in report.faults
        ],
        "notes": list(report.notes),
    }
