"""What a command needs before it begins: said at once where it is not there."""

from __future__ import annotations

import importlib.util
from pathlib import Path

from mlx_keys.errors import INSTALL_MLX, KeysError, Place


def require_site(project: Path, problem: str, mend: str) -> None:
    """Refuse a folder that holds no site.

    Args:
        project: The folder.
        problem: What cannot be done here.
        mend: What to do instead.

    Raises:
        KeysError: It has no ``conf/conf.py``.
    """
    if not (project / "conf" / "conf.py").is_file():
        raise KeysError(
            problem,
            where=Place("conf/conf.py"),
            expected="a folder with conf/conf.py and docs/",
            found=str(project),
            mend=f"cd to the project's folder, or {mend}",
        )


def require_mlx(why: str, mend: str) -> None:
    """Refuse to begin without mlx, which is not imported here.

    Args:
        why: What needs it.
        mend: What to say before the command that installs it.

    Raises:
        KeysError: It is not installed.
    """
    try:
        found = importlib.util.find_spec("mlx.core") is not None
    except ModuleNotFoundError:
        found = False
    if not found:
        raise KeysError(
            f"mlx is not installed, and {why}",
            expected="mlx, at the version that conf/requirements.txt holds",
            mend=f"{mend}{INSTALL_MLX}",
        )
