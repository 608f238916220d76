"""``mlx-keys html``: build the site in a folder beside it, and publish it if nothing failed.

Whether there is anything to build is make's to decide, by the time of ``html/index.html``: the
command always builds.
"""

from __future__ import annotations

import gc
import os
import shutil
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mlx_keys.errors import KeysError

from .preconditions import require_mlx, require_site

if TYPE_CHECKING:
    from sphinx.application import Sphinx


#: What helps where a build has failed: each fault is on a line of its own above this error.
FIX = "correct what the lines above name, then mlx-keys html"


@click.command("html")
@click.option(
    "--build",
    "build",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("build"),
    show_default=True,
    help="The folder to build in; the site is published in its html/.",
)
@click.option("-v", "--verbose", is_flag=True, help="Show Sphinx's account of its work.")
def command(build: Path, verbose: bool) -> None:
    """Run every example, compare what it prints, build the site.

    The published site is replaced only when every output is what its page shows and Sphinx has
    warned of nothing.
    """
    project = Path.cwd()
    require_site(project, "no site to build here", "get it: git clone")
    require_mlx("every page shows what it gives", "make html, which installs it; by hand: ")
    started = time.time_ns()
    summary = run_sphinx(project, build, verbose=verbose)
    publish(build / "staging", build / "html", started)
    click.echo(f"{summary}\nopen {build / 'html' / 'index.html'}")


def run_sphinx(project: Path, build: Path, *, verbose: bool) -> str:
    """Build ``staging``; a warning, a wrong reference or an untrue output is an error.

    Args:
        project: The folder that holds ``conf`` and ``docs``.
        build: The folder of ``staging``, ``doctrees``, ``templates`` and ``observed``.
        verbose: Whether Sphinx's own account of its work is shown.

    Returns:
        The summary of what was built and verified.
    """
    from sphinx.application import Sphinx
    from sphinx.errors import SphinxError
    from sphinx.util.console import color_terminal, nocolor
    from sphinx.util.docutils import docutils_namespace, patch_docutils

    if not color_terminal():
        nocolor()
    doctrees = build / "doctrees"
    summaries: list[object] = []

    def keep_summary(_app: Sphinx, summary: object) -> bool:
        summaries.append(summary)
        return True  # so that the extension does not log it as well

    gc.disable()  # the process ends soon, and collecting garbage takes a sixth of a build
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
            app.connect("mlx-keys-summary", keep_summary)
            keep_compiled_templates(app, build / "templates")
            app.build()
        failed = app.statuscode != 0
    except (SphinxError, SystemExit) as error:
        forget_pages(doctrees)
        raise KeysError(f"the site was not built: {error}", fix=FIX) from error
    finally:
        gc.freeze()  # so that none is collected when the process ends
        gc.enable()
    if failed:
        forget_pages(doctrees)
        raise KeysError("the site was not built: Sphinx has warned", fix=FIX)
    return str(summaries[0])


def keep_compiled_templates(app: Sphinx, folder: Path) -> None:
    """Keep the theme's compiled templates in a folder, for the next builds."""
    from jinja2 import FileSystemBytecodeCache

    folder.mkdir(parents=True, exist_ok=True)
    bytecode = FileSystemBytecodeCache(str(folder))
    app.builder.templates.environment.bytecode_cache = bytecode


def forget_pages(doctrees: Path) -> None:
    """Make the next build read every page: Sphinx would not repeat a warning of this build."""
    (doctrees / "environment.pickle").unlink(missing_ok=True)


def publish(staging: Path, site: Path, started: int) -> None:
    """Replace the published site by a finished build, by renaming whole folders.

    Args:
        staging: The folder that Sphinx wrote into; it stays, for the next build to start from.
        site: The folder that is served.
        started: When the build began, in nanoseconds. ``index.html`` gets this time, so that make
            builds again what was edited while the build was running.
    """
    new, old = site.with_name("html.new"), site.with_name("html.old")
    for folder in (new, old):
        shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(staging, new, ignore=shutil.ignore_patterns(".buildinfo*", "_sources"))
    os.utime(new / "index.html", ns=(started, started))
    if site.exists():
        site.rename(old)
    new.rename(site)
    shutil.rmtree(old, ignore_errors=True)
