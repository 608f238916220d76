"""Whether what a curator wrote in front of a page holds for the function that the page is about.

Two things can be told from signatures alone. A call in a note or an example passes parameters that
the called function takes, or does not. A note that speaks of a parameter by name, and of no other
function, speaks of this one: ``stream`` in a note on a function without ``stream`` misleads.
"""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Callable, Iterator

from mlx_keys.errors import KeysError, Location
from mlx_keys.upstream.model import Curated, Entry

from .finding import Finding, FindingKind
from .source_text import Written

Lookup = Callable[[str], Entry]

_SPAN = re.compile(r"(?<!`)`([^`\n]{1,300})`(?!`)")
_PARAMETER = re.compile(r"([A-Za-z_]\w*)=?$")
_CLAUSE = re.compile(r"[;:]\s|\.\s|\.$")
_DENIED = re.compile(r"\b(?:no|not|without|never|lacks?|nor)\b[^,]*$", re.IGNORECASE)
#: "to random ops", "in other functions": the clause is about others.
_OTHERS = re.compile(
    r"\b(?:to|in|of|by|with|for)\s+(?:\w+\s+){0,2}(?:ops|operations|functions|samplers|draws|calls)\b",
    re.IGNORECASE,
)
#: Characters of a note that are looked at.
_NOTE_LIMIT = 10_000
#: A curator's example is some lines; what is longer is not parsed.
_CODE_LIMIT = 50_000
_ALIASES = {"mx": "mlx.core", "mlx": "mlx"}


def notes(
    curated: Curated,
    about: Entry,
    vocabulary: frozenset[str],
    lookup: Lookup,
    written: Written,
) -> Iterator[Finding]:
    """Compare a curator's notes and examples with signatures.

    Args:
        curated: The notes and examples.
        about: The function of the page, as installed.
        vocabulary: Every parameter that functions beside it take.
        lookup: Gives the installed entry of a name.
        written: The page as it stands.
    """
    takes = parameters(about)
    for note in (whole[:_NOTE_LIMIT] for whole in curated.notes):
        place = written.place(note)
        for clause in _CLAUSE.split(note):
            for span in _SPAN.finditer(clause):
                named = _PARAMETER.match(span.group(1))
                if named is None or _OTHERS.search(clause):
                    continue
                name = named.group(1)
                denied = bool(_DENIED.search(clause[: span.start()]))
                if denied == (name in takes) and (denied or name in vocabulary):
                    so = f"it takes `{name}`" if denied else f"`{name}` is not taken"
                    yield Finding(about.name, FindingKind.NOTE, name, clause.strip(), so, place)
        for span in _SPAN.findall(note):
            yield from _calls(span, about, lookup, place)
    for example in curated.examples:
        yield from _calls(example, about, lookup, written.place(example))


def _calls(code: str, about: Entry, lookup: Lookup, place: Location) -> Iterator[Finding]:
    """What is wrong with the calls of mlx's functions in a piece of Python."""
    if len(code) > _CODE_LIMIT:
        return
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(code)
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = _dotted(node.func)
        if not name.startswith("mlx.core."):
            continue
        try:
            called = lookup(name)
        except KeysError:
            continue
        takes = parameters(called)
        for keyword in node.keywords:
            if keyword.arg is not None and keyword.arg not in takes:
                said = f"{name}({keyword.arg}=...)"
                so = f"`{name.rpartition('.')[2]}` takes no `{keyword.arg}`"
                yield Finding(about.name, FindingKind.NOTE, keyword.arg, said, so, place)


def _dotted(node: ast.expr) -> str:
    """``mlx.core.random.split`` for ``mx.random.split``; "" for what is no dotted name of mlx."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name) or node.id not in _ALIASES:
        return ""
    return ".".join([_ALIASES[node.id], *reversed(parts)])


def parameters(entry: Entry) -> frozenset[str]:
    """The names of what a function takes, in any of its forms."""
    forms = [form for form in (entry.signature, *entry.overloads) if form]
    return frozenset(one.name.lstrip("*") for form in forms for one in form.parameters)
