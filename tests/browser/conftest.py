"""A browser, the site on a local server, and a visit to every page in every way it is seen."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal

import pytest
from playwright.sync_api import Browser, Page, Playwright, sync_playwright

Theme = Literal["light", "dark"]
WIDTHS = {"wide": 1280, "phone": 390}
THEMES: tuple[Theme, ...] = ("light", "dark")
SYSTEM_BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


class Quiet(SimpleHTTPRequestHandler):
    """Serves the site and tells nobody."""

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture(scope="session")
def site(built_site: Path) -> Iterator[str]:
    """The address of the site, on this machine."""
    handler = partial(Quiet, directory=str(built_site))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


def executable(playwright: Playwright) -> str | None:
    """Playwright's own Chromium, or else the system's."""
    own = playwright.chromium.executable_path
    if Path(own).exists():
        return own
    return next(filter(None, map(shutil.which, SYSTEM_BROWSERS)), None)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium. Without one the tests that need it are skipped, which on CI fails them."""
    with sync_playwright() as playwright:
        path = executable(playwright)
        if path is None:
            pytest.skip(
                "no Chromium: .venv/bin/playwright install chromium, or apt install chromium"
            )
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


@dataclass
class Visit:
    """One page as it was seen at one width in one theme.

    Attributes:
        page: Its path on the site.
        width: Of the window, in pixels.
        theme: ``light`` or ``dark``.
        faults: What axe-core found, a line each.
        requests: Every address that was asked for while the page loaded.
        errors: What the browser's console called an error.
        overflow: How many pixels the page is wider than its window.
        code_size: The smallest font size of a code block, in pixels; None where there is none.
    """

    page: str
    width: int
    theme: Theme
    faults: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    overflow: int = 0
    code_size: float | None = None

    def __str__(self) -> str:
        return f"{self.page} at {self.width} px, {self.theme}"


AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")
LOOK = """() => ({
  overflow: document.documentElement.scrollWidth - window.innerWidth,
  sizes: [...document.querySelectorAll("article pre")].map(
    (pre) => parseFloat(getComputedStyle(pre).fontSize)),
})"""
#: axe-core takes the square of a page's size, so shapes in a picture and all but the first word
#: of each colour in a page's code are taken out before it looks.
THIN = """() => {
  for (const shape of document.querySelectorAll("svg :is(path, use, rect, circle, line)")) {
    shape.remove();
  }
  const seen = new Set();
  for (const word of document.querySelectorAll(".highlight span")) {
    if (seen.has(word.className)) word.replaceWith(...word.childNodes);
    else seen.add(word.className);
  }
  document.body.normalize();
}"""
CHECK = """async (only) => {
  const options = {resultTypes: ["violations"], ...(only ? {runOnly: only} : {})};
  return (await axe.run(document, options)).violations.flatMap((rule) =>
    rule.nodes.map((node) => `${rule.id}: ${node.target.join(" ")}`));
}"""


#: What axe-core is to look for: everything once (None), then what another width or theme changes.
RULES: dict[tuple[int, str], list[str] | None] = {
    (1280, "light"): None,
    (1280, "dark"): ["color-contrast"],
    (390, "light"): [
        "aria-hidden-focus",
        "button-name",
        "landmark-one-main",
        "landmark-unique",
        "link-name",
        "region",
        "scrollable-region-focusable",
        "target-size",
    ],
    (390, "dark"): [],
}


@pytest.fixture(scope="session")
def visits(browser: Browser, site: str, built_site: Path) -> list[Visit]:
    """Every page of the site, at both widths, in both themes."""
    seen = []
    pages = sorted(str(path.relative_to(built_site)) for path in built_site.rglob("*.html"))
    for width in WIDTHS.values():
        context = browser.new_context(
            viewport={"width": width, "height": 900}, reduced_motion="reduce"
        )
        for name in pages:
            seen += visit(context.new_page(), site, name, width)
        context.close()
    return seen


def visit(page: Page, site: str, name: str, width: int) -> list[Visit]:
    """Load a page once, and look at it in both themes: first as it is, then thinned for axe."""
    requests: list[str] = []
    errors: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    page.on("console", lambda said: errors.append(said.text) if said.type == "error" else None)
    page.goto(site + name)
    both = [Visit(name, width, theme, requests=requests, errors=errors) for theme in THEMES]
    for one in both:
        page.emulate_media(color_scheme=one.theme)
        found = page.evaluate(LOOK)
        one.overflow = found["overflow"]
        one.code_size = min(found["sizes"], default=None)
    page.evaluate(THIN)
    page.evaluate(AXE)
    for one in both:
        rules = RULES[width, one.theme]
        if rules != []:
            page.emulate_media(color_scheme=one.theme)
            one.faults = page.evaluate(CHECK, rules)
    page.close()
    return both
