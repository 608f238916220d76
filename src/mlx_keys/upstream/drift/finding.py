"""What a finding is: one place where documentation and the installed mlx part."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from mlx_keys.errors import Place


class Kind(StrEnum):
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
    Kind.UNDOCUMENTED: "a parameter of the signature of which nothing is said",
    Kind.ABSENT: "a parameter is documented that no form of the function takes",
    Kind.ORDER: "the parameters are documented in another order than they are taken in",
    Kind.DEFAULT: "the documented default is not the signature's",
    Kind.DEFAULT_UNSAID: "an optional parameter whose default is not given",
    Kind.OPTIONAL: "a parameter is marked optional and is not, or is and is not marked",
    Kind.TYPE: "the documented types are not those that the signature takes",
    Kind.TYPE_UNSAID: "a parameter without a type",
    Kind.RETURNS: "the documented type of the result is not the signature's",
    Kind.RETURNS_UNSAID: "something comes back, and nothing is said of it",
    Kind.SHAPE_UNSAID: "an array comes back, and its shape is not told",
    Kind.DTYPE_UNSAID: "an array comes back, and its dtype is not told",
    Kind.UNSAID: "something that users of keys need to know and that is not told",
    Kind.EXAMPLE: "no example",
    Kind.SIGNATURE: "the page prints another signature than the installed one",
    Kind.GONE: "the installed mlx has nothing of this name",
    Kind.CLAIM: "a statement about all functions of a module that does not hold for some",
    Kind.UNLISTED: "a function of the module that the module's page does not list",
    Kind.NOTE: "a curator's note or example is wrong about a parameter",
    Kind.REFUTED: "a promise that running the code refutes",
    Kind.FIRST: "a parameter that is passed first to some functions of a module, later to others",
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
    kind: Kind
    subject: str = ""
    said: str = ""
    so: str = ""
    where: Place | None = None

    def to_json(self) -> dict[str, Any]:
        """The finding as plain values; ``where`` is ``PAGE:LINE`` or ``docstring``."""
        plain = asdict(self)
        return {**plain, "kind": self.kind.value, "where": str(self.where or "docstring")}

    def __str__(self) -> str:
        return _SENTENCES[self.kind].format(subject=self.subject, said=self.said, so=self.so)


#: As Markdown with code in backticks, so that a page and a terminal show the same words.
_SENTENCES = {
    Kind.UNDOCUMENTED: "`{subject}` is not documented",
    Kind.ABSENT: "`{subject}` is documented, and not taken",
    Kind.ORDER: "documented in the order `{said}`, taken in the order `{so}`",
    Kind.DEFAULT: "the default of `{subject}` is documented as `{said}`; it is `{so}`",
    Kind.DEFAULT_UNSAID: "the default of `{subject}` is not given; it is `{so}`",
    Kind.OPTIONAL: "`{subject}` is {said}; it is {so}",
    Kind.TYPE: "`{subject}` is documented as `{said}`; the signature has `{so}`",
    Kind.TYPE_UNSAID: "`{subject}` is documented without a type; the signature has `{so}`",
    Kind.RETURNS: "the result is documented as `{said}`; the signature has `{so}`",
    Kind.RETURNS_UNSAID: "nothing is said of the result, `{so}`",
    Kind.SHAPE_UNSAID: "the shape of the result is not told",
    Kind.DTYPE_UNSAID: "the dtype of the result is not told",
    Kind.UNSAID: "not told: {subject}",
    Kind.EXAMPLE: "no example",
    Kind.SIGNATURE: "the page prints `{said}`; installed is `{so}`",
    Kind.GONE: "the installed mlx has nothing of this name",
    Kind.CLAIM: "\u201c{said}\u201d; {so}",
    Kind.UNLISTED: "`{subject}` is not listed",
    Kind.NOTE: "a curator wrote \u201c{said}\u201d; {so}",
    Kind.REFUTED: "\u201c{said}\u201d; in fact {so}",
    Kind.FIRST: "`{subject}` comes first in {so}, and later in others",
}
