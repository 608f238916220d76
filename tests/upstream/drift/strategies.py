"""Odd prose, as scraping and people make it: single characters among words that rules look for."""

from __future__ import annotations

from hypothesis import strategies as st

_CHARACTERS = list("ab \n`'\"()[]{}<>|,.:*=\\01")
_WORDS = [
    *("Default: ``3``. ", "defaults to `4` ", "optional", " or ", "if ", "is ", "to ", "default"),
    *(
        "`key=`",
        "`stream` ",
        "No ",
        "not ",
        "all functions take a `key` ",
        "float32",
        "list(int)",
    ),
    *("mx.pond.fill(width=2)", "`mx.pond.scoop(x=1)` ", "\nimport mx\n", "\n\n```\n"),
]
PROSE = st.lists(st.sampled_from(_CHARACTERS + _WORDS), max_size=40).map("".join)
