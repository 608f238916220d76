"""``make whole-api``: rewritten pages as a site, with no warning, light however many they are."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from tests.paths import ROOT
from tests.upstream.write.test_links import SITE, messy, rewritten, to


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two modules, a page that would act if it could, what nothing can read, and a name twice."""
    made = tmp_path_factory.mktemp("whole")
    (made / "messy").mkdir()
    said = {
        "pond.core.scoop": f"See {to('pond.weather.rain')}. \\\\\\\\frac{{1\\\\\\\\ and [x](y.md).",
        "pond.core.pour": "Do {raw}`x` <script>alert(1)</script> ```{example} print(1)```.",
        "pond.weather.rain": f"Wait, and {to('pond.core.bucket.fill')}.",
    }
    for name, text in said.items():
        (made / "messy" / f"{name}.txt").write_text(messy(name, text))
    page = (ROOT / "tests" / "data" / "pages" / "pond.core.scoop.gfm.md").read_text()
    page = page.replace(
        "    for _ in range(2):\n        scoop(1)\n", "    \u2192 is no code; $ 'so\n"
    )
    for called in ("python", "cpp", "json", "nosuchthing"):
        text = page.replace("scoop", f"sieve_{called}").replace(
            "highlight-python", f"highlight-{called}"
        )
        (made / "messy" / f"pond.core.sieve_{called}.md").write_text(text)
    member = f' fill(*n*)[#]({SITE}#pond.core.bucket.fill "Link to this definition") Fill it.'
    bucket = messy("pond.core.bucket", "Carry.", "class ", member)
    (made / "messy" / "pond.core.bucket.txt").write_text(bucket)
    # A page that bears the name of an object, and is about another.
    (made / "messy" / "pond.core.bucket.fill.txt").write_text(messy("pond.core.tip", "Tip it."))
    rewritten(made / "messy", made / "pages")
    command = [sys.executable, "-m", "sphinx", "-q", "-W", "-n", "-b", "html"]
    command += ["-c", str(ROOT / "conf" / "whole_api"), str(made / "pages"), str(made / "html")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    return made / "html"


def navigation(page: Path) -> str:
    return page.read_text().partition('class="sidebar-tree">')[2].partition("</nav>")[0]


def test_a_page_names_its_modules_pages_and_no_others(site: Path) -> None:
    beside = navigation(site / "pond.core.scoop.html")
    assert 'href="pond.core.pour.html">pour</a>' in beside
    assert "modules/pond.weather.html" in beside
    assert "pond.weather.rain.html" not in beside
    assert beside.count("current-page") == 1


def test_links_between_pages_are_links_of_the_site(site: Path) -> None:
    assert (
        '<a class="reference internal" href="pond.weather.rain.html">'
        in (site / "pond.core.scoop.html").read_text()
    )


def test_what_would_act_is_text(site: Path) -> None:
    body = (site / "pond.core.pour.html").read_text().partition("<article")[2]
    body = body.partition("</article>")[0]
    assert "alert(1)" in body
    assert "<script" not in body
    assert "{raw}" in body


def test_code_that_is_not_what_it_is_called_is_black(site: Path) -> None:
    for called in ("python", "cpp", "json", "nosuchthing"):
        body = (site / f"pond.core.sieve_{called}.html").read_text()
        before = body.partition("\u2192 is no code")[0]
        assert before.rpartition("notranslate")[0].endswith('<div class="highlight-text ')


def test_a_link_to_an_object_leads_past_a_page_of_its_name(site: Path) -> None:
    body = (site / "pond.weather.rain.html").read_text()
    assert '<a class="reference internal" href="pond.core.bucket.html">' in body
