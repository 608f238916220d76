"""A folder of pages rewritten together: they link to each other, and an index links to them."""

from __future__ import annotations

from pathlib import Path

import pytest
from markdown_it import MarkdownIt
from tests import paths
from tests.upstream.scraped_site import SITE, link_to, member, rewrite_folder, scraped_page

from mlx_keys.upstream.read import page
from mlx_keys.upstream.write.index import is_index
from mlx_keys.upstream.write.links import NO_INDEX, Inventory, InventoryItem, inventory_item
from mlx_keys.upstream.write.page import described_object

CORPUS = paths.CORPUS / "gfm"


@pytest.fixture
def pages(tmp_path: Path) -> Path:
    made = tmp_path / "messy"
    (made / "deep").mkdir(parents=True)
    fill = member("pond.core.bucket.fill", "Fill it.")
    texts = {
        "pond.core.bucket": scraped_page("pond.core.bucket", "Something to carry.", "class ", fill),
        "pond.core.scoop": scraped_page(
            "pond.core.scoop",
            f"Lift water with a {link_to('pond.core.bucket')}, "
            f"see {link_to('pond.core.bucket.fill')}, "
            f"{link_to('pond.core.pour')} or [that](https://else.where/x.html#pond.core.bucket).",
        ),
        "deep/pond.weather.rain": scraped_page(
            "pond.weather.rain", f"Like {link_to('pond.core.scoop')}."
        ),
    }
    for name, text in texts.items():
        (made / f"{name}.txt").write_text(text)
    return made


def test_links_go_to_pages_and_objects_of_the_folder(pages: Path, tmp_path: Path) -> None:
    """To a page, to a member on one, and from a folder below; the rest stays on the web."""
    found = rewrite_folder(pages, tmp_path / "out")
    scoop = found["pond.core.scoop.md"]
    assert "[pond.core.bucket](pond.core.bucket.md)" in scoop
    assert "[pond.core.bucket.fill](#pond.core.bucket.fill)" in scoop
    assert f"[pond.core.pour]({SITE}python/pond.core.pour.html#pond.core.pour)" in scoop
    assert "[that](https://else.where/x.html#pond.core.bucket)" in scoop
    assert "[pond.core.scoop](../pond.core.scoop.md)" in found["deep/pond.weather.rain.md"]


def test_the_index_lists_each_page_once_by_module(pages: Path, tmp_path: Path) -> None:
    found = rewrite_folder(pages, tmp_path / "out")
    assert "| [pond.core](modules/pond.core.md) | 2 |" in found["index.md"]
    core, weather = found["modules/pond.core.md"], found["modules/pond.weather.md"]
    assert "| [`bucket`](../pond.core.bucket.md) | Something to carry. |" in core
    rain = "Like [pond.core.scoop](../pond.core.scoop.md)."
    assert f"| [`rain`](../deep/pond.weather.rain.md) | {rain} |" in weather
    trees = [text.partition("{toctree}")[2] for text in (core, weather)]
    assert [tree.count("../") for tree in trees] == [2, 1]


def test_the_index_page_of_a_module_that_is_gone_is_removed(pages: Path, tmp_path: Path) -> None:
    assert "modules/pond.weather.md" in rewrite_folder(pages, tmp_path / "out")
    (pages / "deep" / "pond.weather.rain.txt").unlink()
    (tmp_path / "out" / "modules" / "mine.md").write_text("# Mine\n")
    found = rewrite_folder(pages, tmp_path / "out")
    assert "modules/pond.weather.md" not in found
    assert found["modules/mine.md"] == "# Mine\n"


def test_a_link_to_a_page_that_is_not_there_becomes_plain_text(pages: Path, tmp_path: Path) -> None:
    prose = "Like a [bucket](pond.core.pail.md), see."
    (pages / "pond.core.sieve.txt").write_text(scraped_page("pond.core.sieve", prose))
    sieve = rewrite_folder(pages, tmp_path / "out")["pond.core.sieve.md"]
    assert r"a \[bucket\](pond.core.pail.md), see" in sieve


def test_an_object_described_twice_is_indexed_once(pages: Path, tmp_path: Path) -> None:
    """By the page that is about it."""
    own = scraped_page("pond.core.bucket.fill", "Fill it, at length.")
    (pages / "pond.core.bucket.fill.txt").write_text(own)
    found = rewrite_folder(pages, tmp_path / "out")
    assert "fill(n: int)\n:no-index:\nFill it.\n" in found["pond.core.bucket.md"]
    assert NO_INDEX not in found["pond.core.bucket.fill.md"]
    assert "(pond.core.bucket.fill.md)" in found["pond.core.scoop.md"]


def test_a_page_named_index_is_written_under_another_name(pages: Path, tmp_path: Path) -> None:
    (pages / "index.txt").write_text(scraped_page("pond.core.tide", "Wait for it."))
    found = rewrite_folder(pages, tmp_path / "out")
    assert "Wait for it." in found["front-page.md"]
    assert is_index(tmp_path / "out" / "index.md")


@pytest.mark.parametrize(
    "line",
    [
        r"a \[b\](#p.b)",
        "`[b](#p.b)`",
        "`` ` [b](#p.b) ``",
        "$x[1](#p.b)$",
        "[b](https://else.where/b.html#p.b)",
        "[b](b.md)",
    ],
)
def test_code_formulas_and_escapes_are_no_links(line: str) -> None:
    """And a link whose target exists stays as it is."""
    known = Inventory([InventoryItem("b.md", "b", "p.b", "", ("p.b",), "a.b/b", ())])
    assert known.resolve_line(line, "a.md", "a.md") == line


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("https://a.b/html/b.html", "b.md"),
        ("https://A.b/html/_sources/b.rst", "b.md"),
        ("https://a.b/html/b.html#an-anchor", "b.md"),
        ("https://a.b/html/b.html#p.b", "b.md"),
        ("https://a.b/html/c.html#p.c", "#p.c"),
        ("https://a.b/html/none.html", "https://a.b/html/none.html"),
        ("https://else.where/html/b.html", "https://else.where/html/b.html"),
        ("b.md", "b.md"),
        ("none.md", None),
        ("#p.none", None),
    ],
)
def test_a_page_is_found_by_its_address_and_an_object_by_its_name(
    target: str, expected: str | None
) -> None:
    first = InventoryItem("b.md", "b", "p.b", "", ("p.b", "p.c"), "a.b/html/b", ())
    again = InventoryItem("deep/b.md", "b", "", "", (), "a.b/html/b", ())
    assert Inventory([first, again]).resolve_target(target, "a.md", "a.md") == expected


def test_code_that_looks_like_a_link_stays_as_it_is() -> None:
    known = Inventory([InventoryItem("b.md", "b", "p.b", "", ("p.b",), "a.b/b", ())])
    lines = ["````{note}", "[x](#p.b)", "* ```python", "  [x](#p.b)", "  ```", "[x](#p.b)", "````"]
    lines += ["[x](#p.b)", ":type: [x](#p.b)", "[x](#p.b)"]
    linked = ["[x](b.md)" if line == "[x](#p.b)" else line for line in lines]
    assert known.resolve_links(lines, "a.md") == linked


@pytest.mark.skipif(not CORPUS.exists(), reason="the corpus of upstream's pages is not here")
def test_every_link_of_the_corpus_has_a_target(tmp_path: Path) -> None:
    """No link goes to a page that is not there, or to the web for an object of the corpus."""
    out = tmp_path / "out"
    found = rewrite_folder(CORPUS, out)
    objects = {name for text in found.values() for name in map(described_object, text.split("\n"))}
    resolved = 0
    for name, text in found.items():
        for target in targets(text):
            address, _, anchor = target.partition("#")
            if "://" in address:
                assert anchor not in objects or "ml-explore" not in address, target
            elif address:
                assert ((out / name).parent / address).is_file(), target
                resolved += 1
            else:
                assert anchor in objects
                resolved += 1
    assert resolved > len(found)


def targets(text: str) -> list[str]:
    """The targets of a page's links, those inside directives too."""
    found: list[str] = []
    for token in MarkdownIt("commonmark").enable("table").parse(text):
        if token.type == "fence" and token.info.startswith("{") and "toctree" not in token.info:
            found += targets(token.content)
        links = [one for one in token.children or () if one.type == "link_open"]
        found += [str(one.attrGet("href")) for one in links]
    return found


def test_the_inventory_holds_of_a_page_what_others_need(pages: Path) -> None:
    record = page.load(pages / "pond.core.bucket.txt")
    assert inventory_item("x.md", record) == InventoryItem(
        "x.md",
        "pond.core.bucket",
        "pond.core.bucket",
        "Something to carry.",
        ("pond.core.bucket", "pond.core.bucket.fill"),
        "a.b/html/python/pond.core.bucket",
        (),
    )
