"""``{verified-count}`` says what the build verified, and is written again when that changes."""

from __future__ import annotations

import io
from datetime import date
from pathlib import Path

import pytest
from sphinx.application import Sphinx
from sphinx.util.docutils import docutils_namespace, patch_docutils

from mlx_keys.sphinxext.summary import Tally
from mlx_keys.sphinxext.verified import sentence, today

DAY = date(2026, 11, 22)


def test_the_sentence_adds_up_what_ran_and_names_each_backend_once() -> None:
    tallies = [
        Tally(1200, 3, 1230, "CPU", "0.32.4"),
        Tally(12, 0, 12, "CPU", "0.32.4"),
        Tally(0, 0, 0),
    ]
    assert sentence(tallies, DAY) == "1,242 outputs verified on CPU with mlx 0.32.4 on 2026-11-22."


def test_one_output_is_no_plural_and_none_is_said_so() -> None:
    one = [Tally(1, 1, 1, "CPU", "0.32.4")]
    assert sentence(one, DAY) == "1 output verified on CPU with mlx 0.32.4 on 2026-11-22."
    assert sentence([], DAY) == "No output has been verified."


def test_a_build_that_can_be_repeated_has_the_day_that_it_is_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "86400")
    assert today() == date(1970, 1, 2)


def build(folder: Path, outputs: int) -> tuple[str, str]:
    """Build anew or again, with a part that verified so many; the page, and what was warned of."""
    warnings = io.StringIO()
    with patch_docutils(folder), docutils_namespace():
        app = Sphinx(
            folder,
            folder,
            folder / "out",
            folder / "doctrees",
            "html",
            status=None,
            warning=warnings,
        )
        app.emit("mlx-keys-verified", Tally(outputs, 0, outputs, "CPU", "0.32.4"))
        app.build()
    return (folder / "out/index.html").read_text(encoding="utf-8"), warnings.getvalue()


def test_a_page_that_did_not_change_still_says_what_this_build_verified(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "86400")
    (tmp_path / "conf.py").write_text('extensions = ["myst_parser", "mlx_keys.sphinxext"]\n')
    (tmp_path / "index.md").write_text("# Home\n\n```{verified-count}\n```\n")
    for outputs in (7, 8):
        page, warned = build(tmp_path, outputs)
        assert f"{outputs} outputs verified on CPU with mlx 0.32.4 on 1970-01-02." in page
        assert warned == ""
