r"""Punctuation that was escaped several times over, taken back to what it was before the first.

Escaping once puts a backslash before each of ``\ ` * _ [ ] #``; twice escapes that result again. A
sign that began with none has 1, 3, 7, 15 backslashes after 1, 2, 3, 4 rounds; one that began with a
backslash of its own (a literal ``\*``) has 3, 7, 15, 31. Where every run on a page fits one number
of rounds, they are undone exactly. Where they do not (a page put together from parts with different
histories), nothing tells a literal sign from a mark any more: every run before punctuation goes.
"""

from __future__ import annotations

import re

_RUN = re.compile(r"(?<!\\)\\++(?=[`*_\[\]#])")
_RUN_IN_LINK = re.compile(r"(?<!\\)(\\*+)\]\(https?:")
_ESCAPED = re.compile(r"\\([\\`*_\[\]#])")
_BEFORE_PUNCTUATION = re.compile(r"(?<!\\)\\++(?=[!-/:-@\[-`{-~])")
_BEFORE_OTHER = re.compile(r"(?<!\\)\\{2,}+(?=[^!-/:-@\[-`{-~])")
# Marks that nobody would have meant as literal signs: a part went through more rounds.
_STILL_ESCAPED = re.compile(r"\\\*\\\*\w{1,80}\\\*\\\*|\\`\w|\\- \[|\\#\\#")
_MAX_ROUNDS = 12


def undo(text: str) -> tuple[str, bool]:
    """Undo the escaping.

    Returns:
        The text, and whether it was escaped equally often everywhere, so that a backslash still
        left in it marks a literal sign.
    """
    rounds = _rounds(text)
    if rounds is not None:
        undone = text
        for _ in range(rounds):
            undone = "".join(_ESCAPED.split(undone))
        if not _STILL_ESCAPED.search(undone):
            return undone, True
    return _BEFORE_OTHER.sub(r"\\", _BEFORE_PUNCTUATION.sub("", text)), False


def _rounds(text: str) -> int | None:
    """How many times over everything was escaped; None where that differs from place to place.

    A link's own bracket began with no backslash, so that its run alone gives the number: 3
    backslashes are 2 rounds. On a page without links the shortest run does.
    """
    runs = set(map(len, _RUN.findall(text)))
    in_links = set(map(len, _RUN_IN_LINK.findall(text)))
    shortest = min(in_links) if in_links else min(runs, default=0)
    rounds = (shortest + 1).bit_length() - 1
    period = 2**rounds
    if shortest + 1 != period or rounds > _MAX_ROUNDS or len(in_links) > 1:
        return None
    return rounds if all((run + 1) % period == 0 for run in runs) else None
