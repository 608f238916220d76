"""What is built anew is decided by content: a touched file is not, one restored to an old date is.

Sphinx compares modification times. Before it does, the times it remembers are set to say what the
contents say: a page whose text and whose included files are the same as when it was read counts as
read just now, any other as never read. Two things more decide what a page looks like, and Sphinx
looks at neither: this package with the mlx that it reads from (all pages are read again), and the
templates and static files (all are written again).
"""

from __future__ import annotations

import os
import time
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.builders.html import StandaloneHTMLBuilder
from sphinx.environment import CONFIG_OK, BuildEnvironment

from mlx_keys.files import digest_files, files_below

from .domain import Store, addresses

NEVER = -1


#: Digests of each page's own file and of the files that it depends on, as they were when read.
PAGES = Store[str]("digests")
INCLUDED = Store[str]("included digests")


def _dressing(app: Sphinx) -> str:
    """A digest of what pages are dressed in: the project's templates and static files."""
    config = app.config
    folders = [app.confdir / name for name in (*config.templates_path, *config.html_static_path)]
    return digest_files([path for folder in folders for path in files_below(folder)])


def _dressed_in(app: Sphinx) -> Path:
    """Where that digest stays: Sphinx saves its environment only when a page was read."""
    return Path(app.doctreedir) / "dressing"


def note_dressing(app: Sphinx, exception: Exception | None) -> None:
    """Keep what the pages were dressed in, once all are written."""
    if exception is None:
        _dressed_in(app).write_text(_dressing(app), encoding="utf-8")


def correct_the_times(app: Sphinx) -> None:
    """Make the times that Sphinx is about to compare say what the contents say."""
    env = app.env
    html = app.builder if isinstance(app.builder, StandaloneHTMLBuilder) else None
    note = _dressed_in(app)
    undressed = not note.exists() or note.read_text(encoding="utf-8") != _dressing(app)
    for docname in env.all_docs:
        path = env.doc2path(docname)
        included = env.dependencies.get(docname, set())
        same = PAGES.of(env).get(docname) == digest_files([path]) and (
            INCLUDED.of(env).get(docname) == digest_files(env.srcdir / name for name in included)
        )
        moment = _later_than(path, *(env.srcdir / name for name in included))
        env.all_docs[docname] = moment // 1000 if same else NEVER
        if html is not None:
            _date(Path(html.get_output_path(docname)), 0 if undressed or not same else moment)


def is_known(app: Sphinx, path: Path) -> bool:
    """Whether a page is as this code, with these settings, has read it before."""
    docname = app.project.path2doc(path)
    same = PAGES.of(app.env).get(docname or "") == digest_files([path])
    return same and app.env.config_status == CONFIG_OK


def _later_than(*paths: str | os.PathLike[str]) -> int:
    """Now, in nanoseconds, or a later moment where a file's date lies in the future."""
    dates = [Path(path).stat().st_mtime_ns for path in paths if Path(path).exists()]
    return max([time.time_ns(), *dates]) + 1000


def _date(path: Path, moment: int) -> None:
    if path.exists():
        os.utime(path, ns=(moment, moment))


def note_page(app: Sphinx, docname: str, _source: list[str]) -> None:
    """Keep what a page's file holds, at the moment that Sphinx has read it."""
    PAGES.of(app.env)[docname] = digest_files([app.env.doc2path(docname)])


def note_included(_app: Sphinx, env: BuildEnvironment) -> None:
    """Keep what the included files hold, once Sphinx knows which they are."""
    for docname in PAGES.of(env).keys() - INCLUDED.of(env).keys():
        included = env.dependencies.get(docname, set())
        INCLUDED.of(env)[docname] = digest_files(env.srcdir / name for name in included)


def follow_what_moved(_app: Sphinx, env: BuildEnvironment) -> list[str]:
    """Have all pages written where a label or an object moved: any may lead to it.

    Sphinx writes a page again when the page has changed, not when what it leads to has.
    """
    labels = env.domains.standard_domain.anonlabels
    now = {f"label {name}": where[0] for name, where in labels.items()}
    described = env.domains.python_domain.objects
    now |= {f"object {name}": one.docname for name, one in described.items()}
    before = addresses(env)
    moved = any(now.get(name) != where for name, where in before.items())
    before.clear()
    before.update(now)
    return sorted(env.found_docs) if moved else []


class Sweeper:
    """Removes from the output what belongs to no page any more; Sphinx leaves it there."""

    def __init__(self) -> None:
        self.written: set[str] = set()

    def note(self, _app: Sphinx, pagename: str, *_: object) -> None:
        """Note a page that is written, which may be of no document, such as the search."""
        self.written.add(pagename)

    def sweep(self, app: Sphinx, exception: Exception | None) -> None:
        """Remove the pages of documents that are gone."""
        if exception is not None or not isinstance(app.builder, StandaloneHTMLBuilder):
            return
        keep = {
            Path(app.builder.get_output_path(name)) for name in app.env.found_docs | self.written
        }
        for page in Path(app.outdir).rglob("*.html"):
            if page not in keep and "_static" not in page.parts and "_downloads" not in page.parts:
                page.unlink()


def setup_freshness(app: Sphinx) -> None:
    """Register the handlers; they must run after the gallery has written its pages."""
    app.connect("builder-inited", correct_the_times, priority=900)
    app.connect("source-read", note_page)
    app.connect("env-updated", note_included)
    app.connect("env-updated", follow_what_moved)
    app.connect("build-finished", note_dressing)
    sweeper = Sweeper()
    app.connect("html-page-context", sweeper.note)
    app.connect("build-finished", sweeper.sweep)
