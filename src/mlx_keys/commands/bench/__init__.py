"""``mlx-keys bench``: times of builds and of draws, as ratios within one run."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import click

from mlx_keys.commands.preconditions import require_mlx, require_site

from .timing import Row, table

PARTS = ("site", "prng")


@click.command("bench")
@click.argument("parts", nargs=-1, type=click.Choice(PARTS))
@click.option("--rounds", default=5, show_default=True, help="How often each is measured.")
@click.option("--json", "as_json", is_flag=True, help="Print every measurement as JSON.")
@click.option("--record", is_flag=True, help="Write the measurements of prng to trust/speed.")
def command(parts: tuple[str, ...], *, rounds: int, as_json: bool, record: bool) -> None:
    """Measure PARTS, or all of them.

    site: making the site afresh with installing, again with nothing changed, and after an edit,
    in copies of this folder. prng: our generator against mx.random, and on a GPU against mx.random
    compiled and the generators of torch, CuPy and JAX that are installed.
    """
    project = Path.cwd()
    wanted = parts or PARTS
    if record and "prng" not in wanted:
        message = "only what is measured of prng is kept: mlx-keys bench prng --record"
        raise click.UsageError(message)
    if "site" in wanted:
        require_site(project, "no site to measure here", "measure one part: mlx-keys bench prng")
    require_mlx("what is measured runs on it", "")
    measured: dict[str, list[Row]] = {}
    for part in wanted:
        measured[part] = _measure(part, project, rounds)
        if not as_json:
            click.echo(f"{part}\n{table(measured[part])}\n")
    if record:
        _record(project, measured["prng"], rounds)
    if as_json:
        as_lists = {part: [row.to_json() for row in rows] for part, rows in measured.items()}
        click.echo(json.dumps(as_lists, indent=2))


def _record(project: Path, rows: list[Row], rounds: int) -> None:
    from mlx_keys.examples.execute import backend
    from mlx_keys.trust.speed import SpeedRecord, save_speed

    from .peers import versions

    date = datetime.now(UTC).date().isoformat()
    again = f"mlx-keys bench prng --rounds {rounds} --record"
    measured = [row.to_json() for row in rows]
    record = SpeedRecord(backend.ask(), date, again, versions(), measured)
    path = save_speed(project / "trust", record)
    click.echo(f"kept in {path.relative_to(project)}", err=True)


def _measure(part: str, project: Path, rounds: int) -> list[Row]:
    if part == "site":
        from .site import measure_site

        return measure_site(project, rounds)
    from .generator import measure_generator

    return measure_generator(rounds)
