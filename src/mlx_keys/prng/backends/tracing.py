"""Which keys are being traced, and how a draw survives ``mx.vmap`` over no keys.

A key inside ``mx.compile``, ``mx.vmap`` or ``mx.export_function`` stands for words that do not
exist yet, and MLX refuses to evaluate it. No function of MLX says whether an array is such a
placeholder, and to begin evaluating one takes longer than a small draw. :class:`TraceDetector` asks
the cheapest question that can settle it:

==  ======================================  ==================  ===============================
#   asked                                   answer              then the key is
==  ======================================  ==================  ===============================
1   ``mx.get_array_buffer_size(key)``       a size              evaluated: not traced
..                                          a ValueError        lazy or traced: ask 2
2   did a compiled function run in Python?  no (it was cached)  lazy: not traced
..                                          yes                 traced, or the first: ask 3
3   ``mx.async_eval(key)``                  accepted            lazy: not traced
..                                          a ValueError        traced
==  ======================================  ==================  ===============================

Question 1 raises for a lazy key, which costs as much as 20 answers; as keys are mostly like the one
before, it is left out for the next 63 keys then (``RETRY_AFTER``). mlx has it since 0.32.3.
Question 2 is asked on the main thread alone: another thread that called a compiled function makes
mlx 0.32.4 abort at the interpreter's exit (11 of 150 runs; 0 of 300 from the main thread alone).
"""

from __future__ import annotations

from collections.abc import Callable
from math import prod
from threading import get_ident, main_thread
from typing import cast

import mlx.core as mx

_MAIN_THREAD = main_thread().ident

#: A detector asks for the size of the buffer again at every so many keys after a lazy one.
RETRY_AFTER = 64


class TraceDetector:
    """Tells keys that are being traced, and remembers what the keys before were like."""

    __slots__ = ("_buffer_size", "_compiled", "_runs_in_python", "_skips")

    def __init__(self) -> None:
        self._buffer_size: Callable[[mx.array], int] = getattr(
            mx, "get_array_buffer_size", _unknown_size
        )
        #: How many keys are left for which question 1 is skipped.
        self._skips = 0
        self._runs_in_python = 0

        def count_run(_key: mx.array) -> None:  # a compiled function can't return that it ran
            self._runs_in_python += 1

        self._compiled = mx.compile(count_run)

    def is_traced(self, key: mx.array) -> bool:
        """Whether a key is being traced; the module's docstring has the questions by number.

        Args:
            key: Shape (2,), uint32: another shape would be compiled for anew.
        """
        if self._skips:
            self._skips -= 1
        else:
            try:
                self._buffer_size(key)  # 1
            except ValueError:
                self._skips = RETRY_AFTER - 1
            else:
                return False
        if get_ident() == _MAIN_THREAD:
            before = self._runs_in_python
            self._compiled(key)  # 2
            if self._runs_in_python == before:
                return False
        try:
            mx.async_eval(key)  # type: ignore[no-untyped-call]  # 3: it does not wait
        except ValueError:
            return True
        return False


def _unknown_size(_key: mx.array) -> int:
    """Stand in for ``mx.get_array_buffer_size`` where mlx has none: no key is known by its size."""
    raise ValueError


#: Whether a key is being traced, by the one detector of this process.
is_traced = TraceDetector().is_traced


def allow_empty_batch(draw: Callable[[mx.array], mx.array]) -> Callable[[mx.array], mx.array]:
    """Make a draw with one key survive ``mx.vmap`` over no keys at all.

    ``mx.vmap`` over a draw of ``mx.random`` and no keys kills the process: its generator divides by
    their number. Under ``mx.vmap`` the function returned gets all keys of the batch at once, shape
    (..., 2), and for an empty batch it returns an empty array of the draw's shape and dtype.

    Args:
        draw: Draws with a key of shape (2,); the values that it closes over are no arrays.
    """

    def draw_batch(keys: mx.array) -> mx.array:
        if keys.ndim == 1:
            return draw(keys)
        batch = keys.shape[:-1]
        if 0 in batch:
            sample = draw(mx.zeros((2,), mx.uint32))
            return mx.zeros((*batch, *sample.shape), sample.dtype)
        drawn = mx.vmap(draw)(keys.reshape(prod(batch), 2))
        return drawn.reshape(*batch, *drawn.shape[1:])

    @mx.custom_function
    def function(keys: mx.array) -> mx.array:
        return draw_batch(keys)

    @function.vmap
    def _batched(keys: mx.array, axis: int) -> tuple[mx.array, int]:
        return allow_empty_batch(draw)(mx.moveaxis(keys, axis, 0)), 0

    return cast(Callable[[mx.array], mx.array], function)
