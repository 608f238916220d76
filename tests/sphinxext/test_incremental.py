"""What a second build makes anew is decided by content, never by dates."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from tests.sphinx_project import CONF, build, write

OLD = (1_000_000_000, 1_000_000_000)
NEW = (4_000_000_000, 4_000_000_000)
DRESSED = CONF + 'html_static_path = ["static"]\ntemplates_path = ["templates"]\n'


def lay(folder: Path, **changed: str) -> None:
    """Two pages, one of which includes a file."""
    pages = {
        "one.md": "# One\n\nText.\n",
        "two.rst": "Two\n===\n\n.. literalinclude:: part.txt\n",
        "part.txt": "part\n",
    }
    write(folder, pages | {name.replace("_", "."): text for name, text in changed.items()}, DRESSED)


def dressed(folder: Path) -> None:
    """The project's own style sheet and template."""
    for name, file, text in (("static", "own.css", "a {}"), ("templates", "own.html", "x")):
        (folder / name).mkdir(exist_ok=True)
        (folder / name / file).write_text(text)


def test_files_that_were_only_touched_are_neither_read_nor_written_again(tmp_path: Path) -> None:
    dressed(tmp_path)
    lay(tmp_path)
    assert build(tmp_path).read == {"index", "one", "two"}
    for path in tmp_path.rglob("*"):
        if path.is_file() and "_build" not in path.parts:
            os.utime(path, NEW)
    again = build(tmp_path)
    assert (again.read, again.wrote) == (set(), set())


@pytest.mark.parametrize(
    ("changed", "file", "page"),
    [
        ({"one_md": "# One\n\nOther text.\n"}, "one.md", "one"),
        ({"part_txt": "Other text.\n"}, "part.txt", "two"),
    ],
    ids=["a page", "an included file"],
)
def test_a_change_under_an_old_date_is_seen(
    tmp_path: Path, changed: dict[str, str], file: str, page: str
) -> None:
    dressed(tmp_path)
    lay(tmp_path)
    build(tmp_path)
    lay(tmp_path, **changed)
    os.utime(tmp_path / file, OLD)
    again = build(tmp_path)
    assert again.read == {page}
    assert "Other" in again.html(page)


def test_another_style_sheet_or_template_writes_every_page_again_and_reads_none(
    tmp_path: Path,
) -> None:
    dressed(tmp_path)
    lay(tmp_path)
    build(tmp_path)
    for path in (tmp_path / "static" / "own.css", tmp_path / "templates" / "own.html"):
        path.write_text("other")
        os.utime(path, OLD)
        again = build(tmp_path)
        assert (again.read, again.wrote) == (set(), {"index", "one", "two"})
    assert build(tmp_path).wrote == set()


def test_another_mlx_reads_every_page_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dressed(tmp_path)
    lay(tmp_path)
    build(tmp_path)
    monkeypatch.setattr("mlx_keys.sphinxext.config.version", lambda _name: "99.0")
    assert build(tmp_path).read == {"index", "one", "two"}


def test_what_led_to_a_place_that_moved_leads_there(tmp_path: Path) -> None:
    """Also where the page that leads there, and so is stale, has not changed."""
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
