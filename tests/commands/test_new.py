"""``mlx-keys new``: a new page verifies once its output is accepted; no file is overwritten."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest


def command(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "mlx_keys", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    ("kind", "path", "title"),
    [
        ("page", "docs/howto/shuffle-a-list.md", "Shuffle a list"),
        ("example", "gallery/keys/shuffle_a_list.py", "Shuffle a list"),
    ],
)
def test_a_new_page_or_script_verifies_once_its_output_is_accepted(
    tmp_path: Path, kind: str, path: str, title: str
) -> None:
    done = command(tmp_path, "new", kind, path)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(f"{path}: begun\n")
    assert f"mlx-keys verify --bless {path}\n" in done.stdout
    assert title in (tmp_path / path).read_text().splitlines()[:2][-1 if kind == "example" else 0]
    assert command(tmp_path, "verify", path).returncode == 1  # nobody has accepted it yet
    accepted = command(tmp_path, "verify", "--bless", path)
    assert (accepted.returncode, accepted.stderr) == (0, "")
    again = command(tmp_path, "verify", path)
    assert (again.returncode, again.stderr) == (0, "")
    assert "1 of 1 outputs verified" in again.stdout


def test_a_page_takes_a_title_and_names_the_index_that_must_list_it(tmp_path: Path) -> None:
    index = tmp_path / "index.md"
    index.write_text("# Section\n")
    done = command(tmp_path, "new", "page", "keys.md", "--title", "Keys, at last")
    assert (tmp_path / "keys.md").read_text().startswith("# Keys, at last\n")
    assert "list keys in the toctree of index.md" in done.stdout
    assert index.read_text() == "# Section\n"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["page", "taken.md"], "taken.md: there is such a file already"),
        (["page", "page.rst"], "fix: name it page.md"),
        (["example", "page.md"], "fix: name it page.py"),
        (["example", "two-words.py"], "two-words.py: a script of the gallery is named like"),
        (["page", "taken.md/page.md"], "page.md: the file cannot be written"),
    ],
)
def test_an_unsuitable_path_is_an_error_and_nothing_is_written(
    tmp_path: Path, arguments: list[str], message: str
) -> None:
    (tmp_path / "taken.md").write_text("mine\n")
    done = command(tmp_path, "new", *arguments)
    assert done.returncode == 1
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["taken.md"]
    assert (tmp_path / "taken.md").read_text() == "mine\n"
