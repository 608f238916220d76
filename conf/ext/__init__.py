"""The directives that only this site has: ``extensions = ["ext"]``, with ``conf`` on the path.

They document MLX's own functions (``reference/``, ``draws/``, ``errata``) and show the records in
``trust/`` (``speed``, ``batteries``, ``attested_backends``). One file a directive or a family of
them, each with one ``setup_x(app)``. None of it is in the wheel: in another project ``{speed}`` or
``{errata}`` may mean anything.
"""

from __future__ import annotations

from pathlib import Path

from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.util.typing import ExtensionMetadata

from mlx_keys.files import digest_files, files_below
from mlx_keys.sphinxext.config import serve_static_files

from .attested_backends import setup_attested_backends
from .batteries import setup_batteries
from .draws.directive import setup_draws
from .errata import setup_errata
from .reference.at_a_glance import setup_at_a_glance
from .reference.function import setup_function
from .reference.parameters import setup_parameters
from .reference.result_spec import setup_result_specs
from .reference.signatures import setup_signatures
from .reference.type_links import setup_type_links
from .speed import setup_speed
from .threefry_rounds import setup_threefry_rounds
from .verified_count import setup_verified_count

FOLDER = Path(__file__).parent


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register every part with Sphinx."""
    app.setup_extension("mlx_keys.sphinxext")
    # A config value of the kind "env": when it changes, Sphinx reads all pages again.
    app.add_config_value("ext_made_by", "", "env", types=frozenset({str}))
    app.connect("config-inited", _set_made_by)
    serve_static_files(app, FOLDER / "static")
    setup_type_links(app)
    setup_function(app)
    setup_result_specs(app)
    setup_draws(app)
    setup_parameters(app)
    setup_at_a_glance(app)
    setup_signatures(app)
    setup_attested_backends(app)
    setup_batteries(app)
    setup_errata(app)
    setup_speed(app)
    setup_threefry_rounds(app)
    setup_verified_count(app)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def _set_made_by(_app: Sphinx, config: Config) -> None:
    """Put a digest of these files into the configuration: what pages show is read off them."""
    config.ext_made_by = digest_files(files_below(FOLDER))
