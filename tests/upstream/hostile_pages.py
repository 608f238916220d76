"""Damage to pages, and what must hold of whatever is read from them; for tests and for fuzzing.

As a program it is a fuzzer: ``python -m tests.upstream.hostile_pages CASES [SEED [FOLDER...]]``
damages pages of the folders (or ours), and writes down each page for which something does not hold.
``fuzz_pages.py`` lets coverage guide the damage.
"""

from __future__ import annotations

import json
import random
import re
import sys
import time
from collections import Counter
from dataclasses import asdict
from functools import cache
from html.parser import HTMLParser
from io import StringIO
from pathlib import Path
from typing import ClassVar

from docutils import nodes
from docutils.core import publish_parts
from docutils.parsers.rst import Directive, directives
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from myst_parser.config.main import MdParserConfig
from myst_parser.docutils_ import Parser
from myst_parser.parsers.mdit import create_md_parser
from tests.paths import PAGES

from mlx_keys.errors import KeysError
from mlx_keys.upstream.model import WARNING_KINDS, Page
from mlx_keys.upstream.read import page
from mlx_keys.upstream.write import page as myst

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
_ELEMENTS = {
    *("a", "aside", "blockquote", "br", "code", "col", "colgroup", "dd", "div", "dl", "dt", "em"),
    *("h1", "h2", "h3", "h4", "h5", "h6", "hr", "li", "main", "ol", "p", "pre", "section", "span"),
    *("strong", "table", "tbody", "td", "th", "thead", "tr", "tt", "ul"),
}
_ATTRIBUTES = {"class", "href", "id", "start", "style", "title"}
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


def read(text: str) -> Page | None:
    """A page's record, or None where it is refused."""
    try:
        return page.read(text, "p")
    except KeysError:
        return None


def refusal(text: str) -> str:
    """Why a page is refused, or "" where it is read."""
    try:
        page.read(text, "p")
    except KeysError as error:
        return error.problem
    return ""


def rewritten(record: Page) -> str:
    return "\n".join([*myst.page_lines(record), ""])


def cut(text: str, kind: str, share: float, length: int, piece: str) -> str:
    """A page after one accident."""
    at = int(share * len(text))
    if kind == "cut":
        return text[:at]
    if kind == "drop":
        return text[:at] + text[at + length :]
    if kind == "add":
        return text[:at] + piece + text[at:]
    return text[: at // 2] + text[at : at + length] + text[at // 2 :]


def check(text: str, rendered: bool = True) -> bool:
    """Assert what must hold of a page, whatever it is.

    Args:
        text: The whole page.
        rendered: Whether to render what it is rewritten as; this takes most of the time.

    Returns:
        Whether it was read, and not refused.
    """
    record = read(text)
    if record is None:
        return False
    json.dumps(record.to_json())
    lines = len(re.split(r"\r\n|\r|\n", text))
    assert all(1 <= warning.line <= lines for warning in record.warnings), "a warning off the page"
    assert all(1 <= (entry.line or 1) <= lines for entry in record.entries), "an entry off the page"
    assert {warning.kind for warning in record.warnings} <= set(WARNING_KINDS)
    once = rewritten(record)
    harmless(once)
    if rendered:
        shows_only_text(once)
    lost = lost_words(record, once)
    assert not lost, f"words lost in writing: {lost}"
    assert refusal(once) == "already rewritten: rewrite the original, p"
    return True


def lost_words(record: Page, written: str) -> Counter[str]:
    """The words of a record that the page written from it does not hold, or not as often."""
    prose = [record.title, record.body, *record.curated.notes, *record.curated.guides]
    prose += [*record.curated.examples, *record.curated.remarks]
    for entry in record.entries:
        prose += [entry.name, entry.summary, entry.body, *map(str, entry.overloads)]
        documented = [*entry.parameters, *entry.raises, *([entry.returns] if entry.returns else ())]
        prose += [value for part in documented for value in asdict(part).values()]
    return words("\n".join(prose)) - words(written)


def words(text: str) -> Counter[str]:
    """How often a text has each word, its backslashes left out."""
    return Counter(re.findall(r"[^\W_]+", text.replace("\\", "")))


class ObjectDirective(Directive):
    """Stands in for a directive that docutils alone does not know."""

    has_content = True
    optional_arguments = 1
    final_argument_whitespace = True
    option_spec: ClassVar = {"no-index": directives.flag, "type": directives.unchanged}

    def run(self) -> list[nodes.Node]:
        """Render the argument, and the content below it."""
        container = nodes.container("", nodes.literal(text=" ".join(self.arguments)))
        self.state.nested_parse(self.content, self.content_offset, container)
        return [container]


class AllowedHtml(HTMLParser):
    """A parser that asserts that every element and attribute is an allowed one."""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Assert that a tag and its attributes are allowed."""
        assert tag in _ELEMENTS, f"<{tag}>"
        for name, value in attrs:
            assert name in _ATTRIBUTES, f"<{tag} {name}>"
            assert name != "href" or _ADDRESS.match(value or ""), f"{name}={value}"

    handle_startendtag = handle_starttag


def shows_only_text(markdown: str) -> None:
    """Assert that a page, rendered as a whole, is text, links and formulas, and nothing went wrong.

    A page cannot know which pages and objects exist, so that links to unknown ones are no fault.
    """
    warnings = StringIO()
    settings = {
        "myst_enable_extensions": ["dollarmath"],
        "myst_suppress_warnings": ["myst.xref_missing", "myst.header"],
        "math_output": "LaTeX",
        "report_level": 2,
        "warning_stream": warnings,
    }
    for name in ("py:function", "py:class", "py:method", "py:property", "seealso"):
        directives.register_directive(name, ObjectDirective)
    parts = publish_parts(markdown, parser=Parser(), writer="html5", settings_overrides=settings)
    parser = AllowedHtml()
    parser.feed(parts["html_body"])
    parser.close()
    wrong = [
        line for line in warnings.getvalue().split("\n") if line and "Unknown target" not in line
    ]
    assert not wrong, wrong


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
    rng = random.Random(seed)  # noqa: S311 - no secret
    done = refused = failed = 0
    slowest, fuzz_start = 0.0, time.process_time()
    while done < cases:
        text = rng.choice(pages)
        # Small pages say as much as large ones, and more of them fit.
        if len(text) > 6000:
            at = rng.randrange(len(text) - 3000)
            text = text[:1500] + text[at : at + 3000]
        for _ in range(rng.randint(1, 6)):
            piece = "".join(rng.choices(PIECES, k=rng.randint(1, 4)))
            kind = rng.choice(["cut", "drop", "add", "add", "add", "move"])
            text = cut(text, kind, rng.random(), rng.randint(1, 80), piece)
        start = time.process_time()
        try:
            refused += not check(text, rendered=done % 8 == 0)
        except Exception as error:
            path = Path(f"fuzz-failure-{seed}-{done}.txt")
            path.write_text(text, encoding="utf-8", errors="surrogatepass")
            print(f"{path}: {error!r}", flush=True)
            failed += 1
        slowest = max(slowest, time.process_time() - start)
        done += 1
        if done % 1000 == 0:
            spent = time.process_time() - fuzz_start
            counts = f"{done} cases, {refused} refused, {failed} failed"
            print(f"{counts}, {spent:.0f} s, slowest {slowest:.2f} s", flush=True)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    folders = [Path(name) for name in sys.argv[3:]] or [PAGES]
    texts = [path.read_text() for folder in folders for path in sorted(folder.iterdir())]
    fuzz(int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 0, texts)
