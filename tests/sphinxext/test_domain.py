"""What is kept per document is merged from parallel readers, and dropped with its old form."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.sphinx_project import build, write

from mlx_keys.sphinxext.domain import KeysDomain

BAD_TREE = "# Page\n\n```{key-tree} seven\n```\n"


def test_a_fault_that_a_parallel_reader_reports_stops_the_build(tmp_path: Path) -> None:
    good = {f"page{number}.md": f"# Page {number}\n" for number in range(6)}
    write(tmp_path, {**good, "one.md": BAD_TREE, "two.md": BAD_TREE})
    built = build(tmp_path, parallel=2)
    assert built.stopped.startswith("2 errors;")
    assert not list(built.out.glob("*.html"))


def test_another_version_of_the_data_reads_every_page_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, {"one.md": "# One\n"})
    build(tmp_path)
    assert build(tmp_path).read == set()
    monkeypatch.setattr(KeysDomain, "data_version", KeysDomain.data_version + 1)
    assert build(tmp_path).read == {"index", "one"}
