"""The only place that writes Markdown: text goes in, and comes out unable to be anything but text.

Every way in (HTML, flat, docstring) builds its prose with these functions. What a page says can
thus open no directive, role, fence, link, raw HTML, comment or target of MyST that the caller did
not ask for.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from urllib.parse import quote, urlsplit

from mlx_keys.upstream.text import fold_whitespace

# Signs that mean something anywhere in a line. An underscore inside a word means nothing.
_INLINE = re.compile(r"(?=[\\`*\[\]<{$]|(?<![^\W_])_|_(?![^\W_])|&#?\w+;|~~|(?<=~)~)")
_MAY_MEAN = re.compile(r"[\\`*\[\]<{$_&~]")
# What would open a block, a comment or a target if the line began with it. MyST included.
_START = re.compile(
    r"(?:#{1,6}(?=\s|$)|[-+](?=\s|$)|[-=]+\s*$|[-_+]{3}|[>|:%=~(@]|\d{1,9}(?=[.)](?:\s|$)))"
)
# Commands of TeX that reach beyond a formula.
_ACTIVE_TEX = re.compile(
    r"\\(?:href|url|html\w*|includegraphics|input|include|write|csname|catcode|[egx]?def|let|"
    r"newcommand|renewcommand|require|cssId|class|style|unicode|label|ref|tag)(?![a-zA-Z])"
)
#: An empty comment of MyST: what keeps two lists apart.
LIST_SEPARATOR = "%"
# A page of the same folder, or an object that one describes: ``../a.md``, ``#a.b``.
_LOCAL = re.compile(
    r"(?:\.\./){0,8}(?:[\w+-][\w.+-]{0,200}/){0,8}[\w+-][\w.+-]{0,200}\.md|#\w[\w.]{0,300}"
)
# Another host is written otherwise once a reader of Markdown has made it regular.
_HOST = re.compile(r"[A-Za-z0-9.-]{1,253}(?::\d{1,5})?")
_TICKS = re.compile("`+")
_CLOSING, _ESCAPED = re.compile(r"(?<!\\)#+$"), r"\\\g<0>"


def escape(text: str) -> str:
    """Give text that renders as itself in the middle of a line."""
    return "\\".join(_INLINE.split(text)) if _MAY_MEAN.search(text) else text


def paragraph(line: str) -> str:
    """Keep a line of finished markup from opening a block: to be used where a paragraph starts."""
    line = _ended(line)
    found = _START.match(line)
    if found is None:
        return line
    # A backslash escapes punctuation only; a number is no list when its dot is escaped.
    at = found.end() if found.group(0).isdigit() else 0
    return f"{line[:at]}\\{line[at:]}"


def code_span(text: str) -> str:
    """Give text as a code span, whatever backticks it holds."""
    if not text.strip():
        return text and " "
    text = fold_whitespace(text)
    if "`" not in text:
        return f"`{text}`"
    ticks = "`" * (_longest(text) + 1)
    pad = " " if text[0] == "`" or text[-1] == "`" else ""
    return f"{ticks}{pad}{text}{pad}{ticks}"


def is_inline_math(tex: str) -> bool:
    """Whether a formula can stand between dollars: it holds nothing that would end it."""
    tex = fold_whitespace(tex)
    ends = not tex or "$" in tex or "`" in tex or tex.endswith("\\")
    return not ends and not _ACTIVE_TEX.search(tex)


def inline_math(tex: str) -> str:
    """Give a formula as ``$...$``; as code where it can't stand there."""
    return f"${fold_whitespace(tex)}$" if is_inline_math(tex) else code_span(tex)


def math_block(tex: str) -> str:
    """Give a formula on lines of its own; as code where it could do more than be shown."""
    tex = fold_whitespace(tex)
    if _ACTIVE_TEX.search(tex):
        return fence(tex, "latex")
    # A directive's first line must not look like an option.
    return fence(f"{{}}{tex}" if tex.startswith((":", "---")) else tex, "{math}") if tex else ""


def emphasis(markup: str, sign: str = "*") -> str:
    """Put ``*`` or ``**`` around finished markup; white space stays outside."""
    inner = markup.strip()
    if not inner:
        return markup
    before, _, after = markup.partition(inner)
    return f"{before}{sign}{inner}{sign}{after}"


def heading(markup: str, level: int) -> str:
    """Make finished markup a heading; signs at its end that would vanish stay."""
    return f"{'#' * level} {_CLOSING.sub(_ESCAPED, _ended(markup))}"


def link(markup: str, url: str) -> str:
    """Link finished markup to a web address, or to a page or an object of the same folder.

    Where the address is none of these there is no link. Whether page and object are there is for
    :mod:`~mlx_keys.upstream.write.links` to say.
    """
    target = link_target(url)
    # A link holds no other.
    return f"[{markup}]({target})" if target and markup.strip() and "](" not in markup else markup


@lru_cache(maxsize=1024)
def link_target(url: str) -> str | None:
    """Give what a link may lead to, ready for one; None for everything else."""
    return url if _LOCAL.fullmatch(url) else web_address(url)


def web_address(url: str) -> str | None:
    """Give a web address ready for a link, or None for all that is not http or https."""
    url = "".join(url.split())
    try:
        parts = urlsplit(url)
        if parts.scheme.lower() not in ("http", "https") or not _HOST.fullmatch(parts.netloc):
            return None
    except ValueError:
        return None
    url = re.sub(r"%(?![0-9A-Fa-f]{2})", "%25", url)
    # What Markdown would take for an entity is spelled out.
    return re.sub(r"&(?=#?\w+;)", "%26", quote(url, safe="%/:=&?~#+!,;@*._-$"))


def fence(text: str, info: str = "") -> str:
    """Give code in a fence that nothing in it can close; ``info`` must be our own word."""
    ticks = "`" * max(3, _longest(text) + 1)
    body = text.strip("\n")
    return f"{ticks}{info}\n{body}\n{ticks}" if body else f"{ticks}{info}\n{ticks}"


def item_list(items: Iterable[str], numbered: bool = False) -> str:
    """Give finished blocks as the items of a list."""
    said = [item for item in items if item.strip()]
    marked = ((f"{at}. " if numbered else "* ", item) for at, item in enumerate(said, 1))
    return "\n".join(mark + _hang(item, len(mark)) for mark, item in marked)


def table(rows: Sequence[Sequence[str]]) -> str:
    """Give finished inline markup as a pipe table; the first row is its head."""
    width = max((len(row) for row in rows), default=0)
    if not width:
        return ""
    lines = [
        "| " + " | ".join([*map(_cell, row), *[""] * (width - len(row))]) + " |" for row in rows
    ]
    return "\n".join([lines[0], "|" + " --- |" * width, *lines[1:]])


def join_blocks(parts: Iterable[str]) -> str:
    """Put finished blocks one below the other; empty ones vanish, neighbouring lists stay two."""
    done: list[str] = []
    for part in parts:
        if not part.strip():
            continue
        if done and part[:2] in ("* ", "1.") and done[-1].startswith(part[:2]):
            done.append(LIST_SEPARATOR)
        done.append(part)
    return "\n\n".join(done)


def _cell(markup: str) -> str:
    return re.sub(r"(?<!\\)((?:\\\\)*)\|", r"\1\\|", _ended(fold_whitespace(markup)))


def _ended(markup: str) -> str:
    """Keep a formula at the start one.

    MyST looks for what escapes its dollar before it, and at the start of a text that means at its
    end: with a backslash there, all that the formula holds would be read as Markdown.
    """
    return f"{markup[:-2]}&#92;" if markup[:1] == "$" and markup.endswith("\\\\") else markup


def _hang(block: str, width: int) -> str:
    return block.replace("\n", "\n" + " " * width).replace("\n" + " " * width + "\n", "\n\n")


def _longest(text: str) -> int:
    """The longest run of backticks."""
    return max(map(len, _TICKS.findall(text)), default=0)
