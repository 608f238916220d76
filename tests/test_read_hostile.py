"""Pages that were damaged, or written to do harm: nothing breaks, and nothing gets through."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from mlx_keys.errors import KeysError
from mlx_keys.upstream import escaping, markup, myst, page
from mlx_keys.upstream.records import WARNING_KINDS, Page
from mlx_keys.upstream.tree import DEEPEST, parse, text

PAGES = [path.read_text() for path in sorted((Path(__file__).parent / "pages").iterdir())]
#: What means something to Markdown, MyST, HTML, or to this reader.
PIECES = (
    *"`*_\\$<>|[](){}#%:!~&-+=\t\n",
    *("``", "```", "~~~", "**", "\\\\", "$$", "\n\n", "\n    ", "- ", "1. ", "> ", "|--|", "---"),
    *(
        "\n```{example}\nprint(1)\n```\n",
        "```{raw} html",
        "{raw}`x`",
        "{{x}}",
        "{math}",
        ":::{note}",
    ),
    *("\n---\nmyst: {}\n---\n", "(x)=", "+++", "% x", "[^1]: x", "[a]: http://b.c", "<http://a.b>"),
    *("<script>alert(1)</script>", "<svg onload=x>", "<iframe src=x>", "<a href='javascript:x'>"),
    *(
        "<div>",
        "</div>",
        "</span>",
        "<p>",
        "<b>",
        "<h2>",
        "<pre>",
        "<code>",
        "<table><tr><td>",
        "<!--",
    ),
    *(
        "-->",
        "&lt;",
        "&#0;",
        "&#x1F;",
        "&amp;lt;",
        "\x00",
        "\ufffd",
        "\u2028",
        "\r",
        "é",
        "→",
        " – ",
    ),
    *("Parameters:", "Returns: ", "**Parameters**", "<span class='sig-name'>", "![a](http://b.c)"),
)
#: The directives that a rewritten page may hold.
ALLOWED = {"py:function", "py:class", "py:method", "py:property", "math", "note", "warning", "tip"}
ALLOWED |= {"attention", "caution", "danger", "error", "hint", "important", "seealso"}

mutations = st.lists(
    st.tuples(
        st.sampled_from(["cut", "drop", "add", "move"]),
        st.floats(0, 1),
        st.integers(1, 80),
        st.lists(st.sampled_from(PIECES), min_size=1, max_size=4).map("".join),
    ),
    min_size=1,
    max_size=6,
)


@st.composite
def damaged(draw: st.DrawFn) -> str:
    """One of our pages, or what rewriting one gives, after a few accidents."""
    found = draw(st.sampled_from(PAGES))
    if draw(st.booleans()):
        found = rewritten(page.read(found, "p"))
    for kind, share, length, piece in draw(mutations):
        at = int(share * len(found))
        if kind == "cut":
            found = found[:at]
        elif kind == "drop":
            found = found[:at] + found[at + length :]
        elif kind == "add":
            found = found[:at] + piece + found[at:]
        else:
            found = found[: at // 2] + found[at : at + length] + found[at // 2 :]
    return found


def rewritten(found: Page) -> str:
    return "\n".join([*myst.page_lines(found), ""])


def read(found: str) -> Page | None:
    try:
        return page.read(found, "p")
    except KeysError:
        return None


def directives(markdown: str) -> set[str]:
    """The directives of a page, those inside others too."""
    names: set[str] = set()
    left = [markdown]
    while left:
        for token in MarkdownIt("commonmark").parse(left.pop()):
            named = re.match(r"\{([^}]*)\}", token.info.strip())
            if token.type == "fence" and named:
                names.add(named.group(1))
                left.append(token.content)
    return names


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(damaged())
@example("<div >\x00</div>\n" + PAGES[0])
def test_a_damaged_page_is_read_or_refused(found: str) -> None:
    """No other exception; every warning is of a known kind and names a line of the page."""
    record = read(found)
    if record is not None:
        json.dumps(record.to_json())
        lines = len(re.split(r"\r\n|\r|\n", found))
        assert all(1 <= one.line <= lines for one in record.warnings)
        assert {one.kind for one in record.warnings} <= set(WARNING_KINDS)


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(damaged())
def test_what_is_rewritten_is_harmless_and_stays_as_it_is(found: str) -> None:
    """Only directives of the list, no raw HTML, links to the web or a page alone; a fixed point."""
    record = read(found)
    if record is None:
        return
    once = rewritten(record)
    assert directives(once) <= ALLOWED
    for token in MarkdownIt("commonmark", {"html": True}).parse(once):
        assert token.type != "html_block"
        for inner in token.children or ():
            assert inner.type not in ("html_inline", "image")
            if inner.type == "link_open":
                assert re.match(r"https?://|#\w|[\w./+-]+\.md$", str(inner.attrGet("href")))
    again = read(once)
    if again is not None:
        assert rewritten(again) == once


@pytest.mark.parametrize("number", range(len(PAGES)))
def test_truncation_at_any_byte_is_survived(number: int) -> None:
    raw = PAGES[number].encode()
    for end in range(0, len(raw), 37):
        read(raw[:end].decode("utf-8", "replace"))


@given(st.text())
def test_any_text_is_read_or_refused(found: str) -> None:
    read(found)
    read(f"{myst.MARK}\n\n{found}")


@given(st.text(alphabet="\\`*_[]#ab ()-", max_size=60), st.integers(0, 6))
def test_escapes_of_any_depth_are_undone(found: str, rounds: int) -> None:
    """Whatever was there, undoing ends with no more backslashes than the text began with."""
    assert escaping.undo("\\" * rounds + found)[0].count("\\") <= rounds + found.count("\\")


@given(st.text(alphabet=st.sampled_from("".join(PIECES)), max_size=60))
def test_text_that_is_escaped_renders_as_itself(found: str) -> None:
    """And as nothing else: one paragraph of plain text."""
    folded = markup.fold(markup.NOT_TEXT.sub("", found))
    tokens = MarkdownIt("commonmark", {"html": True}).parse(markup.opening(markup.escape(folded)))
    if folded:
        assert [token.type for token in tokens] == ["paragraph_open", "inline", "paragraph_close"]
        kinds = {child.type for child in tokens[1].children or ()}
        assert kinds <= {"text", "text_special"}
        assert "".join(child.content for child in tokens[1].children or ()) == folded


@given(st.text(max_size=60))
def test_no_code_escapes_its_fence_or_its_span(found: str) -> None:
    kept = markup.NOT_TEXT.sub("", found).replace("\r", "")
    fence = MarkdownIt("commonmark").parse(markup.fenced(kept, "text"))
    assert [token.type for token in fence] == ["fence"]
    if kept.strip():
        span = MarkdownIt("commonmark").parseInline(f"a {markup.code(kept)} b")[0].children or []
        assert [token.type for token in span] == ["text", "code_inline", "text"]


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "JAVA\nSCRIPT:x",
        "data:text/html,x",
        "//a.b",
        "file:///etc",
        "http://[",
    ],
)
def test_only_addresses_of_the_web_become_links(url: str) -> None:
    assert markup.link("words", url) == "words"


@pytest.mark.parametrize("tex", [r"\href{javascript:x}{y}", r"\input{/etc/passwd}", "a$b", "a`b"])
def test_a_formula_that_could_do_more_than_be_shown_is_code(tex: str) -> None:
    assert markup.math(tex).startswith("`")


def test_an_active_element_is_dropped_with_a_warning_and_its_text_kept() -> None:
    found = next(one for one in PAGES if "Lift water" in one and one.startswith("Cur"))
    gfm = next(one for one in PAGES if "Ducks are" in one and "<div" in one)
    assert found
    record = page.read(gfm.replace("Ducks are", "<iframe src='x'>Ducks</iframe> are"), "p")
    assert "Ducks are in the way." in record.entries[0].body
    assert [one.kind for one in record.warnings] == ["dropped-markup"]


@pytest.mark.parametrize(
    "piece",
    [
        "<div>",
        "<span>",
        "<b x=1>",
        "<a href=x>",
        "<!--",
        "<a x='",
        "<ul><li>",
        "<p>",
        "</div>",
        "<",
    ],
)
def test_nesting_without_end_stays_shallow(piece: str) -> None:
    """Twenty thousand tags: the tree stays as deep as it may be, and no word is lost."""
    tree = parse(piece * 20_000 + "word")
    assert "word" in text(tree)
    depth = 0
    level = tree
    while level:
        depth += 1
        level = [inner for one in level if not isinstance(one, str) for inner in one.children]
    assert depth <= DEEPEST + 1


@pytest.mark.parametrize(
    "piece", ["- ", "> ", "[", "*", "`", "\\", "a_", "<div>\n\n", "<em>", "![", "|"]
)
def test_a_page_of_one_sign_is_read_or_refused(piece: str) -> None:
    """Two thousand times over, inside each page of ours."""
    for found in PAGES:
        at = len(found) * 2 // 3
        read(found[:at] + piece * 2_000 + found[at:])
