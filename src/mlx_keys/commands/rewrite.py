"""``mlx-keys rewrite``: messy pages in, clean MyST pages out that link to each other."""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import click
from tqdm import tqdm

from mlx_keys.errors import KeysError, Location
from mlx_keys.files import pages_below, write_atomic
from mlx_keys.upstream.read import page
from mlx_keys.upstream.write.index import INDEX_PAGE, MODULES_FOLDER, index_pages, is_index
from mlx_keys.upstream.write.links import Inventory, InventoryItem, inventory_item
from mlx_keys.upstream.write.page import page_lines

#: The path of the clean form of a page whose own name is the index's.
_FRONT_PAGE = "front-page.md"


@dataclass(frozen=True)
class CleanPage:
    """A page that was read, and is not yet written: its links wait for the others to be known.

    Attributes:
        source: The page that was read.
        item: What the inventory holds of it.
        lines: Its clean form.
        warnings: The kinds of warnings that reading it gave.
    """

    source: Path
    item: InventoryItem
    lines: list[str]
    warnings: tuple[str, ...]


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

    Links between the pages go to the clean pages; the rest stay links to the web. A DIR gets an
    index: index.md, and a page a module below modules/. A page that cannot be read or written is
    named on standard error, the others go on, and the exit status is 1.
    """
    _make_folder(output)
    faults: list[KeysError] = []
    sources = _sources(pages, faults)
    clean = _read_pages(sources, faults)
    inventory = Inventory([one.item for one in clean])
    written = _write_pages(clean, inventory, output, faults)
    if any(Path(name).is_dir() for name in pages):
        _write_index(output, inventory)
    for fault in faults:
        click.echo(f"mlx-keys: {fault}", err=True)
    warnings = Counter(kind for one in written for kind in one.warnings)
    counts = "".join(f", {count} {kind}" for kind, count in sorted(warnings.items()))
    click.echo(f"{len(written)} of {len(sources)} pages written to {output}{counts}")
    sys.exit(1 if faults else 0)


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise KeysError(
            "this folder cannot be made",
            where=Location(str(folder)),
            found=error.strerror,
            fix="name a folder that you may write to: mlx-keys rewrite ... -o DIR",
        ) from error


def _sources(names: tuple[str, ...], faults: list[KeysError]) -> list[tuple[Path, str]]:
    """Each page to read, and the path below the output where its clean form goes."""
    sources: list[tuple[Path, str]] = []
    for name in names:
        path = Path(name)
        if not path.is_dir():
            sources.append((path, _target(PurePosixPath(path.name))))
            continue
        try:
            pages = pages_below(path, skip=is_index)
        except KeysError as error:
            faults.append(error)
            continue
        below = (PurePosixPath(one.relative_to(path).as_posix()) for one in pages)
        sources += zip(pages, map(_target, below), strict=True)
    return sources


def _target(path: PurePosixPath) -> str:
    """The path of a page's clean form below the output, of characters that a link can hold."""
    parts = (re.sub(r"[^\w.+-]+", "-", part) for part in path.with_suffix(".md").parts)
    target = "/".join(parts)
    return _FRONT_PAGE if target == INDEX_PAGE else target


def _read_pages(sources: list[tuple[Path, str]], faults: list[KeysError]) -> list[CleanPage]:
    """Read the pages and lay each out. Ten thousand clean pages are some 100 MB."""
    clean: dict[str, CleanPage] = {}
    for source, target in tqdm(sources, unit="page", disable=None, leave=False):
        try:
            record = page.load(source)
            if target in clean:
                raise KeysError(
                    f"two pages would be written to {target}",
                    where=Location(str(source)),
                    found=str(clean[target].source),
                    fix="rewrite each into a folder of its own: mlx-keys rewrite PAGE -o DIR",
                )
        except KeysError as error:
            faults.append(error)
        else:
            kinds = tuple(warning.kind for warning in record.warnings)
            item = inventory_item(target, record)
            clean[target] = CleanPage(source, item, page_lines(record), kinds)
    return list(clean.values())


def _write_pages(
    clean: Iterable[CleanPage], inventory: Inventory, output: Path, faults: list[KeysError]
) -> list[CleanPage]:
    """Write each page once, with its links resolved, and give those that were written."""
    written = []
    for one in clean:
        try:
            _write(output / one.item.path, inventory.resolve_links(one.lines, one.item.path))
        except KeysError as error:
            faults.append(error)
        else:
            written.append(one)
    return written


def _write_index(output: Path, inventory: Inventory) -> None:
    """Write the index anew; pages of an older one are removed."""
    pages = index_pages(inventory)
    for path in (output / MODULES_FOLDER).glob("*.md"):
        if path.relative_to(output).as_posix() not in pages and is_index(path):
            path.unlink()
    for name, lines in pages.items():
        _write(output / name, lines)


def _write(path: Path, lines: list[str]) -> None:
    write_atomic(path, "\n".join([*lines, ""]))
