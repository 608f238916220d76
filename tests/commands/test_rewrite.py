"""Pages rewritten as clean MyST: what stands in them, and that none of their words is lost."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from markdown_it import MarkdownIt
from tests.paths import CORPUS, PAGES
from tests.upstream.hostile_pages import lost_words

from mlx_keys.upstream.read import page
from mlx_keys.upstream.write import page as myst


def rewrite(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "mlx_keys", "rewrite", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def rewritten(path: Path) -> str:
    return "\n".join([*myst.page_lines(page.load(path)), ""])


def test_an_entry_is_one_directive_with_its_fields() -> None:
    text = rewritten(PAGES / "pond.core.scoop.gfm.md")
    assert text.startswith(
        f"{myst.MARK}\n\n# pond.core.scoop\n\n````{{py:function}} pond.core.scoop("
    )
    assert "* **depth** (int, optional) – How deep. One of:\n\n  * shallow water\n" in text
    assert "**Returns**\n\n* (bucket) – The bucket.\n\n  It may be empty.\n" in text
    assert "**Raises**\n\n* **DroughtError** – There is no water.\n" in text


def test_what_a_curator_wrote_stands_under_its_own_heading() -> None:
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
def test_no_word_of_a_record_is_lost_in_its_rewritten_page(path: Path) -> None:
    record = page.load(path)
    assert not lost_words(record, "\n".join(myst.page_lines(record)))


def test_a_folder_is_rewritten_and_its_clean_pages_are_refused(tmp_path: Path) -> None:
    """Each in one line that names the page to rewrite in its place."""
    once = tmp_path / "once"
    assert rewrite(PAGES, "-o", once).returncode == 0
    clean = sorted(once.glob("*.gfm.md"))
    assert [path.name for path in clean] == sorted(path.name for path in PAGES.glob("*.gfm.md"))
    done = rewrite(*clean, "-o", tmp_path / "twice")
    assert done.returncode == 1
    assert done.stderr.splitlines() == [
        f"mlx-keys: {path}: already rewritten: rewrite the original, {path.name}" for path in clean
    ]
    assert list((tmp_path / "twice").iterdir()) == []


def test_a_page_that_cannot_be_read_is_named_and_the_others_are_written(tmp_path: Path) -> None:
    bad = tmp_path / "bad.md"
    bad.write_text("")
    done = rewrite(bad, PAGES / "pond.gfm.md", "-o", tmp_path / "out")
    assert done.returncode == 1
    assert done.stderr == f"mlx-keys: {bad}: the page is empty\n"
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["pond.gfm.md"]


def test_a_page_of_many_marks_is_rewritten_as_text(tmp_path: Path) -> None:
    """Though a backslash before each makes the clean page larger than a messy one may be."""
    line = tmp_path / "line.txt"
    flat = (PAGES / "pond.core.scoop.flat.txt").read_text()
    line.write_text(flat.replace("Lift water", f"{'*' * 900_000} Lift water"))
    assert rewrite(line, "-o", tmp_path / "clean").returncode == 0
    clean = tmp_path / "clean" / "line.md"
    assert clean.stat().st_size > page.MAX_BYTES
    assert clean.read_text().count(r"\*") >= 900_000


def test_two_pages_of_one_name_do_not_overwrite_each_other(tmp_path: Path) -> None:
    """The first is written; the second is refused, and both are named."""
    second = tmp_path / "pond.gfm.md"
    second.write_text((PAGES / "pond.gfm.md").read_text().replace("water", "mud"))
    done = rewrite(PAGES / "pond.gfm.md", second, "-o", tmp_path / "out")
    assert done.returncode == 1
    assert str(second) in done.stderr
    assert "water" in (tmp_path / "out" / "pond.gfm.md").read_text()


def test_a_page_that_cannot_be_written_is_named_and_the_others_are_written(tmp_path: Path) -> None:
    taken = tmp_path / "out" / "pond.gfm.md"
    taken.mkdir(parents=True)
    done = rewrite(PAGES / "pond.gfm.md", PAGES / "pond.core.scoop.gfm.md", "-o", tmp_path / "out")
    assert done.returncode == 1
    assert done.stderr.startswith(f"mlx-keys: {taken}: the file cannot be written\n")
    assert done.stdout.startswith("1 of 2 pages written")
    assert (tmp_path / "out" / "pond.core.scoop.gfm.md").is_file()


def test_an_output_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    folder = tmp_path / "file" / "out"
    done = rewrite(PAGES / "pond.gfm.md", "-o", folder)
    assert done.returncode == 1
    assert done.stderr.startswith(f"mlx-keys: {folder}: this folder cannot be made\n")
    assert "found: Not a directory" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_folder_without_pages_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    done = rewrite(tmp_path / "in", "-o", tmp_path / "out")
    assert done.returncode == 1
    assert "no page (.md or .txt) in this folder" in done.stderr


@pytest.mark.skipif(not CORPUS.exists(), reason="the corpus of upstream's pages is not here")
@pytest.mark.parametrize("form", ["gfm", "flat"])
def test_no_word_of_the_corpus_is_lost_in_its_rewritten_pages(form: str) -> None:
    for path in sorted((CORPUS / form).glob("*.md")):
        record = page.load(path)
        assert not lost_words(record, rewritten(path)), path.name
