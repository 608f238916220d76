"""The findings on a module as a whole: what is not documented, and how its functions differ."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from mlx_keys.upstream.installed import introspect
from mlx_keys.upstream.model import Entry

from .finding import Finding, FindingKind


def compare_module(name: str, entries: Iterable[Entry]) -> Iterator[Finding]:
    """Compare the functions of a module with each other, and name attributes without docstring.

    Args:
        name: The module.
        entries: Its functions, as installed.

    Raises:
        KeysError: mlx is not installed, or has no such module.
    """
    for attribute in introspect.attributes(name):
        yield Finding(name, FindingKind.UNDOCUMENTED, attribute)
    yield from compare_first_parameters(name, entries)


def compare_first_parameters(name: str, entries: Iterable[Entry]) -> Iterator[Finding]:
    """Find the parameters that some functions of a module take first, and others later.

    Args:
        name: The module.
        entries: Its functions.
    """
    first: dict[str, list[str]] = {}
    later: set[str] = set()
    for entry in entries:
        parameters = [one.name for one in entry.signature.parameters] if entry.signature else []
        if parameters:
            first.setdefault(parameters[0], []).append(f"`{entry.name.rpartition('.')[2]}`")
            later.update(parameters[1:])
    for parameter, functions in first.items():
        if parameter in later:
            yield Finding(
                name, FindingKind.FIRST_PARAMETER, parameter, actual=_enumerate(functions)
            )


def _enumerate(names: list[str]) -> str:
    """Names as a sentence lists them: ``a, b and c``."""
    *most, last = names
    return f"{', '.join(most)} and {last}" if most else last
