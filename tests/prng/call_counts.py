"""Counts which functions of the generator a call enters: behaviour seen from outside."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable
from types import FrameType

PACKAGE = "mlx_keys.prng."


def count_calls(call: Callable[[], object]) -> Counter[str]:
    """How often each function of ``mlx_keys.prng`` is entered by a call, by module and name.

    Returns:
        Such as ``{"arguments.read_key": 1}``.
    """
    counts: Counter[str] = Counter()

    def profile(frame: FrameType, event: str, _: object) -> None:
        module = frame.f_globals.get("__name__", "")
        if event == "call" and module.startswith(PACKAGE):
            counts[f"{module.removeprefix(PACKAGE)}.{frame.f_code.co_name}"] += 1

    before = sys.getprofile()
    sys.setprofile(profile)
    try:
        call()
    finally:
        sys.setprofile(before)
    return counts


def modules_entered(call: Callable[[], object]) -> set[str]:
    """The modules of ``mlx_keys.prng`` whose functions a call enters, such as ``arguments``."""
    return {name.rpartition(".")[0] for name in count_calls(call)}
