"""``mlx-keys check``: compare this machine's mlx, and our generator, with the known answers."""

from __future__ import annotations

import json
import sys
from importlib.util import find_spec
from typing import TYPE_CHECKING

import click

from mlx_keys.errors import INSTALL_MLX, KeysError

if TYPE_CHECKING:
    from mlx_keys.prng.conformance.check import Conformance, FunctionResult


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
    from mlx_keys.prng.conformance.check import check_functions

    conformance = check_functions()
    text = json.dumps(conformance.to_json(), indent=2) if as_json else format_report(conformance)
    click.echo(text)
    sys.exit(0 if conformance.right else 1)


def format_report(conformance: Conformance) -> str:
    """The result as text: a line for each function, then what differs, then the verdict."""
    where = f"mlx {conformance.mlx} on {conformance.device}, {conformance.system}"
    lines = [
        f"{where}; mlx-keys {conformance.mlx_keys}",
        "",
        f"{'known answers given by':21}{'prng':>11}{'mx.random':>16}{'draws equal in both':>24}",
        *(_format_function(result) for result in conformance.functions),
    ]
    for result in conformance.functions:
        if result.differs:
            size = f", by {result.worst:.1e} at most" if result.worst else ""
            reason = result.reason or "no reason is known: please report it"
            lines.append(f"\n{result.function} differs{size}: {reason}")
    answers = sum(result.answers for result in conformance.functions)
    draws = sum(result.draws for result in conformance.functions)
    if not any(result.differs for result in conformance.functions):
        lines.append(f"\nAll equal: {answers} known answers, and {draws} draws bit for bit.")
    return "\n".join(lines)


def _format_function(result: FunctionResult) -> str:
    counts = (
        (result.ours, result.answers),
        (result.theirs, result.asked),
        (result.equal, result.draws),
    )
    prng, mlx, draws = (f"{right} of {total}" if total else "-" for right, total in counts)
    return f"{result.function:21}{prng:>12}{mlx:>16}{draws:>24}"
