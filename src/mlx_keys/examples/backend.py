"""The backend: what computed the numbers. Asked of a child, as MLX must not be used in callers."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from dataclasses import dataclass
from typing import Any

from .run import Job, Pool, need


@dataclass(frozen=True)
class Backend:
    """Where examples run.

    What fixes the numbers is the device, the system, the architecture and the C library, as its
    logarithms differ from others'; the rest is told to readers.

    Attributes:
        device: ``cpu``, ``cuda``, ``metal``, or ``none`` where there is no MLX.
        system: ``linux`` or ``darwin``.
        machine: The architecture, such as ``x86_64`` or ``arm64``.
        libc: The C library, such as ``glibc``, with its version.
        chip: The processor or GPU, where it tells its name.
        mlx: MLX's version, or an empty string.
        python: Python's version.
    """

    device: str
    system: str
    machine: str
    libc: str
    chip: str
    mlx: str
    python: str

    @property
    def name(self) -> str:
        """What fixes the numbers, in one word: the name of its record."""
        return "-".join((self.device, self.system, self.machine, self.libc.split(" ")[0]))

    @property
    def label(self) -> str:
        """The device as a reader calls it."""
        return {"cpu": "CPU", "cuda": "CUDA", "metal": "Metal"}.get(self.device, "Python alone")


def ask(pool: Pool, device: str | None = None) -> Backend:
    """Ask a child which backend it has.

    Args:
        pool: Where the child comes from.
        device: ``cpu`` or ``gpu``; MLX's default unless said.

    Raises:
        KeysError: Where MLX is there but does not start, or has no such device.
    """
    job = Job(f"{__name__}:identify", {"device": device}, timeout=120.0)
    return Backend(**need(pool.run([job])[0], "asking MLX for its device"))


def identify(payload: dict[str, str | None]) -> dict[str, str]:
    """In the child: the fields of :class:`Backend`."""
    device, chip, version = "none", "", ""
    try:
        import mlx.core as mx
    except ModuleNotFoundError:
        pass
    else:
        version = str(vars(mx)["__version__"])
        wanted = payload.get("device") or ""
        if wanted:
            mx.set_default_device(mx.Device(getattr(mx, wanted)))
        mx.eval(mx.zeros(1))  # a device that is absent says so here
        if mx.default_device().type == mx.DeviceType.cpu:
            device = "cpu"
        else:
            device = "metal" if mx.metal.is_available() else "cuda"
            chip = _gpu(mx)
    return {
        "device": device,
        "system": platform.system().lower(),
        "machine": platform.machine(),
        "libc": _libc(),
        "chip": chip or _cpu(),
        "mlx": version,
        "python": platform.python_version(),
    }


def _gpu(mx: Any) -> str:
    """The GPU's name, where MLX tells it."""
    ask_device = getattr(mx, "device_info", None) or mx.metal.device_info
    return str(dict(ask_device()).get("device_name", ""))


def _libc() -> str:
    name, version = platform.libc_ver()
    if name:
        return f"{name} {version}"
    return "libSystem" if sys.platform == "darwin" else "libc"


def _cpu() -> str:
    """The processor's name, or an empty string."""
    if sys.platform == "darwin":
        return subprocess.run(
            ["/usr/sbin/sysctl", "-n", "machdep.cpu.brand_string"],
            capture_output=True,
            text=True,
            check=False,
        ).stdout.strip()
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as info:  # noqa: PTH123
            names = [
                line.partition(":")[2].strip() for line in info if line.startswith("model name")
            ]
    except OSError:
        names = []
    return names[0] if names else os.uname().machine
