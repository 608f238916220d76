"""Two Pygments styles, for light and dark pages: few colours, each with contrast for WCAG AA."""

from __future__ import annotations

from typing import ClassVar

from pygments.style import Style
from pygments.token import (
    Comment,
    Error,
    Generic,
    Keyword,
    Name,
    Number,
    Operator,
    Punctuation,
    String,
    Text,
    Token,
    _TokenType,
)


def _styles(ink: str, muted: str, word: str, text: str, number: str) -> dict[_TokenType, str]:
    """Return the tokens that carry meaning a colour, and leave the others the ink."""
    return {
        Token: ink,
        Text: ink,
        Name: ink,
        Name.Decorator: muted,
        Punctuation: ink,
        Operator: ink,
        Operator.Word: word,
        Keyword: word,
        Keyword.Constant: number,
        Comment: f"italic {muted}",
        String: text,
        String.Doc: f"italic {muted}",
        String.Interpol: ink,
        Number: number,
        Error: ink,
        Generic.Prompt: muted,
        Generic.Output: ink,
        Generic.Traceback: ink,
        Generic.Error: ink,
    }


class Paper(Style):
    """For a light page."""

    name = "paper"
    background_color = "#f6f3ec"
    styles: ClassVar[dict[_TokenType, str]] = _styles(
        ink="#1c1b19", muted="#655f56", word="#0b6b61", text="#8a4206", number="#2f5a99"
    )


class Slate(Style):
    """For a dark page."""

    name = "slate"
    background_color = "#1e1d1b"
    styles: ClassVar[dict[_TokenType, str]] = _styles(
        ink="#ebe7df", muted="#a39d92", word="#63cbb9", text="#f0a35e", number="#86b0f0"
    )
