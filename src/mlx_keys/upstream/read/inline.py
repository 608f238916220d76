"""Markdown's inline marks, grown into a tree in time linear in the text, whatever it holds.

CommonMark 0.31, sections 6.1 to 6.10, without references. A page is hostile until proven otherwise,
and general readers of Markdown spend ten microseconds and more on a sign that may be a mark: ten
seconds on a megabyte of them. Here each sign is looked at once, and each mark is put on a stack and
taken off once. What CommonMark's own reader makes of a text is what must come out here; a test
compares the two.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import unescape
from html.entities import html5
from typing import ClassVar

from mlx_keys.upstream.html_tree import TAG, Growing, Node
from mlx_keys.upstream.text import unescape_html

from .emphasis import PUNCTUATION, Run, pair, role

# Underscores inside a word are letters.
_SIGNS = r"\n[ \t]*|\\|`+|\*+|(?<!\w)_++|(?<!_)_++(?!\w)|!?\[|\]|<|&"
_MARK = re.compile(_SIGNS)
_MARK_OR_FORMULA = re.compile(_SIGNS + r"|\$")
_UNDERSCORES = re.compile("_+")
_ENTITY = re.compile(r"&(?:#(?:[xX][0-9a-fA-F]{1,6}|\d{1,7})|([a-zA-Z][a-zA-Z0-9]{1,31}));")
_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])|" + _ENTITY.pattern)
_FORMULA = re.compile(r"\$([^$`]{1,4000})\$")
_ADDRESS = re.compile(r"<([a-zA-Z][a-zA-Z0-9+.-]{1,31}:[^<>\x00-\x20]{0,2000})>")
_MAIL = re.compile(
    r"<([\w.!#$%&'*+/=?^`{|}~-]{1,200}@[a-zA-Z0-9-]{1,63}(?:\.[a-zA-Z0-9-]{1,63}){0,9})>", re.ASCII
)
_GAP = r"[ \t]{0,80}(?:\n[ \t]{0,80})?"
_BEFORE = re.compile(r"\(" + _GAP)
_POINTED = re.compile(r"<(?P<pointed>(?:\\.|[^<>\n\\]){0,2000})>")
_PART = r"\\[!-/:-@\[-`{-~]|[^\x00-\x20\x7f()\\]|\\"
#: An address without brackets; its own parentheses are in pairs, and no more than three deep.
_BARE = re.compile(
    rf"(?!<)(?:{_PART}|\((?:{_PART}|\((?:{_PART}|\((?:{_PART})*+\))*+\))*+\)){{0,2000}}+"
)
_TITLE = r"(?:\"(?:\\.|[^\"\\]){0,2000}+\"|'(?:\\.|[^'\\]){0,2000}+'|\((?:\\.|[^()\\]){0,2000}+\))"
_AFTER = re.compile(rf"(?:(?=\s){_GAP}{_TITLE})?{_GAP}\)", re.DOTALL)
# Addresses that act: such a link is none, and stays as it is written.
_ACTS = re.compile(r"\s*(?:vbscript|javascript|file|data):", re.IGNORECASE)


@dataclass(slots=True)
class _Bracket:
    """A ``[`` that may begin a link, or a ``![`` that may begin a picture."""

    at: int
    runs: int
    picture: bool


# What is to grow: words, a tag as written, a finished element, a run, or the name of an element to
# close, in a tuple of its own.
_Piece = str | re.Match[str] | Node | Run | tuple[str]


def marked(said: str) -> bool:
    """Whether a text holds anything that may be a mark."""
    return _MARK.search(said) is not None


def grow(growing: Growing, said: str, *, html: bool = True, formulas: bool = False) -> None:
    """Add a paragraph's worth of Markdown to a tree.

    Args:
        growing: The tree.
        said: The paragraph, with no blank line in it.
        html: Whether tags are tags; else they are text.
        formulas: Whether ``$...$`` is a formula.
    """
    if (_MARK_OR_FORMULA if formulas else _MARK).search(said) is None:
        growing.say(said)
        return
    for piece in _Marks(said, html, formulas).pieces():
        if isinstance(piece, str):
            growing.say(piece)
        elif isinstance(piece, re.Match):
            growing.tag(piece)
        elif isinstance(piece, tuple):
            growing.close(piece[0])
        elif isinstance(piece, Run):
            for tag in piece.closed or ():
                growing.close(tag)
            if piece.left:
                growing.say(piece.sign * piece.left)
            for tag in reversed(piece.opened or ()):
                growing.open(tag)
        elif piece.tag == "a":
            growing.open("a", piece.attributes)
        else:
            growing.add(piece)


class _Marks:
    """A text while its marks are read."""

    def __init__(self, said: str, html: bool, formulas: bool) -> None:
        self._said = said
        self._html = html
        self._mark = _MARK_OR_FORMULA if formulas else _MARK
        self._pieces: list[_Piece] = []
        self._runs: list[Run] = []
        self._brackets: list[_Bracket] = []
        # A link holds no other: brackets below this one open none.
        self._dead = 0
        self._ticks: dict[int, list[int]] | None = None
        self._comments = "-->" in said

    def pieces(self) -> list[_Piece]:
        """Read it all."""
        said, pieces = self._said, self._pieces
        at = 0
        while found := self._mark.search(said, at):
            start = found.start()
            if start > at:
                pieces.append(said[at:start])
            at = self._READ[said[start]](self, start, found.end())
        pieces.append(said[at:])
        pair(self._runs)
        return pieces

    def _open(self, start: int, end: int) -> int:
        self._brackets.append(_Bracket(len(self._pieces), len(self._runs), end - start > 1))
        self._pieces.append(self._said[start:end])
        return end

    def _line_end(self, _start: int, end: int) -> int:
        before = self._pieces[-1] if self._pieces else None
        if isinstance(before, str) and before.endswith(" "):
            self._pieces[-1] = before.rstrip(" ")
            if before.endswith("  "):
                self._pieces.append(Node("br"))
        self._pieces.append("\n")
        return end

    def _escape(self, start: int, _end: int) -> int:
        following = self._said[start + 1 : start + 2]
        if following and following in PUNCTUATION:
            self._pieces.append(following)
            at = start + 2
            # An underscore after one that is escaped stands in no word.
            if following == "_" and (run := _UNDERSCORES.match(self._said, at)):
                return self._run(at, run.end())
            return at
        if following == "\n":
            self._pieces.append(Node("br"))
        else:
            self._pieces.append("\\")
        return start + 1

    def _code(self, start: int, end: int) -> int:
        if self._ticks is None:
            self._ticks = {}
            for run in re.finditer("`+", self._said):
                self._ticks.setdefault(len(run[0]), []).append(run.start())
        places = self._ticks.get(end - start, [])
        number = bisect_left(places, end)
        if number == len(places):
            self._pieces.append(self._said[start:end])
            return end
        code = self._said[end : places[number]].replace("\n", " ")
        if code.startswith(" ") and code.endswith(" ") and code.strip(" "):
            code = code[1:-1]
        self._pieces.append(Node("code", {}, [code]))
        return places[number] + end - start

    def _entity(self, start: int, _end: int) -> int:
        found = _ENTITY.match(self._said, start)
        if found is None or (found[1] and f"{found[1]};" not in html5):
            self._pieces.append("&")
            return start + 1
        self._pieces.append(unescape_html(found[0]))
        return found.end()

    def _formula(self, start: int, _end: int) -> int:
        found = _FORMULA.match(self._said, start)
        if found is None:
            self._pieces.append("$")
            return start + 1
        self._pieces.append(Node("span", {"class": "math tex"}, [found[1]]))
        return found.end()

    def _angle(self, start: int, _end: int) -> int:
        said = self._said
        if self._html and (tag := TAG.match(said, start)):
            self._pieces.append(tag)
            return tag.end()
        if self._html and self._comments and said.startswith("<!--", start):
            end = said.find("-->", start + 4)
            self._comments = end >= 0
            if end >= 0:
                return end + 3
        address = _ADDRESS.match(said, start)
        mail = None if address else _MAIL.match(said, start)
        shown = address or mail
        if shown is None or _ACTS.match(shown[1]):
            self._pieces.append("<")
            return start + 1
        href = shown[1] if address else f"mailto:{shown[1]}"
        self._pieces += [Node("a", {"href": href}), shown[1], ("a",)]
        return shown.end()

    def _run(self, start: int, end: int) -> int:
        before = self._said[start - 1] if start else " "
        after = self._said[end] if end < len(self._said) else " "
        sign = self._said[start]
        opens, closes = role(sign, before, after)
        run = Run(sign, end - start, opens, closes, len(self._pieces), end - start)
        self._pieces.append(run)
        self._runs.append(run)
        return end

    def _close(self, _start: int, end: int) -> int:
        self._pieces.append("]")
        if not self._brackets:
            return end
        opener = self._brackets.pop()
        dead = not opener.picture and len(self._brackets) < self._dead
        self._dead = min(self._dead, len(self._brackets))
        target = None if dead else _target(self._said, end)
        if target is None:
            return end
        href, end = target
        runs = self._runs[opener.runs :]
        del self._runs[opener.runs :]
        pair(runs)
        if opener.picture:
            alt = _words(self._pieces[opener.at + 1 : -1])
            self._pieces[opener.at :] = [Node("img", {"alt": alt})]
        else:
            self._pieces[opener.at] = Node("a", {"href": href})
            self._pieces[-1] = ("a",)
            self._dead = len(self._brackets)
        return end

    _READ: ClassVar[dict[str, Callable[[_Marks, int, int], int]]] = {
        "\n": _line_end,
        "\\": _escape,
        "`": _code,
        "&": _entity,
        "$": _formula,
        "<": _angle,
        "[": _open,
        "!": _open,
        "]": _close,
        "*": _run,
        "_": _run,
    }


def _target(said: str, at: int) -> tuple[str, int] | None:
    """Where the link leads whose text ends before ``at``, and where all of it ends; or None."""
    before = _BEFORE.match(said, at)
    if before is None:
        return None
    led = _POINTED.match(said, before.end()) or _BARE.match(said, before.end())
    after = _AFTER.match(said, led.end()) if led else None
    if led is None or after is None:
        return None
    href = _ESCAPED.sub(_unescaped, led["pointed"] if led.re is _POINTED else led[0])
    return None if _ACTS.match(href) else (href, after.end())


def _unescaped(found: re.Match[str]) -> str:
    return found[1] or unescape(found[0])


def _words(pieces: Sequence[_Piece]) -> str:
    """What some pieces say, without their marks."""
    done: list[str] = []
    for piece in pieces:
        if isinstance(piece, str):
            done.append(piece)
        elif isinstance(piece, Run):
            done.append(piece.sign * piece.left)
        elif isinstance(piece, Node):
            done.append(piece.attributes.get("alt", ""))
            done += [child for child in piece.children if isinstance(child, str)]
    return "".join(done)
