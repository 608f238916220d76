"""The gallery: each script run in a child process, its page held to what was accepted.

sphinx-gallery runs scripts in Sphinx's own process, where one that kills its interpreter ends the
build, and compares nothing. So before its own event handler, each script that is new, or whose
cache key is, goes through sphinx-gallery's generation in a child; its checksums then let it skip
the script. What the generated pages show, new and old alike, is compared on every build.
"""

from __future__ import annotations

import base64
import hashlib
import itertools
import pickle
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
from mlx_keys.sphinxext.pool import runner_of
from mlx_keys.sphinxext.summary import Tally
from mlx_keys.trust import attestations
from mlx_keys.trust.status import Status, example_status

from . import figures, sphinx_gallery_adapter
from .figures import setup_figure
from .roles import Pages, in_markdown
from .sphinx_gallery_adapter import (
    SERIES,
    Script,
    find_scripts,
    is_current,
    leave_pyplot_out,
    remove_stale,
    require_series,
    shown,
    skip,
)

#: What sphinx-gallery keeps in its configuration that is no configuration.
_STATE = {"titles", "failing_examples", "passing_examples", "stale_examples"}

#: The line above the downloads of each script's page, as it was last written.
STATUSES = Store[Status]("gallery")


def generate_new(
    scripts: list[Script], conf: dict[str, Any], context: CacheContext, pages: Pages
) -> dict[Script, RunResult]:
    """Run the scripts whose pages are missing or out of date, each in a child.

    Args:
        scripts: All scripts of the gallery.
        conf: The gallery's configuration, filled in.
        context: What the cache keys of all scripts have in common.
        pages: The pages that their prose may lead to.

    Returns:
        What was observed of those that ran.
    """
    roles = {
        script: in_markdown(
            script.source.read_text(encoding="utf-8"), script.docname(pages.srcdir), pages
        )
        for script in scripts
    }
    keys = {script: key_of(script, conf, context, roles[script]) for script in scripts}
    new = [script for script, key in keys.items() if not is_current(script, key)]
    if not new:
        return {}
    packed = base64.b64encode(pickle.dumps(conf)).decode()
    jobs = [
        Job(
            sphinx_gallery_adapter.generate,
            {
                "source": str(script.source),
                "target": str(script.target),
                "conf": packed,
                "roles": roles[script],
            },
            script_example.read_script_example(script.named).options.timeout,
            program=str(script.source),
        )
        for script in new
    ]
    preload = (*PRELOAD, *PLOTTING, "sphinx_gallery.gen_rst", sphinx_gallery_adapter.__name__)
    done = itertools.count(1)
    with Pool(preload=preload) as pool, progress_bar("scripts") as advance:
        results = pool.run(jobs, lambda _job, _result: advance(next(done), len(jobs)))
    observed = dict(zip(new, results, strict=True))
    for script, seen in observed.items():
        if seen.ended != "done":
            skip(script)
        elif script_example.read_script_example(script.named).exit_diagnostics(seen):
            script.key.unlink(missing_ok=True)  # the page does not show what is wrong: run it again
        else:
            script.key.write_text(keys[script], encoding="utf-8")
    return observed


def key_of(
    script: Script, conf: dict[str, Any], context: CacheContext, roles: dict[str, str]
) -> str:
    """The key of a script's page: the script, its context, its links, and how pages are made."""
    here = replace(context, import_roots=(*context.import_roots, script.source.parent))
    makers = [
        Path(module.__file__ or "").read_bytes()
        for module in (figures, sphinx_gallery_adapter, alt_text)
    ]
    settled = {name: repr(value) for name, value in conf.items() if name not in _STATE}
    return here.key(
        script.source.read_text(encoding="utf-8"),
        makers=hashlib.sha256(b"".join(makers)).hexdigest(),
        conf=settled,
        roles=roles,
        series=SERIES,
    )


def judge_pages(
    scripts: list[Script], observed: dict[Script, RunResult], policy: Callable[[Example], Tolerance]
) -> list[CheckedExample]:
    """Hold what each page shows, new or old, to what was accepted of its script.

    Args:
        scripts: All scripts of the gallery.
        observed: What was observed of those that ran now.
        policy: How far floats may be off.
    """
    judged = []
    for script in scripts:
        example = script_example.read_script_example(script.named)
        seen = observed.get(script, RunResult("done"))
        if seen.ended == "done":
            page = script.page.read_text(encoding="utf-8")
            seen = replace(seen, result=shown(page, example.code))
        judged.append(check_example(example, seen, policy(example)))
    return judged


class Gallery:
    """The scripts of one build.

    Attributes:
        statuses: What may be said of each, by the name of its page.
    """

    def __init__(self) -> None:
        self.statuses: dict[str, Status] = {}

    def build(self, app: Sphinx) -> None:
        """Generate and compare, before sphinx-gallery's own handler and before any page is read."""
        if "sphinx_gallery.gen_gallery" not in app.extensions:
            return
        require_series()
        conf = app.config.sphinx_gallery_conf | {"abort_on_example_error": True}
        scripts = find_scripts(Path(app.srcdir), conf)
        remove_stale(scripts, [Path(app.srcdir) / pages for pages in conf["gallery_dirs"]])
        if not scripts:
            return
        runner = runner_of(app)
        backend = runner.backend
        srcdir = Path(app.srcdir)
        sources = {script.docname(srcdir): script.source for script in scripts}
        pages = Pages(srcdir, app.config.html_baseurl, sources)
        observed = generate_new(scripts, conf, runner.cache_context, pages)
        trust = attestations.load_attestations(trust_folder(app.env))
        judged = judge_pages(scripts, observed, lambda example: trust.tolerance(example, backend))
        faults = [fault for one in judged for fault in one.faults]
        for fault in (
            *faults,
            *script_example.orphaned_golden_files(script.named.parent for script in scripts),
        ):
            report(app.env, fault)
        tally = Tally(
            examples=len(scripts),
            run_now=len(observed),
            outputs=sum(one.verdict is not None and one.verdict.outcome.holds for one in judged),
            backend=backend.label,
            mlx=backend.mlx,
        )
        app.emit("mlx-keys-verified", tally)
        if not faults:
            said = [example_status(one, backend, trust) for one in judged]
            names = [script.docname(Path(app.srcdir)) for script in scripts]
            self.statuses = dict(zip(names, said, strict=True))

    def restate(self, _app: Sphinx, env: BuildEnvironment) -> list[str]:
        """Put the lines into the environment; returns the pages on which another line stands."""
        before = STATUSES.of(env).copy()
        STATUSES.of(env).clear()
        STATUSES.of(env).update(self.statuses)
        return [name for name, line in self.statuses.items() if before.get(name) != line]


def remove_gone(app: Sphinx) -> None:
    """Remove the written pages of scripts that are gone, which Sphinx leaves where they are."""
    if "sphinx_gallery.gen_gallery" not in app.extensions or app.builder.name != "html":
        return
    for pages in app.config.sphinx_gallery_conf["gallery_dirs"]:
        written = Path(app.outdir) / pages
        for page in written.rglob("*.html"):
            source = Path(app.srcdir) / pages / page.relative_to(written).with_suffix(".rst")
            if not source.exists():
                page.unlink()


class GalleryStatus(SphinxPostTransform):
    """Puts what was verified where above the downloads of a script's page."""

    default_priority = 300
    formats = ("html",)

    def run(self, **_kwargs: Any) -> None:
        """Insert the line."""
        said = STATUSES.of(self.env).get(self.env.docname)
        if said is None:
            return
        for box in list(self.document.findall(nodes.container)):
            if "sphx-glr-footer" in box["classes"] and box.parent is not None:
                line = nodes.raw("", status_details(said), format="html")
                box.parent.insert(box.parent.index(box), line)


def setup_gallery(app: Sphinx) -> None:
    """Register the gallery's part; without sphinx-gallery it does nothing."""
    setup_figure(app)
    gallery = Gallery()
    app.connect("config-inited", leave_pyplot_out, priority=5)  # before sphinx-gallery's
    app.connect("builder-inited", gallery.build, priority=400)
    app.connect("builder-inited", remove_gone, priority=600)  # when it has written its indexes
    app.connect("env-updated", gallery.restate)
    app.add_post_transform(GalleryStatus)
