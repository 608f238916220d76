"""Text without markup: white space, Markdown's backslashes, HTML's entities, and what is no text.

What the readers and the writer of pages both need, so that neither has to import the other.
"""

from __future__ import annotations

import re
from html import unescape

#: Characters that no text holds: control characters, halves of surrogate pairs, broken UTF-8.
NOT_TEXT = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffd-\uffff]")
_ENTITY = re.compile(r"&(?:#\d{1,9};?|#[xX][0-9a-fA-F]{1,9};?|[^\s<&#;]{1,32};?)")
_ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")


def fold_whitespace(text: str) -> str:
    """Return every run of white space as one space, and none at the ends."""
    return " ".join(text.split())


def unescape_markdown(text: str) -> str:
    r"""Take the backslash away before each sign of punctuation: ``a\_b`` is ``a_b``."""
    return "".join(_ESCAPE.split(text)) if "\\" in text else text


def unescape_html(text: str) -> str:
    """Resolve the entities of HTML; characters that no text holds are left out of the result."""
    return _ENTITY.sub(_resolve_entity, text) if "&" in text else text


def _resolve_entity(entity: re.Match[str]) -> str:
    return NOT_TEXT.sub("", unescape(entity[0]))
