"""``mlx-keys check``: known answers and this machine's mlx; what is equal, what differs, why."""

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
    """Hold this machine's mlx, and our generator, against the known answers.

    Exit status 1 where a number differs and no reason is known.
    """
    if find_spec("mlx") is None:
        raise KeysError(
            "there is no mlx here to check",
            expected="mlx, installed beside mlx-keys",
            fix=INSTALL_MLX,
        )
    from mlx_keys.prng.conformance.check import examine

    found = examine()
    click.echo(json.dumps(found.to_json(), indent=2) if as_json else report(found))
    sys.exit(0 if found.right else 1)


def report(found: Conformance) -> str:
    """Lay the result out for people: a line a function, then what differs, then the verdict."""
    lines = [
        f"mlx {found.mlx} on {found.device}, {found.system}; mlx-keys {found.mlx_keys}",
        "",
        f"{'known answers given by':21}{'prng':>11}{'mx.random':>16}{'draws equal in both':>24}",
        *(_line(standing) for standing in found.functions),
    ]
    for standing in found.functions:
        if standing.differs:
            size = f", by {standing.worst:.1e} at most" if standing.worst else ""
            reason = standing.reason or "no reason is known: please report it"
            lines.append(f"\n{standing.function} differs{size}: {reason}")
    answers = sum(standing.answers for standing in found.functions)
    draws = sum(standing.draws for standing in found.functions)
    if not any(standing.differs for standing in found.functions):
        lines.append(f"\nAll equal: {answers} known answers, and {draws} draws bit for bit.")
    return "\n".join(lines)


def _line(standing: Standing) -> str:
    counts = (
        (standing.ours, standing.answers),
        (standing.theirs, standing.asked),
        (standing.equal, standing.draws),
    )
    ours, theirs, draws = (f"{right} of {all_}" if all_ else "-" for right, all_ in counts)
    return f"{standing.function:21}{ours:>12}{theirs:>16}{draws:>24}"
