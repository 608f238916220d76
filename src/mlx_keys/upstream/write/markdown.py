"""The writer of Markdown: each function gives one construct, and text in it stays text.

All prose of records (from HTML, from flat pages, from docstrings) is built with these functions.
So nothing that a page says can open a directive, role, fence, link, raw HTML, comment or target of
MyST that the caller did not ask for. *Finished markup* is what one of these functions gave.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from urllib.parse import quote, urlsplit

from mlx_keys.upstream.text import fold_whitespace

# Characters that are markup anywhere in a line. An underscore inside a word is none.
_INLINE = re.compile(r"(?=[\\`*\[\]<{$]|(?<![^\W_])_|_(?![^\W_])|&#?\w+;|~~|(?<=~)~)")
_MAYBE_INLINE = re.compile(r"[\\`*\[\]<{$_&~]")
# What opens a block, or a comment or a target of MyST, at the start of a line.
_OPENS_BLOCK = re.compile(
    r"(?:#{1,6}(?=\s|$)|[-+](?=\s|$)|[-=]+\s*$|[-_+]{3}|[>|:%=~(@]|\d{1,9}(?=[.)](?:\s|$)))"
)
# Commands of TeX that act beyond their formula: they link, load, define or refer.
_ACTIVE_TEX = re.compile(
    r"\\(?:href|url|html\w*|includegraphics|input|include|write|csname|catcode|[egx]?def|let|"
    r"newcommand|renewcommand|require|cssId|class|style|unicode|label|ref|tag)(?![a-zA-Z])"
)
# An empty comment of MyST: without it, two lists in a row would be one.
_LIST_SEPARATOR = "%"
# The target of a page of the same folder, or of an object: ``../a.md``, ``#a.b``.
_LOCAL = re.compile(
    r"(?:\.\./){0,8}(?:[\w+-][\w.+-]{0,200}/){0,8}[\w+-][\w.+-]{0,200}\.md|#\w[\w.]{0,300}"
)
# A host that every reader of Markdown leaves as it is; they normalise others.
_HOST = re.compile(r"[A-Za-z0-9.-]{1,253}(?::\d{1,5})?")
_TICKS = re.compile("`+")
# Number signs at the end of a heading would vanish.
_CLOSING_SIGNS = re.compile(r"(?<!\\)#+$")


def escape(text: str) -> str:
    """Return text that renders as itself in the middle of a line."""
    # The pattern matches the empty string before each mark: a*b splits into "a" and "*b".
    return "\\".join(_INLINE.split(text)) if _MAYBE_INLINE.search(text) else text


def paragraph(line: str) -> str:
    """Make a line of finished markup a paragraph: escape what would open a block, as ``- a``."""
    line = _protect_math(line)
    found = _OPENS_BLOCK.match(line)
    if found is None:
        return line
    # A backslash escapes punctuation only, so of "1." the dot is escaped.
    at = found.end() if found[0].isdigit() else 0
    return f"{line[:at]}\\{line[at:]}"


def code_span(text: str) -> str:
    """Return text as a code span, between more backticks than it holds."""
    if not text.strip():
        return text and " "
    text = fold_whitespace(text)
    if "`" not in text:
        return f"`{text}`"
    ticks = "`" * (_longest_ticks(text) + 1)
    pad = " " if text[0] == "`" or text[-1] == "`" else ""
    return f"{ticks}{pad}{text}{pad}{ticks}"


def is_inline_math(tex: str) -> bool:
    """Whether a formula can stand between dollars: it holds nothing that would end or leave it."""
    tex = fold_whitespace(tex)
    would_end = "$" in tex or "`" in tex or tex.endswith("\\")
    return bool(tex) and not would_end and not _ACTIVE_TEX.search(tex)


def inline_math(tex: str) -> str:
    """Return a formula as ``$...$``; as code where it can't stand there."""
    return f"${fold_whitespace(tex)}$" if is_inline_math(tex) else code_span(tex)


def math_block(tex: str) -> str:
    """Return a formula on lines of its own; as code where it would act beyond being shown."""
    tex = fold_whitespace(tex)
    if _ACTIVE_TEX.search(tex):
        return fence(tex, "latex")
    # A directive's first line must not look like an option.
    return fence(f"{{}}{tex}" if tex.startswith((":", "---")) else tex, "{math}") if tex else ""


def emphasis(markup: str, stars: str = "*") -> str:
    """Put stars around finished markup; white space stays outside."""
    inner = markup.strip()
    if not inner:
        return markup
    before, _, after = markup.partition(inner)
    return f"{before}{stars}{inner}{stars}{after}"


def heading(markup: str, level: int) -> str:
    """Make finished markup a heading."""
    inner = _CLOSING_SIGNS.sub(r"\\\g<0>", _protect_math(markup))
    return f"{'#' * level} {inner}"


def link(markup: str, url: str) -> str:
    """Link finished markup to a web address, or to a page or an object of the same folder.

    The markup stays as it is where the address is none of these, and where it holds a link already.
    Whether the page or the object exists is checked by :mod:`~mlx_keys.upstream.write.links`.
    """
    target = link_target(url)
    return f"[{markup}]({target})" if target and markup.strip() and "](" not in markup else markup


@lru_cache(maxsize=1024)
def link_target(url: str) -> str | None:
    """Return the target that a link may have, ready to be written; None for everything else."""
    return url if _LOCAL.fullmatch(url) else web_address(url)


def web_address(url: str) -> str | None:
    """Return a web address ready to be written as a target; None for all but http and https."""
    url = "".join(url.split())
    try:
        parts = urlsplit(url)
        if parts.scheme.lower() not in ("http", "https") or not _HOST.fullmatch(parts.netloc):
            return None
    except ValueError:
        return None
    url = re.sub(r"%(?![0-9A-Fa-f]{2})", "%25", url)
    # Markdown would resolve "&copy;" in a target.
    return re.sub(r"&(?=#?\w+;)", "%26", quote(url, safe="%/:=&?~#+!,;@*._-$"))


def fence(text: str, info: str = "") -> str:
    """Return code in a fence that nothing in it can close. ``info`` is never upstream's text."""
    ticks = "`" * max(3, _longest_ticks(text) + 1)
    body = text.strip("\n")
    return f"{ticks}{info}\n{body}\n{ticks}" if body else f"{ticks}{info}\n{ticks}"


def item_list(items: Iterable[str], numbered: bool = False) -> str:
    """Return finished blocks as the items of a list; empty ones are left out."""
    with_text = [item for item in items if item.strip()]
    marked = ((f"{n}. " if numbered else "* ", item) for n, item in enumerate(with_text, 1))
    return "\n".join(mark + _indent_rest(item, len(mark)) for mark, item in marked)


def table(rows: Sequence[Sequence[str]]) -> str:
    """Return finished inline markup as a pipe table; the first row is its head."""
    width = max((len(row) for row in rows), default=0)
    if not width:
        return ""
    lines = [
        "| " + " | ".join([*map(_cell, row), *[""] * (width - len(row))]) + " |" for row in rows
    ]
    return "\n".join([lines[0], "|" + " --- |" * width, *lines[1:]])


def join_blocks(parts: Iterable[str]) -> str:
    """Put finished blocks one below the other; empty ones are left out, two lists stay two."""
    done: list[str] = []
    for part in parts:
        if not part.strip():
            continue
        if done and part[:2] in ("* ", "1.") and done[-1].startswith(part[:2]):
            done.append(_LIST_SEPARATOR)
        done.append(part)
    return "\n\n".join(done)


def _cell(markup: str) -> str:
    return re.sub(r"(?<!\\)((?:\\\\)*)\|", r"\1\\|", _protect_math(fold_whitespace(markup)))


def _protect_math(markup: str) -> str:
    r"""Keep a formula at the start of a paragraph from being read as Markdown.

    MyST looks for a backslash before the dollar at ``text[start - 1]``, which at the start of a
    text is its *last* character. ``$a_1$ \\`` would be no formula for it, and ``_1`` be read as
    Markdown. The backslash at the end is therefore written as an entity.
    """
    return f"{markup[:-2]}&#92;" if markup[:1] == "$" and markup.endswith("\\\\") else markup


def _indent_rest(block: str, width: int) -> str:
    """Indent all lines of a block but the first; blank ones stay empty."""
    return block.replace("\n", "\n" + " " * width).replace("\n" + " " * width + "\n", "\n\n")


def _longest_ticks(text: str) -> int:
    """The longest run of backticks."""
    return max(map(len, _TICKS.findall(text)), default=0)
