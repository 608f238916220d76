"""``mlx-keys html``: a site is put in place whole or not at all; each bad state says one thing."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

CONF = """extensions = ["myst_parser", "mlx_keys.sphinxext"]
project = "Tiny"
"""
PAGE = "# Home\n\n```{example}\nprint(6 * 7)\n```\n```{output}\n42\n```\n"


def lay(folder: Path, page: str = PAGE) -> None:
    """A project of one page."""
    for name, text in (("conf/conf.py", CONF), ("docs/index.md", page)):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text)


def run(
    folder: Path, *options: str, python: tuple[str, ...] = ()
) -> subprocess.CompletedProcess[str]:
    """The command, as a person runs it in that folder."""
    return subprocess.run(
        [sys.executable, "-m", "mlx_keys", "html", *options],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )


def contents(folder: Path) -> dict[str, bytes]:
    """Every file below a folder."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def test_a_build_ends_with_one_summary_and_where_to_open_the_site(tmp_path: Path) -> None:
    lay(tmp_path)
    done = run(tmp_path, "--build", "out")
    assert (done.returncode, done.stderr) == (0, "")
    summary, where = done.stdout.splitlines()
    assert summary.startswith("1 page, 1 example executed (1 now), 1 output verified, on ")
    assert where == "open out/html/index.html"
    assert (tmp_path / "out" / "html" / "index.html").is_file()
    assert not (tmp_path / "out" / "html" / ".buildinfo").exists()


@pytest.mark.parametrize(
    ("page", "told"),
    [
        (PAGE.replace("42", "43"), "docs/index.md:7: ERROR: this is not what the example"),
        (PAGE + "\n[nowhere](#nowhere)\n", "'myst' cross-reference target not found: 'nowhere'"),
        (PAGE + "\n{py:func}`nowhere`\n", "py:func reference target not found: nowhere"),
    ],
    ids=["an untrue output", "a broken link", "an unknown function"],
)
def test_a_failed_build_never_touches_the_site_and_fails_until_it_is_mended(
    tmp_path: Path, page: str, told: str
) -> None:
    lay(tmp_path)
    assert run(tmp_path).returncode == 0
    before = contents(tmp_path / "build" / "html")
    lay(tmp_path, page)
    for _ in range(2):  # Sphinx alone would not warn a second time
        done = run(tmp_path)
        assert done.returncode == 1
        assert told in done.stderr
        assert "mlx-keys: the site was not built" in done.stderr
        assert "Traceback" not in done.stderr
        assert contents(tmp_path / "build" / "html") == before
    lay(tmp_path)
    assert run(tmp_path).returncode == 0
    assert contents(tmp_path / "build" / "html")["index.html"] == before["index.html"]


def test_two_builds_from_nothing_give_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        lay(tmp_path / name)
        assert run(tmp_path / name).returncode == 0
    one, two = (contents(tmp_path / name / "build" / "html") for name in ("one", "two"))
    assert one == two


def test_a_folder_with_no_site_is_said_to_be_one(tmp_path: Path) -> None:
    done = run(tmp_path)
    assert done.returncode == 1
    assert done.stderr.startswith("mlx-keys: conf/conf.py: no site to build here\n")
    assert "fix:" in done.stderr
    assert not (tmp_path / "build").exists()


def test_a_missing_mlx_is_said_once(tmp_path: Path) -> None:
    lay(tmp_path)
    code = (
        "import sys\n"
        "class NoMlx:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name == 'mlx': raise ModuleNotFoundError(name)\n"
        "sys.meta_path.insert(0, NoMlx())\n"
        "from mlx_keys.__main__ import main\n"
        "sys.argv = ['mlx-keys', 'html']\n"
        "main()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert done.stderr.startswith("mlx-keys: mlx is not installed")
    assert len(done.stderr.splitlines()) == 3


def test_an_mlx_that_the_lock_does_not_know_is_named_and_the_site_built(tmp_path: Path) -> None:
    lay(tmp_path)
    (tmp_path / "conf" / "requirements.txt").write_text("mlx==0.0.1 \\\n    --hash=sha256:0\n")
    done = run(tmp_path)
    assert done.returncode == 0
    assert "note: mlx " in done.stdout
    assert "0.0.1" in done.stdout


def test_a_configuration_that_cannot_be_read_shows_why(tmp_path: Path) -> None:
    lay(tmp_path)
    (tmp_path / "conf" / "conf.py").write_text("extensions = ['no_such_extension']\n")
    done = run(tmp_path)
    assert done.returncode == 1
    assert "no_such_extension" in done.stderr


def test_an_unchanged_project_is_not_built_again_whatever_its_dates(tmp_path: Path) -> None:
    lay(tmp_path)
    assert run(tmp_path).returncode == 0
    doctrees = tmp_path / "build" / "doctrees"
    doctrees.rename(tmp_path / "aside")  # a build by Sphinx would make it anew
    (tmp_path / "docs" / "index.md").touch()
    done = run(tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert "1 example executed (0 now), 1 output verified" in done.stdout
    assert not doctrees.exists()


@pytest.mark.parametrize("name", ["docs/index.md", "build/html/index.html", "conf/conf.py"])
def test_a_change_of_content_is_seen_behind_an_unchanged_date(tmp_path: Path, name: str) -> None:
    lay(tmp_path)
    assert run(tmp_path).returncode == 0
    site = tmp_path / "build" / "html" / "index.html"
    before = site.read_text()
    changed = tmp_path / name
    then = changed.stat()
    changed.write_text(changed.read_text().replace("Home", "Here").replace("Tiny", "Vast"))
    os.utime(changed, ns=(then.st_atime_ns, then.st_mtime_ns))
    assert run(tmp_path).returncode == 0
    after = site.read_text()
    assert (after == before) == (name == "build/html/index.html")


def test_a_site_that_was_removed_is_built_again(tmp_path: Path) -> None:
    lay(tmp_path)
    assert run(tmp_path).returncode == 0
    site = tmp_path / "build" / "html" / "index.html"
    site.unlink()
    assert run(tmp_path).returncode == 0
    assert site.exists()


def test_what_was_edited_while_the_site_was_built_is_built_next(tmp_path: Path) -> None:
    lay(tmp_path)
    conf, page = tmp_path / "conf" / "conf.py", tmp_path / "docs" / "index.md"
    edited = PAGE.replace("Home", "Edited meanwhile")
    conf.write_text(
        f"{CONF}from pathlib import Path\n"
        "def edit(app, exception):\n"
        f"    Path({str(page)!r}).write_text({edited!r})\n"
        "def setup(app):\n    app.connect('build-finished', edit)\n"
    )
    site = tmp_path / "build" / "html" / "index.html"
    for title in ("Home", "Edited meanwhile"):
        assert run(tmp_path).returncode == 0
        assert f"<title>{title}" in site.read_text()
