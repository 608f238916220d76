"""Text that is set aside while Markdown is read, and put back into the tree that this gives.

Formulas and the theme's own code hold signs that Markdown must not touch. A short mark stands for
each meanwhile: to spell every such sign as an entity would cost more than all other reading.
"""

from __future__ import annotations

import re

# A control character that text.NOT_TEXT keeps out of every page.
_SIGN = "\x02"
_MARK = re.compile(f"{_SIGN}(\\d{{1,9}}){_SIGN}")
_LINE = re.compile(r"\S[^\n]*")


class Aside:
    """What is set aside from one text."""

    def __init__(self) -> None:
        self._kept: list[str] = []

    def __bool__(self) -> bool:
        """Whether there is anything to put back."""
        return bool(self._kept)

    def put(self, text: str) -> str:
        """Set text aside, line by line; the marks that stand for it keep its line ends.

        What was set aside of it before is put back first: nothing looks for marks in what is kept.
        """
        return _LINE.sub(self._mark, self.back(text))

    def back(self, said: str) -> str:
        """Put everything back where its mark stands."""
        return _MARK.sub(self._found, said) if _SIGN in said else said

    def _mark(self, line: re.Match[str]) -> str:
        self._kept.append(line[0])
        return f"{_SIGN}{len(self._kept) - 1}{_SIGN}"

    def _found(self, mark: re.Match[str]) -> str:
        at = int(mark[1])
        return self._kept[at] if at < len(self._kept) else ""
