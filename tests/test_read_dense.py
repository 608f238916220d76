"""Pages of nothing but marks, which would keep Markdown's reader busy: the rest is plain text."""

from __future__ import annotations

from pathlib import Path

import pytest

from mlx_keys.errors import KeysError
from mlx_keys.upstream import aside, dense, myst, page

PAGES = Path(__file__).parent / "pages"
GFM = (PAGES / "pond.core.scoop.gfm.md").read_text()
FLAT = (PAGES / "pond.core.scoop.flat.txt").read_text()


@pytest.mark.parametrize("sign", ["[", "*a*", "![", "a_"])
def test_what_follows_too_many_marks_is_plain_text(sign: str) -> None:
    """No word is lost, and a warning says so."""
    record = page.read(GFM.replace("Ducks are", f"{sign * 9000} end *here* Ducks are"), "p")
    assert [one.kind for one in record.warnings] == ["dense-markup"]
    body = record.entries[0].body + record.entries[0].summary
    assert r"end \*here\* Ducks are in the way." in body


@pytest.mark.parametrize("sign", ["[", "*a*", "![", "a_"])
def test_what_follows_too_many_marks_on_one_line_is_plain_text(sign: str) -> None:
    found = page.read(FLAT.replace("Lift water", f"{sign * 9000} end *here* Lift water"), "p")
    assert "dense-markup" in [one.kind for one in found.warnings]
    body = found.entries[0].body + found.entries[0].summary
    assert r"end \*here\* Lift water" in body
    assert "Returns: The bucket." in body


@pytest.mark.parametrize("form", [GFM, FLAT])
def test_a_curators_words_are_bounded_too(form: str) -> None:
    found = page.read(form.replace("never overflows.", f"never {'*a*' * 9000} end."), "p")
    assert "end." in found.curated.remarks[-1]


def test_a_page_as_dense_as_upstreams_is_read_whole() -> None:
    text = "A [link](http://a.b) and some words about it, `code` too.\n" * 2000
    assert dense.limit(text) is None


def test_a_rewritten_page_with_more_marks_than_it_can_have_is_refused() -> None:
    """It may have twice as many as others: tags are gone from it."""
    page.read(f"{myst.MARK}\n\n# a.b\n\n[a](b.c.md) {'*a b c d e* ' * 9000}", "p")
    with pytest.raises(KeysError, match="more marks than a rewritten page has"):
        page.read(f"{myst.MARK}\n\n# a.b\n\n{'[' * 9000}", "p")


@pytest.mark.parametrize(
    "put",
    [
        "`{}`",
        "[a](http://b.c/{})",
        "![{}](b)",
        "\n\n```\n{}\n```\n\n",
        "\n\n    {}\n\n",
        "<b title='{}'>",
    ],
)
def test_a_formula_anywhere_leaves_no_mark_of_ours(put: str) -> None:
    said = put.format('<span class="math">x_1</span>')
    found = page.read(GFM.replace("Ducks are", f"{said} Ducks are"), "p")
    assert "\x02" not in str(found)
    assert "x_1" in str(found) or "title" in put


def test_formulas_come_back_as_they_were() -> None:
    """Whatever a page writes in place of the marks that stand for them."""
    kept = aside.Aside()
    text = kept.put("a*b*\n  <c> & d")
    assert "*" not in text
    assert text.count("\n") == 1
    assert kept.back(f"({text})") == "(a*b*\n  <c> & d)"
    assert kept.back("\x02999\x02") == ""
