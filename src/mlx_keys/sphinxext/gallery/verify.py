"""The gallery: each script is run in a child process, and its page compared with its golden file.

sphinx-gallery runs scripts in Sphinx's own process, where one that kills its interpreter ends the
build, and it compares nothing. So each script whose cache key is new goes through sphinx-gallery's
generation in a child, before sphinx-gallery's own event handler; the checksum that this leaves lets
the handler skip the script. What the generated pages show, new and old, is compared in every build.
"""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.transforms.post_transforms import SphinxPostTransform

from mlx_keys.examples.check import CheckedExample, check_example
from mlx_keys.examples.compare import Tolerance
from mlx_keys.examples.execute.backend import Backend
from mlx_keys.examples.execute.cache import CacheContext
from mlx_keys.examples.execute.job import PLOTTING, Job, RunResult
from mlx_keys.examples.execute.pool import PRELOAD, Pool
from mlx_keys.examples.gallery import alt_text, script_example
from mlx_keys.examples.model import Example
from mlx_keys.examples.progress import progress_bar
from mlx_keys.sphinxext.config import trust_folder
from mlx_keys.sphinxext.diagnostics import report
from mlx_keys.sphinxext.domain import Store
from mlx_keys.sphinxext.nodes import status_details
from mlx_keys.sphinxext.runner import runner_of
from mlx_keys.sphinxext.summary import Tally
from mlx_keys.trust.attestations import load_attestations
from mlx_keys.trust.status import Status, example_status

from . import figures, sphinx_gallery_adapter
from .figures import setup_figures
from .roles import LinkTargets, roles_in_markdown
from .script import Script
from .sphinx_gallery_adapter import (
    SERIES,
    find_scripts,
    is_current,
    leave_pyplot_out,
    read_generated_page,
    remove_stale,
    require_series,
    skip,
)

#: What sphinx-gallery keeps in its configuration that is no configuration.
_STATE = {"titles", "failing_examples", "passing_examples", "stale_examples"}

#: The status line of each script's page, as it was last written.
STATUSES = Store[Status]("gallery")


def generate_new_pages(
    scripts: list[Script], conf: dict[str, Any], context: CacheContext, targets: LinkTargets
) -> dict[Script, RunResult]:
    """Run the scripts whose pages are missing or out of date, each in a child.

    ``context`` is what the cache keys of all scripts have in common; ``targets`` are the pages that
    their prose may link to. Returns the result of each script that ran.
    """
    roles = {
        script: roles_in_markdown(
            script.source.read_text(encoding="utf-8"), script.docname(targets.srcdir), targets
        )
        for script in scripts
    }
    keys = {script: page_key(script, conf, context, roles[script]) for script in scripts}
    new = [script for script, key in keys.items() if not is_current(script, key)]
    if not new:
        return {}
    jobs = [_generation_job(script, conf, roles[script]) for script in new]
    preload = (*PRELOAD, *PLOTTING, "sphinx_gallery.gen_rst", sphinx_gallery_adapter.__name__)
    done = itertools.count(1)
    with Pool(preload=preload) as pool, progress_bar("scripts") as advance:
        results = pool.run(jobs, lambda _job, _result: advance(next(done), len(jobs)))
    for script, result in zip(new, results, strict=True):
        if result.ended != "done":
            skip(script)
        elif script_example.read_script_example(script.display_path).exit_diagnostics(result):
            script.key.unlink(missing_ok=True)  # the page does not show the fault: run it again
        else:
            script.key.write_text(keys[script], encoding="utf-8")
    return dict(zip(new, results, strict=True))


def _generation_job(script: Script, conf: dict[str, Any], roles: dict[str, str]) -> Job:
    """The job that runs a script and writes its page."""
    payload = {"script": script, "conf": conf, "roles": roles}
    timeout = script_example.read_script_example(script.display_path).options.timeout
    return Job(sphinx_gallery_adapter.generate, payload, timeout, program=str(script.source))


def page_key(
    script: Script, conf: dict[str, Any], context: CacheContext, roles: dict[str, str]
) -> str:
    """The cache key of a script's page: the script, its context, its links, and what makes it."""
    context = replace(context, import_roots=(*context.import_roots, script.source.parent))
    makers = [
        Path(module.__file__ or "").read_bytes()
        for module in (figures, sphinx_gallery_adapter, alt_text)
    ]
    return context.key(
        script.source.read_text(encoding="utf-8"),
        makers=hashlib.sha256(b"".join(makers)).hexdigest(),
        conf={name: repr(value) for name, value in conf.items() if name not in _STATE},
        roles=roles,
        series=SERIES,
    )


def check_pages(
    scripts: list[Script],
    results: dict[Script, RunResult],
    tolerance: Callable[[Example], Tolerance],
) -> list[CheckedExample]:
    """Compare what each page shows, new or old, with the script's golden file.

    ``results`` are those of the scripts that ran in this build.
    """
    checked = []
    for script in scripts:
        example = script_example.read_script_example(script.display_path)
        result = results.get(script, RunResult("done"))
        if result.ended == "done":
            page = script.page.read_text(encoding="utf-8")
            result = replace(result, result=read_generated_page(page, example.code))
        checked.append(check_example(example, result, tolerance(example)))
    return checked


class Gallery:
    """The scripts of one build.

    Attributes:
        statuses: The status of each script, by the name of its page; empty while one is wrong.
    """

    def __init__(self) -> None:
        self.statuses: dict[str, Status] = {}

    def build(self, app: Sphinx) -> None:
        """Generate and compare, before sphinx-gallery's own handler and before a page is read."""
        if "sphinx_gallery.gen_gallery" not in app.extensions:
            return
        require_series()
        srcdir = Path(app.srcdir)
        conf = app.config.sphinx_gallery_conf | {"abort_on_example_error": True}
        scripts = find_scripts(srcdir, conf)
        remove_stale(scripts, [srcdir / folder for folder in conf["gallery_dirs"]])
        if not scripts:
            return
        pages = {script.docname(srcdir): script for script in scripts}
        targets = LinkTargets(
            srcdir, app.config.html_baseurl, {name: page.source for name, page in pages.items()}
        )
        runner = runner_of(app)
        results = generate_new_pages(scripts, conf, runner.cache_context, targets)
        attestations = load_attestations(trust_folder(app.env))
        backend = runner.backend
        checked = check_pages(
            scripts, results, lambda example: attestations.tolerance(example, backend)
        )
        faults = [fault for example in checked for fault in example.faults]
        folders = (script.display_path.parent for script in scripts)
        for fault in (*faults, *script_example.orphaned_golden_files(folders)):
            report(app.env, fault)
        app.emit("mlx-keys-verified", _tally(checked, len(results), backend))
        if not faults:
            statuses = (example_status(example, backend, attestations) for example in checked)
            self.statuses = dict(zip(pages, statuses, strict=True))

    def set_statuses(self, _app: Sphinx, env: BuildEnvironment) -> list[str]:
        """Put the statuses into the environment; returns the pages on which one has changed."""
        before = STATUSES.of(env).copy()
        STATUSES.of(env).clear()
        STATUSES.of(env).update(self.statuses)
        return [name for name, shown in self.statuses.items() if before.get(name) != shown]


def _tally(checked: list[CheckedExample], run_now: int, backend: Backend) -> Tally:
    """The counts of a gallery's scripts."""
    verdicts = [example.verdict for example in checked if example.verdict is not None]
    return Tally(
        examples=len(checked),
        run_now=run_now,
        outputs=sum(verdict.outcome.holds for verdict in verdicts),
        backend=backend.label,
        mlx=backend.mlx,
    )


class InsertStatus(SphinxPostTransform):
    """Inserts a script's status above the downloads of its page."""

    default_priority = 300
    formats = ("html",)

    def run(self, **_kwargs: Any) -> None:
        """Insert the line."""
        shown = STATUSES.of(self.env).get(self.env.docname)
        if shown is None:
            return
        for box in list(self.document.findall(nodes.container)):
            if "sphx-glr-footer" in box["classes"] and box.parent is not None:
                line = nodes.raw("", status_details(shown), format="html")
                box.parent.insert(box.parent.index(box), line)


def setup_gallery(app: Sphinx) -> None:
    """Register the gallery's part; without sphinx-gallery it does nothing."""
    setup_figures(app)
    gallery = Gallery()
    app.connect("config-inited", leave_pyplot_out, priority=5)  # before sphinx-gallery's
    app.connect("builder-inited", gallery.build, priority=400)
    app.connect("env-updated", gallery.set_statuses)
    app.add_post_transform(InsertStatus)
