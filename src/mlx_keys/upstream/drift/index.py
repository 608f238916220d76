"""Whether a module's own page holds: what it says of all functions, and which it lists."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from mlx_keys.errors import KeysError
from mlx_keys.upstream.model import Entry, Page

from .finding import Finding, FindingKind
from .source_text import Written

_LISTED = re.compile(r"[#(](mlx(?:\.\w+){2,}?)(?:\.md)?\)")
_CLAIM = re.compile(
    r"\ball (?:of )?(?:the |these )?functions? (?:takes?|accepts?|ha(?:s|ve)) (?:an? )?"
    r"(?P<optional>optional )?`(?P<name>\w+)`",
    re.IGNORECASE,
)


def index(
    page: Page,
    names: Callable[[str], tuple[str, ...]],
    lookup: Callable[[str], Entry],
    written: Written,
    attributes: Callable[[str], tuple[str, ...]] = lambda _: (),
) -> Iterator[Finding]:
    """Compare a page that lists a module's functions with that module.

    Args:
        page: A page without entries.
        names: Gives the functions of an installed module.
        lookup: Gives the installed entry of a name.
        written: The page as it stands.
        attributes: Gives what a module has beside functions.
    """
    listed = list(dict.fromkeys(_LISTED.findall(page.body)))
    module = _module(page, listed)
    if module is None:
        return
    try:
        there = names(module)
    except KeysError:
        return
    # A page that links to a few functions is no list of them.
    if 2 * len(set(listed) & set(there)) >= len(there):
        for name in there:
            if name not in listed:
                short = name.rpartition(".")[2]
                yield Finding(
                    module, FindingKind.UNLISTED, short, so=name, where=written.place(page.title)
                )
    for short in attributes(module):
        if f"{module.rpartition('.')[2]}.{short}" not in page.body:
            yield Finding(
                module,
                FindingKind.UNLISTED,
                short,
                so=f"{module}.{short}",
                where=written.place(page.title),
            )
    for claim in _CLAIM.finditer(" ".join(page.body.split())):
        against = _against(claim, there, lookup)
        if against:
            said = claim.group(0)
            yield Finding(
                module, FindingKind.CLAIM, claim["name"], said, against, written.place(said)
            )


def _module(page: Page, listed: list[str]) -> str | None:
    """The module whose functions are listed; where the list was lost, the next page's module.

    A page of ``mlx.core`` itself lists a part: the module is too large for one page.
    """
    modules = {name.rpartition(".")[0] for name in listed}
    if not listed and page.links.next:
        modules = {page.links.next.rpartition(".")[0]}
    module = modules.pop() if len(modules) == 1 else ""
    return module if module.count(".") > 1 else None


def _against(claim: re.Match[str], names: tuple[str, ...], lookup: Callable[[str], Entry]) -> str:
    """The functions for which a claim does not hold, in words; "" where it holds for all."""
    without: list[str] = []
    required: list[str] = []
    for name in names:
        signature = lookup(name).signature
        taken = {one.name: one for one in signature.parameters} if signature else {}
        short = name.rpartition(".")[2]
        if claim["name"] not in taken:
            without.append(f"`{short}`")
        elif claim["optional"] and taken[claim["name"]].default is None:
            required.append(f"`{short}`")
    said = [f"not taken by {', '.join(without)}"] if without else []
    return "; ".join(said + ([f"required by {', '.join(required)}"] if required else []))
