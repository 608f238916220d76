"""How many marks a page may hold before it is taken for an attack, and the rest for plain text.

What costs time when a page is read is its marks, not its words. Each kind weighs what it costs.
Upstream's densest page has two thirds of what is allowed.
"""

from __future__ import annotations

import re
from collections import Counter

#: The warning that tells it.
KIND, MESSAGE = "dense-markup", "more marks than any page has; the rest is given as plain text"
#: What a page of each form may weigh for each of its characters.
GFM, FLAT = 0.3, 0.15
_WEIGHTS = {
    "\n": 6,
    **dict.fromkeys("*_`<", 3),
    **dict.fromkeys("[]|$", 2),
    **dict.fromkeys("&\\!", 1),
}
#: What each item and each quotation weighs that a line opens.
_ITEM, _QUOTATION = 6, 2
_MARK = re.compile(r"\n(?:[ \t]*+(?:>|(?:[-+*]|\d{1,9}[.)])(?=\s)))*+|\*+|_+|`+|[\[\]|<$&\\!]")
_ITEMS = re.compile(r"[+*-]|\d+")
#: What it may weigh however short it is.
_LEAST = 2000


def limit(text: str, share: float = GFM) -> int | None:
    """Where the marks of a text become too many; None where they never do.

    Args:
        text: The text.
        share: What it may weigh for each of its characters.
    """
    budget = _LEAST + share * len(text)
    # To count equal marks together is quick, and of almost all pages it is the only thing to do.
    if sum(_weight(mark) * count for mark, count in Counter(_MARK.findall(text)).items()) <= budget:
        return None
    for found in _MARK.finditer(text):
        budget -= _weight(found[0])
        if budget < 0:
            return found.start()
    return None


def _weight(mark: str) -> int:
    weight = _WEIGHTS[mark[0]]
    if len(mark) > 1 and mark[0] == "\n":
        weight += _ITEM * len(_ITEMS.findall(mark)) + _QUOTATION * mark.count(">")
    return weight
