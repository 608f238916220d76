"""A gallery script: split as the gallery splits it, run, compared, blessed."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from sphinx_gallery.py_source_parser import split_code_and_text_blocks
from tests.paths import ROOT

from mlx_keys.examples.check import CheckedExample, check_example
from mlx_keys.examples.execute.pool import Pool
from mlx_keys.examples.gallery import alt_text, golden_file, run_script, script_example

DOC = '"""\nTitle\n=====\n\nIntro.\n"""\n\n'
ODD = (
    DOC
    + """\
from __future__ import annotations
print("a\\tb")

# %%
# Prose, then *more*.

print("c")
# a comment that is code
# %%
#
# Prose that begins late.
# %% two rules in a row
# with prose
x = [
    1,
]
####################################
# An old rule.
print(x)  # %% not a rule
#%%
print("end")
"""
)
PROJECT = ROOT


@pytest.fixture(scope="module")
def pool() -> Iterator[Pool]:
    with Pool() as one:
        yield one


def written(folder: Path, code: str, name: str = "plot_it.py") -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "GALLERY_HEADER.rst").write_text("Chapter\n=======\n")
    script = folder / name
    script.write_text(DOC + code)
    return script


def checked(script: Path, pool: Pool) -> CheckedExample:
    example = script_example.read_script_example(script)
    return check_example(example, pool.run([example.job(None)])[0])


@pytest.mark.parametrize(
    "script", [*sorted((PROJECT / "gallery").glob("*/*.py")), None], ids=lambda p: p and p.name
)
def test_a_script_is_split_as_the_gallery_splits_it(script: Path | None, tmp_path: Path) -> None:
    if script is None:
        script = tmp_path / "odd.py"
        script.write_text(ODD)
    _, blocks = split_code_and_text_blocks(str(script))
    theirs = [(block.lineno, block.content) for block in blocks if block.type == "code"]
    ours = run_script.split_blocks(script.read_text(encoding="utf-8"))
    assert [(code.line, code.source) for code in ours] == theirs


def test_a_block_is_named_by_the_statement_that_ends_it() -> None:
    codes = run_script.split_blocks(ODD)
    assert [code.last_statement for code in codes] == [
        (9, 'print("a\\tb")'),
        (14, 'print("c")'),
        (21, "x = [ 1, ]"),
        (26, "print(x)"),
        (28, 'print("end")'),
    ]


def test_a_block_shows_what_it_prints_and_its_pictures(tmp_path: Path, pool: Pool) -> None:
    script = written(
        tmp_path,
        "from __future__ import annotations\n"
        "import matplotlib.pyplot as plt\n"
        "print('out')\n"
        "# %%\n# Two.\n\n"
        "figure, axes = plt.subplots()\n"
        "axes.set(title='Finding', xlabel='draw')\n"
        "plt.show()\n"
        "# %%\n# Three.\n\n"
        "class Shown:\n"
        "    word: NotDefined\n"
        "    def _repr_html_(self):\n"
        "        return '<svg><title>Key</title><text>x</text></svg><p>1 2</p>'\n"
        "Shown()\n"
        "# %%\n# Four: a value without a picture shows nothing.\n\n"
        "7\n",
    )
    run = pool.run([script_example.read_script_example(script).job(None)])[0]
    shown = [
        [(part.kind, part.text) for part in block.parts]
        for block in run_script.read_shown_blocks(run.result)
    ]
    assert shown == [
        [("text", "out")],
        [("picture", "Finding. x: draw.")],
        [("picture", "Key\n1 2")],
        [],
    ]


BAD = {
    "raises": ("x = 1\n\n1 / 0\n", 10, "this example raises"),
    "exits": ("import sys\nsys.exit(3)\n", 9, "this example exits its interpreter"),
    "ends without a report": ("import os\nos._exit(3)\n", 9, "this example left its interpreter"),
    "is killed": (
        "import mlx.core as mx\n"
        "keys = mx.zeros((0, 2), mx.uint32)\n"
        "mx.eval(mx.vmap(lambda k: mx.random.uniform(key=k))(keys))\n",
        10,
        "this example kills its interpreter",
    ),
    "is too slow": (
        "# sphinx_gallery_timeout = 1\nwhile True:\n    pass\n",
        10,
        "this example was stopped after 1 s",
    ),
    "floods": ("while True:\n    print('x' * 80)\n", 8, "it prints without end"),
    "warns": (
        "import warnings\nprint(1)\n# %%\n# Two.\n\nwarnings.warn('careful')\n# %%\n# 3.\n\n2\n",
        13,
        "this example writes to standard error",
    ),
    "is no Python": ("x = = 1\n", 8, "this example raises"),
    "has no text alternative": (
        "import matplotlib.pyplot as plt\nplt.plot([1])\n",
        9,
        "this picture says nothing",
    ),
}


@pytest.mark.parametrize(("code", "line", "problem"), BAD.values(), ids=BAD)
def test_a_bad_script_is_a_fault_at_its_line(
    code: str, line: int, problem: str, tmp_path: Path, pool: Pool
) -> None:
    script = written(tmp_path, code)
    (fault,) = checked(script, pool).faults
    assert problem in fault.problem
    assert fault.fix
    assert fault.where is not None
    assert fault.where.path == str(script)
    assert abs((fault.where.line or 0) - line) <= (1 if "stopped" in fault.problem else 0)


def test_a_script_that_nobody_accepted_is_a_fault(tmp_path: Path, pool: Pool) -> None:
    script = written(tmp_path, "print(1)\n")
    (fault,) = checked(script, pool).faults
    assert fault.problem == "nobody has accepted what this script shows"
    assert fault.expected == str(tmp_path / "golden" / "plot_it.txt")
    assert fault.found == ">>> print(1)\n    1"


def verify_paths(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "mlx_keys", "verify", *arguments, "."]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def test_a_blessed_script_verifies_and_a_changed_digit_is_a_fault_at_its_line(
    tmp_path: Path,
) -> None:
    script = written(tmp_path, "print(6 * 7)\n")
    file = script_example.golden_path(script)
    assert verify_paths(tmp_path).returncode == 1
    assert verify_paths(tmp_path, "--bless").returncode == 0
    assert file.read_text() == (
        "What plot_it.py shows, block by block. `make bless` writes this file.\n\n"
        ">>> print(6 * 7)\n    42\n"
    )
    assert verify_paths(tmp_path).returncode == 0
    file.write_text(file.read_text().replace("42", "43"))
    failed = verify_paths(tmp_path)
    assert failed.returncode == 1
    assert failed.stderr.startswith("golden/plot_it.txt:4: what is printed at plot_it.py:8")


def test_an_output_that_differs_from_run_to_run_is_not_blessed(tmp_path: Path) -> None:
    script = written(tmp_path, "import os\nprint(os.urandom(8).hex())\n")
    refused = verify_paths(tmp_path, "--bless")
    assert refused.returncode == 1
    assert "differs from run to run" in refused.stderr
    assert not script_example.golden_path(script).exists()


def test_a_golden_file_without_its_script_is_a_fault(tmp_path: Path) -> None:
    script = written(tmp_path, "print(1)\n")
    verify_paths(tmp_path, "--bless")
    script.rename(tmp_path / "plot_other.py")
    failed = verify_paths(tmp_path)
    assert failed.returncode == 1
    assert "golden/plot_it.txt:1: this was accepted of a script that is gone" in failed.stderr
    assert "rm golden/plot_it.txt" in failed.stderr


def test_a_changed_module_beside_a_script_runs_it_again(tmp_path: Path) -> None:
    written(tmp_path, "import _beside\nprint(_beside.NUMBER)\n")
    (tmp_path / "_beside.py").write_text('"""Beside."""\nNUMBER = 1\n')
    assert verify_paths(tmp_path, "--bless").returncode == 0
    assert "0 run now" in verify_paths(tmp_path).stdout
    (tmp_path / "_beside.py").write_text('"""Beside."""\nNUMBER = 2\n')
    assert (
        "what is printed at plot_it.py:9 is not what was accepted" in verify_paths(tmp_path).stderr
    )


def test_the_text_alternative_of_a_key_tree_holds_the_words_of_its_keys() -> None:
    from mlx_keys.keytree import KeyTree

    tree = KeyTree(7)
    tree.split(2)
    words = alt_text.html_alt_text(tree._repr_html_())
    assert "966301609 989289821" in words
    assert "1948237315 1058547403" in words


def test_the_projects_golden_files_are_as_they_would_be_rendered() -> None:
    files = sorted((PROJECT / "gallery").glob("*/golden/*.txt"))
    for file in files:
        text = file.read_text(encoding="utf-8")
        blocks = golden_file.parse_golden_file(text, str(file), "")
        assert golden_file.render_golden_file(f"{file.stem}.py", blocks) == text
