"""Pages of nothing but marks, which would keep Markdown's reader busy: the rest is plain text."""

from __future__ import annotations

import pytest
from tests.paths import PAGES

from mlx_keys.upstream.read import limits, page, placeholders

GFM = (PAGES / "pond.core.scoop.gfm.md").read_text()
FLAT = (PAGES / "pond.core.scoop.flat.txt").read_text()


@pytest.mark.parametrize("sign", ["[", "*a*", "![", "a_"])
def test_what_follows_too_many_marks_is_plain_text(sign: str) -> None:
    """No word is lost, and a warning says so."""
    record = page.read(GFM.replace("Ducks are", f"{sign * 9000} end *here* Ducks are"), "p")
    assert [warning.kind for warning in record.warnings] == ["dense-markup"]
    body = record.entries[0].body + record.entries[0].summary
    assert r"end \*here\* Ducks are in the way." in body


@pytest.mark.parametrize("sign", ["[", "*a*", "![", "a_"])
def test_what_follows_too_many_marks_on_one_line_is_plain_text(sign: str) -> None:
    record = page.read(FLAT.replace("Lift water", f"{sign * 9000} end *here* Lift water"), "p")
    assert "dense-markup" in [warning.kind for warning in record.warnings]
    body = record.entries[0].body + record.entries[0].summary
    assert r"end \*here\* Lift water" in body
    assert "Returns: The bucket." in body


@pytest.mark.parametrize("form", [GFM, FLAT])
def test_a_curators_words_are_bounded_too(form: str) -> None:
    record = page.read(form.replace("never overflows.", f"never {'*a*' * 9000} end."), "p")
    assert "end." in record.curated.remarks[-1]


def test_a_page_as_dense_as_upstreams_is_read_whole() -> None:
    text = "A [link](http://a.b) and some words about it, `code` too.\n" * 2000
    assert limits.mark_budget_end(text) is None


@pytest.mark.parametrize(
    ("line", "weight"),
    [("\n- a", 12), ("\n1. a", 12), ("\n> * - a", 20), ("\n -", 12), ("\n-a", 6), ("\n>> a", 10)],
)
def test_each_item_that_a_line_opens_counts(line: str, weight: int) -> None:
    """An item costs as much as a line, a quotation less."""
    cut = limits.mark_budget_end(line * 9000)
    assert cut is not None
    assert cut // len(line) == (2000 + 0.3 * len(line) * 9000) // weight


def test_what_was_set_aside_is_not_lost_where_the_rest_is_plain_text() -> None:
    formulas = '\n<div class="math">\n\nx_1\n\n</div>\n' * 500
    record = page.read(GFM.replace("Ducks are", f"\n{formulas}\nDucks are"), "p")
    assert [warning.kind for warning in record.warnings] == ["dense-markup"]
    assert "\x02" not in str(record)
    assert str(record).count("x_1") + str(record).count("x\\\\_1") >= 500


def test_of_forms_without_end_the_rest_is_prose() -> None:
    record = page.read(FLAT.replace("Lift water", f"{'scoop(a) ' * 300}Lift water"), "p")
    assert len(record.entries[0].overloads) == 100
    assert (record.entries[0].summary + record.entries[0].body).count("scoop(a)") == 200


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
    markup = put.format('<span class="math">x_1</span>')
    record = page.read(GFM.replace("Ducks are", f"{markup} Ducks are"), "p")
    assert "\x02" not in str(record)
    assert "x_1" in str(record) or "title" in put


def test_formulas_come_back_as_they_were() -> None:
    """Whatever a page writes in place of the marks that stand for them."""
    kept = placeholders.Placeholders()
    text = kept.stash("a*b*\n  <c> & d")
    assert "*" not in text
    assert text.count("\n") == 1
    assert kept.restore(f"({text})") == "(a*b*\n  <c> & d)"
    assert kept.restore("\x02999\x02") == ""
