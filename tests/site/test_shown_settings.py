"""Code that pages show and Sphinx runs, not a reader: taken off the page, and used."""

from __future__ import annotations

import re
from pathlib import Path

from tests.paths import DOCS, PAGES
from tests.sphinx_project import build, write

from mlx_keys.examples.execute.pool import Pool
from mlx_keys.examples.execute.runner import Runner
from mlx_keys.examples.parse.extract import extract
from mlx_keys.upstream.read import page
from mlx_keys.upstream.write import page as myst

HOWTO = DOCS / "howto"


def settings(name: str) -> str:
    """The one block of plain Python on a page."""
    (found,) = re.findall(r"^```python\n(.*?)^```$", (HOWTO / name).read_text(), re.M | re.S)
    return str(found)


def test_the_settings_for_verified_examples_verify_them(tmp_path: Path) -> None:
    example = "# A\n\n```{example}\nprint(6 * 7)\n```\n```{output}\n43\n```\n"
    write(tmp_path, {"a.md": example}, settings("write-a-page.md"))
    assert "a.md:7: ERROR: this is not what the example" in build(tmp_path).warnings
    (tmp_path / "a.md").write_text(example.replace("43", "42"))
    built = build(tmp_path)
    assert (built.warnings, built.stopped) == ("", "")
    assert "<details" in built.html("a")


def test_the_settings_for_rewritten_pages_build_them(tmp_path: Path) -> None:
    found = (PAGES / "pond.core.scoop.gfm.md").read_text()
    clean = "\n".join(myst.page_lines(page.read(found, "pond.core.scoop.md")))
    write(tmp_path, {"pond.core.scoop.md": clean}, settings("rewrite-your-pages.md"))
    built = build(tmp_path)
    assert (built.warnings, built.stopped) == ("", "")
    assert 'class="math' in built.html("pond.core.scoop")


def test_the_example_of_a_readme_holds(tmp_path: Path) -> None:
    shown = (HOWTO / "write-an-example.md").read_text()
    (block,) = re.findall(r"^````markdown\n(<!-- .*?)^````$", shown, re.M | re.S)
    (example,) = extract(block, "README.md").examples
    assert example.options.timeout == 5
    with Pool(workers=1) as pool:
        (seen,) = Runner(pool, project=tmp_path).results([example])
    assert example.expected is not None
    assert seen.stdout.rstrip("\n") == example.expected.text.rstrip("\n")
