"""A page as it stands in its file, to say on which line of it something is written."""

from __future__ import annotations

import re
from dataclasses import dataclass

from mlx_keys.errors import Location

#: Words that tell one sentence of a page from another.
_ENOUGH = 5
#: Characters within which those are looked for.
_LIMIT = 1_000


@dataclass(frozen=True)
class Written:
    """A page's path and text."""

    path: str
    text: str

    def place(self, words: str) -> Location:
        """Where some words stand, whatever marks stand between them; the page if nowhere."""
        first = re.findall(r"\w{1,60}", words[:_LIMIT])[:_ENOUGH]
        found = re.search(r"\W{1,40}".join(map(re.escape, first)), self.text) if first else None
        line = self.text.count("\n", 0, found.start()) + 1 if found else None
        return Location(self.path, line)
