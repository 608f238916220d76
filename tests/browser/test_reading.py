"""What a reader does: copy, switch the theme, use a phone, print, search, go without a script."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page, expect

START = "learn/start.html"


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A wide light window that may use the clipboard."""
    context = browser.new_context(
        viewport={"width": 1280, "height": 900}, permissions=["clipboard-read", "clipboard-write"]
    )
    yield context.new_page()
    context.close()


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:
    """A phone with no script."""
    context = browser.new_context(
        viewport={"width": 390, "height": 844}, java_script_enabled=False, color_scheme="dark"
    )
    yield context.new_page()
    context.close()


def test_what_the_copy_button_gives_is_a_program_that_prints_what_the_page_shows(
    page: Page, site: str, tmp_path: Path
) -> None:
    page.goto(site + START)
    example = page.locator(".mk-example", has=page.locator(".mk-output")).first
    example.hover()
    example.locator(".mk-code button.copybtn").click()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.strip() == example.locator(".mk-code pre").inner_text().strip()
    done = subprocess.run(
        [sys.executable, "-c", copied], capture_output=True, text=True, check=True, cwd=tmp_path
    )
    assert done.stdout.strip() == example.locator(".mk-output pre").inner_text().strip()


def test_the_prompts_of_a_console_are_not_copied(page: Page, site: str, built_site: Path) -> None:
    with_console = [
        path.relative_to(built_site)
        for path in built_site.rglob("*.html")
        if "highlight-console" in path.read_text(encoding="utf-8")
    ]
    assert with_console
    for path in with_console:
        page.goto(f"{site}{path}")
        console = page.locator(".highlight-console").first
        console.hover()
        console.locator("button.copybtn").click()
        assert not page.evaluate("navigator.clipboard.readText()").startswith("$")


def test_the_theme_button_goes_round_and_is_remembered(page: Page, site: str) -> None:
    page.goto(site)
    body = page.locator("body")
    button = page.get_by_role("button", name="Change between light, dark")
    expect(body).to_have_attribute("data-theme", "auto")
    themes = []
    for _ in range(3):
        button.click()
        themes.append(body.get_attribute("data-theme"))
    assert sorted(map(str, themes)) == ["auto", "dark", "light"]
    button.click()
    chosen = body.get_attribute("data-theme")
    page.goto(site + START)
    expect(body).to_have_attribute("data-theme", str(chosen))


@pytest.mark.parametrize("system", ["light", "dark"])
@pytest.mark.parametrize("chosen", ["light", "dark"])
def test_the_theme_that_was_chosen_outweighs_the_systems_but_not_forced_colours(
    page: Page, site: str, system: Literal["light", "dark"], chosen: str
) -> None:
    page.emulate_media(color_scheme=system)
    page.add_init_script(f"localStorage.setItem('theme', '{chosen}')")
    page.goto(site + START)
    paper = {"light": "rgb(253, 252, 249)", "dark": "rgb(21, 21, 20)"}
    canvas = {"light": "rgb(255, 255, 255)", "dark": "rgb(0, 0, 0)"}
    expect(page.locator("body")).to_have_css("background-color", paper[chosen])
    page.emulate_media(forced_colors="active")
    expect(page.locator("body")).to_have_css("background-color", canvas[system])
    ink = page.locator(".mk-logo .mk-bit-0").first
    expect(ink).to_have_css("stroke", canvas["dark" if system == "light" else "light"])


def test_the_copy_button_is_seen_when_keys_reach_it(page: Page, site: str) -> None:
    page.goto(site + START)
    button = page.locator(".mk-code button.copybtn").first
    expect(button).to_have_css("opacity", "0")
    page.keyboard.press("Tab")  # the keyboard is in use, so that the focus shows
    button.focus()
    expect(button).to_have_css("opacity", "1")
    expect(button).to_have_css("outline-style", "solid")


def test_the_copy_button_is_seen_where_there_is_no_mouse(browser: Browser, site: str) -> None:
    context = browser.new_context(has_touch=True, is_mobile=True)
    page = context.new_page()
    page.goto(site + START)
    expect(page.locator(".mk-code button.copybtn").first).to_have_css("opacity", "1")
    context.close()


def test_a_status_opens_to_its_evidence_without_a_script(phone: Page, site: str) -> None:
    phone.goto(site + START)
    status = phone.locator(".mk-status").first
    expect(status.locator("dl")).to_be_hidden()
    status.locator("summary").click()
    expect(status.locator("dl")).to_be_visible()
    expect(status.locator("dl")).to_contain_text("SHA-256")


def test_without_a_script_the_menu_opens_and_the_theme_is_the_systems(
    phone: Page, site: str
) -> None:
    phone.goto(site + START)
    menu = phone.get_by_role("navigation", name="Site")
    expect(menu).to_be_hidden()
    phone.get_by_label("Show the menu").check(force=True)
    expect(menu).to_be_visible()
    menu.get_by_role("link", name="Gallery", exact=True).click()
    expect(phone.get_by_role("heading", level=1)).to_have_text("Gallery#")
    expect(phone.locator(".theme-toggle")).to_be_hidden()
    button = phone.locator(".mk-menu-label").bounding_box()
    assert button is not None
    assert button["x"] + button["width"] == 390 - 16
    shade = phone.locator("body").evaluate("body => getComputedStyle(body).backgroundColor")
    assert shade == "rgb(21, 21, 20)"


def test_the_first_tab_skips_to_the_content(page: Page, site: str) -> None:
    page.goto(site + START)
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    expect(page.get_by_role("link", name="Skip to content")).to_be_in_viewport()
    page.keyboard.press("Enter")
    assert page.url.endswith("#content")


def test_search_finds_the_page_of_a_function(page: Page, site: str) -> None:
    page.goto(site)
    page.get_by_role("searchbox").first.fill("split")
    page.keyboard.press("Enter")
    results = page.locator("#search-results")
    expect(results.locator("a[href*='mlx.core.random.split']").first).to_be_visible()


def test_without_a_script_the_search_page_says_where_to_look(phone: Page, site: str) -> None:
    phone.goto(site + "search.html?q=split")
    phone.get_by_role("link", name="the home page").click()
    expect(phone.get_by_role("heading", level=1)).to_contain_text("Random numbers in MLX")


def test_on_paper_there_is_the_page_and_nothing_around_it(page: Page, site: str) -> None:
    page.emulate_media(media="print", color_scheme="dark")
    page.goto(site + START)
    for around in (".mk-header", ".mk-nav", ".mk-toc", ".mk-turn", "button.copybtn"):
        assert page.locator(f"{around}:visible").count() == 0
    ink = page.locator("article p").first.evaluate("p => getComputedStyle(p).color")
    assert ink == "rgb(28, 27, 25)"
    overflowing = "pres => pres.filter(p => p.scrollWidth > p.clientWidth + 1).length"
    assert page.locator("article pre").evaluate_all(overflowing) == 0
    expect(page.locator("article h1")).to_be_visible()


def test_each_page_leads_to_the_one_before_and_the_one_after(page: Page, site: str) -> None:
    page.goto(site + START)
    before = page.url
    page.get_by_role("navigation", name="Previous and next page").locator("a[rel=next]").click()
    assert page.url != before
    page.get_by_role("navigation", name="Previous and next page").locator("a[rel=prev]").click()
    assert page.url == before


def test_a_wrong_address_still_finds_its_way(page: Page, site: str, built_site: Path) -> None:
    text = (built_site / "404.html").read_text(encoding="utf-8")
    assert 'href="/reference/index.html"' in text
    assert 'href="/_static/site.css' in text
    page.goto(site + "404.html")
    page.locator("article").get_by_role("link", name="the reference").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Reference#")
