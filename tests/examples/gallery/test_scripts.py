"""The gallery's scripts, run as a reader runs them: each alone, as a script and as a notebook."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from tests.paths import ROOT

from mlx_keys.examples.gallery import golden_file, script_example
from mlx_keys.sphinxext.gallery.reading_order import ReadingOrder

GALLERY = ROOT / "gallery"
SCRIPTS = script_example.find_gallery_scripts([GALLERY])
NAMES = [str(script.relative_to(GALLERY)) for script in SCRIPTS]

#: What matplotlib says where there is a screen and figures are not to be shown on it.
QUIET = "ignore:FigureCanvasAgg is non-interactive"

#: A number, as a script may print it.
NUMBER = re.compile(r"[-+]?\d+(?:\.\d*)?(?:e[-+]?\d+)?")

DRAWS = {
    "bernoulli",
    "categorical",
    "gumbel",
    "laplace",
    "multivariate_normal",
    "normal",
    "permutation",
    "randint",
    "split",
    "truncated_normal",
    "uniform",
}


@pytest.fixture(scope="session")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """An empty folder for each script."""
    return {name: tmp_path_factory.mktemp(Path(name).stem) for name in NAMES}


@pytest.fixture(scope="session")
def finished(folders: dict[str, Path]) -> dict[str, subprocess.CompletedProcess[str]]:
    """Each script, run in a fresh interpreter in its empty folder."""

    def run(name: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, str(GALLERY / name)],
            cwd=folders[name],
            env={**os.environ, "MPLBACKEND": "agg", "PYTHONWARNINGS": QUIET},
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )

    with ThreadPoolExecutor(2) as pool:
        return dict(zip(NAMES, pool.map(run, NAMES), strict=True))


def printed(script: Path) -> str:
    """The printed text in a script's golden file, pictures left out."""
    file = script_example.golden_path(script)
    blocks = golden_file.parse_golden_file(file.read_text(encoding="utf-8"), str(file), "")
    texts = [part.text for block in blocks for part in block.parts if part.kind == "text"]
    return "\n".join(texts)


def words(text: str) -> list[str]:
    """The text without its numbers, whose last digits a backend may decide."""
    lines = (" ".join(NUMBER.sub("#", line).split()) for line in text.splitlines())
    return [line for line in lines if line]


def test_the_gallery_has_three_chapters_of_four_scripts() -> None:
    chapters = [Path(name).parts[0] for name in NAMES]
    assert sorted(chapters) == ["distributions"] * 4 + ["keys"] * 4 + ["practice"] * 4


@pytest.mark.parametrize("name", NAMES)
def test_a_script_runs_alone_and_prints_what_its_page_shows(
    name: str, finished: dict[str, subprocess.CompletedProcess[str]]
) -> None:
    ended = finished[name]
    assert (ended.returncode, ended.stderr) == (0, "")
    assert words(ended.stdout) == words(printed(GALLERY / name))


@pytest.mark.parametrize("name", NAMES)
def test_a_script_leaves_no_files(
    name: str,
    folders: dict[str, Path],
    finished: dict[str, subprocess.CompletedProcess[str]],
) -> None:
    assert finished[name].returncode == 0
    assert list(folders[name].iterdir()) == []


@pytest.mark.parametrize("name", NAMES)
def test_the_notebook_of_a_script_holds_the_same_program(name: str) -> None:
    """So that running its cells in order prints the same."""
    from sphinx_gallery.notebook import jupyter_notebook  # type: ignore[import-untyped]
    from sphinx_gallery.py_source_parser import (  # type: ignore[import-untyped]
        split_code_and_text_blocks,
    )

    _, blocks = split_code_and_text_blocks(str(GALLERY / name))
    conf = {
        "first_notebook_cell": None,
        "last_notebook_cell": None,
        "notebook_images": False,
        "promote_jupyter_magic": False,
        "pypandoc": False,
    }
    cells = jupyter_notebook(blocks, conf, str((GALLERY / name).parent))["cells"]
    code = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    _docstring, *program = ast.parse((GALLERY / name).read_text(encoding="utf-8")).body
    assert [ast.unparse(statement) for statement in ast.parse("\n".join(code)).body] == [
        ast.unparse(statement) for statement in program
    ]


def keyless(code: str) -> list[int]:
    """The lines of a script that draw without a key, from ``prng`` or from ``mx.random``."""
    lines = []
    for node in ast.walk(ast.parse(code)):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
            continue
        source = ast.unparse(node.func.value)
        if source not in {"prng", "random", "mx.random"} or node.func.attr not in DRAWS:
            continue
        if node.func.attr == "split":  # its key is its first argument, and required
            continue
        if "key" not in {keyword.arg for keyword in node.keywords}:
            lines.append(node.lineno)
    return lines


@pytest.mark.parametrize("name", NAMES)
def test_every_draw_of_a_script_has_a_key(name: str) -> None:
    assert keyless((GALLERY / name).read_text(encoding="utf-8")) == []


def test_the_key_check_sees_a_draw_without_a_key() -> None:
    code = "mx.random.normal((3,))\nprng.uniform(key=k)\nmx.random.split(k)\nrandom.gumbel()\n"
    assert keyless(code) == [1, 4]


@pytest.mark.parametrize("name", NAMES)
def test_a_script_draws_from_the_bundled_generator_and_compares_with_mlx(name: str) -> None:
    code = ast.unparse(ast.parse((GALLERY / name).read_text(encoding="utf-8")))
    assert "from mlx_keys import prng" in code
    assert "mx.random" in code


@pytest.mark.parametrize("name", NAMES)
def test_a_script_shows_a_figure_and_ends_with_the_next_step(name: str) -> None:
    text = (GALLERY / name).read_text(encoding="utf-8")
    assert "plt.show()" in text
    _, heading, last = text.rpartition("# Next\n# ----\n")
    assert heading
    assert last.count("# * :") == 3


@pytest.mark.parametrize("chapter", ["keys", "distributions", "practice"])
def test_a_header_names_every_script_of_its_chapter(chapter: str) -> None:
    header = (GALLERY / chapter / "GALLERY_HEADER.rst").read_text(encoding="utf-8")
    _, _, order = header.partition(".. order: ")
    assert sorted(order.split()) == [path.stem for path in sorted((GALLERY / chapter).glob("*.py"))]


def test_scripts_are_ordered_by_their_header_and_then_by_name(tmp_path: Path) -> None:
    (tmp_path / "GALLERY_HEADER.rst").write_text("Title\n=====\n\n.. order: second first\n")
    shuffled = ["b.py", "first.py", "a.py", "second.py"]
    in_order = sorted(shuffled, key=ReadingOrder(str(tmp_path)))
    assert in_order == ["second.py", "first.py", "a.py", "b.py"]


@pytest.mark.parametrize("header", [None, "Title\n=====\n"])
def test_without_an_order_scripts_are_sorted_by_name(tmp_path: Path, header: str | None) -> None:
    if header is not None:
        (tmp_path / "GALLERY_HEADER.rst").write_text(header)
    assert sorted(["b.py", "a.py"], key=ReadingOrder(str(tmp_path))) == ["a.py", "b.py"]
