"""How many marks a page may hold before it is taken for an attack, and the rest for plain text.

What costs time when a page is read is its marks, not its words. Each kind weighs what it costs.
The densest of upstream's pages has six tenths of what is allowed.
"""

from __future__ import annotations

import re

#: The warning that tells it.
KIND, MESSAGE = "dense-markup", "more marks than any page has; the rest is given as plain text"
_WEIGHTS = {
    "\n": 6,
    **dict.fromkeys("*_`<", 3),
    **dict.fromkeys("[]|$", 2),
    **dict.fromkeys("&\\!", 1),
}
_MARK = re.compile(r"\n|\*+|_+|`+|[\[\]|<$&\\!]")
#: What a page may weigh: so much a character, and so much however short it is.
_SHARE, _LEAST = 0.3, 2000


def limit(text: str, times: int = 1) -> int | None:
    """Where the marks of a text become too many; None where they never do.

    Args:
        text: The text.
        times: How many times as many as usual it may hold, but for its lines.
    """
    most = times * (_LEAST + _SHARE * len(text))
    weight = 0
    for found in _MARK.finditer(text):
        sign = text[found.start()]
        weight += _WEIGHTS[sign] * (times if sign == "\n" else 1)
        if weight > most:
            return found.start()
    return None
