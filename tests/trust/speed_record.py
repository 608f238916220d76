"""A record of speed with numbers that are easy to divide."""

from __future__ import annotations

from mlx_keys.examples.execute.backend import Backend
from mlx_keys.trust.speed import SpeedRecord

CHIP = "NVIDIA H100 80GB HBM3, driver 580.159.04"
BACKEND = Backend("cuda", "linux", "x86_64", "glibc 2.39", CHIP, "0.32.4", "3.12.3")


def row(draw: str, who: str, median: float, rate: float, **more: object) -> dict[str, object]:
    """A measurement of eight values."""
    return {
        "draw": draw, "who": who, "values": 8, "median": median, "gb_per_s": rate,
        "seconds": [median], **more,
    }  # fmt: skip


MEASURED = SpeedRecord(
    BACKEND,
    "2026-11-22",
    "mlx-keys bench prng --record",
    {"torch": "2.11.0"},
    [
        row("split", "mx.random", 1e-3, 1000),
        row("split", "prng", 5e-4, 2000, equal=True),
        row("split", "torch zero_, the write limit", 4e-4, 2500),
        row("uniform", "mx.random", 5e-3, 200),
        row("uniform", "prng", 5e-4, 1900, equal=True),
        row("uniform", "compiled mx.random", 2e-3, 500),
    ],
)
