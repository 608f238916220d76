"""A folder of pages rewritten together: they lead to each other, and an index leads to them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from markdown_it import MarkdownIt
from tests import paths

from mlx_keys.upstream.read import page
from mlx_keys.upstream.write import index
from mlx_keys.upstream.write import links as folder
from mlx_keys.upstream.write import page as myst
from mlx_keys.upstream.write.links import Inventory, InventoryItem

CORPUS = paths.CORPUS / "gfm"
SITE = "https://a.b/html/"


def messy(name: str, said: str, kind: str = "", members: str = "") -> str:
    """A page in the flat form, that a scraper took from ``SITE``."""
    last = name.rpartition(".")[2]
    return (
        f'[ .rst]({SITE}_sources/python/{name}.rst "Download source file") # {name} ## Contents '
        f"- [`{last}()`]({SITE}#{name}) # {name}"
        f'[#]({SITE}#{name} "Link to this heading") '
        f'{kind}{last}(*depth: int*)[#]({SITE}#{name} "Link to this definition") {said}{members}'
    )


def to(name: str, words: str = "") -> str:
    return f"[{words or name}]({SITE}python/{name}.html#{name})"


@pytest.fixture
def pages(tmp_path: Path) -> Path:
    made = tmp_path / "messy"
    (made / "deep").mkdir(parents=True)
    member = f' fill(*n: int*)[#]({SITE}#pond.core.bucket.fill "Link to this definition") Fill it.'
    said = {
        "pond.core.bucket": messy("pond.core.bucket", "Something to carry.", "class ", member),
        "pond.core.scoop": messy(
            "pond.core.scoop",
            f"Lift water with a {to('pond.core.bucket')}, see {to('pond.core.bucket.fill')}, "
            f"{to('pond.core.pour')} or [that](https://else.where/x.html#pond.core.bucket).",
        ),
        "deep/pond.weather.rain": messy("pond.weather.rain", f"Like {to('pond.core.scoop')}."),
    }
    for name, text in said.items():
        (made / f"{name}.txt").write_text(text)
    return made


def rewritten(pages: Path, out: Path) -> dict[str, str]:
    command = [sys.executable, "-m", "mlx_keys", "rewrite", str(pages), "-o", str(out)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return {path.relative_to(out).as_posix(): path.read_text() for path in out.rglob("*.md")}


def test_links_lead_to_pages_and_objects_of_the_folder(pages: Path, tmp_path: Path) -> None:
    """To a page, to a member on one, and from a folder below; the rest stays on the web."""
    found = rewritten(pages, tmp_path / "out")
    scoop = found["pond.core.scoop.md"]
    assert "[pond.core.bucket](pond.core.bucket.md)" in scoop
    assert "[pond.core.bucket.fill](#pond.core.bucket.fill)" in scoop
    assert f"[pond.core.pour]({SITE}python/pond.core.pour.html#pond.core.pour)" in scoop
    assert "[that](https://else.where/x.html#pond.core.bucket)" in scoop
    assert "[pond.core.scoop](../pond.core.scoop.md)" in found["deep/pond.weather.rain.md"]


def test_the_index_names_each_page_once_by_module(pages: Path, tmp_path: Path) -> None:
    found = rewritten(pages, tmp_path / "out")
    assert "| [pond.core](modules/pond.core.md) | 2 |" in found["index.md"]
    core, weather = found["modules/pond.core.md"], found["modules/pond.weather.md"]
    assert "| [`bucket`](../pond.core.bucket.md) | Something to carry. |" in core
    rain = "Like [pond.core.scoop](../pond.core.scoop.md)."
    assert f"| [`rain`](../deep/pond.weather.rain.md) | {rain} |" in weather
    trees = [text.partition("{toctree}")[2] for text in (core, weather)]
    assert [tree.count("../") for tree in trees] == [2, 1]


def test_a_module_that_is_gone_leaves_no_index_behind(pages: Path, tmp_path: Path) -> None:
    assert "modules/pond.weather.md" in rewritten(pages, tmp_path / "out")
    (pages / "deep" / "pond.weather.rain.txt").unlink()
    (tmp_path / "out" / "modules" / "mine.md").write_text("# Mine\n")
    found = rewritten(pages, tmp_path / "out")
    assert "modules/pond.weather.md" not in found
    assert found["modules/mine.md"] == "# Mine\n"


def test_a_link_to_a_page_that_is_not_there_becomes_plain_text(pages: Path, tmp_path: Path) -> None:
    said = "Like a [bucket](pond.core.pail.md), see."
    (pages / "pond.core.sieve.txt").write_text(messy("pond.core.sieve", said))
    sieve = rewritten(pages, tmp_path / "out")["pond.core.sieve.md"]
    assert r"a \[bucket\](pond.core.pail.md), see" in sieve


def test_an_object_described_twice_is_indexed_once(pages: Path, tmp_path: Path) -> None:
    """By the page that is about it."""
    own = messy("pond.core.bucket.fill", "Fill it, at length.")
    (pages / "pond.core.bucket.fill.txt").write_text(own)
    found = rewritten(pages, tmp_path / "out")
    assert "fill(n: int)\n:no-index:\nFill it.\n" in found["pond.core.bucket.md"]
    assert folder.NO_INDEX not in found["pond.core.bucket.fill.md"]
    assert "(pond.core.bucket.fill.md)" in found["pond.core.scoop.md"]


def test_a_page_named_index_makes_room_for_the_index(pages: Path, tmp_path: Path) -> None:
    (pages / "index.txt").write_text(messy("pond.core.tide", "Wait for it."))
    found = rewritten(pages, tmp_path / "out")
    assert "Wait for it." in found["front-page.md"]
    assert found["index.md"].startswith(index.INDEX_MARK)


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
    """And a link that leads well stays as it is."""
    known = Inventory([InventoryItem("b.md", "b", "p.b", "", ("p.b",), "a.b/b", ())])
    assert known.line(line, "a.md", "a.md") == line


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
    assert Inventory([first, again]).reference(target, "a.md", "a.md") == expected


def test_code_that_looks_like_a_link_stays(tmp_path: Path) -> None:
    known = Inventory([InventoryItem("b.md", "b", "p.b", "", ("p.b",), "a.b/b", ())])
    lines = ["````{note}", "[x](#p.b)", "* ```python", "  [x](#p.b)", "  ```", "[x](#p.b)", "````"]
    lines += ["[x](#p.b)", ":type: [x](#p.b)", "[x](#p.b)"]
    linked = ["[x](b.md)" if line == "[x](#p.b)" else line for line in lines]
    assert known.linked(lines, "a.md") == linked


@pytest.mark.skipif(not CORPUS.exists(), reason="the corpus of upstream's pages is not here")
def test_every_reference_of_the_corpus_leads_somewhere(tmp_path: Path) -> None:
    """No link of a rewritten corpus leads to a page that is not there, and none is left outside."""
    out = tmp_path / "out"
    found = rewritten(CORPUS, out)
    objects = {name for text in found.values() for name in map(myst.entry_head, text.split("\n"))}
    led = 0
    for name, text in found.items():
        for target in targets(text):
            address, _, anchor = target.partition("#")
            if "://" in address:
                assert anchor not in objects or "ml-explore" not in address, target
            elif address:
                assert ((out / name).parent / address).is_file(), target
                led += 1
            else:
                assert anchor in objects
                led += 1
    assert led > len(found)


def targets(text: str) -> list[str]:
    """Where the links of a page lead, those inside directives too."""
    found: list[str] = []
    for token in MarkdownIt("commonmark").enable("table").parse(text):
        if token.type == "fence" and token.info.startswith("{") and "toctree" not in token.info:
            found += targets(token.content)
        links = [one for one in token.children or () if one.type == "link_open"]
        found += [str(one.attrGet("href")) for one in links]
    return found


def test_a_page_is_remembered_by_a_few_words(pages: Path) -> None:
    record = page.load(pages / "pond.core.bucket.txt")
    assert folder.inventory_item("x.md", record) == InventoryItem(
        "x.md",
        "pond.core.bucket",
        "pond.core.bucket",
        "Something to carry.",
        ("pond.core.bucket", "pond.core.bucket.fill"),
        "a.b/html/python/pond.core.bucket",
        (),
    )
