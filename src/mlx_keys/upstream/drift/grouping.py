"""What is found on many functions alike, told once with their names."""

from __future__ import annotations

from collections.abc import Iterable

from .finding import Finding

#: A finding on at least so many functions is told once.
MANY = 3


def group_common(
    findings: Iterable[Finding],
) -> tuple[dict[str, list[str]], dict[str, list[Finding]]]:
    """What many functions share, as sentence and names, and the rest by function."""
    by_sentence: dict[str, list[Finding]] = {}
    for one in findings:
        by_sentence.setdefault(str(one), []).append(one)
    shared = {
        text: [one.function for one in same]
        for text, same in by_sentence.items()
        if len(same) >= MANY
    }
    own: dict[str, list[Finding]] = {}
    for text, same in by_sentence.items():
        for one in same if text not in shared else ():
            own.setdefault(one.function, []).append(one)
    return shared, dict(sorted(own.items()))
