"""``mlx-keys rewrite``: messy pages in, clean MyST pages out, that lead to each other."""

from __future__ import annotations

import re
import sys
from collections import Counter
from pathlib import Path, PurePosixPath

import click
from tqdm import tqdm

from mlx_keys.errors import KeysError, Location
from mlx_keys.files import write_atomic
from mlx_keys.upstream.read import page
from mlx_keys.upstream.write import index
from mlx_keys.upstream.write import page as myst
from mlx_keys.upstream.write.links import Inventory, InventoryItem, inventory_item

#: Where a page goes whose own name is the index's.
_FRONT = "front-page.md"


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

    Links between the pages lead to each other; the rest stay links to the web. A DIR gets an
    index: index.md, and a page a module below modules/. A page that cannot be read or written is
    named on standard error, the others go on, and the exit status is 1.
    """
    _make(output)
    faults: list[KeysError] = []
    written: dict[str, tuple[Path, InventoryItem]] = {}
    warned: Counter[str] = Counter()
    work = list(_work(pages, faults))
    for source, target in tqdm(work, unit="page", disable=None, leave=False):
        try:
            record = page.load(source)
            if target in written:
                raise KeysError(
                    f"two pages would be written to {target}",
                    where=Location(str(source)),
                    found=str(written[target][0]),
                    fix="rewrite them into folders of their own",
                )
            _write(output / target, myst.page_lines(record))
        except KeysError as error:
            faults.append(error)
        else:
            written[target] = source, inventory_item(target, record)
            warned.update(warning.kind for warning in record.warnings)
    folder = Inventory([told for _, told in written.values()])
    _link(output, folder)
    if any(Path(name).is_dir() for name in pages):
        _index(output, folder)
    for fault in faults:
        click.echo(f"mlx-keys: {fault}", err=True)
    said = "".join(f", {count} {kind}" for kind, count in sorted(warned.items()))
    click.echo(f"{len(written)} of {len(work)} pages written to {output}{said}")
    sys.exit(1 if faults else 0)


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise KeysError(
            "this folder cannot be made", where=Location(str(folder)), found=error.strerror
        ) from error


def _work(pages: tuple[str, ...], faults: list[KeysError]) -> list[tuple[Path, str]]:
    """Each page to read, and where below the output its clean form goes."""
    work: list[tuple[Path, str]] = []
    for name in pages:
        path = Path(name)
        if not path.is_dir():
            work.append((path, _target(PurePosixPath(path.name))))
            continue
        found = sorted(one for one in path.rglob("*") if one.suffix in (".md", ".txt"))
        found = [one for one in found if not _is_index(one)]
        work += [(one, _target(PurePosixPath(one.relative_to(path).as_posix()))) for one in found]
        if not found:
            faults.append(KeysError("no page (.md or .txt) in this folder", where=Location(name)))
    return work


def _target(path: PurePosixPath) -> str:
    """A page's place below the output, of signs that a link can hold."""
    parts = (re.sub(r"[^\w.+-]+", "-", part) for part in path.with_suffix(".md").parts)
    target = "/".join(parts)
    return _FRONT if target == index.ROOT else target


def _is_index(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(len(index.INDEX_MARK)) == index.INDEX_MARK.encode()
    except OSError:
        return False


def _link(output: Path, folder: Inventory) -> None:
    """Lead the links of the pages that were written to each other."""
    for one in folder.subjects:
        path = output / one.path
        lines = path.read_text(encoding="utf-8").split("\n")[:-1]
        linked = folder.linked(lines, one.path)
        if linked != lines:
            _write(path, linked)


def _index(output: Path, folder: Inventory) -> None:
    """Write the index anew; pages of an older one go."""
    made = index.pages(folder)
    for path in (output / index.FOLDER).glob("*.md"):
        if path.relative_to(output).as_posix() not in made and _is_index(path):
            path.unlink()
    for name, lines in made.items():
        _write(output / name, lines)


def _write(path: Path, lines: list[str]) -> None:
    write_atomic(path, "\n".join([*lines, ""]))
