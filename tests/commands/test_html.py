"""``mlx-keys html`` publishes a site whole or not at all; ``make html`` builds what is newer."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from tests.paths import ROOT

from mlx_keys.__main__ import cli
from mlx_keys.errors import KeysError

CONF = """extensions = ["myst_parser", "mlx_keys.sphinxext"]
project = "Tiny"
"""
PAGE = "# Home\n\n```{example}\nprint(6 * 7)\n```\n```{output}\n42\n```\n"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project of one page, which is the current folder."""
    write_project(tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write_project(folder: Path, page: str = PAGE, conf: str = CONF) -> None:
    for name, text in (("conf/conf.py", conf), ("docs/index.md", page)):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text)


def build(*options: str) -> Result:
    """The command's result, built in this process."""
    return CliRunner().invoke(cli, ["html", *options])


def run(folder: Path, *python: str) -> subprocess.CompletedProcess[str]:
    """Python in a process of its own, in that folder."""
    return subprocess.run(
        [sys.executable, *python], cwd=folder, capture_output=True, text=True, check=False
    )


def contents(folder: Path) -> dict[str, bytes]:
    """Every file below a folder."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def test_a_build_ends_with_one_summary_and_where_to_open_the_site(project: Path) -> None:
    result = build("--build", "out")
    assert (result.exit_code, result.stderr) == (0, "")
    summary, where = result.stdout.splitlines()
    assert summary.startswith("1 page, 1 example executed (1 now), 1 output verified, on ")
    assert where == "open out/html/index.html"
    assert (project / "out" / "html" / "index.html").is_file()
    assert not (project / "out" / "html" / ".buildinfo").exists()


@pytest.mark.filterwarnings("ignore:'myst_parser")  # it asks Sphinx for what is deprecated
@pytest.mark.parametrize(
    ("page", "message"),
    [
        (PAGE.replace("42", "43"), "docs/index.md:7: ERROR: this is not what the example"),
        (PAGE + "\n[nowhere](#nowhere)\n", "'myst' cross-reference target not found: 'nowhere'"),
        (PAGE + "\n{py:func}`nowhere`\n", "py:func reference target not found: nowhere"),
    ],
    ids=["a wrong output", "a broken link", "an unknown function"],
)
def test_a_failed_build_never_touches_the_site_and_fails_until_it_is_fixed(
    project: Path, page: str, message: str
) -> None:
    assert build().exit_code == 0
    before = contents(project / "build" / "html")
    write_project(project, page)
    for _ in range(2):  # Sphinx alone would not warn a second time
        result = build()
        assert result.exit_code == 1
        assert message in result.stderr
        assert isinstance(result.exception, KeysError)
        assert str(result.exception).startswith("the site was not built")
        assert contents(project / "build" / "html") == before
    write_project(project)
    assert build().exit_code == 0
    assert contents(project / "build" / "html")["index.html"] == before["index.html"]


def test_two_builds_from_nothing_give_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one", "two"):  # each in a process of its own, with other hashes
        (tmp_path / name).mkdir()
        write_project(tmp_path / name)
        assert run(tmp_path / name, "-m", "mlx_keys", "html").returncode == 0
    one, two = (contents(tmp_path / name / "build" / "html") for name in ("one", "two"))
    assert one == two


def test_a_folder_without_a_site_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = build()
    assert result.exit_code == 1
    assert str(result.exception).startswith("conf/conf.py: no site to build here\n")
    assert "fix:" in str(result.exception)
    assert not (tmp_path / "build").exists()


def test_a_missing_mlx_is_reported_once(project: Path) -> None:
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
    done = run(project, "-c", code)
    assert done.returncode == 1
    assert done.stderr.startswith("mlx-keys: mlx is not installed")
    assert len(done.stderr.splitlines()) == 3


def test_an_mlx_that_the_lock_does_not_hold_is_named_and_the_site_built(project: Path) -> None:
    lock = project / "conf" / "requirements.txt"
    lock.write_text("mlx==0.0.1 \\\n    --hash=sha256:0\n")
    result = build()
    assert result.exit_code == 0
    assert "note: mlx " in result.stdout
    assert "0.0.1" in result.stdout


def test_a_configuration_that_cannot_be_read_is_reported_with_the_reason(project: Path) -> None:
    write_project(project, conf="extensions = ['no_such_extension']\n")
    result = build()
    assert result.exit_code == 1
    assert "no_such_extension" in str(result.exception)


def test_a_file_edited_during_a_build_is_newer_than_the_site(project: Path) -> None:
    page = project / "docs" / "index.md"
    edit = (
        "from pathlib import Path\n"
        "def edit(app, exception):\n"
        f"    Path({str(page)!r}).write_text('# Edited meanwhile\\n')\n"
        "def setup(app):\n    app.connect('build-finished', edit)\n"
    )
    write_project(project, conf=CONF + edit)
    assert build().exit_code == 0
    site = project / "build" / "html" / "index.html"
    assert "<title>Home" in site.read_text()
    assert page.stat().st_mtime_ns > site.stat().st_mtime_ns
    assert (project / "conf" / "conf.py").stat().st_mtime_ns < site.stat().st_mtime_ns


#: The files of a project, as far as the Makefile knows them.
FILES = """
conf/install.sh conf/requirements.txt conf/requirements-dev.txt pyproject.toml README.md
docs/index.md docs/gallery/made.rst gallery/golden/draw.txt src/part.py trust/blessed.json
.venv/lib/python3/site-packages/mlx-1.0.dist-info/METADATA
"""
#: In place of the command: it counts its calls, and publishes a page or fails.
COMMAND = """#!/bin/sh
echo built >> builds
[ ! -e fails ] || exit 1
mkdir -p build/html && touch build/html/index.html
"""


class MakeProject:
    """A project with this Makefile and a stand-in for ``mlx-keys``."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.builds = 0
        shutil.copy(ROOT / "Makefile", root)
        for name in FILES.split():
            self.write(name, "")
        self.write(".venv/bin/mlx-keys", COMMAND)
        (root / ".venv/bin/python").symlink_to(sys.executable)

    def write(self, name: str, text: str) -> None:
        """A file, dated now; a script can be run."""
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        path.chmod(0o755)

    def make(self, **variables: str) -> str:
        """What ``make html`` prints."""
        environment = {
            name: value
            for name, value in os.environ.items()
            if name not in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL", "BUILD")
        }
        done = subprocess.run(
            ["make", "html"],
            cwd=self.root,
            env=environment | variables,
            capture_output=True,
            text=True,
            check=False,
        )
        return done.stdout

    def builds_now(self, **variables: str) -> bool:
        """Whether ``make html`` has anything to build."""
        self.make(**variables)
        log = self.root / "builds"
        before, self.builds = self.builds, len(log.read_text().splitlines()) if log.exists() else 0
        return self.builds > before


@pytest.fixture
def made(tmp_path: Path) -> MakeProject:
    """A project whose site was made."""
    project = MakeProject(tmp_path)
    assert project.builds_now()
    return project


def test_make_runs_no_build_where_nothing_has_changed(made: MakeProject) -> None:
    assert made.make() == "make: Nothing to be done for 'html'.\n"
    made.write("docs/gallery/made.rst", "what a build generates")
    made.write("src/__pycache__/part.pyc", "what an interpreter leaves behind")
    assert not made.builds_now()


@pytest.mark.parametrize(
    "name",
    ["docs/index.md", "docs/new.md", "gallery/golden/draw.txt", "src/part.py", "conf/conf.py",
     "trust/blessed.json", "README.md", "conf/requirements.txt"],
)  # fmt: skip
def test_an_edited_or_new_source_is_built(made: MakeProject, name: str) -> None:
    made.write(name, "edited")
    assert made.builds_now()
    assert not made.builds_now()


def test_a_deleted_source_is_a_reason_to_build(made: MakeProject) -> None:
    (made.root / "gallery/golden/draw.txt").unlink()
    assert made.builds_now()
    assert not made.builds_now()


def test_another_mlx_or_another_address_is_built(made: MakeProject) -> None:
    packages = made.root / ".venv/lib/python3/site-packages"
    (packages / "mlx-1.0.dist-info").rename(packages / "mlx-1.1.dist-info")
    assert made.builds_now()
    assert not made.builds_now()
    assert made.builds_now(MLX_KEYS_URL="https://keys.example")
    assert not made.builds_now(MLX_KEYS_URL="https://keys.example")


def test_a_removed_site_and_a_failed_build_are_built_again(made: MakeProject) -> None:
    (made.root / "build/html/index.html").unlink()
    assert made.builds_now()
    made.write("docs/index.md", "wrong")
    made.write("fails", "")
    assert made.builds_now()
    assert made.builds_now()
    (made.root / "fails").unlink()
    assert made.builds_now()
    assert not made.builds_now()
