"""The findings on a function: its documentation, from a page or a docstring, and its signature.

The rules hold for any function of mlx, and none is for one of them. The signature, which mlx itself
gives, is compared with the prose, which people wrote; nothing is called. Where a function has
several forms, the prose describes the first, and a parameter of another form counts as taken.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import TypeAlias

from mlx_keys.errors import Location
from mlx_keys.upstream.model import Argument, Entry, Parameter, Signature
from mlx_keys.upstream.signature_parser import strip_modules

from .documented_types import (
    documented_default,
    is_marked_optional,
    is_optional,
    parse_types,
    same_types,
    same_value,
)
from .finding import Finding, FindingKind

#: Characters of prose that are searched: more than the documentation of any function has.
MAX_PROSE = 100_000

#: Parts of a signature that documentation does not describe as parameters.
_NOT_DOCUMENTED = ("*", "/", "self")

_SHAPE = re.compile(
    r"\bshape|\bsame size|element-?wise|\bscalar\b|`\([^)]{0,80}\)`|\b\d-?D\b", re.IGNORECASE
)
_DTYPE = re.compile(
    r"\bdtype|\b(?:data |same |output )?types?\b|\b(?:u?int|b?float|complex)\d+\b|\bbool",
    re.IGNORECASE,
)
#: A summary that itself describes the result: "Get ...", "Check if ...", "See ...".
_DESCRIBES_RESULT = re.compile(
    r"^(?:Returns?|Gets?|See|Checks?|Makes?|Creates?|An? |The )\b|\breturns?\b", re.IGNORECASE
)
#: A block of code, a session, a heading that names an example, or code that a page has crushed.
_EXAMPLE = re.compile(
    r"^(?:`{3,}|~{3,})(?!\{(?:note|warning|math)\})\S|>>> |^\*\*Examples?\*\*"
    r"|\bimport \w|\b\w+ = [\w.]+\(",
    re.MULTILINE,
)


@dataclass(frozen=True)
class RequiredTopic:
    """Something to be said of each function that takes one of these parameters, key or seed."""

    name: str
    parameters: frozenset[str]
    pattern: re.Pattern[str]


REQUIRED_TOPICS = tuple(
    RequiredTopic(name, frozenset(parameters.split()), re.compile(pattern, re.IGNORECASE))
    for name, parameters, pattern in (
        ("what shape and dtype a key has", "key", r"\bkey\b[^.\n]{0,60}(?:uint32|\bshape)"),
        (
            "that the same key gives the same numbers again",
            "key",
            r"\bre-?us(?:e|ing)\b|same (?:key|number|value|sequence)|used (?:again|twice)",
        ),
        (
            "on which devices and in which releases the numbers are the same",
            "key seed",
            r"determinis|reproducib|(?:device|backend|machine|version|release)s?\b[^.]{0,60}\bsame"
            r"|same[^.]{0,60}(?:device|backend|machine|version|release)",
        ),
        ("how to pass many keys at once", "key", r"vmap|batch(?:ed)? (?:of )?keys|many keys"),
        ("what it raises, and when", "key seed", r"\brais(?:e|es|ing)\b|\berrors?\b|exception"),
    )
)


#: The kind, ``documented`` and ``actual`` of a finding on a part of a function.
Difference: TypeAlias = tuple[FindingKind, str, str]


def compare_entry(
    documented: Entry, installed: Entry, where: Location | None = None
) -> Iterator[Finding]:
    """Compare the prose on a function with the installed signature.

    Args:
        documented: From a page; the installed entry itself for a docstring.
        installed: The same function, as mlx has it.
        where: The place of the documentation; None for a docstring.
    """
    yield from _compare_parameters(documented, installed, where)
    returns = installed.signature.returns if installed.signature else ""
    for kind, words, actual in _compare_result(documented, returns):
        yield Finding(installed.name, kind, "", words, actual, where)
    prose = entry_prose(documented)[:MAX_PROSE]
    for topic in REQUIRED_TOPICS:
        if topic.parameters & _by_name(installed).keys() and not topic.pattern.search(prose):
            yield Finding(installed.name, FindingKind.TOPIC_MISSING, topic.name, where=where)
    blocks = f"{documented.summary}\n\n{documented.body}"
    if not _EXAMPLE.search(blocks, 0, MAX_PROSE):
        yield Finding(installed.name, FindingKind.EXAMPLE_MISSING, where=where)


def compare_signature(documented: Entry, installed: Entry, where: Location) -> Iterator[Finding]:
    """Compare the signature that a page prints with the installed one."""
    forms = installed.forms
    printed = documented.signature
    if printed and _without_modules(printed) not in map(_without_modules, forms):
        actual = str(forms[0]) if forms else ""
        yield Finding(installed.name, FindingKind.SIGNATURE, "", str(printed), actual, where)


def entry_prose(documented: Entry) -> str:
    """Return every word on a function."""
    parts = [documented.summary, documented.body]
    parts += [f"{one.name} {one.type} {one.description}" for one in documented.parameters]
    if documented.returns:
        parts.append(f"{documented.returns.type} {documented.returns.description}")
    parts += [f"raises {one.type} {one.description}" for one in documented.raises]
    return "\n".join(parts)


def _by_name(installed: Entry) -> dict[str, Argument]:
    """The parameters of all forms by their bare name; of one name, that of the earliest form."""
    forms = reversed(installed.forms)
    return {_bare(argument.name): argument for form in forms for argument in form.parameters}


def _compare_parameters(
    documented: Entry, installed: Entry, where: Location | None
) -> Iterator[Finding]:
    """Compare the documented parameters with those of the signature, and their order."""
    finding = partial(Finding, installed.name, where=where)
    signature = installed.signature or Signature()
    first = [_bare(one.name) for one in signature.parameters if one.name not in _NOT_DOCUMENTED]
    taken = _by_name(installed)
    described = {_bare(one.name): one for one in documented.parameters if one.name}
    for name in first:
        if name not in described:
            yield finding(FindingKind.UNDOCUMENTED, name, "", str(taken[name]))
    for name, parameter in described.items():
        if name not in taken:
            words = (f"{parameter.type}: " if parameter.type else "") + parameter.description
            yield finding(FindingKind.ABSENT, name, words, str(signature))
            continue
        one_form = not installed.overloads
        for kind, words, actual in _compare_parameter(parameter, taken[name], one_form=one_form):
            yield finding(kind, name, words, actual)
    order = [name for name in first if name in described]
    documented_order = [name for name in described if name in order]
    if order != documented_order:
        yield finding(FindingKind.ORDER, "", ", ".join(documented_order), ", ".join(order))


def _compare_parameter(
    described: Parameter, taken: Argument, *, one_form: bool
) -> Iterator[Difference]:
    """Compare what is documented of a parameter with the signature.

    Where the function has other forms, a default or a type may be that of another form.
    """
    is_variadic = taken.name.startswith("*")
    default = documented_default(described)
    if taken.default is not None and default is not None:
        # None may stand for "computed from the rest", of which the prose says what it gives.
        comparable = one_form and not (default.is_fallback and taken.default == "None")
        if comparable and same_value(default.value, taken.default) is False:
            yield FindingKind.DEFAULT, default.value, taken.default
    elif taken.default not in (None, "None") and is_marked_optional(described):
        yield FindingKind.DEFAULT_MISSING, "", str(taken.default)
    if is_optional(described) and taken.default is None and not is_variadic and one_form:
        nullable = "None" in (parse_types(taken.annotation) or ())
        actual = "required" + ", and may be `None`" * nullable
        yield FindingKind.OPTIONAL, "marked optional", actual
    if described.type and taken.default is not None and not is_optional(described):
        yield FindingKind.OPTIONAL, "not marked optional", f"optional, by default `{taken.default}`"
    if not described.type:
        if taken.annotation:
            yield FindingKind.TYPE_MISSING, "", taken.annotation
        return
    differ = _types_differ(described.type, taken.annotation)
    if differ and one_form and not is_variadic:
        yield FindingKind.TYPE, described.type, taken.annotation


def _compare_result(documented: Entry, returns: str) -> Iterator[Difference]:
    """Compare what is documented of the result with the annotation ``returns``."""
    described = documented.returns
    if returns in ("", "None"):
        return
    if described is None:
        if not _DESCRIBES_RESULT.search(documented.summary, 0, MAX_PROSE):
            yield FindingKind.RETURNS_MISSING, "", returns
    elif described.type and _types_differ(described.type, returns):
        yield FindingKind.RETURNS, described.type, returns
    if returns.rpartition(".")[2] != "array":
        return
    words = f"{described.type} {described.description}" if described else ""
    prose = f"{documented.summary} {documented.body} {words}"[:MAX_PROSE]
    parameters = {_bare(one.name) for one in documented.parameters}
    if not (_SHAPE.search(prose) or "shape" in parameters):
        yield FindingKind.SHAPE_MISSING, words.strip(), returns
    # "with type `uint32`" names the dtype; the word "type" before another kind of result does not.
    if not (_DTYPE.search(prose) or "dtype" in parameters):
        yield FindingKind.DTYPE_MISSING, words.strip(), returns


def _types_differ(documented: str, annotation: str) -> bool:
    """Whether two types are both understood, and are not the same."""
    left, right = parse_types(documented), parse_types(annotation)
    return bool(left and right and not same_types(left, right))


def _bare(name: str) -> str:
    return name.lstrip("*")


def _without_modules(signature: Signature) -> str:
    """A signature without the names of modules, white space, and the choice of quotes."""
    return "".join(strip_modules(str(signature)).split()).replace('"', "'")
