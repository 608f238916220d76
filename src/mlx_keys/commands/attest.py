"""``mlx-keys attest``: record what every example prints on this machine's backend."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path

import click

from mlx_keys.commands.verify import default_paths
from mlx_keys.examples.check import CheckedExample
from mlx_keys.examples.execute.pool import Pool
from mlx_keys.examples.execute.runner import Runner
from mlx_keys.examples.progress import progress_bar
from mlx_keys.examples.verify import verify_paths
from mlx_keys.trust import attestations
from mlx_keys.trust.attest import MEASURING, attest


@click.command()
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@click.option("--device", type=click.Choice(["cpu", "gpu"]), help="MLX's default unless said.")
@click.option(
    "--trust",
    "folder",
    type=click.Path(path_type=Path),
    default=Path("trust"),
    show_default=True,
    help="Where the records are.",
)
def command(paths: tuple[Path, ...], device: str | None, folder: Path) -> None:
    """Run the examples of PATHS (all that verify runs, unless said), each in a fresh interpreter.

    Writes TRUST/backends/NAME.json. The first backend attested, if all is equal on it, becomes
    the one on which outputs are accepted.
    """
    trust = attestations.load_attestations(folder)
    with Pool(method="spawn") as pool, progress_bar("examples") as progress:
        runner = Runner(pool, device=device, patience=4.0)
        runner.progress = progress
        report = verify_paths(
            paths or default_paths(), runner, lambda _example, _backend: MEASURING
        )
    if report.backend is None:
        click.echo("no examples")
        return
    today = datetime.now(UTC).date().isoformat()
    # Of all pages a whole record is made, so that those that are gone leave it.
    before = trust.records.get(report.backend.name) if paths else None
    made = attest(report.checked, report.backend, today, before)
    path = attestations.save_record(folder, made.record)
    if trust.reference_backend is None and not any(_apart(one) for one in report.checked):
        blessed = trust.blessed_on(report.backend, [one.example for one in report.checked])
        attestations.save_blessed(folder, blessed)
    for one in made.skipped:
        click.echo(f"note: {one.example.location} was left out: {one.run.message}", err=True)
    excused = [fault for one in made.skipped for fault in one.faults]
    faults = [fault for fault in report.faults if fault not in excused]
    for fault in faults:
        click.echo(f"{fault}\n", err=True)
    entries = [entry for page in made.record.pages.values() for entry in page]
    equal = sum(entry.printed == entry.shown for entry in entries)
    click.echo(
        f"{path}: {len(entries)} examples attested, {equal} equal to the letter, "
        f"{len(made.skipped)} left out, {len(faults)} faults "
        f"({report.backend.chip}, mlx {report.backend.mlx})"
    )
    sys.exit(1 if faults else 0)


def _apart(checked: CheckedExample) -> bool:
    return bool(checked.verdict and checked.verdict.distances)
