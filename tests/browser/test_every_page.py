"""What holds of every page of the site, at 1280 and 390 pixels, light and dark."""

from __future__ import annotations

from tests.browser.conftest import Visit


def test_every_page_was_visited_in_all_four_ways(visits: list[Visit]) -> None:
    pages = {visit.page for visit in visits}
    assert {"index.html", "search.html", "404.html", "gallery/index.html"} <= pages
    assert len(visits) == 4 * len(pages)


def test_nothing_is_left_for_axe_to_complain_of(visits: list[Visit]) -> None:
    assert [f"{visit}: {fault}" for visit in visits for fault in visit.faults] == []


def test_nothing_is_wider_than_the_window(visits: list[Visit]) -> None:
    assert [f"{visit}: {visit.overflow} px" for visit in visits if visit.overflow > 0] == []


def test_no_page_asks_anyone_else_for_anything(visits: list[Visit], site: str) -> None:
    strangers = {
        f"{visit}: {address}"
        for visit in visits
        for address in visit.requests
        if not address.startswith((site, "data:"))
    }
    assert strangers == set()
    assert all(visit.requests for visit in visits)


def test_no_page_has_an_error_in_its_console(visits: list[Visit]) -> None:
    assert [f"{visit}: {error}" for visit in visits for error in visit.errors] == []


def test_code_is_never_smaller_than_14_pixels(visits: list[Visit]) -> None:
    sizes = {visit.code_size for visit in visits if visit.code_size is not None}
    assert sizes
    assert min(sizes) >= 14
