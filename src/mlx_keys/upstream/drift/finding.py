"""A finding: one place where documentation and the installed mlx differ.

Also the text of a page, to name the line of a finding, and the findings that functions share.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from mlx_keys.errors import Location

#: A finding on at least so many functions is common to them.
_MIN_COMMON = 3
#: Words that tell one sentence of a page from another, and the characters that they are taken from.
_KEY_WORDS, _KEY_CHARACTERS = 5, 1_000


class FindingKind(StrEnum):
    """What is wrong or missing in documentation. The values are those of ``drift --json``."""

    #: A parameter of the signature is not documented, or an attribute of a module.
    UNDOCUMENTED = "undocumented"
    #: A parameter is documented that no form of the function takes.
    ABSENT = "absent"
    #: The parameters are documented in another order than that of the signature.
    ORDER = "order"
    #: The documented default is not the signature's.
    DEFAULT = "default"
    #: The default of an optional parameter is not documented.
    DEFAULT_MISSING = "default-unsaid"
    #: A parameter is marked optional and is required, or is optional and not marked.
    OPTIONAL = "optional"
    #: The documented types of a parameter are not those of the signature.
    TYPE = "type"
    #: The type of a parameter is not documented.
    TYPE_MISSING = "type-unsaid"
    #: The documented type of the result is not the signature's.
    RETURNS = "returns"
    #: The function returns something, and its result is not documented.
    RETURNS_MISSING = "returns-unsaid"
    #: The function returns an array, and its shape is not documented.
    SHAPE_MISSING = "shape-unsaid"
    #: The function returns an array, and its dtype is not documented.
    DTYPE_MISSING = "dtype-unsaid"
    #: Nothing is documented on a topic that users of keys need: see ``entry.REQUIRED_TOPICS``.
    TOPIC_MISSING = "unsaid"
    #: There is no example.
    EXAMPLE_MISSING = "example"
    #: A page prints another signature than the installed one.
    SIGNATURE = "signature"
    #: The installed mlx has nothing of this name.
    GONE = "gone"
    #: A statement about all functions of a module does not hold for some.
    ALL_FUNCTIONS = "claim"
    #: The page of a module does not list one of its functions or attributes.
    UNLISTED = "unlisted"
    #: A curator's note or example is wrong about a parameter.
    NOTE = "note"
    #: A claim that running the code refutes.
    REFUTED = "refuted"
    #: Some functions of a module take a parameter first, others later.
    FIRST_PARAMETER = "first"


@dataclass(frozen=True)
class Finding:
    """One thing that is documented and is not so, or is so and is not documented.

    Attributes:
        function: In full: ``mlx.core.random.split``; a module for a finding on all of it.
        kind: What is wrong.
        subject: What it is about: the name of a parameter, a topic; "" for the whole.
        documented: What the documentation says, in its words; "" where it says nothing.
        actual: What the installed mlx has or does; "" where something is missing.
        where: The page and its line; None for a docstring.
    """

    function: str
    kind: FindingKind
    subject: str = ""
    documented: str = ""
    actual: str = ""
    where: Location | None = None

    def to_json(self) -> dict[str, Any]:
        """Give the finding as plain values; ``where`` is ``PAGE:LINE`` or ``docstring``."""
        return {
            "function": self.function,
            "kind": self.kind.value,
            "subject": self.subject,
            "said": self.documented,
            "so": self.actual,
            "where": str(self.where or "docstring"),
        }

    def __str__(self) -> str:
        return _SENTENCES[self.kind].format(
            subject=self.subject, documented=self.documented, actual=self.actual
        )


#: As Markdown with code in backticks, so that a page and a terminal show the same words.
_SENTENCES = {
    FindingKind.UNDOCUMENTED: "`{subject}` is not documented",
    FindingKind.ABSENT: "`{subject}` is documented, and not taken",
    FindingKind.ORDER: "documented in the order `{documented}`, taken in the order `{actual}`",
    FindingKind.DEFAULT: "the default of `{subject}` is documented as `{documented}`; "
    "it is `{actual}`",
    FindingKind.DEFAULT_MISSING: "the default of `{subject}` is not given; it is `{actual}`",
    FindingKind.OPTIONAL: "`{subject}` is {documented}; it is {actual}",
    FindingKind.TYPE: "`{subject}` is documented as `{documented}`; the signature has `{actual}`",
    FindingKind.TYPE_MISSING: "`{subject}` is documented without a type; "
    "the signature has `{actual}`",
    FindingKind.RETURNS: "the result is documented as `{documented}`; the signature has `{actual}`",
    FindingKind.RETURNS_MISSING: "nothing is said of the result, `{actual}`",
    FindingKind.SHAPE_MISSING: "the shape of the result is not told",
    FindingKind.DTYPE_MISSING: "the dtype of the result is not told",
    FindingKind.TOPIC_MISSING: "not told: {subject}",
    FindingKind.EXAMPLE_MISSING: "no example",
    FindingKind.SIGNATURE: "the page prints `{documented}`; installed is `{actual}`",
    FindingKind.GONE: "the installed mlx has nothing of this name",
    FindingKind.ALL_FUNCTIONS: "\u201c{documented}\u201d; {actual}",
    FindingKind.UNLISTED: "`{subject}` is not listed",
    FindingKind.NOTE: "a curator wrote \u201c{documented}\u201d; {actual}",
    FindingKind.REFUTED: "\u201c{documented}\u201d; in fact {actual}",
    FindingKind.FIRST_PARAMETER: "`{subject}` comes first in {actual}, and later in others",
}


@dataclass(frozen=True)
class SourceText:
    """The text of a page as its file has it, in which words of a record are found again.

    Attributes:
        path: The page's path.
        text: Its text.
    """

    path: str
    text: str

    def locate(self, words: str) -> Location:
        """Find the line where some words begin, whatever marks stand between them.

        Returns:
            The line; the page as a whole if they are not there.
        """
        key = re.findall(r"\w{1,60}", words[:_KEY_CHARACTERS])[:_KEY_WORDS]
        found = re.search(r"\W{1,40}".join(map(re.escape, key)), self.text) if key else None
        line = self.text.count("\n", 0, found.start()) + 1 if found else None
        return Location(self.path, line)


def group_common(
    findings: Iterable[Finding],
) -> tuple[dict[str, list[str]], dict[str, list[Finding]]]:
    """Sort findings into those that several functions have in common, and the others.

    Returns:
        The functions of each common finding, by its sentence; the other findings, by function.
    """
    by_sentence: dict[str, list[Finding]] = {}
    for finding in findings:
        by_sentence.setdefault(str(finding), []).append(finding)
    common: dict[str, list[str]] = {}
    own: dict[str, list[Finding]] = {}
    for sentence, same in by_sentence.items():
        if len(same) >= _MIN_COMMON:
            common[sentence] = [finding.function for finding in same]
            continue
        for finding in same:
            own.setdefault(finding.function, []).append(finding)
    return common, dict(sorted(own.items()))
