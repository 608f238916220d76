"""An example's code as a job: run it as Python runs a file that someone has started."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType

#: What the program is called in its own directory.
NAME = "example.py"


def run(payload: dict[str, str | None]) -> None:
    """Run ``payload["code"]`` as ``__main__`` from a file, on ``payload["device"]`` if given.

    The file is there so that tracebacks have lines, ``inspect`` finds sources, and processes that
    the program starts by ``multiprocessing`` can import it.
    """
    code = payload["code"] or ""
    path = Path.cwd() / NAME
    path.write_text(code, encoding="utf-8")
    if payload.get("device"):
        import mlx.core as mx

        mx.set_default_device(mx.Device(getattr(mx, str(payload["device"]))))
    main = ModuleType("__main__")
    main.__file__ = str(path)
    main.__dict__["__builtins__"] = __builtins__
    sys.modules["__main__"] = main
    sys.argv = [str(path)]
    exec(compile(code, str(path), "exec", dont_inherit=True), main.__dict__)  # noqa: S102
