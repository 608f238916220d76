"""Which stars and underscores are emphasis: CommonMark's rules for runs of them.

Each run is looked at once and taken off a stack once, whatever the text holds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from unicodedata import category

#: The signs of ASCII that are punctuation.
PUNCTUATION = frozenset("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~")


@dataclass(slots=True, eq=False)
class Run:
    """A run of stars or underscores: what it may do, and the elements it turned out to be."""

    sign: str
    length: int
    opens: bool
    closes: bool
    serial: int
    left: int
    # Most runs are one thing: a list of its own for each would cost as much as all else.
    opened: list[str] | None = None
    closed: list[str] | None = None

    def open(self, tag: str, taken: int) -> None:
        """Open an element with the innermost of what is left."""
        self.opened = self.opened or []
        self.opened.append(tag)
        self.left -= taken

    def close(self, tag: str, taken: int) -> None:
        """Close an element with the first of what is left."""
        self.closed = self.closed or []
        self.closed.append(tag)
        self.left -= taken


@lru_cache(maxsize=4096)
def role(sign: str, before: str, after: str) -> tuple[bool, bool]:
    """Whether a run between two signs may open emphasis, and whether it may close it."""
    opens, closes = _flanks(after, before), _flanks(before, after)
    if sign == "_" and opens and closes:
        return _marks(before), _marks(after)
    return opens, closes


def _flanks(inside: str, outside: str) -> bool:
    """Whether a run stands at the edge of what ``inside`` belongs to, and not of ``outside``."""
    if inside.isspace():
        return False
    return not _marks(inside) or outside.isspace() or _marks(outside)


def _marks(sign: str) -> bool:
    """Whether a sign is punctuation."""
    return sign in PUNCTUATION if sign.isascii() else category(sign)[0] in "PS"


def pair(runs: Sequence[Run]) -> None:
    """Find for each run that closes the nearest that opens ("process emphasis" of the standard)."""
    openers: list[Run] = []
    # Below these nothing was found before, and nothing will be.
    bottoms: dict[tuple[str, bool, int], int] = {}
    for run in runs:
        key = (run.sign, run.opens, run.length % 3)
        while run.closes and run.left:
            at = len(openers) - 1
            bottom = bottoms.get(key, -1)
            while at >= 0 and openers[at].serial > bottom and not _matches(openers[at], run):
                at -= 1
            if at < 0 or openers[at].serial <= bottom:
                bottoms[key] = openers[-1].serial if openers else bottom
                break
            opener = openers[at]
            taken = 2 if opener.left > 1 and run.left > 1 else 1
            tag = "strong" if taken > 1 else "em"
            opener.open(tag, taken)
            run.close(tag, taken)
            del openers[at + bool(opener.left) :]
        if run.opens and run.left:
            openers.append(run)


def _matches(opener: Run, closer: Run) -> bool:
    if opener.sign != closer.sign:
        return False
    both = opener.closes or closer.opens
    return not (
        both
        and (opener.length + closer.length) % 3 == 0
        and (opener.length % 3 or closer.length % 3)
    )
