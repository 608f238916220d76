"""The budget of marks that a page has: beyond it, the rest of the page is plain text.

What costs time when a page is read is its marks, not its words: ten microseconds and more for each
sign that may begin one. Each kind of mark weighs what it costs, and a page may weigh so much for
each of its characters. Upstream's densest page has two thirds of what is allowed; a page with more
is taken for an attack.
"""

from __future__ import annotations

import re
from collections import Counter

#: The warning that a page has more.
WARNING_KIND = "dense-markup"
WARNING_MESSAGE = "more marks than any page has; the rest is given as plain text"
#: What a page of each form may weigh for each of its characters.
GFM_BUDGET, FLAT_BUDGET = 0.3, 0.15
#: What it may weigh however short it is.
_LEAST_BUDGET = 2000
_WEIGHTS = {
    "\n": 6,
    **dict.fromkeys("*_`<", 3),
    **dict.fromkeys("[]|$", 2),
    **dict.fromkeys("&\\!", 1),
}
#: What each item and each quotation weighs that a line opens: ``"\n> * - a"`` is 6 + 2 + 6 + 6.
_ITEM_WEIGHT, _QUOTATION_WEIGHT = 6, 2
_MARK = re.compile(r"\n(?:[ \t]*+(?:>|(?:[-+*]|\d{1,9}[.)])(?=\s)))*+|\*+|_+|`+|[\[\]|<$&\\!]")
_ITEM = re.compile(r"[+*-]|\d+")


def mark_budget_end(text: str, budget: float = GFM_BUDGET) -> int | None:
    """Return where the budget of a text, so much per character, is spent; None if never."""
    left = _LEAST_BUDGET + budget * len(text)
    # To weigh equal marks together is quick, and of almost all pages it is the only thing to do.
    if sum(_weight(mark) * count for mark, count in Counter(_MARK.findall(text)).items()) <= left:
        return None
    for match in _MARK.finditer(text):
        left -= _weight(match[0])
        if left < 0:
            return match.start()
    return None


def _weight(mark: str) -> int:
    weight = _WEIGHTS[mark[0]]
    if len(mark) > 1 and mark[0] == "\n":
        weight += _ITEM_WEIGHT * len(_ITEM.findall(mark)) + _QUOTATION_WEIGHT * mark.count(">")
    return weight
