"""A Sphinx extension for measuring alone: it runs a site's examples in Sphinx's own process.

Appended to ``extensions`` after ``mlx_keys.sphinxext``, it takes that one's handlers away, so that
sphinx-gallery runs the scripts itself, and runs the examples of pages by ``exec``. Nothing is
isolated, compared or cached: this is the build that ours is measured against.
"""

from __future__ import annotations

import contextlib
import io
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.environment import BuildEnvironment

from mlx_keys.examples.model import Example
from mlx_keys.examples.parse.extract import extract
from mlx_keys.trust.status import Status

#: The handlers that run, compare and refuse, by the module and the name of each.
_TAKEN = {
    ("mlx_keys.sphinxext.gallery.verify", "build"),
    ("mlx_keys.sphinxext.example", "verify_all"),
}


def take_over(app: Sphinx, _config: Config) -> None:
    """Put our handler where theirs are."""
    taken = {
        (listener.handler.__module__, listener.handler.__name__): listener.id
        for listeners in app.events.listeners.values()
        for listener in listeners
        if hasattr(listener.handler, "__name__")
    }
    for handler in _TAKEN:
        app.disconnect(taken[handler])
    app.connect("env-updated", run_all)


def run_all(app: Sphinx, env: BuildEnvironment) -> None:
    """Run every example of the site, one after the other, here."""
    held: dict[str, Any] = getattr(env, "mlx_keys_pages", {})
    for page in held.values():
        for example in page.examples:
            execute(example)
        page.statuses = tuple(Status("run in Sphinx's process", ()) for _ in page.examples)
    for name in app.config.mlx_keys_also:
        path = Path(app.srcdir) / name
        for example in extract(path.read_text(encoding="utf-8"), str(path)).examples:
            execute(example)


def execute(example: Example) -> str:
    """What an example prints, run in this process."""
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed), contextlib.suppress(Exception, SystemExit):
        exec(compile(example.code, "example.py", "exec"), {"__name__": "__main__"})  # noqa: S102
    return printed.getvalue()


def setup(app: Sphinx) -> dict[str, bool]:
    """Register with Sphinx."""
    app.connect("config-inited", take_over, priority=999)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
