"""Pages that were damaged, or written to do harm: nothing breaks, and nothing gets through."""

from __future__ import annotations

import re
import tracemalloc
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from tests import paths
from tests.upstream.hostile_pages import PIECES, check, cut, harmless, rewritten

from mlx_keys.upstream.html_tree import DEEPEST, parse_html, text
from mlx_keys.upstream.read import escaping, page
from mlx_keys.upstream.text import NOT_TEXT, fold_whitespace
from mlx_keys.upstream.write import markdown
from mlx_keys.upstream.write import page as myst

PAGES = [path.read_text() for path in sorted(paths.PAGES.iterdir())]
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


def unmarked(found: str) -> str:
    """What rewriting a page gives, without the mark that says so."""
    return rewritten(page.read(found, "p")).removeprefix(myst.MARK)


@st.composite
def damaged(draw: st.DrawFn) -> str:
    """One of our pages, after a few accidents."""
    found = draw(st.sampled_from(PAGES))
    for accident in draw(mutations):
        found = cut(found, *accident)
    return found


@settings(max_examples=300, suppress_health_check=list(HealthCheck))
@given(damaged(), st.sampled_from([False, False, False, True]))
@example("<div >\x00</div>\n" + PAGES[0], True)
@example(unmarked(PAGES[0]).replace("Something", "**&#0;*Something**\n\nx"), True)
@example(unmarked(PAGES[3]).replace("The surface", "\\- *a*\n---\n\nx"), True)
@example(PAGES[4].replace("## Sizes<a", "## Sizes #<i></i> #<a"), True)
@example(PAGES[3].replace("The surface", "the<i>!&#95;Some&#95;</i>thing"), True)
@example(unmarked(PAGES[0]).replace("Something", "1. = Something"), True)
@example(PAGES[3].replace("How deep.", "\n\n  >\n\n"), True)
@example(PAGES[3].replace("Looked at", "= Looked at"), True)
@example(PAGES[3].replace("The bucket.", "The bucket (x)="), True)
@example(PAGES[1].replace("bool", "| ' bool"), True)
@example(unmarked(PAGES[0]).replace("Something", "`x`$y\\$ Something"), True)
@example(PAGES[3].replace("Lift water", "%\n\nLift water"), True)
@example(PAGES[3].replace("previous\n\npond", "previous\n\n\u00a0\n\npond"), True)
def test_a_damaged_page_is_read_or_refused_and_what_is_rewritten_is_harmless(
    found: str, shown: bool
) -> None:
    """No other exception, no line off the page, nothing but text, and no word lost in writing."""
    check(found, shown)


@pytest.mark.parametrize(
    "source",
    ["<b>x</b>", "{raw}`x`", "```{example}\n```", "(x)=\n# y", "![x](y.md)", "[x](ftp://y)"],
)
def test_what_is_not_harmless_is_told(source: str) -> None:
    with pytest.raises(AssertionError):
        harmless(source)


@pytest.mark.parametrize("number", range(len(PAGES)))
def test_a_page_cut_off_at_any_byte_is_harmless(number: int) -> None:
    raw = PAGES[number].encode()
    for end in range(0, len(raw), 37):
        check(raw[:end].decode("utf-8", "replace"), rendered=False)


@given(st.text())
def test_any_text_is_harmless_or_refused(found: str) -> None:
    check(found)
    assert not check(f"{myst.MARK}\n\n{found}")


@given(st.text(alphabet="\\`*_[]#ab ()-", max_size=60), st.integers(0, 6))
def test_escapes_of_any_depth_are_undone(found: str, rounds: int) -> None:
    """Whatever was there, undoing ends with no more backslashes than the text began with."""
    assert escaping.undo("\\" * rounds + found)[0].count("\\") <= rounds + found.count("\\")


@given(st.text(alphabet=st.sampled_from("".join(PIECES)), max_size=60))
def test_text_that_is_escaped_renders_as_itself(found: str) -> None:
    """And as nothing else: one paragraph of plain text."""
    folded = fold_whitespace(NOT_TEXT.sub("", found))
    tokens = MarkdownIt("commonmark", {"html": True}).parse(
        markdown.paragraph(markdown.escape(folded))
    )
    if folded:
        assert [token.type for token in tokens] == ["paragraph_open", "inline", "paragraph_close"]
        kinds = {child.type for child in tokens[1].children or ()}
        assert kinds <= {"text", "text_special"}
        assert "".join(child.content for child in tokens[1].children or ()) == folded


@given(st.text(max_size=60))
def test_no_code_escapes_its_fence_or_its_span(found: str) -> None:
    kept = NOT_TEXT.sub("", found).replace("\r", "")
    fence = MarkdownIt("commonmark").parse(markdown.fence(kept, "text"))
    assert [token.type for token in fence] == ["fence"]
    if kept.strip():
        span = (
            MarkdownIt("commonmark").parseInline(f"a {markdown.code_span(kept)} b")[0].children
            or []
        )
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
        "http://a:::b/c",
    ],
)
def test_only_addresses_of_the_web_become_links(url: str) -> None:
    assert markdown.link("words", url) == "words"


@pytest.mark.parametrize("put", [markdown.paragraph, lambda said: markdown.table([[said], [said]])])
def test_a_backslash_at_the_end_opens_no_formula_at_the_start(put: Callable[[str], str]) -> None:
    """MyST would look for it before the dollar, at the end of the text."""
    said = f"{markdown.inline_math('x <b>y</b>')} and {markdown.escape(chr(92))}"
    harmless(put(said))
    with pytest.raises(AssertionError):
        harmless(said)


@pytest.mark.parametrize("tex", [r"\href{javascript:x}{y}", r"\input{/etc/passwd}", "a$b", "a`b"])
def test_a_formula_that_could_do_more_than_be_shown_is_code(tex: str) -> None:
    assert markdown.inline_math(tex).startswith("`")


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
    tree = parse_html(piece * 20_000 + "word")
    assert "word" in text(tree)
    depth = 0
    level = tree
    while level:
        depth += 1
        level = [inner for one in level if not isinstance(one, str) for inner in one.children]
    assert depth <= DEEPEST + 1


@pytest.mark.parametrize(
    "piece",
    [
        *("- ", "1. ", "> ", "* > ", "- 1) ", ">>> "),
        *("<ul><li>", "<ol><li>", "<blockquote>", "<blockquote><ol><li>"),
        *('<div class="admonition">', "<ul><li>a</li></ul><ul>", '<div class="highlight-c">'),
    ],
)
@pytest.mark.parametrize("times", [5, 8, 9, 10, 11, 21, 60])
def test_blocks_however_deep_are_written_without_loss(piece: str, times: int) -> None:
    """In prose, in a field, in a curator's note and alone."""
    for at in ("Ducks are", "How deep.", "The bucket.", "Pass `rim=`", "Lift water"):
        assert check(PAGES[3].replace(at, f"\n\n{piece * times}{at}"), times == 11)
        assert check(PAGES[3].replace(at, f"{piece * times}{at}"), rendered=False)


def test_blocks_too_deep_to_be_written_are_prose() -> None:
    """No word is lost."""
    record = page.read(PAGES[3].replace("Ducks are", "<ul><li>x " * 30 + "Ducks are"), "p")
    (body,) = [entry.body for entry in record.entries]
    assert len(re.findall(r"\bx\b", body)) == 30
    assert "* x x" in body


def test_a_list_deeper_than_is_read_says_its_own_words_once() -> None:
    said = PAGES[3].replace("To scoop twice:", "- " * 10 + "To scoop twice:")
    body = page.read(said, "p").entries[0].body
    assert f"\n\n{'* ' * 8}To scoop twice:\n" in body


def test_a_language_is_told_once_however_deep_the_code() -> None:
    """Classes that doubled at each element took all memory there is."""
    deep = '<div class="highlight-python">' * 20 + "<pre>pond = 1</pre>"
    tracemalloc.start()
    body = page.read(PAGES[3].replace("Ducks are", deep), "p").entries[0].body
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert "```python\npond = 1\n```" in body
    assert most < 4_000_000


@pytest.mark.parametrize(
    "piece",
    [
        *(
            "- ",
            "> ",
            "[",
            "*",
            "`",
            "\\",
            "a_",
            "<div>\n\n",
            "<em>",
            "![",
            "|",
            "<!--",
            "*_",
            "*! ",
        ),
        *(
            "[\\",
            "#'a<b >",
            "\n-=\n#",
            "[](",
            "$a$ ",
            "=",
            "**a",
            "a(",
            "Parameters: - **a** ",
            "\n- ",
        ),
    ],
)
def test_a_page_of_one_sign_is_harmless_or_refused(piece: str) -> None:
    """Two thousand times over, inside each page of ours."""
    for found in PAGES:
        at = len(found) * 2 // 3
        check(found[:at] + piece * 2_000 + found[at:], rendered=False)
        check(piece * 2_000 + found, rendered=False)


def test_a_comment_that_never_ends_is_none() -> None:
    """A curator's words after it are not lost."""
    found = page.read(f"<!-- a --> b\n\nand <!-- c\n\n{PAGES[1]}", "p")
    assert found.curated.remarks == ("a", "b", r"and \<!-- c")


def test_a_comment_in_code_that_reads_like_a_heading_of_ours_stays_what_it_is() -> None:
    found = PAGES[3].replace("Lift water", "\n\n    # Guides\n    pond = 1\n\nLift water")
    once = rewritten(page.read(found, "p"))
    assert "```python\n# Guides\npond = 1\n```" in once
