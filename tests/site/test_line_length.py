"""No example on a page has a line that a wide screen cuts off: it shows 77 characters."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.paths import DOCS

from mlx_keys.examples.parse.extract import extract

PAGES = sorted(path for path in DOCS.rglob("*.md") if "gallery" not in path.parts)
MOST_CHARACTERS = 77


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(DOCS)))
def test_no_example_scrolls_on_a_wide_screen(page: Path) -> None:
    """The message of an exception may be longer: it wraps."""
    for example in extract(page.read_text(encoding="utf-8"), str(page)).examples:
        lines = example.code.splitlines()
        if example.expected and not example.options.raises:
            lines += example.expected.text.splitlines()
        assert [line for line in lines if len(line) > MOST_CHARACTERS] == []
