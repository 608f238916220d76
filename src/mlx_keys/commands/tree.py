"""``mlx-keys tree``: draw a seed's key tree as an SVG file, or print it."""

from __future__ import annotations

from pathlib import Path

import click

from mlx_keys.errors import KeysError, Location
from mlx_keys.keytree import KeyTree
from mlx_keys.keytree.limits import count_noun


def integers(text: str) -> tuple[int, ...]:
    """Integers separated by commas, each in any base that Python reads: ``2,3`` or ``0x10``."""
    try:
        return tuple(int(part, 0) for part in text.split(",")) if text else ()
    except ValueError:
        raise click.BadParameter(f"{text!r} is not a list of integers such as 2,3") from None


def integer(text: str) -> int:
    """An integer in any base that Python reads."""
    try:
        return int(text, 0)
    except ValueError:
        raise click.BadParameter(f"{text!r} is not an integer") from None


@click.command()
@click.argument("seed", type=integer)
@click.option(
    "--split",
    type=integers,
    default="",
    metavar="N[,N]...",
    help="Into how many keys each is split, level by level.",
)
@click.option(
    "--fold-in",
    type=integers,
    default="",
    metavar="N[,N]...",
    help="Numbers to fold into each key of the last level.",
)
@click.option(
    "--draw",
    multiple=True,
    metavar="LABEL",
    help="What is drawn from each key at the end. May be given more than once.",
)
@click.option(
    "--narrow", is_flag=True, help="Put the root at the top, not at the left, as for a phone."
)
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The SVG file to write. Without it, the tree is printed as text.",
)
def command(
    *,
    seed: int,
    split: tuple[int, ...],
    fold_in: tuple[int, ...],
    draw: tuple[str, ...],
    narrow: bool,
    output: Path | None,
) -> None:
    """Draw the tree of keys that SEED and its splits make.

    For example: mlx-keys tree 7 --split 2,3 -o tree.svg
    """
    tree = KeyTree.regular(seed, split=split, fold_in=fold_in, draw=draw)
    if output is None:
        click.echo(str(tree))
        return
    if output.suffix.lower() != ".svg":
        raise click.BadParameter(f"{output} does not end in .svg", param_hint="--output")
    try:
        output.write_text(tree.svg("narrow" if narrow else "wide"), encoding="utf-8")
    except OSError as error:
        raise KeysError(
            "the picture cannot be written",
            where=Location(str(output)),
            found=error.strerror,
            fix="choose a file in a folder that is there and may be written to",
        ) from None
    click.echo(f"{output}: {count_noun(sum(1 for _ in tree.walk()), 'key')}")
