"""The index of a folder of clean pages: one page for each module, and one that lists the modules.

A module's page holds a hidden ``{toctree}`` of its own pages and of no other, so that Sphinx's
navigation stays light however many pages a folder has.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from . import markdown
from .links import Inventory, InventoryItem, relative_path

#: The path of the page that lists the modules, and the folder of the modules' pages.
INDEX_PAGE, MODULES_FOLDER = "index.md", "modules"
#: The first line of each page of an index: a comment of MyST. Such a page is never rewritten.
_MARK = "% Index made by mlx-keys: the pages of this folder, by module."
_TITLE = "Every page, by module"
#: The page of those that belong to no module.
_OTHER_PATH, _OTHER_TITLE = "other-pages", "Other pages"
_MODULE = re.compile(r"[A-Za-z_]\w{0,60}(?:\.[A-Za-z_]\w{0,60}){0,6}")


def index_pages(inventory: Inventory) -> dict[str, list[str]]:
    """Make the pages of the index: the lines of each, by its path below the folder."""
    groups = _by_module(inventory)
    pages = {
        _path(module): _module_page(inventory, module, items) for module, items in groups.items()
    }
    rows = [
        [markdown.link(module or _OTHER_TITLE, _path(module)), str(len(items))]
        for module, items in groups.items()
    ]
    table = markdown.table([["Module", "Pages"], *rows])
    pages[INDEX_PAGE] = _lines(_TITLE, [table], map(_path, groups))
    return pages


def is_index(path: Path) -> bool:
    """Whether a file is a page of an index that was made here."""
    try:
        with path.open("rb") as file:
            return file.read(len(_MARK)) == _MARK.encode()
    except OSError:
        return False


def _by_module(inventory: Inventory) -> dict[str, list[InventoryItem]]:
    """Sort the pages by module; those of which none is known stand under "", last."""
    groups: dict[str, list[InventoryItem]] = {}
    for item in inventory.items:
        groups.setdefault(_module_of(item, inventory), []).append(item)
    for items in groups.values():  # overviews, which bear no name, come first
        items.sort(key=lambda item: (bool(item.name), item.name.lower(), item.path))
    return dict(sorted(groups.items(), key=lambda group: (not group[0], group[0])))


def _module_of(item: InventoryItem, inventory: Inventory) -> str:
    """The module of the object that a page describes, or of most that an overview links to."""
    if item.name:
        module = item.name.rpartition(".")[0]
    else:
        linked = (inventory.linked_object(target, item.path) for target in item.link_targets)
        modules = Counter(name.rpartition(".")[0] for name in linked)
        modules.pop("", None)
        module = modules.most_common(1)[0][0] if modules else ""
    return module if _MODULE.fullmatch(module) else ""


def _module_page(inventory: Inventory, module: str, items: Sequence[InventoryItem]) -> list[str]:
    path = _path(module)
    overviews = [_link(item, path) for item in items if not item.name]
    rows = [
        [_link(item, path), inventory.resolve_line(item.summary, item.path, path)]
        for item in items
        if item.name
    ]
    table = markdown.table([["Name", "What it is"], *rows]) if rows else ""
    pages = [relative_path(item.path, path) for item in items]
    return _lines(module or _OTHER_TITLE, [markdown.item_list(overviews), table], pages)


def _lines(title: str, blocks: Iterable[str], pages: Iterable[str]) -> list[str]:
    """The lines of a page of the index that has ``pages`` below it."""
    toctree = "\n".join([":hidden:", "", *(page.removesuffix(".md") for page in pages)])
    parts = [_MARK, f"# {title}", *blocks, markdown.fence(toctree, "{toctree}")]
    return markdown.join_blocks(parts).split("\n")


def _path(module: str) -> str:
    return f"{MODULES_FOLDER}/{module or _OTHER_PATH}.md"


def _link(item: InventoryItem, page: str) -> str:
    """A link from a page of the index to a clean page: the object's short name, or its title."""
    short = item.name.rpartition(".")[2]
    words = markdown.code_span(short) if short else markdown.escape(item.title or item.path)
    return markdown.link(words, relative_path(item.path, page))
