"""``{key-tree}`` and ``{key-face}`` drawn without a warning, or refused at their line."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from sphinx.application import Sphinx
from sphinx.util.docutils import docutils_namespace, patch_docutils

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


def build(folder: Path, builder: str = "html", **pages: str) -> str:
    """Build a project of these pages; returns what Sphinx warned of."""
    folder.joinpath("conf.py").write_text('extensions = ["myst_parser", "mlx_keys.sphinxext"]\n')
    for name, text in pages.items():
        stem, _, suffix = name.rpartition("_")
        folder.joinpath(f"{stem}.{suffix}").write_text(text, encoding="utf-8")
    warnings = io.StringIO()
    out = folder / "out"
    doctrees = folder / "doctrees"
    with patch_docutils(folder), docutils_namespace():
        app = Sphinx(folder, folder, out, doctrees, builder, status=None, warning=warnings)
        app.build(force_all=True)
    return warnings.getvalue()


def test_a_page_shows_its_trees_and_faces_without_a_warning(tmp_path: Path) -> None:
    assert build(tmp_path, index_md=MYST, old_rst=RST) == ""
    page = (tmp_path / "out/index.html").read_text(encoding="utf-8")
    assert KeyTree.regular(7, split=[2, 2], fold_in=[0, 1], draw=["uniform((3,))"]).html() in page
    assert read_program(PROGRAM).html() in page
    assert "The keys <em>of</em> seven." in page
    assert 'href="#seven"' in page
    assert 'id="seven"' in page
    face = inline_glyph(read_expression("split(key(7))[1]"))
    assert f"{face}<code>[1948237315, 1058547403]</code>" in page
    old = (tmp_path / "out/old.html").read_text(encoding="utf-8")
    assert KeyTree.regular(7, split=[3], draw=["a", "b"]).html() in old
    assert f"{face}<code>[1948237315, 1058547403]</code>" in old


def test_a_page_asks_for_the_style_of_its_faces(tmp_path: Path) -> None:
    build(tmp_path, index_md=MYST)
    assert "mlx-keys-key-tree.css" in (tmp_path / "out/index.html").read_text(encoding="utf-8")
    assert (tmp_path / "out/_static/mlx-keys-key-tree.css").exists()


def test_where_no_picture_can_be_there_is_the_text(tmp_path: Path) -> None:
    assert build(tmp_path, "text", index_md=MYST) == ""
    page = (tmp_path / "out/index.txt").read_text(encoding="utf-8")
    for line in str(read_program(PROGRAM)).splitlines():
        assert line in page
    assert 'Here "[1948237315, 1058547403]" stands' in page


@pytest.mark.parametrize(
    ("lines", "at", "said"),
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
            "one name a key",
        ),
        (["Text with {key-face}`split(key(7))`."], 3, "makes no single key"),
    ],
)
def test_a_mistake_is_reported_at_its_line(
    tmp_path: Path, lines: list[str], at: int, said: str
) -> None:
    warned = build(tmp_path, index_md="\n".join(["# Page", "", *lines, ""]))
    assert f"{tmp_path}/index.md:{at}: ERROR: " in warned
    assert said in warned


def test_a_mistake_in_restructuredtext_is_reported_at_its_line(tmp_path: Path) -> None:
    warned = build(tmp_path, index_rst="P\n=\n\n.. key-tree::\n\n   root = key(7)\n   root.x\n")
    assert f"{tmp_path}/index.rst:7: ERROR: a key tree cannot be read off this" in warned
