"""``mlx-keys rewrite``: messy pages in, clean MyST pages out."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

import click
from tqdm import tqdm

from mlx_keys.errors import KeysError, Place
from mlx_keys.upstream import myst, page


@click.command()
@click.argument("pages", nargs=-1, required=True, metavar="PAGE|DIR...")
@click.option(
    "-o",
    "--output",
    required=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="The folder to write into; made if it is missing.",
)
def command(pages: tuple[str, ...], output: Path) -> None:
    """Rewrite each PAGE, or each page below a DIR, as clean MyST.

    A page that cannot be read or written is named on standard error, the others go on, and the
    exit status is 1.
    """
    output.mkdir(parents=True, exist_ok=True)
    faults: list[KeysError] = []
    written: dict[Path, Path] = {}
    warned: Counter[str] = Counter()
    work = list(_work(pages, faults))
    for source, target in tqdm(work, unit="page", disable=None, leave=False):
        try:
            record = page.load(source)
            if target in written:
                raise KeysError(
                    f"two pages would be written to {target}",
                    where=Place(str(source)),
                    found=str(written[target]),
                    mend="rewrite them into folders of their own",
                )
            _write(output / target, myst.page_lines(record))
        except KeysError as error:
            faults.append(error)
        else:
            written[target] = source
            warned.update(warning.kind for warning in record.warnings)
    for fault in faults:
        click.echo(f"mlx-keys: {fault}", err=True)
    said = "".join(f", {count} {kind}" for kind, count in sorted(warned.items()))
    click.echo(f"{len(written)} of {len(work)} pages written to {output}{said}")
    sys.exit(1 if faults else 0)


def _work(pages: tuple[str, ...], faults: list[KeysError]) -> list[tuple[Path, Path]]:
    """Each page to read, and where below the output its clean form goes."""
    work: list[tuple[Path, Path]] = []
    for name in pages:
        path = Path(name)
        if not path.is_dir():
            work.append((path, Path(path.name).with_suffix(".md")))
            continue
        found = sorted(one for one in path.rglob("*") if one.suffix in (".md", ".txt"))
        work += [(one, one.relative_to(path).with_suffix(".md")) for one in found]
        if not found:
            faults.append(KeysError("no page (.md or .txt) in this folder", where=Place(name)))
    return work


def _write(path: Path, lines: list[str]) -> None:
    """Write a page whole or not at all."""
    beside = path.with_name(f".{path.name}.new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        beside.write_text("\n".join([*lines, ""]), encoding="utf-8")
        beside.replace(path)
    except OSError as error:
        raise KeysError(
            (error.strerror or "cannot be written").lower(), where=Place(str(path))
        ) from error
