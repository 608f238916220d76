"""One runner of examples for a whole build: made when first needed, closed with the build."""

from __future__ import annotations

from pathlib import Path
from weakref import WeakKeyDictionary

from sphinx.application import Sphinx

from mlx_keys.examples.execute.pool import Pool
from mlx_keys.examples.execute.runner import Runner

from .config import cache_folder

_RUNNERS: WeakKeyDictionary[Sphinx, Runner] = WeakKeyDictionary()


def runner_of(app: Sphinx) -> Runner:
    """The build's runner of examples, with the build's one pool of child processes."""
    if app not in _RUNNERS:
        project = Path(app.confdir).parent  # the folder above the one that holds conf.py
        _RUNNERS[app] = Runner(Pool(), project=project, cache=cache_folder(app))
    return _RUNNERS[app]


def setup_runner(app: Sphinx) -> None:
    """Close the pool when the build is over; Sphinx says so too where a build has failed."""
    app.connect("build-finished", _close)


def _close(app: Sphinx, _exception: Exception | None) -> None:
    if app in _RUNNERS:
        _RUNNERS.pop(app).pool.close()
