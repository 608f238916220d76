"""``make whole-api``: rewritten pages as a site that Sphinx builds without a warning."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from tests.paths import ROOT
from tests.upstream.scraped_site import link_to, member, rewrite_folder, scraped_page


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two modules; active markup, code that no lexer reads, an object described twice."""
    folder = tmp_path_factory.mktemp("whole")
    scraped = folder / "scraped"
    scraped.mkdir()
    prose = {
        "pond.core.scoop": f"See {link_to('pond.weather.rain')}. "
        r"\\\\frac{1\\\\ and [x](y.md).",
        "pond.core.pour": "Do {raw}`x` <script>alert(1)</script> ```{example} print(1)```.",
        "pond.weather.rain": f"Wait, and {link_to('pond.core.bucket.fill')}.",
    }
    for name, text in prose.items():
        (scraped / f"{name}.txt").write_text(scraped_page(name, text))
    page = (ROOT / "tests" / "data" / "pages" / "pond.core.scoop.gfm.md").read_text()
    code = "    for _ in range(2):\n        scoop(1)\n"
    page = page.replace(code, "    \u2192 is no code; $ 'so\n")
    for language in ("python", "cpp", "json", "nosuchthing"):
        text = page.replace("scoop", f"sieve_{language}")
        text = text.replace("highlight-python", f"highlight-{language}")
        (scraped / f"pond.core.sieve_{language}.md").write_text(text)
    fill = member("pond.core.bucket.fill", "Fill it.")
    bucket = scraped_page("pond.core.bucket", "Carry.", "class ", fill)
    (scraped / "pond.core.bucket.txt").write_text(bucket)
    # A page whose file has the name of one object and that describes another.
    (scraped / "pond.core.bucket.fill.txt").write_text(scraped_page("pond.core.tip", "Tip it."))
    rewrite_folder(scraped, folder / "pages")
    command = [sys.executable, "-m", "sphinx", "-q", "-W", "-n", "-b", "html"]
    command += ["-c", str(ROOT / "conf" / "whole_api"), str(folder / "pages"), str(folder / "html")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    return folder / "html"


def navigation(page: Path) -> str:
    return page.read_text().partition('class="sidebar-tree">')[2].partition("</nav>")[0]


def test_the_navigation_of_a_page_lists_its_modules_pages_and_no_others(site: Path) -> None:
    tree = navigation(site / "pond.core.scoop.html")
    assert 'href="pond.core.pour.html">pour</a>' in tree
    assert "modules/pond.weather.html" in tree
    assert "pond.weather.rain.html" not in tree
    assert tree.count("current-page") == 1


def test_links_between_pages_are_links_of_the_site(site: Path) -> None:
    assert (
        '<a class="reference internal" href="pond.weather.rain.html">'
        in (site / "pond.core.scoop.html").read_text()
    )


def test_directives_scripts_and_examples_of_a_scraped_page_are_text(site: Path) -> None:
    body = (site / "pond.core.pour.html").read_text().partition("<article")[2]
    body = body.partition("</article>")[0]
    assert "alert(1)" in body
    assert "<script" not in body
    assert "{raw}" in body


def test_code_that_is_not_in_the_language_it_names_is_not_highlighted(site: Path) -> None:
    for language in ("python", "cpp", "json", "nosuchthing"):
        body = (site / f"pond.core.sieve_{language}.html").read_text()
        before = body.partition("\u2192 is no code")[0]
        assert before.rpartition("notranslate")[0].endswith('<div class="highlight-text ')


def test_a_link_to_an_object_goes_to_the_page_that_describes_it(site: Path) -> None:
    body = (site / "pond.weather.rain.html").read_text()
    assert '<a class="reference internal" href="pond.core.bucket.html">' in body
