"""The configuration values that several modules read, and the folders that they name."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.environment import BuildEnvironment

from mlx_keys.files import digest_files, files_below

PACKAGE = Path(__file__).resolve().parents[1]


def trust_folder(env: BuildEnvironment) -> Path:
    """The folder of the project's attestations, of mlx's history and of recorded signatures."""
    return Path(env.srcdir) / str(env.config.mlx_keys_trust)


def cache_folder(app: Sphinx) -> Path:
    """The folder where the results of examples are kept from build to build."""
    return Path(app.config.mlx_keys_cache or app.doctreedir / "observed")


def files_outside(app: Sphinx) -> list[Path]:
    """The files outside the site whose examples the build verifies too, such as the README."""
    return [(Path(app.srcdir) / name).resolve() for name in app.config.mlx_keys_also]


def serve_static_files(app: Sphinx, folder: Path) -> None:
    """Have Sphinx copy an extension's style sheets; the project's own come later and override."""

    def put_first(app: Sphinx) -> None:
        app.config.html_static_path.insert(0, str(folder))

    app.connect("builder-inited", put_first)


def set_made_by(_app: Sphinx, config: Config) -> None:
    """Put the versions of mlx and of this package into the configuration.

    What pages show is read off both. Sphinx reads all pages again when a value changes.
    """
    try:
        mlx = version("mlx")
    except PackageNotFoundError:
        mlx = "none"
    config.mlx_keys_made_by = f"mlx {mlx}, code {digest_files(files_below(PACKAGE))}"


def setup_config(app: Sphinx) -> None:
    """Register the values."""
    app.add_config_value("mlx_keys_also", [], "env", types=frozenset({list, tuple}))
    app.add_config_value("mlx_keys_cache", "", "", types=frozenset({str}))
    app.add_config_value("mlx_keys_trust", "trust", "env", types=frozenset({str}))
    app.add_config_value("mlx_keys_made_by", "", "env", types=frozenset({str}))
    app.connect("config-inited", set_made_by)
