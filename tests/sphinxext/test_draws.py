"""``{mlx-draws}``: draws as a picture, held against the density that a page says they follow."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tests.sphinx_project import build, write

from mlx_keys.sphinxext.jobs import histogram

pytest.importorskip("mlx.core", reason="mlx is not installed")

PAGE = """# Draws

```{mlx-draws} uniform(shape=(2000,), key=key(7))
:between: -1 2
:density: where((0 < x) & (x < 1), 1, 0)
As likely here as there
```

```{mlx-draws} normal((300, 2), key=key(7))
:between: -4 4
Two that know nothing of each other
```
"""


def figures(html: str) -> list[str]:
    """The plots of a page."""
    return re.findall(r'<figure class="mk-draws">.*?</figure>', html, re.DOTALL)


def test_draws_are_shown_with_what_was_measured(tmp_path: Path) -> None:
    write(tmp_path, {"page.md": PAGE})
    built = build(tmp_path)
    assert (built.warnings, built.stopped) == ("", "")
    html = built.html("page")
    bars, dots = figures(html)
    assert "<figcaption>As likely here as there</figcaption>" in bars
    assert "2,000 draws of <code>uniform(shape=(2000,), key=key(7))</code>: mean 0.5" in bars
    assert re.search(r'aria-label="As likely here as there\. 2,000 draws of [^"]* sigma', bars)
    assert re.search(r"No bar is further than [0-3]\.\d sigma from theory\.", bars)
    assert "lie outside" not in bars
    assert dots.count("h0") == 300
    assert re.search(r"Their correlation is -?0\.[01]\d\.", dots)


def test_they_are_drawn_once_and_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, {"page.md": PAGE, "other.md": "# Other\n"})
    first = figures(build(tmp_path).html("page"))
    assert len(first) == 2
    monkeypatch.setattr("mlx_keys.sphinxext.draws.pool_of", None)  # would be called to draw
    (tmp_path / "other.md").write_text("# Others\n")
    (tmp_path / "_build" / "html" / "page.html").unlink()
    built = build(tmp_path)
    assert built.stopped == ""
    assert "page" in built.wrote
    assert figures(built.html("page")) == first


def test_a_builder_without_html_gets_the_words(tmp_path: Path) -> None:
    write(tmp_path, {"page.md": PAGE})
    build(tmp_path, "text")
    text = (tmp_path / "_build" / "text" / "page.txt").read_text()
    assert (
        "As likely here as there\n   2,000 draws of uniform(shape=(2000,), key=key(7)): mean"
        in text
    )


@pytest.mark.parametrize(
    ("old", "new", "told", "line"),
    [
        ("(x < 1), 1, 0", "(x < 1), 2, 0", "does not follow its :density:", 3),
        ("(x < 1), 1, 0", "(x < 1), y, 0", "cannot be drawn", 3),
        ("uniform(shape", "uniform(form", "cannot be drawn", 3),
        ("normal((300, 2)", "normal((300,)", "cannot be drawn", 9),
        (":between: -1 2", ":between: 2 -1", "the ends of the axis are not said", 3),
        (":between: -1 2", "", "the ends of the axis are not said", 3),
    ],
)
def test_what_cannot_be_drawn_or_is_not_so_ends_the_build(
    tmp_path: Path, old: str, new: str, told: str, line: int
) -> None:
    assert PAGE.count(old) == 1
    write(tmp_path, {"page.md": PAGE.replace(old, new)})
    built = build(tmp_path)
    assert built.stopped.startswith("1 error;")
    assert re.search(rf"page\.md:{line}: ERROR: .*{re.escape(told)}", built.warnings)


def test_what_lies_outside_the_axis_is_told() -> None:
    seen = histogram.lay_out(
        {
            "call": "uniform(shape=(1000,), key=key(7))",
            "low": 0.0,
            "high": 0.5,
            "bars": 5,
            "density": "1",
        }
    )
    assert (seen["number"], len(seen["counts"]), len(seen["curve"])) == (1000, 5, 11)
    assert seen["outside"] == 1 - sum(seen["counts"]) / 1000
    assert 0.4 < seen["outside"] < 0.6
