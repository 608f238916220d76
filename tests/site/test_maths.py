"""Formulas become MathML; one that cannot be converted is warned of at its line."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.sphinx_project import SITE_CONF, build, write

MATHS = SITE_CONF.replace('"ext"', '"maths"')
MATHS += 'html_math_renderer = "mathml"\nmyst_enable_extensions = ["dollarmath"]\n'


def test_formulas_need_no_script(tmp_path: Path) -> None:
    page = "# A page\n\nHere $x_0 + 1$.\n\n$$\n\\sqrt{2}\n$$ (root)\n\nSee {eq}`root`.\n"
    write(tmp_path, {"page.md": page}, MATHS)
    built = build(tmp_path)
    assert built.warnings == ""
    html = built.html("page")
    assert "<msub><mi>x</mi><mn>0</mn></msub>" in html
    assert 'display="block"><mrow><msqrt>' in html
    assert '<span class="eqno">(1)' in html
    assert "https://" not in html.partition("<body")[0]


def test_a_name_of_several_letters_is_one_identifier(tmp_path: Path) -> None:
    page = "# A page\n\n$\\mathit{loc} + \\mathrm{sign}(s) + xy$\n"
    write(tmp_path, {"page.md": page}, MATHS)
    html = build(tmp_path).html("page")
    assert '<mi style="font-style: italic">loc</mi>' in html
    assert "<mi>sign</mi>" in html
    assert "<mi>x</mi><mi>y</mi>" in html


def test_punctuation_behind_a_formula_stays_on_its_line(tmp_path: Path) -> None:
    page = "# A page\n\nHere $x$, and ($y$), then $z$ and $w$\n"
    write(tmp_path, {"page.md": page}, MATHS)
    html = build(tmp_path).html("page")
    unbroken = [
        part.partition("</span>")[0] for part in html.split('<span class="mk-together">')[1:]
    ]
    assert [part[-len("</math>,") :] for part in unbroken] == ["</math>,", "/math>),"]
    assert "</math> and <math" in html


@pytest.mark.parametrize("formula", [r"\foo x", r"\left( x", r"\begin{aligned}a&=b\end{aligned}"])
def test_a_formula_that_cannot_be_converted_is_warned_of_at_its_line(
    tmp_path: Path, formula: str
) -> None:
    write(tmp_path, {"page.md": f"# A page\n\nText.\n\n${formula}$\n"}, MATHS)
    assert "page.md:5: WARNING:" in build(tmp_path).warnings
