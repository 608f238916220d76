"""What a finding is: one place where documentation and the installed mlx part."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from mlx_keys.errors import Location


class FindingKind(StrEnum):
    """What is wrong or missing; :data:`MEANING` describes each."""

    UNDOCUMENTED = "undocumented"
    ABSENT = "absent"
    ORDER = "order"
    DEFAULT = "default"
    DEFAULT_UNSAID = "default-unsaid"
    OPTIONAL = "optional"
    TYPE = "type"
    TYPE_UNSAID = "type-unsaid"
    RETURNS = "returns"
    RETURNS_UNSAID = "returns-unsaid"
    SHAPE_UNSAID = "shape-unsaid"
    DTYPE_UNSAID = "dtype-unsaid"
    UNSAID = "unsaid"
    EXAMPLE = "example"
    SIGNATURE = "signature"
    GONE = "gone"
    CLAIM = "claim"
    UNLISTED = "unlisted"
    NOTE = "note"
    REFUTED = "refuted"
    FIRST = "first"


MEANING = {
    FindingKind.UNDOCUMENTED: "a parameter of the signature of which nothing is said",
    FindingKind.ABSENT: "a parameter is documented that no form of the function takes",
    FindingKind.ORDER: "the parameters are documented in another order than they are taken in",
    FindingKind.DEFAULT: "the documented default is not the signature's",
    FindingKind.DEFAULT_UNSAID: "an optional parameter whose default is not given",
    FindingKind.OPTIONAL: "a parameter is marked optional and is not, or is and is not marked",
    FindingKind.TYPE: "the documented types are not those that the signature takes",
    FindingKind.TYPE_UNSAID: "a parameter without a type",
    FindingKind.RETURNS: "the documented type of the result is not the signature's",
    FindingKind.RETURNS_UNSAID: "something comes back, and nothing is said of it",
    FindingKind.SHAPE_UNSAID: "an array comes back, and its shape is not told",
    FindingKind.DTYPE_UNSAID: "an array comes back, and its dtype is not told",
    FindingKind.UNSAID: "something that users of keys need to know and that is not told",
    FindingKind.EXAMPLE: "no example",
    FindingKind.SIGNATURE: "the page prints another signature than the installed one",
    FindingKind.GONE: "the installed mlx has nothing of this name",
    FindingKind.CLAIM: "a statement about all functions of a module that does not hold for some",
    FindingKind.UNLISTED: "a function of the module that the module's page does not list",
    FindingKind.NOTE: "a curator's note or example is wrong about a parameter",
    FindingKind.REFUTED: "a promise that running the code refutes",
    FindingKind.FIRST: "a parameter that some functions of a module take first, others later",
}


@dataclass(frozen=True)
class Finding:
    """One thing that documentation says otherwise than mlx is, or leaves out.

    Attributes:
        function: In full: ``mlx.core.random.split``; a module for what is said of all of it.
        kind: What is wrong.
        subject: What it is about: a parameter's name, a matter; "" for the whole.
        said: What the documentation says, in its words; "" where it says nothing.
        so: What the installed mlx says; "" where the finding is that something is unsaid.
        where: The page and its line; None for a docstring.
    """

    function: str
    kind: FindingKind
    subject: str = ""
    said: str = ""
    so: str = ""
    where: Location | None = None

    def to_json(self) -> dict[str, Any]:
        """The finding as plain values; ``where`` is ``PAGE:LINE`` or ``docstring``."""
        plain = asdict(self)
        return {**plain, "kind": self.kind.value, "where": str(self.where or "docstring")}

    def __str__(self) -> str:
        return _SENTENCES[self.kind].format(subject=self.subject, said=self.said, so=self.so)


#: As Markdown with code in backticks, so that a page and a terminal show the same words.
_SENTENCES = {
    FindingKind.UNDOCUMENTED: "`{subject}` is not documented",
    FindingKind.ABSENT: "`{subject}` is documented, and not taken",
    FindingKind.ORDER: "documented in the order `{said}`, taken in the order `{so}`",
    FindingKind.DEFAULT: "the default of `{subject}` is documented as `{said}`; it is `{so}`",
    FindingKind.DEFAULT_UNSAID: "the default of `{subject}` is not given; it is `{so}`",
    FindingKind.OPTIONAL: "`{subject}` is {said}; it is {so}",
    FindingKind.TYPE: "`{subject}` is documented as `{said}`; the signature has `{so}`",
    FindingKind.TYPE_UNSAID: "`{subject}` is documented without a type; the signature has `{so}`",
    FindingKind.RETURNS: "the result is documented as `{said}`; the signature has `{so}`",
    FindingKind.RETURNS_UNSAID: "nothing is said of the result, `{so}`",
    FindingKind.SHAPE_UNSAID: "the shape of the result is not told",
    FindingKind.DTYPE_UNSAID: "the dtype of the result is not told",
    FindingKind.UNSAID: "not told: {subject}",
    FindingKind.EXAMPLE: "no example",
    FindingKind.SIGNATURE: "the page prints `{said}`; installed is `{so}`",
    FindingKind.GONE: "the installed mlx has nothing of this name",
    FindingKind.CLAIM: "\u201c{said}\u201d; {so}",
    FindingKind.UNLISTED: "`{subject}` is not listed",
    FindingKind.NOTE: "a curator wrote \u201c{said}\u201d; {so}",
    FindingKind.REFUTED: "\u201c{said}\u201d; in fact {so}",
    FindingKind.FIRST: "`{subject}` comes first in {so}, and later in others",
}
