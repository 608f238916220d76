"""The directives that only this site has: ``extensions = ["ext"]``, with ``conf`` on the path.

One file a directive or a family of them, each with one ``setup_x(app)``. None of it is in the
wheel: in another project ``{speed}`` or ``{errata}`` may mean anything.
"""

from __future__ import annotations

from pathlib import Path

from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.util.typing import ExtensionMetadata

from mlx_keys.files import digest_files, files_below

from .attested_backends import setup_attested_backends
from .batteries import setup_batteries
from .errata import setup_errata
from .speed import setup_speed
from .threefry_rounds import setup_threefry_rounds

FOLDER = Path(__file__).parent


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register every part with Sphinx."""
    app.setup_extension("mlx_keys.sphinxext")
    # A config value of the kind "env": when it changes, Sphinx reads all pages again.
    app.add_config_value("ext_made_by", "", "env", types=frozenset({str}))
    app.connect("config-inited", _set_made_by)
    app.connect("builder-inited", _serve_style)
    setup_attested_backends(app)
    setup_batteries(app)
    setup_errata(app)
    setup_speed(app)
    setup_threefry_rounds(app)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def _set_made_by(_app: Sphinx, config: Config) -> None:
    """Put a digest of these files into the configuration: what pages show is read off them."""
    config.ext_made_by = digest_files(files_below(FOLDER))


def _serve_style(app: Sphinx) -> None:
    """Have Sphinx copy the style sheets beside the project's own, which come last."""
    app.config.html_static_path.insert(0, str(FOLDER / "static"))
