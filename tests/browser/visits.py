"""A visit to a page: what a browser finds at both widths, in both themes.

axe-core takes nearly all the time of a visit, and of that colour contrast takes half. So a page is
loaded at both widths and measured in both themes, and axe-core then runs three times in the page
that was loaded last: colour contrast in the dark theme, all rules in the light one, and those that
depend on the width at the other width. Colour contrast is checked on one element of each style.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from importlib.resources import files
from typing import Literal

from playwright.sync_api import ConsoleMessage, Page, Request

Theme = Literal["light", "dark"]
THEMES: tuple[Theme, ...] = ("light", "dark")
PHONE, WIDE = 390, 1280
HEIGHT = 900


@dataclass
class Visit:
    """One page at one width, in both themes.

    Attributes:
        page: Its path on the site.
        width: The width of the window, in pixels.
        violations: What axe-core found, a line for each element.
        requests: The address of every request while the page loaded.
        errors: The errors in the browser's console.
        overflow: By how many pixels the page is wider than its window; the larger of both themes.
        code_sizes: The font sizes of the code blocks, in pixels.
        output_buttons: How many buttons there are inside printed outputs.
    """

    page: str
    width: int
    violations: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    overflow: int = 0
    code_sizes: list[float] = field(default_factory=list)
    output_buttons: int = 0

    def __str__(self) -> str:
        return f"{self.page} at {self.width} px"


AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")

MEASURE = """() => ({
  overflow: document.documentElement.scrollWidth - window.innerWidth,
  sizes: [...document.querySelectorAll("article pre")].map(
    (pre) => parseFloat(getComputedStyle(pre).fontSize)),
  buttons: document.querySelectorAll(".mk-output button, .sphx-glr-script-out button").length,
})"""

#: The time of axe-core grows with the square of a page's size, so shapes in a picture and all but
#: the first word of each colour in a page's code are removed before it runs.
REMOVE_REPETITIONS = """() => {
  for (const shape of document.querySelectorAll("svg :is(path, use, rect, circle, line)")) {
    shape.remove();
  }
  const classes = new Set();
  for (const word of document.querySelectorAll(".highlight span")) {
    if (classes.has(word.className)) word.replaceWith(...word.childNodes);
    else classes.add(word.className);
  }
  document.body.normalize();
}"""

#: Marks what axe-core's colour contrast is to check: every control, and every element with text of
#: its own, but one alone of those that it cannot tell apart: of one colour and font, on backgrounds
#: of one style.
MARK_ONE_OF_EACH_STYLE = """() => {
  const backgrounds = new Map();
  const background = (element) => {
    if (!element) return "";
    if (!backgrounds.has(element)) {
      const style = getComputedStyle(element);
      backgrounds.set(element, [background(element.parentElement), style.backgroundColor,
        style.backgroundImage, style.opacity, style.position, style.filter, style.mixBlendMode,
        style.clip, style.clipPath, style.overflow, element.matches(":disabled, [aria-disabled]"),
      ].join());
    }
    return backgrounds.get(element);
  };
  const kept = new Map();
  for (const element of document.body.querySelectorAll("*")) {
    const text = [...element.childNodes].filter((node) => node.nodeType === Node.TEXT_NODE)
      .map((node) => node.data).join(" ").trim();
    const isControl = element.matches("input, select, textarea");
    if (!text && !isControl) continue;
    const style = getComputedStyle(element), box = element.getBoundingClientRect();
    kept.set(isControl ? element : [style.color, style.webkitTextFillColor, style.textShadow,
      style.fontSize, style.fontWeight, style.visibility, element.checkVisibility(),
      box.width * box.height > 0, box.right > 0 && box.bottom > 0,
      /[\\p{L}\\p{N}].*[\\p{L}\\p{N}]/u.test(text), background(element)].join(), element);
  }
  for (const element of document.querySelectorAll("[data-contrast]")) {
    element.removeAttribute("data-contrast");
  }
  for (const element of kept.values()) element.setAttribute("data-contrast", "");
}"""
CHECK_MARKED = """() => axe.configure({
  rules: [{id: "color-contrast", selector: "[data-contrast]"}],
})"""

RUN_AXE = """async (only) => {
  const options = {resultTypes: ["violations"], preload: false, ...(only && {runOnly: only})};
  return (await axe.run(document, options)).violations.flatMap((rule) =>
    rule.nodes.map((node) => `${rule.id}: ${node.target.join(" ")}`));
}"""

CONTRAST = ["color-contrast"]
#: The rules whose result may be another at another width.
WIDTH_RULES = [
    "aria-hidden-focus",
    "button-name",
    "landmark-one-main",
    "landmark-unique",
    "link-name",
    "region",
    "scrollable-region-focusable",
    "target-size",
]


def visit(page: Page, site: str, name: str) -> list[Visit]:
    """Load a page at both widths, measure it in both themes, then run axe-core.

    Args:
        page: A window of the browser.
        site: The address of the site.
        name: The page's path on the site.
    """
    phone, wide = _load(page, site, name, PHONE), _load(page, site, name, WIDE)
    page.evaluate(REMOVE_REPETITIONS)
    page.evaluate(AXE)
    page.evaluate(CHECK_MARKED)
    for theme, rules in ("dark", CONTRAST), ("light", None):
        page.emulate_media(color_scheme=theme)
        page.evaluate(MARK_ONE_OF_EACH_STYLE)
        wide.violations += [f"{fault} ({theme})" for fault in page.evaluate(RUN_AXE, rules)]
    page.set_viewport_size({"width": PHONE, "height": HEIGHT})
    phone.violations += page.evaluate(RUN_AXE, WIDTH_RULES)
    return [phone, wide]


def _load(page: Page, site: str, name: str, width: int) -> Visit:
    """Load a page at one width, and measure it in both themes."""
    loaded = Visit(name, width)

    def on_request(request: Request) -> None:
        loaded.requests.append(request.url)

    def on_console(message: ConsoleMessage) -> None:
        if message.type == "error":
            loaded.errors.append(message.text)

    page.set_viewport_size({"width": width, "height": HEIGHT})
    page.on("request", on_request)
    page.on("console", on_console)
    page.goto(site + name)
    for theme in THEMES:
        page.emulate_media(color_scheme=theme)
        measured = page.evaluate(MEASURE)
        loaded.overflow = max(loaded.overflow, measured["overflow"])
        loaded.code_sizes += measured["sizes"]
        loaded.output_buttons += measured["buttons"]
    page.remove_listener("request", on_request)
    page.remove_listener("console", on_console)
    return loaded


def faults(visits: list[Visit], site: str) -> list[str]:
    """What no page may have, a line each with the page and the width."""
    lines = []
    for visited in visits:
        lines += [f"{visited}: {violation}" for violation in visited.violations]
        lines += [f"{visited}: console: {error}" for error in visited.errors]
        lines += [
            f"{visited}: requests another server: {address}"
            for address in visited.requests
            if not address.startswith((site, "data:"))
        ]
        if not visited.requests:
            lines.append(f"{visited}: no request was recorded")
        if visited.overflow > 0:
            lines.append(f"{visited}: {visited.overflow} px wider than the window")
        if min(visited.code_sizes, default=14) < 14:
            lines.append(f"{visited}: code of {min(visited.code_sizes)} px")
        if visited.output_buttons:
            lines.append(f"{visited}: a copy button in a printed output")
    return lines
