"""The tree as text: for a terminal, and wherever a picture cannot be."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from .text_limits import counted, enumerated

if TYPE_CHECKING:
    from .tree import KeyTree


def outline(tree: KeyTree) -> str:
    """A line a key: what makes it, its two words, its uses, and what is wrong with them."""
    return "\n".join(_lines(tree, "", ""))


def _lines(tree: KeyTree, before: str, below: str) -> Iterator[str]:
    yield before + line(tree)
    for child in tree.children:
        last = child is tree.children[-1]
        yield from _lines(
            child, below + ("└─ " if last else "├─ "), below + ("   " if last else "│  ")
        )


def line(tree: KeyTree) -> str:
    """One key as a line."""
    name = f"{tree.name} = " if tree.name else ""
    parts = [f"{name}{tree.expression}", "{} {}".format(*tree.words)]
    if tree.uses:
        parts.append("; ".join(tree.uses))
    if tree.faults:
        parts.append(f"FAULT: {'; '.join(tree.faults)}")
    return "  ".join(parts)


def title(tree: KeyTree) -> str:
    """What a picture of the tree is called."""
    return f"The tree of {tree.expression}"


def summary(tree: KeyTree) -> str:
    """What a picture of the tree holds, in a few words."""
    keys = list(tree.walk())
    counts = [
        counted(len(keys), "key"),
        counted(sum(len(key.draws) for key in keys), "draw"),
        counted(sum(bool(key.faults) for key in keys), "key used wrongly", "keys used wrongly"),
    ]
    return enumerated([count for count in counts if not count.startswith("0 ")])
