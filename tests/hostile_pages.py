"""Damage to pages, and what must hold of whatever is read from them; for tests and for fuzzing.

As a program it is a fuzzer: ``python tests/hostile_pages.py CASES [SEED [FOLDER...]]`` damages
pages of the folders (or ours), and writes down each page for which something does not hold.
"""

from __future__ import annotations

import json
import random
import re
import sys
import time
from functools import cache
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from myst_parser.config.main import MdParserConfig
from myst_parser.parsers.mdit import create_md_parser

from mlx_keys.errors import KeysError
from mlx_keys.upstream import myst, page
from mlx_keys.upstream.records import WARNING_KINDS, Page

#: What means something to Markdown, MyST, HTML, or to this reader.
PIECES = (
    *"`*_\\$<>|[](){}#%:!~&-+=\t\n",
    *("``", "```", "~~~", "**", "\\\\", "$$", "\n\n", "\n    ", "- ", "1. ", "> ", "|--|", "---"),
    *("\n```{example}\nprint(1)\n```\n", "```{raw} html", "{raw}`x`", "{{x}}", "{math}"),
    *(":::{note}", "\n---\nmyst: {}\n---\n", "(x)=", "+++", "% x", "[^1]: x", "[a]: http://b.c"),
    *("<http://a.b>", "<script>alert(1)</script>", "<svg onload=x>", "<iframe src=x>"),
    *("<a href='javascript:x'>", "<div>", "</div>", "</span>", "<p>", "<b>", "<h2>", "<pre>"),
    *("<code>", "<table><tr><td>", "<!--", "-->", "&lt;", "&#0;", "&#x1F;", "&amp;lt;", "\x00"),
    *("\ufffd", "\u2028", "\r", "é", "→", " – ", "Parameters:", "Returns: ", "**Parameters**"),
    *("<span class='sig-name'>", "![a](http://b.c)", "[a](b.md)", "[a](#b.c)", ":no-index:"),
)
#: The directives that a rewritten page may hold.
ALLOWED = {"py:function", "py:class", "py:method", "py:property", "math", "note", "warning", "tip"}
ALLOWED |= {"attention", "caution", "danger", "error", "hint", "important", "seealso"}
_ADDRESS = re.compile(r"https?://|#\w|[\w./+-]+\.md$")
_DIRECTIVE = re.compile(r"\{([^}]*)\}")
_OPTIONS = re.compile(r"\A(?::no-index:\n?)?(?::type: [^\n]*\n?)?")
# What MyST makes of plain Markdown and of formulas; everything else would be more than text.
_PLAIN = {
    *("inline", "text", "text_special", "softbreak", "code_inline", "fence", "math_inline", "hr"),
    *("myst_line_comment", "code_block"),
    *(
        f"{name}_{end}"
        for end in ("open", "close")
        for name in (
            *("paragraph", "heading", "blockquote", "bullet_list", "ordered_list", "list_item"),
            *("table", "thead", "tbody", "tr", "th", "td", "em", "strong", "link"),
        )
    ),
}


def read(found: str) -> Page | None:
    """A page's record, or None where it is refused."""
    try:
        return page.read(found, "p")
    except KeysError:
        return None


def rewritten(found: Page) -> str:
    return "\n".join([*myst.page_lines(found), ""])


def cut(found: str, kind: str, share: float, length: int, piece: str) -> str:
    """A page after one accident."""
    at = int(share * len(found))
    if kind == "cut":
        return found[:at]
    if kind == "drop":
        return found[:at] + found[at + length :]
    if kind == "add":
        return found[:at] + piece + found[at:]
    return found[: at // 2] + found[at : at + length] + found[at // 2 :]


def check(found: str) -> bool:
    """Assert what must hold of a page, whatever it is.

    Returns:
        Whether it was read, and not refused.
    """
    record = read(found)
    if record is None:
        return False
    json.dumps(record.to_json())
    lines = len(re.split(r"\r\n|\r|\n", found))
    assert all(1 <= one.line <= lines for one in record.warnings), "a warning off the page"
    assert all(1 <= (one.line or 1) <= lines for one in record.entries), "an entry off the page"
    assert {one.kind for one in record.warnings} <= set(WARNING_KINDS)
    once = rewritten(record)
    harmless(once)
    again = read(once)
    assert again is None or rewritten(again) == once, "no fixed point"
    return True


def harmless(markdown: str) -> None:
    """Assert that MyST would make nothing of a page but text, links, and what we allow."""
    for token in _parser().parse(markdown):
        _harmless(token)


def _harmless(token: Token) -> None:
    assert token.type in _PLAIN, f"{token.type}: {token.content[:200]}"
    for child in token.children or ():
        _harmless(child)
    if token.type == "link_open":
        assert _ADDRESS.match(str(token.attrGet("href"))), token.attrGet("href")
    named = _DIRECTIVE.match(token.info.strip())
    if token.type == "fence" and named:
        assert named.group(1) in ALLOWED, f"the directive {named.group(1)}"
        if named.group(1) != "math":
            harmless(_OPTIONS.sub("", token.content))


@cache
def _parser() -> MarkdownIt:
    config = MdParserConfig(enable_extensions={"dollarmath"})
    return create_md_parser(config, RendererHTML)


def fuzz(cases: int, seed: int, pages: list[str]) -> None:
    """Damage pages at random, and check each."""
    chance = random.Random(seed)  # noqa: S311 - no secret
    done = refused = failed = 0
    slowest, began = 0.0, time.process_time()
    while done < cases:
        found = chance.choice(pages)
        # Small pages say as much as large ones, and more of them fit.
        if len(found) > 6000:
            at = chance.randrange(len(found) - 3000)
            found = found[:1500] + found[at : at + 3000]
        for _ in range(chance.randint(1, 6)):
            piece = "".join(chance.choices(PIECES, k=chance.randint(1, 4)))
            kind = chance.choice(["cut", "drop", "add", "add", "add", "move"])
            found = cut(found, kind, chance.random(), chance.randint(1, 80), piece)
        start = time.process_time()
        try:
            refused += not check(found)
        except Exception as error:
            path = Path(f"fuzz-failure-{seed}-{done}.txt")
            path.write_text(found, encoding="utf-8", errors="surrogatepass")
            print(f"{path}: {error!r}", flush=True)
            failed += 1
        slowest = max(slowest, time.process_time() - start)
        done += 1
        if done % 1000 == 0:
            spent = time.process_time() - began
            said = f"{done} cases, {refused} refused, {failed} failed"
            print(f"{said}, {spent:.0f} s, slowest {slowest:.2f} s", flush=True)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    folders = [Path(name) for name in sys.argv[3:]] or [Path(__file__).parent / "pages"]
    texts = [one.read_text() for folder in folders for one in sorted(folder.iterdir())]
    texts += [rewritten(found) for found in map(read, texts) if found]
    fuzz(int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 0, texts)
