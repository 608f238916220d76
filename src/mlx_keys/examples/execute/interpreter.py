"""The command and the environment of every interpreter that is started for examples."""

from __future__ import annotations

import os
import sys
from pathlib import Path

#: Variables that change what a program prints, and are taken away.
_REMOVED = (
    "FORCE_COLOR",
    "LANGUAGE",
    "PYTHONDEVMODE",
    "PYTHONINSPECT",
    "PYTHONOPTIMIZE",
    "PYTHONSTARTUP",
    "PYTHONVERBOSE",
    "PYTHONWARNINGS",
)

#: Variables that are set, so that the same program prints the same on every machine.
_FIXED = {
    "COLUMNS": "80",
    "LC_ALL": "C.UTF-8",
    "MPLBACKEND": "Agg",
    "NO_COLOR": "1",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "PYTHONUTF8": "1",
    "TZ": "UTC",
}


def environment(hash_seed: int = 0) -> dict[str, str]:
    """Return the environment of a child: this process's, without what changes a program's output.

    Args:
        hash_seed: ``PYTHONHASHSEED``, which decides the order of a set of strings.
    """
    env = {name: value for name, value in os.environ.items() if name not in _REMOVED} | _FIXED
    env["PYTHONHASHSEED"] = str(hash_seed)
    if path := env.get("PYTHONPATH"):
        # Children run in folders of their own.
        parts = path.split(os.pathsep)
        env["PYTHONPATH"] = os.pathsep.join(str(Path(part).resolve()) for part in parts)
    return env


def python(module: str, *arguments: str) -> list[str]:
    """Return the command that calls ``module.main()`` with arguments in a new interpreter.

    ``-P`` leaves the current folder out of the search for modules. The code is given by ``-c``,
    as multiprocessing imports a ``__main__`` that has a name or a file again in every child.
    """
    return [sys.executable, "-P", "-c", f"from {module} import main; main()", *arguments]
