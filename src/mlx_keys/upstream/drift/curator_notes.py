"""The findings on what a curator wrote in front of a page, for the function that it is about.

Two things follow from signatures alone. A call in a note or an example passes parameters that the
called function takes, or does not. And a note that speaks of a parameter by name, and of no other
function, speaks of this one: ``stream`` in a note on a function without ``stream`` misleads.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator

from mlx_keys.errors import KeysError, Location
from mlx_keys.upstream.model import Curated, Entry
from mlx_keys.upstream.write.code_language import parse_python

from .finding import Finding, FindingKind, SourceText

#: Gives the installed function of a full name, or raises KeysError.
Lookup = Callable[[str], Entry]

_CODE_SPAN = re.compile(r"(?<!`)`([^`\n]{1,300})`(?!`)")
_PARAMETER = re.compile(r"([A-Za-z_]\w*)=?$")
_CLAUSE_END = re.compile(r"[;:]\s|\.\s|\.$")
_NEGATION = re.compile(r"\b(?:no|not|without|never|lacks?|nor)\b[^,]*$", re.IGNORECASE)
#: "to random ops", "in other functions": the clause is about others.
_OTHER_FUNCTIONS = re.compile(
    r"\b(?:to|in|of|by|with|for)\s+(?:\w+\s+){0,2}(?:ops|operations|functions|samplers|draws|calls)\b",
    re.IGNORECASE,
)
#: Characters of a note that are compared.
_MAX_NOTE = 10_000
#: Characters of an example; a longer one is not parsed.
_MAX_CODE = 50_000
_ALIASES = {"mx": "mlx.core", "mlx": "mlx"}


def compare_notes(
    curated: Curated,
    about: Entry,
    vocabulary: frozenset[str],
    lookup: Lookup,
    source: SourceText,
) -> Iterator[Finding]:
    """Compare a curator's notes and examples with signatures.

    Args:
        curated: The notes and examples.
        about: The function of the page, as installed.
        vocabulary: The names of all parameters that functions of its module take.
        lookup: Gives the installed function of a name.
        source: The page's text.
    """
    for note in (whole[:_MAX_NOTE] for whole in curated.notes):
        where = source.locate(note)
        yield from _compare_parameters(note, about, vocabulary, where)
        for code in _CODE_SPAN.findall(note):
            yield from _compare_calls(code, about, lookup, where)
    for example in curated.examples:
        yield from _compare_calls(example, about, lookup, source.locate(example))


def _compare_parameters(
    note: str, about: Entry, vocabulary: frozenset[str], where: Location
) -> Iterator[Finding]:
    """Find the parameters that a note speaks of and ``about`` lacks, or denies and it takes."""
    parameters = parameter_names(about)
    for clause in _CLAUSE_END.split(note):
        if _OTHER_FUNCTIONS.search(clause):
            continue
        for span in _CODE_SPAN.finditer(clause):
            parameter = _PARAMETER.match(span[1])
            if parameter is None:
                continue
            name = parameter[1]
            denied = bool(_NEGATION.search(clause[: span.start()]))
            if denied == (name in parameters) and (denied or name in vocabulary):
                actual = f"it takes `{name}`" if denied else f"`{name}` is not taken"
                yield Finding(about.name, FindingKind.NOTE, name, clause.strip(), actual, where)


def _compare_calls(code: str, about: Entry, lookup: Lookup, where: Location) -> Iterator[Finding]:
    """Find the parameters that calls of mlx's functions pass and those do not take."""
    tree = parse_python(code) if len(code) <= _MAX_CODE else None
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)] if tree else []
    for node in calls:
        name = _full_name(node.func)
        if not name.startswith("mlx.core."):
            continue
        try:
            parameters = parameter_names(lookup(name))
        except KeysError:
            continue
        for keyword in node.keywords:
            if keyword.arg is not None and keyword.arg not in parameters:
                documented = f"{name}({keyword.arg}=...)"
                actual = f"`{name.rpartition('.')[2]}` takes no `{keyword.arg}`"
                yield Finding(about.name, FindingKind.NOTE, keyword.arg, documented, actual, where)


def _full_name(node: ast.expr) -> str:
    """``mlx.core.random.split`` for ``mx.random.split``; "" for what is no dotted name of mlx."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name) or node.id not in _ALIASES:
        return ""
    return ".".join([_ALIASES[node.id], *reversed(parts)])


def parameter_names(entry: Entry) -> frozenset[str]:
    """Return the names of the parameters that a function takes, in any of its forms."""
    arguments = (argument for form in entry.forms for argument in form.parameters)
    return frozenset(argument.name.lstrip("*") for argument in arguments)
