"""``mlx-keys tree`` prints a tree, writes its picture, and names what is wrong in its arguments."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from mlx_keys.keytree import KeyTree


def tree(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "mlx_keys", "tree", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_without_a_file_the_tree_is_printed() -> None:
    done = tree("7", "--split", "2,3", "--fold-in", "0x1", "--draw", "uniform((3,))")
    expected = KeyTree.regular(7, split=[2, 3], fold_in=[1], draw=["uniform((3,))"])
    assert (done.returncode, done.stdout, done.stderr) == (0, f"{expected}\n", "")


@pytest.mark.parametrize(("option", "layout"), [((), "wide"), (("--narrow",), "narrow")])
def test_the_file_is_the_picture(tmp_path: Path, option: tuple[str, ...], layout: str) -> None:
    path = tmp_path / "tree.svg"
    done = tree("7", "--split", "2", *option, "-o", str(path))
    assert (done.returncode, done.stdout) == (0, f"{path}: 3 keys\n")
    assert path.read_text(encoding="utf-8") == KeyTree.regular(7, split=[2]).svg(layout)


@pytest.mark.parametrize(
    ("arguments", "status", "problem"),
    [
        (["7", "--split", "2,x"], 2, "'2,x' is not a list of integers such as 2,3"),
        (["seven"], 2, "'seven' is not an integer"),
        ([], 2, "Missing argument 'SEED'"),
        (["7", "-o", "tree.png"], 2, "tree.png does not end in .svg"),
        (["7", "--split", "99"], 1, "mlx-keys: a tree of more than 64 keys"),
        (["7", "--draw", "\n"], 1, "mlx-keys: the label of a draw is empty"),
        (["18446744073709551616"], 1, "mlx-keys: key: seed is out of range"),
        (["7", "-o", "no/such/folder/tree.svg"], 1, "tree.svg: the picture cannot be written"),
    ],
)
def test_a_mistake_is_named_without_a_traceback(
    arguments: list[str], status: int, problem: str
) -> None:
    done = tree(*arguments)
    assert done.returncode == status
    assert problem in done.stderr
    assert "Traceback" not in done.stderr
