"""The gallery in tiny Sphinx projects: what runs, what runs again, and what ends a build."""

from __future__ import annotations

import contextlib
import hashlib
import inspect
import json
import re
from dataclasses import dataclass
from pathlib import Path
from textwrap import indent
from typing import Any

import pytest
from click.testing import CliRunner
from tests.sphinx_project import Built, build

from mlx_keys.__main__ import cli
from mlx_keys.examples.gallery.alt_text import html_alt_text
from mlx_keys.keytree import KeyTree
from mlx_keys.sphinxext.gallery import sphinx_gallery_adapter

CONF = """
extensions = ["sphinx_gallery.gen_gallery", "mlx_keys.sphinxext"]
html_theme = "basic"
sphinx_gallery_conf = {
    "examples_dirs": ["../gallery"],
    "gallery_dirs": ["gallery"],
    "filename_pattern": r"\\.py$",
    "ignore_pattern": r"^_",
    "capture_repr": ("_repr_html_",),
    "image_scrapers": ("mlx_keys.sphinxext.gallery.figures.scrape",),
    "reset_modules": ("mlx_keys.sphinxext.gallery.figures.use_style",),
    "min_reported_time": 10**9,
    "write_computation_times": False,
    "download_all_examples": False,
    "inspect_global_variables": False,
}
"""
DOC = '"""\n{name}\n========\n\nIntro.\n"""\n\n'
FIGURE = """\
import matplotlib.pyplot as plt
import mlx.core as mx

print(mx.random.split(mx.random.key(7)).tolist())

# %%
# A figure.

figure, axes = plt.subplots()
axes.plot([1, 2, 3])
axes.set(title="Rising & <shining>", xlabel="draw", ylabel="value")
plt.show()
"""
#: What its golden file holds, below the first line.
FIGURE_SHOWN = """\
>>> print(mx.random.split(mx.random.key(7)).tolist())
    [[966301609, 989289821], [1948237315, 1058547403]]

>>> plt.show()
  picture:
    Rising & <shining>. x: draw; y: value.
"""
TREE = """\
from mlx_keys.keytree import KeyTree

tree = KeyTree(7)
tree.split(2)
tree
"""
TREE_SHOWN = ">>> tree\n  picture:\n" + indent(
    html_alt_text(KeyTree.regular(7, split=[2])._repr_html_()), "    "
)
#: Scripts that fail, each with the line of the fault and what it says.
BAD = {
    "raises": ("print(1)\n\n# %%\n# Then.\n\n1 / 0\n", 13, "ZeroDivisionError"),
    "exits": ("import sys\nsys.exit(3)\n", 9, "exits its interpreter"),
    "ends": ("import os\nos._exit(3)\n", 9, "with status 3"),
    "dies": ("import os, signal\nos.kill(os.getpid(), signal.SIGFPE)\n", 9, "SIGFPE"),
    "hangs": ("# sphinx_gallery_timeout = 3\nwhile True: pass\n", 9, "stopped after 3 s"),
    "floods": ("while True: print('x' * 80)\n", 8, "prints without end"),
    "unparsed": ("x = = 1\n", 8, "invalid syntax"),
    "warns": (
        "import warnings\nwarnings.warn('careful')\n\n# %%\n# Then.\n\n2\n",
        9,
        "writes to standard error",
    ),
    "silent": ("import matplotlib.pyplot as plt\nplt.plot([1])\n", 9, "says nothing"),
}


@dataclass
class Project:
    """A project with a gallery of one chapter."""

    root: Path

    @property
    def chapter(self) -> Path:
        """The folder of the scripts."""
        return self.root / "gallery" / "keys"

    @property
    def pages(self) -> Path:
        """The folder that their pages are generated in."""
        return self.root / "docs" / "gallery" / "keys"

    @property
    def site(self) -> Path:
        """The folder of the pages as HTML."""
        return self.root / "build" / "html" / "gallery" / "keys"

    def write(self, name: str, code: str, golden: str | None = None) -> Path:
        """A script of the chapter, with what its golden file shows; its code begins on line 8."""
        script = self.chapter / f"{name}.py"
        script.write_text(DOC.format(name=name) + code, encoding="utf-8")
        if golden is not None:
            self.golden(name).write_text(f"What {name}.py shows.\n\n{golden}", encoding="utf-8")
        return script

    def golden(self, name: str) -> Path:
        """A script's golden file."""
        return self.chapter / "golden" / f"{name}.txt"

    def build(self) -> Built:
        """A build in this process, which reads all pages."""
        with contextlib.chdir(self.root):
            return build(
                self.root / "docs", conf=self.root / "conf", below=self.root / "build", fresh=True
            )

    def verify(self) -> str:
        """What ``mlx-keys verify gallery`` prints."""
        with contextlib.chdir(self.root):
            return CliRunner().invoke(cli, ["verify", "--no-cache", "gallery"]).output


def new_project(root: Path) -> Project:
    project = Project(root)
    for folder in (project.chapter / "golden", root / "docs", root / "conf"):
        folder.mkdir(parents=True)
    (root / "conf" / "conf.py").write_text(CONF)
    (root / "docs" / "index.rst").write_text("T\n=\n\n.. toctree::\n\n   gallery/index\n")
    for folder in (root / "gallery", project.chapter):
        (folder / "GALLERY_HEADER.rst").write_text("Chapter\n=======\n\nIntro.\n")
    return project


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return new_project(tmp_path)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project of two good scripts, built."""
    project = new_project(tmp_path_factory.mktemp("built"))
    project.write("figure", FIGURE, FIGURE_SHOWN)
    project.write("tree", TREE, TREE_SHOWN)
    site = project.build()
    assert site.stopped == ""
    assert "2 examples executed (2 now), 2 outputs verified" in site.status
    return project


def test_each_bad_script_is_reported_at_its_line_and_the_others_are_rendered(
    project: Project,
) -> None:
    for name, (code, _, _) in BAD.items():
        project.write(name, code)
    project.write("good", FIGURE)
    site = project.build()
    assert site.stopped
    for name, (_, line, problem) in BAD.items():
        fault = re.search(rf"gallery/keys/{name}\.py:(\d+): .*(?:\n  .*)*", site.warnings)
        assert fault, f"nothing is reported of {name}"
        # A time-out is reported where the script happened to be.
        assert abs(int(fault[1]) - line) <= (1 if name == "hangs" else 0), fault[0]
        assert problem in fault[0]
    assert "gallery/keys/good.py:1: ERROR: nobody has accepted" in site.warnings
    assert "[[966301609, 989289821], [1948237315, 1058547403]]" in (
        (project.pages / "good.rst").read_text()
    )
    assert not list(site.out.rglob("*.html"))


def test_a_warning_is_refused_at_every_build_and_in_no_page(project: Project) -> None:
    code = "import warnings\nwarnings.warn('careful')\nprint(1)\n"
    script = project.write("warns", code, ">>> print(1)\n    1\n")
    for _ in range(2):
        site = project.build()
        assert site.stopped
        fault = "gallery/keys/warns.py:10: ERROR: this example writes to standard error"
        assert fault in site.warnings
        assert "UserWarning: careful" in site.warnings
    assert "careful')" in (project.pages / "warns.rst").read_text()
    assert "UserWarning" not in (project.pages / "warns.rst").read_text()
    script.write_text(script.read_text().replace("warnings.warn", "repr"))
    assert project.build().stopped == ""


def test_an_unchanged_script_is_not_run_again_but_compared_again(built: Project) -> None:
    assert "(0 now), 2 outputs verified" in built.build().status
    golden = built.golden("figure")
    accepted = golden.read_text()
    golden.write_text(accepted.replace("1058547403", "1058547404"))
    site = built.build()
    golden.write_text(accepted)
    assert site.stopped
    fault = "gallery/keys/golden/figure.txt:4: ERROR: what is printed at gallery/keys/figure.py:11"
    assert fault in site.warnings


def test_a_changed_module_runs_the_scripts_that_import_it(project: Project) -> None:
    helper = project.chapter / "_helper.py"
    helper.write_text("NUMBER = 1\n")
    user = "import _helper\nprint(_helper.NUMBER)\n"
    project.write("user", user, ">>> print(_helper.NUMBER)\n    1\n")
    project.write("other", "print(2)\n", ">>> print(2)\n    2\n")
    assert "2 examples executed (2 now), 2 outputs verified" in project.build().status
    helper.write_text("NUMBER = 3\n")
    site = project.build()
    assert site.stopped
    assert "golden/user.txt:4" in site.warnings
    project.write("user", user, ">>> print(_helper.NUMBER)\n    3\n")
    assert "2 examples executed (0 now), 2 outputs verified" in project.build().status


def test_a_deleted_script_leaves_nothing_behind(project: Project) -> None:
    project.write("stays", "print(1)\n", ">>> print(1)\n    1\n")
    gone = project.write("gone", FIGURE, FIGURE_SHOWN)
    assert project.build().stopped == ""
    assert (project.site / "gone.html").exists()
    gone.unlink()
    project.golden("gone").unlink()
    assert "1 example executed (0 now)" in project.build().status
    left = [*(project.root / "docs").rglob("*gone*"), *project.site.rglob("gone*")]
    assert left == []
    assert "gone" not in (project.site / "index.html").read_text()


def test_the_same_scripts_give_the_same_bytes_also_where_there_is_a_screen(
    built: Project, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where there is one, matplotlib warns that it shows nothing on it, which is no output."""
    monkeypatch.setenv("DISPLAY", ":0")
    project.write("figure", FIGURE, FIGURE_SHOWN)
    project.write("tree", TREE, TREE_SHOWN)
    assert project.build().stopped == ""
    assert "non-interactive" not in (project.pages / "figure.rst").read_text()

    def digests(one: Project) -> dict[str, str]:
        suffixes = {".rst", ".py", ".ipynb", ".zip", ".svg"}
        return {
            path.relative_to(one.pages).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted(one.pages.rglob("*"))
            if path.suffix in suffixes
        }

    assert digests(project) == digests(built)
    assert "figure.zip" in digests(built)


ROLES = """\
x = 1

# %%
# Steps of 2\\ :sup:`-24`, by :py:func:`~mlx.core.random.split` and :math:`x^2`.
#
# - :doc:`figure` and :doc:`/more`
# - :ref:`Far from
#   zero <far>`
print(x)
"""


@pytest.mark.parametrize(
    ("url", "links"),
    [
        ("", ["- figure and More words", "- Far from zero"]),
        (
            "https://keys.example/",
            [
                "- [figure](https://keys.example/gallery/keys/figure.html)"
                " and [More words](https://keys.example/more.html)",
                "- [Far from zero](https://keys.example/more.html#far)",
            ],
        ),
    ],
    ids=["no address", "an address"],
)
def test_no_role_is_left_in_a_notebook(project: Project, url: str, links: list[str]) -> None:
    conf = project.root / "conf" / "conf.py"
    more = f'html_baseurl = "{url}"\nextensions.append("myst_parser")\n'
    conf.write_text(conf.read_text() + more)
    (project.root / "docs" / "more.md").write_text("# More words\n\n(far)=\n## Far\n\nText.\n")
    project.write("figure", "print(1)\n")
    project.write("roles", ROLES)
    project.build()
    notebooks = sorted((project.root / "docs").rglob("*.ipynb"))
    assert [notebook.stem for notebook in notebooks] == ["figure", "roles"]
    cells = [
        cell
        for notebook in notebooks
        for cell in json.loads(notebook.read_text())["cells"]
        if cell["cell_type"] == "markdown"
    ]
    prose = "".join("".join(cell["source"]) for cell in cells)
    assert re.findall(r":[a-z:]+:`", prose) == []
    assert "Steps of 2<sup>-24</sup>, by `split` and $x^2$." in prose
    for link in links:
        assert link in prose


def test_a_figure_stands_in_the_page_and_takes_its_colours(built: Project) -> None:
    page = (built.site / "figure.html").read_text()
    svg = page[page.index('<svg class="mk-figure"') : page.index("</svg>")]
    assert 'aria-label="Rising &amp; &lt;shining&gt;. x: draw; y: value."' in svg
    bare = re.sub(r"var\(--mk-[a-z0-9]+, #[0-9a-f]{6}\)", "", svg)
    assert re.findall(r"(?<![#\w])#[0-9a-f]{6}\b", bare) == []
    assert "var(--mk-h1, " in svg
    assert "DejaVu" not in svg
    assert "<style" not in svg
    names = re.findall(r' id="([^"]+)"', svg)
    assert len(names) == len(set(names))
    assert all(name.startswith("sphx_glr_figure_001-") for name in names)


def test_a_page_says_where_its_script_was_verified(built: Project) -> None:
    page = (built.site / "figure.html").read_text()
    line = page.index('<details class="mk-status"><summary>verified on ')
    assert line < page.index('class="sphx-glr-footer')


def test_the_index_shows_each_script_by_its_first_picture(built: Project) -> None:
    index = (built.site / "index.html").read_text()
    assert index.count('<svg class="mk-figure" aria-hidden="true"') == 1
    assert "no_image" not in index


def test_sphinx_and_the_command_verify_the_same_outputs(built: Project) -> None:
    # Sphinx found the golden files equal when it built the project.
    assert "2 of 2 outputs verified" in built.verify()


#: What the adapter calls of sphinx-gallery, with the parameters that it gives.
PRIVATE = {
    "gen_rst.generate_file_rst": ["fname", "target_dir", "src_dir", "gallery_conf"],
    "gen_rst.execute_code_block": [
        "compiler",
        "block",
        "example_globals",
        "script_vars",
        "gallery_conf",
        "file_conf",
    ],
    "gen_rst.jupyter_notebook": ["script_blocks", "gallery_conf", "target_dir"],
    "gen_rst._LoggingTee.set_std_and_reset_position": ["self"],
    "gen_rst._LoggingTee.restore_std": ["self"],
    "gen_rst.md5sum_is_current": ["src_file", "mode"],
    "gen_gallery.get_subsections": [
        "srcdir",
        "examples_dir",
        "gallery_conf",
        "check_for_header",
    ],
    "gen_gallery._import_matplotlib": [],
    "utils._collect_gallery_files": ["examples_dirs", "gallery_conf", "check_filenames"],
}


@pytest.mark.parametrize("name", PRIVATE)
def test_the_private_api_of_sphinx_gallery_has_not_moved(name: str) -> None:
    from importlib import import_module

    module, _, attributes = name.partition(".")
    found: Any = import_module(f"sphinx_gallery.{module}")
    for attribute in attributes.split("."):
        found = getattr(found, attribute, None)
    moved = f"sphinx_gallery.{name} has moved: adapt {sphinx_gallery_adapter.__name__}"
    assert found is not None, moved
    assert list(inspect.signature(found).parameters) == PRIVATE[name], moved


def test_another_series_of_sphinx_gallery_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sphinx_gallery.__version__", "0.23.0")
    with pytest.raises(Exception, match=r"knows sphinx-gallery 0\.22, and this is 0\.23\.0"):
        sphinx_gallery_adapter.require_series()
