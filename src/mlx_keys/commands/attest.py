"""``mlx-keys attest``: record what every example prints on this machine's backend."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path

import click

from mlx_keys.commands.verify import default_paths
from mlx_keys.examples.execute.pool import Pool
from mlx_keys.examples.execute.runner import Runner
from mlx_keys.examples.progress import progress_bar
from mlx_keys.examples.verify import Report, verify_paths
from mlx_keys.trust.attest import MEASURING, AttestResult, attest
from mlx_keys.trust.attestations import load_attestations, save_blessed, save_record

#: A machine that attests may be slow to start: each example gets so many times its own time.
_TIMEOUT_FACTOR = 4.0


@click.command()
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@click.option("--device", type=click.Choice(["cpu", "gpu"]), help="By default MLX's own choice.")
@click.option(
    "--trust",
    "folder",
    type=click.Path(path_type=Path),
    default=Path("trust"),
    show_default=True,
    help="Where the records are.",
)
def command(paths: tuple[Path, ...], device: str | None, folder: Path) -> None:
    """Run the examples of PATHS (by default all that verify runs), each in a fresh interpreter.

    Writes TRUST/backends/NAME.json. The first backend attested, if all is equal on it, becomes
    the one on which outputs are accepted.
    """
    attestations = load_attestations(folder)
    with Pool(method="spawn") as pool, progress_bar("examples") as progress:
        runner = Runner(pool, device=device, timeout_factor=_TIMEOUT_FACTOR)
        runner.progress = progress
        report = verify_paths(paths or default_paths(), runner, lambda *_: MEASURING)
    if report.backend is None:
        click.echo("no examples")
        return
    today = datetime.now(UTC).date().isoformat()
    # Of all pages a whole record is made, so that those that are gone leave it.
    before = attestations.records.get(report.backend.name) if paths else None
    result = attest(report.checked, report.backend, today, before)
    path = save_record(folder, result.record)
    all_equal = not any(one.verdict and one.verdict.distances for one in report.checked)
    if attestations.reference_backend is None and all_equal:
        examples = [one.example for one in report.checked]
        save_blessed(folder, attestations.blessed_on(report.backend, examples))
    sys.exit(1 if _print_result(path, report, result) else 0)


def _print_result(path: Path, report: Report, result: AttestResult) -> int:
    """Print what was attested, left out and found wrong; return how many faults there are.

    An example that was left out for a module that is not installed is no fault.
    """
    for one in result.skipped:
        click.echo(f"note: {one.example.location} was left out: {one.run.message}", err=True)
    excused = [fault for one in result.skipped for fault in one.faults]
    faults = [fault for fault in report.faults if fault not in excused]
    for fault in faults:
        click.echo(f"{fault}\n", err=True)
    attested = [entry for page in result.record.pages.values() for entry in page]
    equal = sum(entry.printed == entry.shown for entry in attested)
    backend = result.record.backend
    click.echo(
        f"{path}: {len(attested)} examples attested, {equal} equal to the letter, "
        f"{len(result.skipped)} left out, {len(faults)} faults "
        f"({backend.chip}, mlx {backend.mlx})"
    )
    return len(faults)
