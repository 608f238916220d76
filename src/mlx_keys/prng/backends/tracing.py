"""Keys that are being traced: how they are told, and how a draw survives that there are none."""

from __future__ import annotations

from collections.abc import Callable
from math import prod
from threading import get_ident, main_thread
from typing import cast

import mlx.core as mx

_MAIN = main_thread().ident

#: After a key that was not made, so many calls do without the quick look.
_HOPE = 64
#: mlx has it since 0.32.3.
_buffer_size: Callable[[mx.array], int] | None = getattr(mx, "get_array_buffer_size", None)
_unmade = _calls = 0


@mx.compile
def _run_where_traced(_key: mx.array) -> None:
    global _calls  # noqa: PLW0603  nothing that is compiled can return whether it ran
    _calls += 1


def traced(key: mx.array) -> bool:
    """Whether a key is one of ``mx.compile``, ``mx.vmap`` or ``mx.export_function``.

    Such a key has no words yet, and MLX refuses to evaluate it. There is no asking an array for
    this, and to begin making it would take longer than a small draw. But a key that is made is not
    traced, and a compiled function runs in Python where its argument is traced, and otherwise once.

    Args:
        key: Shape (2,), uint32: another shape would be compiled for anew.
    """
    global _unmade  # noqa: PLW0603
    # The quickest look of all raises where a key is not made, which takes as long as 20 looks: keys
    # are mostly like the one before.
    if _buffer_size is not None and _unmade % _HOPE == 0:
        try:
            _buffer_size(key)
        except ValueError:
            pass
        else:
            return False
    _unmade += 1
    # A thread that called a compiled function makes mlx 0.32.4 abort at the interpreter's exit, if
    # it is not the main one (11 of 150 runs; 0 of 300 from the main thread alone).
    if get_ident() == _MAIN:
        before = _calls
        _run_where_traced(key)
        if _calls == before:
            return False
    try:
        mx.async_eval(key)  # type: ignore[no-untyped-call]  # does not wait
    except ValueError:
        return True
    return False


def for_no_keys_too(draw: Callable[[mx.array], mx.array]) -> Callable[[mx.array], mx.array]:
    """The draw for a key that ``mx.vmap`` may turn into keys of shape (..., 2), or into none.

    ``mx.vmap`` over a draw of ``mx.random`` and no keys kills the process: its generator divides by
    their number.

    Args:
        draw: Draws with a key; what else it uses is no array.
    """

    def many(keys: mx.array) -> mx.array:
        if keys.ndim == 1:
            return draw(keys)
        batch = keys.shape[:-1]
        if 0 in batch:
            one = draw(mx.zeros((2,), mx.uint32))
            return mx.zeros((*batch, *one.shape), one.dtype)
        drawn = mx.vmap(draw)(keys.reshape(prod(batch), 2))
        return drawn.reshape(*batch, *drawn.shape[1:])

    @mx.custom_function
    def function(keys: mx.array) -> mx.array:
        return many(keys)

    @function.vmap
    def _batched(keys: mx.array, axis: int) -> tuple[mx.array, int]:
        return for_no_keys_too(draw)(mx.moveaxis(keys, axis, 0)), 0

    return cast(Callable[[mx.array], mx.array], function)
