"""A second build makes the pages anew that an edit concerns, and removes those that are gone."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from tests.sphinx_project import CONF, build, write

OLD = (1_000_000_000, 1_000_000_000)
CONF_WITH_ASSETS = CONF + 'html_static_path = ["static"]\ntemplates_path = ["templates"]\n'


def write_pages(folder: Path) -> None:
    """Two pages, one of which includes a file."""
    pages = {
        "one.md": "# One\n\nText.\n",
        "two.rst": "Two\n===\n\n.. literalinclude:: part.txt\n",
        "part.txt": "part\n",
    }
    write(folder, pages, CONF_WITH_ASSETS)


def write_assets(folder: Path) -> None:
    """The project's own style sheet and template."""
    for name, file, text in (("static", "own.css", "a {}"), ("templates", "own.html", "x")):
        (folder / name).mkdir(exist_ok=True)
        (folder / name / file).write_text(text)


@pytest.mark.parametrize(
    ("file", "text", "page"),
    [
        ("one.md", "# One\n\nOther text.\n", "one"),
        ("part.txt", "Other text.\n", "two"),
    ],
    ids=["a page", "an included file"],
)
def test_an_edit_reads_the_page_that_it_concerns_and_no_other(
    tmp_path: Path, file: str, text: str, page: str
) -> None:
    write_assets(tmp_path)
    write_pages(tmp_path)
    assert build(tmp_path).read == {"index", "one", "two"}
    again = build(tmp_path)
    assert (again.read, again.wrote) == (set(), set())
    (tmp_path / file).write_text(text)
    again = build(tmp_path)
    assert again.read == {page}
    assert "Other" in again.html(page)


def test_another_style_sheet_template_or_module_writes_every_page_again_and_reads_none(
    tmp_path: Path,
) -> None:
    write_assets(tmp_path)
    write_pages(tmp_path)
    build(tmp_path)
    for name in ("static/own.css", "templates/own.html", "hooks.py"):
        path = tmp_path / name
        path.write_text("# other")
        os.utime(path, OLD)
        again = build(tmp_path)
        assert (again.read, again.wrote) == (set(), {"index", "one", "two"})
    assert build(tmp_path).wrote == set()


def test_another_mlx_reads_every_page_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_assets(tmp_path)
    write_pages(tmp_path)
    build(tmp_path)
    monkeypatch.setattr("mlx_keys.sphinxext.config.version", lambda _name: "99.0")
    assert build(tmp_path).read == {"index", "one", "two"}


def test_a_link_to_a_label_that_moved_to_another_page_follows_it(tmp_path: Path) -> None:
    """Also on a page that has not changed itself."""
    pages = {
        "one.md": "# One\n\n(here)=\n## A place\n\nText.\n",
        "two.md": "# Two\n\nSee {ref}`here`.\n",
        "three.md": "# Three\n",
    }
    write(tmp_path, pages)
    assert 'href="one.html#here"' in build(tmp_path).html("two")
    write(tmp_path, pages | {"one.md": pages["three.md"], "three.md": pages["one.md"]})
    built = build(tmp_path)
    assert built.read == {"one", "three"}
    assert 'href="three.html#here"' in built.html("two")
    assert build(tmp_path).wrote == set()


def test_the_html_of_a_deleted_page_is_removed(tmp_path: Path) -> None:
    write_pages(tmp_path)
    built = build(tmp_path)
    assert (built.out / "one.html").exists()
    (tmp_path / "one.md").unlink()
    (tmp_path / "index.md").write_text("# Index\n\n```{toctree}\ntwo\n```\n")
    built = build(tmp_path)
    assert {path.name for path in built.out.glob("*.html")} == {
        *("genindex.html", "index.html", "search.html", "two.html")
    }
