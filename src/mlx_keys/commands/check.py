"""``mlx-keys check``: compare this machine's mlx, and our generator, with the known answers."""

from __future__ import annotations

import json
import sys
from importlib.util import find_spec
from typing import TYPE_CHECKING

import click

from mlx_keys.errors import INSTALL_MLX, KeysError

if TYPE_CHECKING:
    from mlx_keys.prng.conformance.check import Conformance, Standing


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def command(*, as_json: bool) -> None:
    """Compare this machine's mlx, and our generator, with the known answers.

    Exit status 1 where a number differs and no reason is known.
    """
    if find_spec("mlx") is None:
        raise KeysError(
            "there is no mlx here to check",
            expected="mlx, installed beside mlx-keys",
            fix=INSTALL_MLX,
        )
    from mlx_keys.prng.conformance.check import examine

    conformance = examine()
    click.echo(
        json.dumps(conformance.to_json(), indent=2) if as_json else format_report(conformance)
    )
    sys.exit(0 if conformance.right else 1)


def format_report(conformance: Conformance) -> str:
    """The result as text: a line for each function, then what differs, then the verdict."""
    where = f"mlx {conformance.mlx} on {conformance.device}, {conformance.system}"
    lines = [
        f"{where}; mlx-keys {conformance.mlx_keys}",
        "",
        f"{'known answers given by':21}{'prng':>11}{'mx.random':>16}{'draws equal in both':>24}",
        *(_format_function(standing) for standing in conformance.functions),
    ]
    for standing in conformance.functions:
        if standing.differs:
            size = f", by {standing.worst:.1e} at most" if standing.worst else ""
            reason = standing.reason or "no reason is known: please report it"
            lines.append(f"\n{standing.function} differs{size}: {reason}")
    answers = sum(standing.answers for standing in conformance.functions)
    draws = sum(standing.draws for standing in conformance.functions)
    if not any(standing.differs for standing in conformance.functions):
        lines.append(f"\nAll equal: {answers} known answers, and {draws} draws bit for bit.")
    return "\n".join(lines)


def _format_function(standing: Standing) -> str:
    counts = (
        (standing.ours, standing.answers),
        (standing.theirs, standing.asked),
        (standing.equal, standing.draws),
    )
    ours, theirs, draws = (f"{right} of {total}" if total else "-" for right, total in counts)
    return f"{standing.function:21}{ours:>12}{theirs:>16}{draws:>24}"
