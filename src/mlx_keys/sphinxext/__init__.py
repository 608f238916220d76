"""The Sphinx extension: ``extensions = ["mlx_keys.sphinxext"]`` in any project's ``conf.py``.

Each module registers its directive or its event handlers in one ``setup_x(app)``, which
:func:`setup` calls. Nothing else of the package imports this folder.
"""

from __future__ import annotations

from pathlib import Path

from sphinx.application import Sphinx
from sphinx.util.typing import ExtensionMetadata

from mlx_keys import __version__

from .config import serve_static_files, setup_config
from .diagnostics import setup_diagnostics
from .domain import setup_domain
from .example import setup_example
from .gallery.verify import setup_gallery
from .incremental import setup_incremental
from .key_tree import setup_key_tree
from .nodes import setup_nodes
from .runner import setup_runner
from .summary import setup_summary


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register every part with Sphinx."""
    serve_static_files(app, Path(__file__).parent / "static")
    app.add_css_file("mlx-keys.css")
    setup_config(app)
    setup_domain(app)
    setup_nodes(app)
    setup_summary(app)
    setup_runner(app)
    setup_diagnostics(app)
    setup_incremental(app)
    setup_gallery(app)
    setup_example(app)
    setup_key_tree(app)
    return {"version": __version__, "parallel_read_safe": True, "parallel_write_safe": True}
