"""One pool of children for a whole build: started when first needed, ended with the build."""

from __future__ import annotations

import atexit

from sphinx.application import Sphinx

from mlx_keys.examples.run import Pool


class Children:
    """The pool, if it has been needed yet."""

    def __init__(self) -> None:
        self.pool: Pool | None = None

    def close(self, _app: Sphinx, _exception: Exception | None) -> None:
        """End the pool."""
        if self.pool is not None:
            self.pool.close()
            self.pool = None


def pool_of(app: Sphinx) -> Pool:
    """The build's pool."""
    children: Children = app.mlx_keys_children  # type: ignore[attr-defined]
    if children.pool is None:
        children.pool = Pool()
        atexit.register(children.pool.close)  # an untrue page ends the process at once
    return children.pool


def setup_children(app: Sphinx) -> None:
    """Give the application its pool; Sphinx says that a build is over also when it failed."""
    children = Children()
    app.mlx_keys_children = children  # type: ignore[attr-defined]
    app.connect("build-finished", children.close)
