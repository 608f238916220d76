"""The index of a folder of rewritten pages: a page a module, and one that names the modules.

A module's page holds what Sphinx needs to find its way: a hidden ``{toctree}`` of its own pages and
of no other, so that navigation stays light however many pages a folder has.
"""

from __future__ import annotations

import posixpath
import re
from collections import Counter
from collections.abc import Iterable

from . import markdown
from .links import Inventory, InventoryItem

#: The first line of an index: a comment of MyST. Such a page is made anew, never rewritten.
INDEX_MARK = "% Index made by mlx-keys: the pages of this folder, by module."
#: Where the pages of the index stand.
ROOT, FOLDER = "index.md", "modules"
_OTHER = "other-pages"
_MODULE = re.compile(r"[A-Za-z_]\w{0,60}(?:\.[A-Za-z_]\w{0,60}){0,6}")
_TITLE = "Every page, by module"


def by_module(folder: Inventory) -> dict[str, list[InventoryItem]]:
    """The pages by module: each below the parent of what it describes, or of what it leads to.

    Pages of which neither is known stand under "", last.
    """
    groups: dict[str, list[InventoryItem]] = {}
    for one in folder.subjects:
        groups.setdefault(_parent(one, folder), []).append(one)
    return {
        module: sorted(groups[module], key=lambda one: (bool(one.name), one.name.lower(), one.path))
        for module in sorted(groups, key=lambda module: (not module, module))
    }


def pages(folder: Inventory) -> dict[str, list[str]]:
    """The pages of the index: the lines of each, by its path below the folder."""
    groups = by_module(folder)
    made = {
        _path(module): _module_page(folder, module, subjects) for module, subjects in groups.items()
    }
    rows = [
        [markdown.link(_title(module), _path(module)), str(len(subjects))]
        for module, subjects in groups.items()
    ]
    made[ROOT] = _lines(_TITLE, [markdown.table([["Module", "Pages"], *rows])], map(_path, groups))
    return made


def _parent(one: InventoryItem, folder: Inventory) -> str:
    if one.name:
        parent = one.name.rpartition(".")[0]
    else:
        led = Counter(
            folder.name_of(target, one.path).rpartition(".")[0] for target in one.leads_to
        )
        led.pop("", None)
        parent = led.most_common(1)[0][0] if led else ""
    return parent if _MODULE.fullmatch(parent) else ""


def _module_page(folder: Inventory, module: str, subjects: list[InventoryItem]) -> list[str]:
    path = _path(module)
    overviews = [_linked(one, path) for one in subjects if not one.name]
    rows = [
        [_linked(one, path), folder.line(one.summary, one.path, path)]
        for one in subjects
        if one.name
    ]
    table = markdown.table([["Name", "What it is"], *rows]) if rows else ""
    below = [_from(one.path, path) for one in subjects]
    return _lines(_title(module), [markdown.item_list(overviews), table], below)


def _lines(title: str, blocks: Iterable[str], below: Iterable[str]) -> list[str]:
    tree = "\n".join([":hidden:", "", *(one.removesuffix(".md") for one in below)])
    parts = [INDEX_MARK, f"# {title}", *blocks, markdown.fence(tree, "{toctree}")]
    return markdown.join_blocks(parts).split("\n")


def _path(module: str) -> str:
    return f"{FOLDER}/{module or _OTHER}.md"


def _title(module: str) -> str:
    return module or "Other pages"


def _linked(one: InventoryItem, at: str) -> str:
    words = one.name.rpartition(".")[2]
    shown = markdown.code_span(words) if words else markdown.escape(one.title or one.path)
    return markdown.link(shown, _from(one.path, at))


def _from(path: str, at: str) -> str:
    return posixpath.relpath(path, posixpath.dirname(at))
