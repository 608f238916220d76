"""What a second build makes anew, beyond what Sphinx decides by the times of files.

Sphinx reads a page again when it, or a file that it depends on, is newer than the last reading; and
it writes a page again when it was read. Three things more change what pages show:

- the project's static files and templates, and its modules beside ``conf.py``: a digest of them is
  a configuration value, so that all pages are written again when it changes;
- labels and objects that moved to another page: all pages are written again, as any may link there;
- pages that are gone: their HTML, which Sphinx leaves behind, is removed.

A file that is restored under an old date counts as unchanged.
"""

from __future__ import annotations

from pathlib import Path

from sphinx.application import Sphinx
from sphinx.builders.html import StandaloneHTMLBuilder
from sphinx.config import Config
from sphinx.environment import CONFIG_OK, BuildEnvironment

from mlx_keys.files import digest_files, files_below

from .domain import addresses


def set_theme_assets(app: Sphinx, config: Config) -> None:
    """Put a digest of what all pages are rendered with into the configuration."""
    folders = [app.confdir / name for name in (*config.templates_path, *config.html_static_path)]
    files: list[str | Path] = [*files_below(*folders), *Path(app.confdir).glob("*.py")]
    config.mlx_keys_theme_assets = digest_files(files)


def is_unchanged(app: Sphinx, path: Path) -> bool:
    """Whether Sphinx would not read a page again: with these settings it has read it as it is."""
    env = app.env
    read_at = env.all_docs.get(app.project.path2doc(path) or "", 0)  # microseconds
    return env.config_status == CONFIG_OK and path.stat().st_mtime_ns // 1000 <= read_at


def follow_moved_objects(_app: Sphinx, env: BuildEnvironment) -> list[str]:
    """Have all pages written where a label or an object moved: any page may link to it.

    Sphinx writes a page again when the page has changed, not when what it links to has moved.
    """
    labels = env.domains.standard_domain.anonlabels
    now = {f"label {name}": label[0] for name, label in labels.items()}
    objects = env.domains.python_domain.objects
    now |= {f"object {name}": entry.docname for name, entry in objects.items()}
    before = addresses(env)
    moved = any(now.get(name) != docname for name, docname in before.items())
    before.clear()
    before.update(now)
    return sorted(env.found_docs) if moved else []


def remove_pages_that_are_gone(app: Sphinx, written: set[str]) -> None:
    """Remove the HTML of every page that has no document and that this build did not write.

    Args:
        app: The build, at its end.
        written: The names of the pages that it wrote; some, such as the search, have no document.
    """
    if not isinstance(app.builder, StandaloneHTMLBuilder):
        return
    keep = {Path(app.builder.get_output_path(name)) for name in app.env.found_docs | written}
    for page in Path(app.outdir).rglob("*.html"):
        if page not in keep and "_static" not in page.parts and "_downloads" not in page.parts:
            page.unlink()


def setup_incremental(app: Sphinx) -> None:
    """Register the digest and the handlers."""
    written: set[str] = set()

    def note_written(_app: Sphinx, pagename: str, *_: object) -> None:
        written.add(pagename)

    def finish(app: Sphinx, exception: Exception | None) -> None:
        if exception is None:
            remove_pages_that_are_gone(app, written)

    app.add_config_value("mlx_keys_theme_assets", "", "html", types=frozenset({str}))
    app.connect("config-inited", set_theme_assets)
    app.connect("env-updated", follow_moved_objects)
    app.connect("html-page-context", note_written)
    app.connect("build-finished", finish)
