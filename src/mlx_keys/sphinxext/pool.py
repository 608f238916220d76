"""One pool of children for a whole build: started when first needed, ended with the build."""

from __future__ import annotations

import atexit

from sphinx.application import Sphinx

from mlx_keys.examples.execute.pool import Pool
from mlx_keys.examples.execute.runner import Runner

from .config import cache_folder, project_folder


class Children:
    """The pool, and what runs examples in it, if they have been needed yet."""

    def __init__(self) -> None:
        self.pool: Pool | None = None
        self.runner: Runner | None = None

    def close(self, _app: Sphinx, _exception: Exception | None) -> None:
        """End the pool."""
        if self.pool is not None:
            self.pool.close()
            self.pool = self.runner = None


def pool_of(app: Sphinx) -> Pool:
    """The build's pool."""
    children: Children = app.mlx_keys_children  # type: ignore[attr-defined]
    if children.pool is None:
        children.pool = Pool()
        atexit.register(children.pool.close)  # an untrue page ends the process at once
    return children.pool


def runner_of(app: Sphinx) -> Runner:
    """What says what an example does, the same for all of a build."""
    children: Children = app.mlx_keys_children  # type: ignore[attr-defined]
    if children.runner is None:
        children.runner = Runner(
            pool_of(app),
            project=project_folder(app),
            cache=cache_folder(app),
        )
    return children.runner


def setup_children(app: Sphinx) -> None:
    """Give the application its pool; Sphinx says that a build is over also when it failed."""
    children = Children()
    app.mlx_keys_children = children  # type: ignore[attr-defined]
    app.connect("build-finished", children.close)
