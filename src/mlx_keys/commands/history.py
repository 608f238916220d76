"""``mlx-keys history``: when each function last changed its numbers, and the measuring of it."""

from __future__ import annotations

import platform
from datetime import UTC, datetime
from pathlib import Path

import click
from tqdm import tqdm

from mlx_keys.errors import KeysError
from mlx_keys.trust.history import load_history, measure_release, merge_releases, save_history
from mlx_keys.trust.probes import PROBES

HISTORY = Path("trust/history.json")


@click.command()
@click.argument("versions", nargs=-1, metavar="[VERSION]...")
@click.option("--measure", is_flag=True, help="Install these releases of mlx and record them.")
@click.option("--file", "path", type=click.Path(path_type=Path), default=HISTORY, show_default=True)
def command(versions: tuple[str, ...], measure: bool, path: Path) -> None:
    """Show when each function of mlx.core.random last changed its numbers.

    With --measure, install each VERSION into a folder of its own, run the probes on the CPU and
    record what they give.
    """
    if bool(versions) != measure:
        raise click.UsageError("name the releases to measure: --measure VERSION...")
    if measure:
        known = load_history(path) if path.exists() else None
        new = [measure_release(v) for v in tqdm(versions, unit="release", disable=None)]
        where = f"{platform.system()} {platform.machine()}, CPU"
        today = datetime.now(UTC).date().isoformat()
        save_history(merge_releases(known, new, today, where), path)
    history = load_history(path)
    if not history.versions:
        raise KeysError("no release has been measured", fix="mlx-keys history --measure VERSION...")
    oldest, newest = history.versions[0], history.versions[-1]
    click.echo(f"{len(history.versions)} releases of mlx, {oldest} to {newest}, {history.platform}")
    for function in PROBES:
        changes = history.changes(function)
        if not changes:
            click.echo(f"{function:20} same in all")
        for change in changes:
            click.echo(f"{function:20} changed in {change.since}")
            for call in change.calls:
                click.echo(click.wrap_text(call, 78, "  ", "    "))
