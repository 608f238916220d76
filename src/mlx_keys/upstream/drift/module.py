"""The findings on a module: how its functions differ, and what its own page says of them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Protocol

from mlx_keys.errors import KeysError
from mlx_keys.upstream.installed import introspect
from mlx_keys.upstream.model import Entry, Page

from .finding import Finding, FindingKind, SourceText

_LISTED = re.compile(r"[#(](mlx(?:\.\w+){2,}?)(?:\.md)?\)")
_CLAIM = re.compile(
    r"\ball (?:of )?(?:the |these )?functions? (?:takes?|accepts?|ha(?:s|ve)) (?:an? )?"
    r"(?P<optional>optional )?`(?P<name>\w+)`",
    re.IGNORECASE,
)


class Installed(Protocol):
    """What :mod:`~mlx_keys.upstream.installed.introspect` knows of the installed mlx."""

    def names(self, module: str) -> tuple[str, ...]:
        """Return the full names of a module's functions."""

    def entry(self, name: str) -> Entry:
        """Return a function."""

    def attributes(self, module: str) -> tuple[str, ...]:
        """Return the names of what a module has beside functions."""


def compare_module(name: str, entries: Iterable[Entry]) -> Iterator[Finding]:
    """Compare the installed functions of a module, and name attributes without docstring.

    Raises:
        KeysError: mlx is not installed, or has no such module.
    """
    for attribute in introspect.attributes(name):
        yield Finding(name, FindingKind.UNDOCUMENTED, attribute)
    yield from compare_first_parameters(name, entries)


def compare_first_parameters(name: str, entries: Iterable[Entry]) -> Iterator[Finding]:
    """Find the parameters that some functions of a module take first, and others later."""
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


def compare_index(page: Page, installed: Installed, source: SourceText) -> Iterator[Finding]:
    """Compare a page that has no entries and lists a module's functions with that module."""
    listed = list(dict.fromkeys(_LISTED.findall(page.body)))
    module = _listed_module(page, listed)
    if module is None:
        return
    try:
        names = installed.names(module)
    except KeysError:
        return
    missing = []
    # A page that links to fewer than half of the functions does not list them.
    if 2 * len(set(listed) & set(names)) >= len(names):
        missing += [name for name in names if name not in listed]
    for attribute in installed.attributes(module):
        if f"{module.rpartition('.')[2]}.{attribute}" not in page.body:
            missing.append(f"{module}.{attribute}")
    title = source.locate(page.title)
    for name in missing:
        short = name.rpartition(".")[2]
        yield Finding(module, FindingKind.UNLISTED, short, actual=name, where=title)
    for claim in _CLAIM.finditer(" ".join(page.body.split())):
        exceptions = _exceptions(claim, [installed.entry(name) for name in names])
        if exceptions:
            where = source.locate(claim[0])
            yield Finding(
                module, FindingKind.ALL_FUNCTIONS, claim["name"], claim[0], exceptions, where
            )


def _listed_module(page: Page, listed: list[str]) -> str | None:
    """The module whose functions are listed; where the list was lost, the next page's module.

    A page of ``mlx.core`` itself lists a part: the module is too large for one page.
    """
    modules = {name.rpartition(".")[0] for name in listed}
    if not listed and page.links.next:
        modules = {page.links.next.rpartition(".")[0]}
    module = modules.pop() if len(modules) == 1 else ""
    return module if module.count(".") > 1 else None


def _exceptions(claim: re.Match[str], entries: list[Entry]) -> str:
    """The functions for which a claim does not hold, in words; "" where it holds for all."""
    without: list[str] = []
    required: list[str] = []
    for entry in entries:
        signature = entry.signature
        parameters = {one.name: one for one in signature.parameters} if signature else {}
        short = entry.name.rpartition(".")[2]
        if claim["name"] not in parameters:
            without.append(f"`{short}`")
        elif claim["optional"] and parameters[claim["name"]].default is None:
            required.append(f"`{short}`")
    parts = [f"not taken by {', '.join(without)}"] if without else []
    return "; ".join(parts + ([f"required by {', '.join(required)}"] if required else []))


def _enumerate(names: list[str]) -> str:
    """Names as a sentence lists them: ``a, b and c``."""
    *most, last = names
    return f"{', '.join(most)} and {last}" if most else last
