"""``{key-tree}`` and ``{key-face}`` give pictures or text, and stop a build at their line."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.sphinx_project import build, write

from mlx_keys.keytree import KeyTree, inline_glyph, read_expression, read_program

PROGRAM = "root = key(7)\na, b = split(root)\nuniform((3,), key=a)\nnormal((3,), key=a)"

MYST = f"""# Trees

Here {{key-face}}`split(key(7))[1]` stands in a line.

```{{key-tree}} 7
:split: 2, 2
:fold_in: 0, 1
:draw: uniform((3,))
:caption: The keys *of* seven.
:name: seven
```

[See the tree](#seven).

```{{key-tree}}
{PROGRAM}
```
"""

RST = """:orphan:

Trees
=====

Here :key-face:`split(key(7))[1]` stands in a line.

.. key-tree:: 0x7
   :split: 3
   :draw: a; b

.. key-tree::
   :caption: A caption

   root = key(7)
   a, b = split(root)
"""


def test_a_page_shows_its_trees_and_glyphs_without_a_warning(tmp_path: Path) -> None:
    write(tmp_path, {"index.md": MYST, "old.rst": RST})
    built = build(tmp_path)
    assert (built.warnings, built.stopped) == ("", "")
    page = built.html("index")
    assert KeyTree.regular(7, split=[2, 2], fold_in=[0, 1], draw=["uniform((3,))"]).html() in page
    assert read_program(PROGRAM).html() in page
    assert "The keys <em>of</em> seven." in page
    assert 'href="#seven"' in page
    assert 'id="seven"' in page
    glyph = inline_glyph(read_expression("split(key(7))[1]").words)
    assert f"{glyph}<code>[1948237315, 1058547403]</code>" in page
    old = built.html("old")
    assert KeyTree.regular(7, split=[3], draw=["a", "b"]).html() in old
    assert f"{glyph}<code>[1948237315, 1058547403]</code>" in old


def test_a_page_asks_for_the_style_of_its_glyphs(tmp_path: Path) -> None:
    write(tmp_path, {"index.md": MYST})
    built = build(tmp_path)
    assert "mlx-keys-key-tree.css" in built.html("index")
    assert (built.out / "_static/mlx-keys-key-tree.css").exists()


def test_a_builder_without_pictures_writes_the_text(tmp_path: Path) -> None:
    write(tmp_path, {"index.md": MYST})
    built = build(tmp_path, "text")
    assert built.warnings == ""
    page = built.text("index")
    for line in str(read_program(PROGRAM)).splitlines():
        assert line in page
    assert 'Here "[1948237315, 1058547403]" stands' in page


@pytest.mark.parametrize(
    ("lines", "line", "problem"),
    [
        (["```{key-tree}", "```"], 3, "needs a seed, or lines of code"),
        (["```{key-tree} seven", "```"], 3, "seed of a key tree is not an integer"),
        (["```{key-tree} 7", ":split: 2, two", "```"], 3, "split of a key tree is not an integer"),
        (["```{key-tree} 7", ":split: 65", "```"], 3, "more than 64 keys"),
        (["```{key-tree} 7", "root = key(7)", "```"], 3, "not from both"),
        (["```{key-tree}", ":draw: a", "", "root = key(7)", "```"], 3, "not from both"),
        (["```{key-tree}", "root = key(7)", "import os", "```"], 5, "cannot be read off this"),
        (
            ["```{key-tree}", ":caption: x", "", "root = key(7)", "a, b, c = split(root)", "```"],
            7,
            "one name per key",
        ),
        (["Text with {key-face}`split(key(7))`."], 3, "makes no single key"),
    ],
)
def test_a_mistake_is_reported_at_its_line(
    tmp_path: Path, lines: list[str], line: int, problem: str
) -> None:
    write(tmp_path, {"index.md": "\n".join(["# Page", "", *lines, ""])})
    built = build(tmp_path)
    assert f"{tmp_path}/index.md:{line}: ERROR: " in built.warnings
    assert problem in built.warnings
    assert built.stopped.startswith("1 error;")
    assert not list(built.out.glob("*.html"))


def test_a_mistake_in_restructuredtext_is_reported_at_its_line(tmp_path: Path) -> None:
    write(tmp_path, {"index.rst": "P\n=\n\n.. key-tree::\n\n   root = key(7)\n   root.x\n"})
    built = build(tmp_path)
    assert f"{tmp_path}/index.rst:7: ERROR: a key tree cannot be read off this" in built.warnings
    assert built.stopped
