"""Pages of nothing but marks, which would keep Markdown's reader busy: the rest is plain text."""

from __future__ import annotations

from pathlib import Path

import pytest

from mlx_keys.upstream import aside, clean, myst, page

PAGES = Path(__file__).parent / "pages"
GFM = (PAGES / "pond.core.scoop.gfm.md").read_text()


@pytest.mark.parametrize("sign", ["[", "*a*", "![", "a_"])
def test_what_follows_too_many_marks_is_plain_text(sign: str) -> None:
    """No word is lost, and a warning says so."""
    record = page.read(GFM.replace("Ducks are", f"{sign * 9000} end *here* Ducks are"), "p")
    assert [one.kind for one in record.warnings] == ["dense-markup"]
    body = record.entries[0].body + record.entries[0].summary
    assert r"end \*here\* Ducks are in the way." in body


def test_a_page_as_dense_as_upstreams_is_read_whole() -> None:
    text = "A [link](http://a.b) and some words about it, `code` too.\n" * 2000
    assert aside.Aside().bounded(text) == (text, None)


def test_a_mark_alone_makes_no_rewritten_page() -> None:
    """One that begins like ours and is dense as none of ours is read as a stranger's."""
    assert clean.recognise(f"{myst.MARK}\n\n# a.b\n")
    assert not clean.recognise(f"{myst.MARK}\n\n# a.b\n\n{'[' * 9000}")


def test_formulas_come_back_as_they_were() -> None:
    """Whatever a page writes in place of the marks that stand for them."""
    kept = aside.Aside()
    text = kept.put("a*b*\n  <c> & d")
    assert "*" not in text
    assert text.count("\n") == 1
    assert kept.back(f"<p>{text}</p>") == "<p>a*b*\n  &lt;c&gt; &amp; d</p>"
    assert kept.back("\x02999\x02") == ""
