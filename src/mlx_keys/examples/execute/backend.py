"""The backend: device, system, architecture and C library that computed the numbers.

A fresh interpreter finds it out, as MLX must not be used in the calling process.
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from mlx_keys.errors import KeysError

from .interpreter import environment, python

_START_TIMEOUT = 120.0  # seconds: the first start on a GPU compiles


@dataclass(frozen=True)
class Backend:
    """Where examples run.

    The device, the system, the architecture and the C library decide the numbers, as the
    logarithms of two C libraries differ; the other fields are shown to readers.

    Attributes:
        device: ``cpu``, ``cuda``, ``metal``, or ``none`` where there is no MLX.
        system: ``linux`` or ``darwin``.
        machine: The architecture, such as ``x86_64`` or ``arm64``.
        libc: The C library, such as ``glibc``, with its version.
        chip: The name of the processor or GPU, where it is known, and NVIDIA's driver.
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
        """What decides the numbers, in one word: the name of the backend's record in ``trust/``.

        On a CPU the version of the C library counts, as its logarithms change with it; a GPU has
        logarithms of its own.
        """
        libc = self.libc if self.device == "cpu" else self.libc.split(" ")[0]
        return "-".join((self.device, self.system, self.machine, libc.replace(" ", "-")))

    @property
    def label(self) -> str:
        """The device's name in a text: ``CPU``, ``CUDA`` or ``Metal``."""
        return {"cpu": "CPU", "cuda": "CUDA", "metal": "Metal"}.get(self.device, "Python alone")


@cache
def ask(device: str | None = None) -> Backend:
    """Ask a fresh interpreter which backend it has; each answer is kept for the process.

    Args:
        device: ``cpu`` or ``gpu``; by default MLX's own choice.

    Raises:
        KeysError: MLX is installed but does not start, or has no such device.
    """
    try:
        answer = subprocess.run(
            python(__name__, device or ""),
            env=environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_START_TIMEOUT,
            check=True,
        )
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        stderr = error.stderr if isinstance(error.stderr, str) else ""
        raise KeysError(
            f"mlx does not start on {device or 'its default device'}",
            found=(stderr.strip().splitlines() or [str(error)])[-1],
            fix="mlx-keys verify --device cpu",
        ) from error
    return Backend(**json.loads(answer.stdout))


def identify(device_type: str) -> dict[str, str]:
    """Find out the fields of :class:`Backend`, in that interpreter.

    Args:
        device_type: ``cpu`` or ``gpu``; empty for MLX's own choice.
    """
    device, chip, version = "none", "", ""
    try:
        import mlx.core as mx
    except ModuleNotFoundError:
        pass
    else:
        version = str(vars(mx)["__version__"])
        if device_type:
            mx.set_default_device(mx.Device(getattr(mx, device_type)))
        mx.eval(mx.zeros(1))  # raises where there is no such device
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
    """The GPU's name, where MLX knows it, and NVIDIA's driver."""
    ask_device = getattr(mx, "device_info", None) or mx.metal.device_info
    name = str(dict(ask_device()).get("device_name", ""))
    driver = Path("/sys/module/nvidia/version")
    return f"{name}, driver {driver.read_text().strip()}" if driver.exists() else name


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


def main() -> None:
    """Print what :func:`identify` gives, as JSON."""
    print(json.dumps(identify(sys.argv[1])))
