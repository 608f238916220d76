"""The tree as text: for a terminal, and where no picture can be shown."""

from __future__ import annotations

from collections.abc import Iterator

from .limits import count_noun, join_with_and
from .node import Node


def outline(root: Node) -> str:
    """A line for each key: the call that makes it, its two words, its uses, and its faults."""
    return "\n".join(_lines(root, "", ""))


def _lines(node: Node, own_prefix: str, child_prefix: str) -> Iterator[str]:
    name = f"{node.name} = " if node.name else ""
    parts = [f"{name}{node.expression}", "{} {}".format(*node.words)]
    if node.uses:
        parts.append("; ".join(node.uses))
    if node.faults:
        parts.append(f"FAULT: {'; '.join(node.faults)}")
    yield own_prefix + "  ".join(parts)
    for child in node.children:
        is_last = child is node.children[-1]
        branch, trunk = ("└─ ", "   ") if is_last else ("├─ ", "│  ")
        yield from _lines(child, child_prefix + branch, child_prefix + trunk)


def summary(root: Node) -> str:
    """How many keys, draws and keys used wrongly the tree has: ``3 keys and 1 draw``."""
    nodes = list(root.walk())
    counts = [
        count_noun(len(nodes), "key"),
        count_noun(sum(len(node.draws) for node in nodes), "draw"),
        count_noun(
            sum(bool(node.faults) for node in nodes), "key used wrongly", "keys used wrongly"
        ),
    ]
    return join_with_and([count for count in counts if not count.startswith("0 ")])
