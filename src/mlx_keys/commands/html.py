"""``mlx-keys html``: build the site beside the one that stands, and put it there if all held.

Where nothing has changed there is nothing to build: see :func:`standing`.
"""

from __future__ import annotations

import gc
import json
import os
import shutil
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import click

from mlx_keys.errors import KeysError
from mlx_keys.examples.execute import backend, cache
from mlx_keys.files import digest_files, files_below, write_atomic

from .preconditions import require_mlx, require_site

if TYPE_CHECKING:
    from sphinx.application import Sphinx

PACKAGE = Path(__file__).resolve().parents[1]

#: What a project's site is made from, as far as it is there; and its pages at the top, ``*.md``.
SOURCES = ("conf", "docs", "gallery", "src", "trust")

#: What a build makes in there.
MADE = Path("docs") / "gallery"

#: Variables that a build heeds.
VARIABLES = ("MLX_KEYS_URL", "SOURCE_DATE_EPOCH")


class Summary(Protocol):
    """What the extension says of a build, as text."""

    def again(self) -> Summary:
        """Give what a build with nothing to execute would say."""


@click.command("html")
@click.option(
    "--build",
    "build",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("build"),
    show_default=True,
    help="The folder to build in; the site comes to stand in its html/.",
)
@click.option("-v", "--verbose", is_flag=True, help="Show what Sphinx says.")
def command(build: Path, verbose: bool) -> None:
    """Run every example, compare what it prints, build the site.

    The site that stands is replaced only when every output was what its page says and Sphinx had
    nothing to warn of.
    """
    project = Path.cwd()
    require_site(project, "no site to build here", "get it: git clone")
    require_mlx("every page shows what it gives", "make html, which installs it; by hand: ")
    note = build / "standing.json"
    start = made_from(project)
    said = standing(note, [*start, left(project, build)])
    if said is None:
        note.unlink(missing_ok=True)
        summary = run_sphinx(project, build, verbose=verbose)
        publish(build / "staging", build / "html")
        # What was edited while the site was built is not in it, so the start counts.
        stands = {"state": [*start, left(project, build)], "summary": str(summary.again())}
        write_atomic(note, json.dumps(stands))
        said = str(summary)
    click.echo(f"{said}\nopen {build / 'html' / 'index.html'}")


def made_from(project: Path) -> list[str]:
    """All that decides what a build gives: sources, code, packages, Python and the backend."""
    with ThreadPoolExecutor(1) as beside:
        asked = beside.submit(backend.ask, None)
        files = files_below(*(project / name for name in SOURCES), PACKAGE)
        made = f"{project / MADE}{os.sep}"
        written = (file for file in files if not file.startswith(made))
        return [
            digest_files([*written, *project.glob("*.md")]),
            cache.lock_digest(None),
            *(os.environ.get(name, "") for name in VARIABLES),
            str(asked.result()),
        ]


def left(project: Path, build: Path) -> str:
    """What a build leaves: the site itself, and what its examples were observed to print."""
    return digest_files(files_below(build / "observed", build / "html", project / MADE))


def standing(note: Path, now: list[str]) -> str | None:
    """What the last good build said, if it would say it again.

    It would where its sources are the same, and what it left is: comparing again would compare
    the same bytes by the same code.
    """
    try:
        left = json.loads(note.read_text("utf-8"))
        return str(left["summary"]) if left["state"] == now else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def run_sphinx(project: Path, build: Path, *, verbose: bool) -> Summary:
    """Build ``staging``; a warning, a wrong reference or an untrue output is an error.

    Args:
        project: The folder that holds ``conf`` and ``docs``.
        build: The folder that comes to hold ``staging`` and ``doctrees``.
        verbose: Whether Sphinx's own account of its work is shown.

    Returns:
        What was built and verified.
    """
    from sphinx.application import Sphinx
    from sphinx.errors import SphinxError
    from sphinx.util.console import color_terminal, nocolor
    from sphinx.util.docutils import docutils_namespace, patch_docutils

    if not color_terminal():
        nocolor()
    doctrees = build / "doctrees"
    said: list[Summary] = []

    def hear(_app: Sphinx, summary: Summary) -> bool:
        said.append(summary)
        return True

    gc.disable()  # the process ends soon; looking for garbage takes a sixth of a build
    try:
        with patch_docutils(project / "conf"), docutils_namespace():
            app = Sphinx(
                srcdir=project / "docs",
                confdir=project / "conf",
                outdir=build / "staging",
                doctreedir=doctrees,
                buildername="html",
                confoverrides={"nitpicky": True, "mlx_keys_cache": str(build / "observed")},
                status=sys.stdout if verbose else None,
                warning=sys.stderr,
                warningiserror=True,
            )
            app.connect("mlx-keys-summary", hear)
            keep_templates(app, build / "templates")
            app.build()
        failed = app.statuscode != 0
    except (SphinxError, SystemExit) as error:
        forget(doctrees)
        raise KeysError(f"the site was not built: {error}") from error
    finally:
        gc.freeze()  # nor is it looked for when the process ends
        gc.enable()
    if failed:
        forget(doctrees)
        raise KeysError("the site was not built: the lines above say why")
    return said[0]


def keep_templates(app: Sphinx, folder: Path) -> None:
    """Compile the theme's templates once, and not in every build."""
    from jinja2 import FileSystemBytecodeCache

    folder.mkdir(parents=True, exist_ok=True)
    bytecode = FileSystemBytecodeCache(str(folder))
    app.builder.templates.environment.bytecode_cache = bytecode


def forget(doctrees: Path) -> None:
    """Make the next build read every page: Sphinx would not repeat a warning of this one."""
    (doctrees / "environment.pickle").unlink(missing_ok=True)


def publish(staging: Path, site: Path) -> None:
    """Put a finished build where the site stands, by renaming whole folders.

    Args:
        staging: What Sphinx wrote; it stays, for the next build to start from.
        site: The folder that is served.
    """
    fresh, old = site.with_name("html.new"), site.with_name("html.old")
    for folder in (fresh, old):
        shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(staging, fresh, ignore=shutil.ignore_patterns(".buildinfo*", "_sources"))
    if site.exists():
        site.rename(old)
    fresh.rename(site)
    shutil.rmtree(old, ignore_errors=True)
