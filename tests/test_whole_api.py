"""``make whole-api``: rewritten pages as a site, with no warning, light however many they are."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from test_folder import messy, rewritten, to

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two modules, a page that would act if it could, and a formula that nothing can read."""
    made = tmp_path_factory.mktemp("whole")
    (made / "messy").mkdir()
    said = {
        "pond.core.scoop": f"See {to('pond.weather.rain')}. \\\\\\\\frac{{1\\\\\\\\ and [x](y.md).",
        "pond.core.pour": "Do {raw}`x` <script>alert(1)</script> ```{example} print(1)```.",
        "pond.weather.rain": "Wait.",
    }
    for name, text in said.items():
        (made / "messy" / f"{name}.txt").write_text(messy(name, text))
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
