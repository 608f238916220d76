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
_BEFORE_LINK = re.compile(r"(?<!\\)(\\*+)\]\(https?:")
_ESCAPED = re.compile(r"\\([\\`*_\[\]#])")
_BEFORE_PUNCTUATION = re.compile(r"(?<!\\)\\++(?=[!-/:-@\[-`{-~])")
_BEFORE_OTHER = re.compile(r"(?<!\\)\\{2,}+(?=[^!-/:-@\[-`{-~])")
# Marks that nobody would have meant as literal signs: a part went through more rounds.
_STILL_MARKED = re.compile(r"\\\*\\\*\w{1,80}\\\*\\\*|\\`\w|\\- \[|\\#\\#")
_DEEPEST = 12


def undo(text: str) -> tuple[str, bool]:
    """Undo the escaping.

    Returns:
        The text, and whether its depth was one throughout, so that a backslash still left in it
        marks a literal sign.
    """
    rounds = _rounds(text)
    if rounds is not None:
        undone = text
        for _ in range(rounds):
            undone = "".join(_ESCAPED.split(undone))
        if not _STILL_MARKED.search(undone):
            return undone, True
    return _BEFORE_OTHER.sub(r"\\", _BEFORE_PUNCTUATION.sub("", text)), False


def _rounds(text: str) -> int | None:
    """How many times over everything was escaped; None where that differs from place to place."""
    runs = set(map(len, _RUN.findall(text)))
    links = set(map(len, _BEFORE_LINK.findall(text)))
    least = min(links) if links else min(runs, default=0)
    rounds = (least + 1).bit_length() - 1
    whole = 2**rounds
    if least + 1 != whole or rounds > _DEEPEST or len(links) > 1:
        return None
    return rounds if all((run + 1) % whole == 0 for run in runs) else None
