"""Pages rewritten as clean MyST: what stands in them, and that a second time changes nothing."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from markdown_it import MarkdownIt
from tests.paths import CORPUS, PAGES

from mlx_keys.upstream.read import page
from mlx_keys.upstream.write import page as myst


def rewrite(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "mlx_keys", "rewrite", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def rewritten(path: Path) -> str:
    return "\n".join([*myst.page_lines(page.load(path)), ""])


def tree(folder: Path) -> dict[str, str]:
    found = sorted(folder.rglob("*.md"))
    return {path.relative_to(folder).as_posix(): path.read_text() for path in found}


def test_an_entry_is_one_directive_with_its_fields() -> None:
    text = rewritten(PAGES / "pond.core.scoop.gfm.md")
    assert text.startswith(
        f"{myst.MARK}\n\n# pond.core.scoop\n\n````{{py:function}} pond.core.scoop("
    )
    assert "* **depth** (int, optional) – How deep. One of:\n\n  * shallow water\n" in text
    assert "**Returns**\n\n* (bucket) – The bucket.\n\n  It may be empty.\n" in text
    assert "**Raises**\n\n* **DroughtError** – There is no water.\n" in text


def test_a_curators_words_stand_under_a_heading_of_their_own() -> None:
    text = rewritten(PAGES / "pond.core.scoop.gfm.md")
    upstream, _, curated = text.partition("## Curator's notes")
    assert "it never overflows" in curated
    assert "it never overflows" not in upstream


def test_scraped_code_stands_in_plain_fences() -> None:
    """No fence of a rewritten page is an example that a build would run."""
    infos = [
        token.info
        for path in PAGES.iterdir()
        for token in MarkdownIt("commonmark").parse(rewritten(path))
        if token.type == "fence"
    ]
    assert "python" in infos
    assert not any("{example}" in info for info in infos)


@pytest.mark.parametrize("path", sorted(PAGES.iterdir()), ids=lambda path: path.name)
def test_a_rewritten_page_reads_back_into_the_same_record(path: Path) -> None:
    """But for where things stood, and for warnings about the mess that is gone."""
    first = page.load(path)
    second = page.read(rewritten(path), path.name)
    assert second.entries != () or first.entries == ()
    for before, after in zip(first.entries, second.entries, strict=True):
        assert (before.name, before.kind, before.signature) == (
            after.name,
            after.kind,
            after.signature,
        )
        assert (before.summary, before.body) == (after.summary, after.body)
        assert (before.parameters, before.returns, before.raises) == (
            after.parameters,
            after.returns,
            after.raises,
        )
    assert (first.title, first.body, first.links, first.curated) == (
        second.title,
        second.body,
        second.links,
        second.curated,
    )


def test_a_folder_is_rewritten_and_rewriting_it_again_changes_nothing(tmp_path: Path) -> None:
    once, twice = tmp_path / "once", tmp_path / "twice"
    assert rewrite(PAGES, "-o", once).returncode == 0
    assert rewrite(once, "-o", twice).returncode == 0
    assert tree(once) == tree(twice)
    pages = {name for name in tree(once) if not name.startswith(("index", "modules"))}
    assert len(pages) == len(list(PAGES.iterdir()))


def test_a_bad_page_is_named_and_the_others_are_written(tmp_path: Path) -> None:
    bad = tmp_path / "bad.md"
    bad.write_text("")
    done = rewrite(bad, PAGES / "pond.gfm.md", "-o", tmp_path / "out")
    assert done.returncode == 1
    assert done.stderr == f"mlx-keys: {bad}: the page is empty\n"
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["pond.gfm.md"]


def test_a_page_whose_clean_form_could_not_be_read_again_is_refused(tmp_path: Path) -> None:
    """Not written, so that whatever is written can be rewritten."""
    dense = tmp_path / "dense.md"
    many = "<em>a</em> " * 9000
    dense.write_text((PAGES / "pond.core.scoop.gfm.md").read_text().replace("Ducks are", many))
    done = rewrite(dense, "-o", tmp_path / "out")
    assert done.returncode == 1
    assert done.stderr.startswith(f"mlx-keys: {dense}: too many marks")
    assert list((tmp_path / "out").iterdir()) == []


def test_ten_million_signs_on_one_line_are_text_and_can_be_rewritten(tmp_path: Path) -> None:
    """Though a backslash before each makes the clean page larger than a messy one may be."""
    line = tmp_path / "line.txt"
    flat = (PAGES / "pond.core.scoop.flat.txt").read_text()
    line.write_text(flat.replace("Lift water", f"{'*' * 10_000_000} Lift water"))
    assert rewrite(line, "-o", tmp_path / "once").returncode == 0
    assert (tmp_path / "once" / "line.md").stat().st_size > page.MOST
    assert rewrite(tmp_path / "once", "-o", tmp_path / "twice").returncode == 0
    assert tree(tmp_path / "twice")["line.md"] == tree(tmp_path / "once")["line.md"]


def test_two_pages_of_one_name_do_not_overwrite_each_other(tmp_path: Path) -> None:
    """The first is written; the second is refused, and both are named."""
    second = tmp_path / "pond.gfm.md"
    second.write_text((PAGES / "pond.gfm.md").read_text().replace("water", "mud"))
    done = rewrite(PAGES / "pond.gfm.md", second, "-o", tmp_path / "out")
    assert done.returncode == 1
    assert str(second) in done.stderr
    assert "water" in (tmp_path / "out" / "pond.gfm.md").read_text()


def test_an_output_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    """One line, not a traceback."""
    (tmp_path / "file").write_text("")
    folder = tmp_path / "file" / "out"
    done = rewrite(PAGES / "pond.gfm.md", "-o", folder)
    assert done.returncode == 1
    said = f"mlx-keys: {folder}: this folder cannot be made\n  found: Not a directory\n"
    assert done.stderr == said


def test_an_empty_folder_says_so(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    done = rewrite(tmp_path / "in", "-o", tmp_path / "out")
    assert done.returncode == 1
    assert "no page (.md or .txt) in this folder" in done.stderr


@pytest.mark.skipif(not CORPUS.exists(), reason="the corpus of upstream's pages is not here")
@pytest.mark.parametrize("form", ["gfm", "flat"])
def test_the_whole_corpus_is_a_fixed_point(form: str) -> None:
    for path in sorted((CORPUS / form).glob("*.md")):
        once = rewritten(path)
        again = "\n".join([*myst.page_lines(page.read(once, path.name)), ""])
        assert again == once, path.name
