"""Text that is set aside while Markdown is read, and put back into the HTML that this gives.

Formulas and the theme's own code hold signs that Markdown must not touch. A short mark stands for
each meanwhile: to spell every such sign as an entity would cost more than all other reading.
"""

from __future__ import annotations

import re
from html import escape
from itertools import islice

# A control character that markup.NOT_TEXT keeps out of every page.
_SIGN = "\x02"
_MARK = re.compile(f"{_SIGN}(\\d{{1,9}}){_SIGN}")
# What costs Markdown's reader time: a page of nothing else would take half a minute a megabyte. Of
# upstream's pages the one that has most of it has 115 in 1000 characters.
_MARKUP = re.compile(r"[\[*_`<&\\|!~\n]")
_SHARE, _LEAST = 0.12, 2000
_LINE = re.compile(r"\S[^\n]*")


class Aside:
    """What is set aside from one text."""

    def __init__(self) -> None:
        self._kept: list[str] = []

    def put(self, text: str) -> str:
        """Set text aside, line by line; the marks that stand for it keep its line ends."""
        return _LINE.sub(self._mark, text)

    def bounded(self, text: str) -> tuple[str, int | None]:
        """Set aside, as the plain text that it then is, what follows where marks become too many.

        Returns:
            The text, and the place from where it is plain; None where all of it may be read.
        """
        most = _LEAST + int(_SHARE * len(text))
        if len(text) <= most:
            return text, None
        found = next(islice(_MARKUP.finditer(text), most, None), None)
        if found is None:
            return text, None
        at = found.start()
        return text[:at] + self.put(" ".join(text[at:].split())), at

    def back(self, html: str) -> str:
        """Put everything back where its mark stands."""
        return _MARK.sub(self._found, html) if self._kept else html

    def _mark(self, line: re.Match[str]) -> str:
        self._kept.append(escape(line[0]))
        return f"{_SIGN}{len(self._kept) - 1}{_SIGN}"

    def _found(self, mark: re.Match[str]) -> str:
        at = int(mark[1])
        return self._kept[at] if at < len(self._kept) else ""
