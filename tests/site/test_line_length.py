"""Code on a page is read, not scrolled: a wide screen shows 77 characters of a line."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.paths import DOCS

from mlx_keys.examples.parse.extract import extract

PAGES = sorted(path for path in DOCS.rglob("*.md") if "gallery" not in path.parts)
WIDE = 77


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(DOCS)))
def test_no_example_scrolls_on_a_wide_screen(page: Path) -> None:
    """What an exception says may be longer: it wraps."""
    for example in extract(page.read_text(encoding="utf-8"), str(page)).examples:
        lines = example.code.splitlines()
        if example.expected and not example.options.raises:
            lines += example.expected.text.splitlines()
        assert [line for line in lines if len(line) > WIDE] == []
