"""What holds of every page of the site, at 390 and 1280 pixels, light and dark."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page
from tests.browser.conftest import served
from tests.browser.visits import faults, visit

#: The pages are visited in so many groups, which workers of pytest-xdist share between them.
GROUPS = 8


def pages_of(built_site: Path) -> list[str]:
    return sorted(str(path.relative_to(built_site)) for path in built_site.rglob("*.html"))


@pytest.mark.parametrize("group", range(GROUPS))
def test_a_page_is_accessible_fits_its_window_and_requests_no_other_server(
    still_window: Page, site: str, built_site: Path, group: int
) -> None:
    """Nor has it an error in the console, code below 14 pixels, or a button in an output."""
    visits = [
        visited
        for name in pages_of(built_site)[group::GROUPS]
        for visited in visit(still_window, site, name)
    ]
    assert faults(visits, site) == []
    assert any(visited.code_sizes for visited in visits)


def test_every_kind_of_page_is_visited(built_site: Path) -> None:
    expected = {"index.html", "search.html", "404.html", "gallery/index.html", "learn/start.html"}
    assert expected <= set(pages_of(built_site))


HEAD = "<!doctype html><html lang=en><title>Page</title>"
LOW = ".low {color: #777; background: #666}"

#: A fault of each kind, and what is reported of it.
PLANTED = {
    "an image without a text": (
        "<img src='data:image/gif;base64,R0lGODlhAQABAAAAACw='>",
        "image-alt",
    ),
    "low contrast in the dark": (
        f"<style>@media (prefers-color-scheme: dark) {{{LOW}}}</style><p class=low>Dark grey text",
        "color-contrast: p (dark)",
    ),
    "low contrast in the light": (
        f"<style>@media (prefers-color-scheme: light) {{{LOW}}}</style><p class=low>Grey text",
        "color-contrast: p (light)",
    ),
    "low contrast of the last of many paragraphs": (
        f"<style>{LOW}</style>{'<p>Some text' * 9}<p class=low>Grey text",
        "color-contrast: .low (light)",
    ),
    "a box as wide as a tablet": (
        "<div style='width: 700px'>Wide</div>",
        "at 390 px: 310 px wider than the window",
    ),
    "a button without a name on phones alone": (
        "<style>@media (min-width: 600px) {button {display: none}}</style><button></button>",
        "at 390 px: button-name: button",
    ),
    "an error in the console": ("<script>console.error('broken')</script>", "console: broken"),
    "a request to another server": (
        "<img alt='A dot' src='http://localhost:9/dot.gif'>",
        "requests another server: http://localhost:9/dot.gif",
    ),
    "small code": ("<article><pre style='font-size: 13px'>code</pre></article>", "code of 13 px"),
    "a button in an output": (
        "<div class=mk-output><button>Copy</button></div>",
        "a copy button in a printed output",
    ),
}


@pytest.mark.parametrize("kind", PLANTED)
def test_a_fault_in_a_page_is_reported(still_window: Page, tmp_path: Path, kind: str) -> None:
    body, expected = PLANTED[kind]
    text = f"{HEAD}<body style='margin: 0'><main><h1>Page</h1>{body}</main></body></html>"
    (tmp_path / "page.html").write_text(text, encoding="utf-8")
    (tmp_path / "favicon.ico").write_bytes(b"")
    with served(tmp_path) as address:
        reported = faults(visit(still_window, address, "page.html"), address)
    assert [line for line in reported if expected in line], reported


def test_nothing_is_reported_of_a_page_without_a_fault(still_window: Page, tmp_path: Path) -> None:
    text = f"{HEAD}<body><main><h1>Page</h1><p>Text</p></main></body></html>"
    (tmp_path / "page.html").write_text(text, encoding="utf-8")
    (tmp_path / "favicon.ico").write_bytes(b"")
    with served(tmp_path) as address:
        assert faults(visit(still_window, address, "page.html"), address) == []
