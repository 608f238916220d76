"""Where documentation and the installed mlx part: an entry, from a page or a docstring, compared.

Rules over any function of mlx, none for one of them. What is compared is the signature, which mlx
itself gives, with the prose that people wrote; nothing is called. Where a function has several
forms, the prose is that of the first, and what another form takes counts as taken.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from mlx_keys.errors import Location
from mlx_keys.upstream.model import Argument, Entry, Parameter, Signature

from . import documented_types
from .finding import Finding, FindingKind

#: Characters of prose that are looked at: more than any documentation of one function has.
_LIMIT = 100_000

#: Stand in a signature, and are not parameters that prose would describe.
_UNSPOKEN = ("*", "/", "self")

_SHAPE = re.compile(
    r"\bshape|\bsame size|element-?wise|\bscalar\b|`\([^)]{0,80}\)`|\b\d-?D\b", re.IGNORECASE
)
_DTYPE = re.compile(
    r"\bdtype|\b(?:data |same |output )?types?\b|\b(?:u?int|b?float|complex)\d+\b|\bbool",
    re.IGNORECASE,
)
#: A summary that is itself about what comes back: "Get ...", "Check if ...", "See ...".
_TELLS_RESULT = re.compile(
    r"^(?:Returns?|Gets?|See|Checks?|Makes?|Creates?|An? |The )\b|\breturns?\b", re.IGNORECASE
)
#: A block of code, a session, a heading that names an example, or code that a page has crushed.
_EXAMPLE = re.compile(
    r"^(?:`{3,}|~{3,})(?!\{(?:note|warning|math)\})\S|>>> |^\*\*Examples?\*\*"
    r"|\bimport \w|\b\w+ = [\w.]+\(",
    re.MULTILINE,
)


@dataclass(frozen=True)
class Matter:
    """Something that whoever passes a key or a seed needs to know.

    Attributes:
        name: In words.
        parameters: It matters for functions that take one of these.
        told: Found where the prose speaks of it.
    """

    name: str
    parameters: frozenset[str]
    told: re.Pattern[str]


MATTERS = tuple(
    Matter(name, frozenset(parameters.split()), re.compile(told, re.IGNORECASE))
    for name, parameters, told in (
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


def entry(documented: Entry, installed: Entry, place: Location | None = None) -> Iterator[Finding]:
    """Compare what is said of a function with the installed signature.

    Args:
        documented: From a page, or the installed entry itself, whose prose is the docstring.
        installed: The same function, as mlx has it.
        place: Where the documentation stands; None for a docstring.
    """
    forms = (installed.signature or Signature(), *installed.overloads)
    first = [one for one in forms[0].parameters if one.name not in _UNSPOKEN]
    taken = {_bare(one.name): one for form in reversed(forms) for one in form.parameters}
    taken |= {_bare(one.name): one for one in first}
    told = {_bare(one.name): one for one in documented.parameters if one.name}

    def found(kind: FindingKind, subject: str = "", said_: str = "", so: str = "") -> Finding:
        return Finding(installed.name, kind, subject, said_, so, place)

    for one in first:
        if _bare(one.name) not in told:
            yield found(FindingKind.UNDOCUMENTED, _bare(one.name), so=str(one))
    for name, spoken in told.items():
        if name not in taken:
            yield found(FindingKind.ABSENT, name, _sentence(spoken), str(forms[0]))
        else:
            for kind, said_, so in _parameter(spoken, taken[name], len(forms) == 1):
                yield found(kind, name, said_, so)
    order = [_bare(one.name) for one in first if _bare(one.name) in told]
    spoken_order = [name for name in told if name in order]
    if order != spoken_order:
        yield found(FindingKind.ORDER, "", ", ".join(spoken_order), ", ".join(order))
    for kind, said_, so in _result(documented, forms[0].returns):
        yield found(kind, "", said_, so)
    words = prose(documented)[:_LIMIT]
    for matter in MATTERS:
        if matter.parameters & set(taken) and not matter.told.search(words):
            yield found(FindingKind.UNSAID, matter.name)
    blocks = f"{documented.summary}\n\n{documented.body}"
    if not _EXAMPLE.search(blocks, 0, _LIMIT):
        yield found(FindingKind.EXAMPLE)


def signatures(documented: Entry, installed: Entry, place: Location) -> Iterator[Finding]:
    """Compare the signature that a page prints with the installed one."""
    if documented.signature is None:
        return
    forms = [form for form in (installed.signature, *installed.overloads) if form]
    if _plain(documented.signature) not in map(_plain, forms):
        yield Finding(
            installed.name,
            FindingKind.SIGNATURE,
            said=str(documented.signature),
            so=str(forms[0] if forms else ""),
            where=place,
        )


def _parameter(
    spoken: Parameter, taken: Argument, one_form: bool
) -> Iterator[tuple[FindingKind, str, str]]:
    """What is wrong with the words on one parameter that exists."""
    many = taken.name.startswith("*")
    default = documented_types.default(spoken)
    if taken.default is not None and default is not None:
        judged = one_form and not (default.meant and taken.default == "None")
        if judged and documented_types.same_value(default.value, taken.default) is False:
            yield FindingKind.DEFAULT, default.value, taken.default
    elif taken.default not in (None, "None") and documented_types.marked_optional(spoken):
        yield FindingKind.DEFAULT_UNSAID, "", str(taken.default)
    if documented_types.is_optional(spoken) and taken.default is None and not many and one_form:
        none = "None" in (documented_types.types(taken.annotation) or ())
        yield FindingKind.OPTIONAL, "marked optional", "required" + ", and may be `None`" * none
    if spoken.type and taken.default is not None and not documented_types.is_optional(spoken):
        yield FindingKind.OPTIONAL, "not marked optional", f"optional, by default `{taken.default}`"
    if not spoken.type:
        if taken.annotation:
            yield FindingKind.TYPE_UNSAID, "", taken.annotation
        return
    left, right = documented_types.types(spoken.type), documented_types.types(taken.annotation)
    if left and right and not documented_types.same_types(left, right) and one_form and not many:
        yield FindingKind.TYPE, spoken.type, taken.annotation


def _result(documented: Entry, returns: str) -> Iterator[tuple[FindingKind, str, str]]:
    """What is wrong with the words on what comes back."""
    told = documented.returns
    if returns in ("", "None"):
        return
    if told is None:
        if not _TELLS_RESULT.search(documented.summary, 0, _LIMIT):
            yield FindingKind.RETURNS_UNSAID, "", returns
    elif told.type:
        left, right = documented_types.types(told.type), documented_types.types(returns)
        if left and right and not documented_types.same_types(left, right):
            yield FindingKind.RETURNS, told.type, returns
    if returns.rpartition(".")[2] != "array":
        return
    words = f"{told.type} {told.description}" if told else ""
    about = f"{documented.summary} {documented.body} {words}"[:_LIMIT]
    described = {_bare(one.name): one for one in documented.parameters}
    # "with type `uint32`" tells the dtype; the word "type" that names a kind of result does not.
    if not (_SHAPE.search(about) or "shape" in described):
        yield FindingKind.SHAPE_UNSAID, words.strip(), returns
    if not (_DTYPE.search(about) or "dtype" in described):
        yield FindingKind.DTYPE_UNSAID, words.strip(), returns


def prose(documented: Entry) -> str:
    """Every word on the function."""
    parts = [documented.summary, documented.body]
    parts += [f"{one.name} {one.type} {one.description}" for one in documented.parameters]
    if documented.returns:
        parts.append(f"{documented.returns.type} {documented.returns.description}")
    parts += [f"raises {one.type} {one.description}" for one in documented.raises]
    return "\n".join(parts)


def _sentence(spoken: Parameter) -> str:
    return f"{spoken.type}: {spoken.description}" if spoken.type else spoken.description


def _bare(name: str) -> str:
    return name.lstrip("*")


def _plain(signature: Signature) -> str:
    """A signature without what is only a way of writing it: modules, quotes, spaces."""
    text = re.sub(r"\b(?:mlx\.core\.|collections\.abc\.|typing\.)(?=\w)", "", str(signature))
    return re.sub(r"\s", "", text).replace('"', "'")
