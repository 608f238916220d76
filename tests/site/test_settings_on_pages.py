"""The settings that pages show for a reader's own Sphinx project work as they are printed."""

from __future__ import annotations

import re
from pathlib import Path

from tests.paths import DOCS, PAGES
from tests.sphinx_project import build, write

from mlx_keys.examples.execute.pool import Pool
from mlx_keys.examples.execute.runner import Runner
from mlx_keys.examples.parse.extract import extract
from mlx_keys.upstream.read import page as reader
from mlx_keys.upstream.write import page as writer

HOWTO = DOCS / "howto"


def only_block(name: str, pattern: str) -> str:
    """The one block of a how-to page that a pattern matches."""
    text = (HOWTO / name).read_text(encoding="utf-8")
    (block,) = re.findall(pattern, text, re.M | re.S)
    return str(block)


def settings(name: str) -> str:
    return only_block(name, r"^```python\n(.*?)^```$")


def test_the_settings_for_verified_examples_verify_them(tmp_path: Path) -> None:
    example = "# A\n\n```{example}\nprint(6 * 7)\n```\n```{output}\n43\n```\n"
    write(tmp_path, {"a.md": example}, settings("write-a-page.md"))
    assert "a.md:7: ERROR: this is not what the example" in build(tmp_path).warnings
    (tmp_path / "a.md").write_text(example.replace("43", "42"))
    built = build(tmp_path)
    assert (built.warnings, built.stopped) == ("", "")
    assert "<details" in built.html("a")


def test_the_settings_for_rewritten_pages_build_them(tmp_path: Path) -> None:
    messy = (PAGES / "pond.core.scoop.gfm.md").read_text(encoding="utf-8")
    clean = "\n".join(writer.page_lines(reader.read(messy, "pond.core.scoop.md")))
    write(tmp_path, {"pond.core.scoop.md": clean}, settings("rewrite-your-pages.md"))
    built = build(tmp_path)
    assert (built.warnings, built.stopped) == ("", "")
    assert 'class="math' in built.html("pond.core.scoop")


def test_the_example_for_a_readme_prints_its_output(tmp_path: Path) -> None:
    block = only_block("write-an-example.md", r"^````markdown\n(<!-- .*?)^````$")
    (example,) = extract(block, "README.md").examples
    assert example.options.timeout == 5
    with Pool(workers=1) as pool:
        (result,) = Runner(pool, project=tmp_path).results([example])
    assert example.expected is not None
    assert result.stdout.rstrip("\n") == example.expected.text.rstrip("\n")
