"""What a command needs before it begins; where that is missing, an error says so at once."""

from __future__ import annotations

import importlib.util
from pathlib import Path

from mlx_keys.errors import INSTALL_MLX, KeysError, Location


def require_site(project: Path, problem: str, fix: str) -> None:
    """Refuse a folder that holds no site.

    Args:
        project: The folder.
        problem: What cannot be done here.
        fix: What to do instead.

    Raises:
        KeysError: It has no ``conf/conf.py``.
    """
    if not (project / "conf" / "conf.py").is_file():
        raise KeysError(
            problem,
            where=Location("conf/conf.py"),
            expected="a folder with conf/conf.py and docs/",
            found=str(project),
            fix=f"cd to the project's folder, or {fix}",
        )


def require_mlx(why: str, fix: str) -> None:
    """Refuse to begin without mlx. It is looked for, and not imported.

    Args:
        why: What needs it.
        fix: What to say before the command that installs it.

    Raises:
        KeysError: It is not installed.
    """
    try:
        installed = importlib.util.find_spec("mlx.core") is not None
    except ModuleNotFoundError:
        installed = False
    if not installed:
        raise KeysError(
            f"mlx is not installed, and {why}",
            expected="mlx, at the version that conf/requirements.txt holds",
            fix=f"{fix}{INSTALL_MLX}",
        )
