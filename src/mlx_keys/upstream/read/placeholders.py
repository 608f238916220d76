"""Text that is stashed while Markdown is read, and restored in the tree that this gives.

Formulas and the theme's own code hold signs that Markdown must not touch. A short mark stands for
each meanwhile: to spell every such sign as an entity would cost more than all other reading.
"""

from __future__ import annotations

import re

# A control character that text.NOT_TEXT keeps out of every page.
_SIGN = "\x02"
_MARK = re.compile(f"{_SIGN}(\\d{{1,9}}){_SIGN}")
_LINE = re.compile(r"\S[^\n]*")


class Placeholders:
    """What is stashed of one text."""

    def __init__(self) -> None:
        self._stashed: list[str] = []

    def __bool__(self) -> bool:
        """Whether anything is stashed."""
        return bool(self._stashed)

    def stash(self, text: str) -> str:
        """Stash a text, line by line, and give the marks that stand for it, with its line ends.

        Marks in it are restored first: nothing looks for marks in what is stashed.
        """
        return _LINE.sub(self._mark, self.restore(text))

    def restore(self, text: str) -> str:
        """Put each stashed line where its mark stands; a mark that stands for none goes."""
        return _MARK.sub(self._line, text) if _SIGN in text else text

    def _mark(self, line: re.Match[str]) -> str:
        self._stashed.append(line[0])
        return f"{_SIGN}{len(self._stashed) - 1}{_SIGN}"

    def _line(self, mark: re.Match[str]) -> str:
        number = int(mark[1])
        return self._stashed[number] if number < len(self._stashed) else ""
