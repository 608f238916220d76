"""``{mlx-draws}`` shows draws as a picture, and stops a build whose draws miss their density."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from tests.sphinx_project import SITE_CONF, build, write

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
    """The figures of a page."""
    return re.findall(r'<figure class="mk-draws">.*?</figure>', html, re.DOTALL)


def test_a_figure_shows_the_draws_and_what_was_measured(tmp_path: Path) -> None:
    write(tmp_path, {"page.md": PAGE}, SITE_CONF)
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


def test_draws_are_kept_from_build_to_build_and_compared_in_each(tmp_path: Path) -> None:
    """A result in the cache is believed, and what follows from it is not: the build stops."""
    write(tmp_path, {"page.md": PAGE, "other.md": "# Other\n"}, SITE_CONF)
    first = build(tmp_path)
    (kept,) = (
        path
        for path in (tmp_path / "_build" / "doctrees" / "observed").glob("*.json")
        if json.loads(path.read_text())["result"].get("mean")
    )
    stored = json.loads(kept.read_text())
    assert f"standard deviation {stored['result']['deviation']:.2f}" in first.html("page")
    (tmp_path / "other.md").write_text("# Others\n")
    kept.write_text(json.dumps(stored | {"result": stored["result"] | {"deviation": 4.25}}))
    second = build(tmp_path)
    assert (second.read, second.stopped) == ({"other"}, "")
    assert "standard deviation 4.25" in second.html("page")
    (tmp_path / "other.md").write_text("# Yet others\n")
    kept.write_text(json.dumps(stored | {"result": stored["result"] | {"off": 9.0}}))
    third = build(tmp_path)
    assert (third.read, third.stopped) == ({"other"}, "1 error; nothing was written")
    assert "does not follow its :density:" in third.warnings


def test_a_builder_without_html_writes_the_caption_and_the_measurements(tmp_path: Path) -> None:
    write(tmp_path, {"page.md": PAGE}, SITE_CONF)
    build(tmp_path, "text")
    text = (tmp_path / "_build" / "text" / "page.txt").read_text()
    assert (
        "As likely here as there\n   2,000 draws of uniform(shape=(2000,), key=key(7)): mean"
        in text
    )


@pytest.mark.parametrize(
    ("old", "new", "problem", "line"),
    [
        ("(x < 1), 1, 0", "(x < 1), 2, 0", "does not follow its :density:", 3),
        ("(x < 1), 1, 0", "(x < 1), y, 0", "cannot be drawn", 3),
        ("uniform(shape", "uniform(form", "cannot be drawn", 3),
        ("normal((300, 2)", "normal((300,)", "cannot be drawn", 9),
        (":between: -1 2", ":between: 2 -1", ":between: does not give the ends of the axis", 3),
        (":between: -1 2", "", ":between: does not give the ends of the axis", 3),
    ],
)
def test_a_call_that_fails_or_draws_otherwise_stops_the_build(
    tmp_path: Path, old: str, new: str, problem: str, line: int
) -> None:
    assert PAGE.count(old) == 1
    write(tmp_path, {"page.md": PAGE.replace(old, new)}, SITE_CONF)
    built = build(tmp_path)
    assert built.stopped.startswith("1 error;")
    assert re.search(rf"page\.md:{line}: ERROR: .*{re.escape(problem)}", built.warnings)
