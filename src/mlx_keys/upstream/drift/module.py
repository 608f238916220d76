"""What no function's documentation can tell: what a module leaves out, or does in two ways."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from mlx_keys.upstream.installed import introspect
from mlx_keys.upstream.model import Entry

from .finding import Finding, FindingKind


def module(name: str, entries: Iterable[Entry]) -> Iterator[Finding]:
    """Compare the functions of a module with each other, and name what has no documentation.

    Args:
        name: The module.
        entries: Its functions, as installed.

    Raises:
        KeysError: mlx is not installed, or has no such module.
    """
    for attribute in introspect.attributes(name):
        yield Finding(name, FindingKind.UNDOCUMENTED, attribute)
    yield from order(name, entries)


def order(name: str, entries: Iterable[Entry]) -> Iterator[Finding]:
    """The parameters that stand first in some functions of a module and later in others.

    Args:
        name: The module.
        entries: Its functions.
    """
    first: dict[str, list[str]] = {}
    later: set[str] = set()
    for entry in entries:
        taken = [one.name for one in entry.signature.parameters] if entry.signature else []
        if taken:
            first.setdefault(taken[0], []).append(f"`{entry.name.rpartition('.')[2]}`")
            later.update(taken[1:])
    for parameter, functions in first.items():
        if parameter in later:
            yield Finding(name, FindingKind.FIRST, parameter, so=_listed(functions))


def _listed(names: list[str]) -> str:
    """Names in a sentence."""
    *most, last = names
    return f"{', '.join(most)} and {last}" if most else last
