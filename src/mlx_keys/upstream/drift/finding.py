"""A finding: one place where documentation and the installed mlx differ.

Also the text of a page, to name the line of a finding, and the findings that functions share.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Self

from mlx_keys.errors import Location

#: A finding on at least so many functions is common to them.
_MIN_COMMON = 3
#: Words that tell one sentence of a page from another, and the characters that they are taken from.
_KEY_WORDS, _KEY_CHARACTERS = 5, 1_000


class FindingKind(StrEnum):
    """What is wrong or missing in documentation.

    The value is that of ``drift --json``. The sentence says what was found: Markdown with code in
    backticks, so that a page and a terminal show the same words.
    """

    sentence: str

    def __new__(cls, value: str, sentence: str) -> Self:
        """Make a kind that equals its value and bears its sentence."""
        kind = str.__new__(cls, value)
        kind._value_, kind.sentence = value, sentence
        return kind

    #: A parameter of the signature is not documented, or an attribute of a module.
    UNDOCUMENTED = "undocumented", "`{subject}` is not documented"
    #: A parameter is documented that no form of the function takes.
    ABSENT = "absent", "`{subject}` is documented, and not taken"
    ORDER = "order", "documented in the order `{documented}`, taken in the order `{actual}`"
    DEFAULT = (
        "default",
        "the default of `{subject}` is documented as `{documented}`; it is `{actual}`",
    )
    DEFAULT_MISSING = "default-unsaid", "the default of `{subject}` is not given; it is `{actual}`"
    #: A parameter is marked optional and is required, or is optional and not marked.
    OPTIONAL = "optional", "`{subject}` is {documented}; it is {actual}"
    #: The documented types of a parameter are not those of the signature.
    TYPE = "type", "`{subject}` is documented as `{documented}`; the signature has `{actual}`"
    TYPE_MISSING = (
        "type-unsaid",
        "`{subject}` is documented without a type; the signature has `{actual}`",
    )
    #: The documented type of the result is not the signature's.
    RETURNS = "returns", "the result is documented as `{documented}`; the signature has `{actual}`"
    RETURNS_MISSING = "returns-unsaid", "nothing is said of the result, `{actual}`"
    #: The function returns an array, and its shape is not documented.
    SHAPE_MISSING = "shape-unsaid", "the shape of the result is not told"
    #: The function returns an array, and its dtype is not documented.
    DTYPE_MISSING = "dtype-unsaid", "the dtype of the result is not told"
    #: Nothing is documented on a topic that users of keys need: see ``entry.REQUIRED_TOPICS``.
    TOPIC_MISSING = "unsaid", "not told: {subject}"
    EXAMPLE_MISSING = "example", "no example"
    SIGNATURE = "signature", "the page prints `{documented}`; installed is `{actual}`"
    GONE = "gone", "the installed mlx has nothing of this name"
    #: A statement about all functions of a module does not hold for some.
    ALL_FUNCTIONS = "claim", "\u201c{documented}\u201d; {actual}"
    UNLISTED = "unlisted", "`{subject}` is not listed"
    NOTE = "note", "a curator wrote \u201c{documented}\u201d; {actual}"
    REFUTED = "refuted", "\u201c{documented}\u201d; in fact {actual}"
    FIRST_PARAMETER = "first", "`{subject}` comes first in {actual}, and later in others"


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
        """Return the finding as plain values; ``where`` is ``PAGE:LINE`` or ``docstring``."""
        return {
            "function": self.function,
            "kind": self.kind.value,
            "subject": self.subject,
            "said": self.documented,
            "so": self.actual,
            "where": str(self.where or "docstring"),
        }

    def __str__(self) -> str:
        return self.kind.sentence.format(
            subject=self.subject, documented=self.documented, actual=self.actual
        )


@dataclass(frozen=True)
class SourceText:
    """The path and the text of a page, in which words of a record are found again."""

    path: str
    text: str

    def locate(self, words: str) -> Location:
        """Find the line where words begin, whatever marks are between them; else the whole page."""
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
        else:
            for finding in same:
                own.setdefault(finding.function, []).append(finding)
    return common, dict(sorted(own.items()))
