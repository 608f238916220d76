"""Draws in one pass each on a GPU: launches of the kernels whose text is in :mod:`.kernel_source`.

Each kernel is built once, at its first launch, for Metal or for CUDA.

On an H200 the values were mlx's own, bit for bit, of every kernel here; on an H100, of an earlier
text in which a thread made one pass only. On Metal nothing was run: :mod:`.dispatch` does not
choose a kernel there by itself.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from math import copysign, inf
from struct import Struct
from typing import Any, cast

import mlx.core as mx

from mlx_keys.prng.errors import UnsupportedError
from mlx_keys.prng.window import Window

from .kernel_source import FINISHES, INDEX_OF_ONE, MOST_PARAMS, TYPES, kernel_text

#: Threads of a block, of four counters each. 64 to 512 were equally fast on an H100.
THREADS = 128

#: The most threads of a launch: where there is more to do, each goes on in steps of the whole grid
#: (a grid-stride loop). Seen on an H200, not recorded: with one step each, 2**28 words took 5 %
#: longer.
MOST_THREADS = 2**21

#: How many values a launch can number in 32 bits: those of a window, and the counters of a full
#: draw, each of which gives two.
_MOST_OF_A_WINDOW, _MOST_OF_A_FULL_DRAW = 2**32 - 1, 2**33 - 2

#: How a kernel's parameters are packed, by its name: 32 bits each, padded to ``MOST_PARAMS``.
_PARAM_LAYOUTS = {
    name: Struct(
        "<"
        + "".join(TYPES[kind][0] for _, kind in finish.params)
        + "4x" * (MOST_PARAMS - len(finish.params))
    )
    for name, finish in FINISHES.items()
}
_WORDS = Struct(f"<{MOST_PARAMS}I")
_FLOAT = Struct("<f")

#: The shape of the array whose strides are a kernel's numbers: as each axis has length 1, no stride
#: leads to another value.
_SHAPE = (1,) * (INDEX_OF_ONE + 1)
#: The numbers that a kernel of one block does not read: those between the counter and the 1.
_UNUSED = (0,) * (INDEX_OF_ONE - 2)


@cache
def gpu_platform() -> str | None:
    """``"cuda"`` or ``"metal"``, whichever this mlx can use here, or None."""
    if mx.cuda.is_available():
        return "cuda"
    return "metal" if mx.metal.is_available() else None


def require() -> None:
    """Refuse a draw of the kernels where the default device is not a GPU.

    Raises:
        RuntimeError: The device of the call is the CPU.
    """
    if mx.default_device().type != mx.DeviceType.gpu:
        raise UnsupportedError(
            "the kernels run on a GPU",
            expected="CUDA or Metal as the device",
            found=f"{mx.default_device()}",
            fix='stream=mx.gpu where there is one; prng.using("mlx") or no choice at all',
        )


def has(name: str) -> bool:
    """Whether there is a kernel for one of :data:`FINISHES` here."""
    return FINISHES[name].on_metal or gpu_platform() == "cuda"


def uniform(
    key: mx.array, window: Window, low: float = 0.0, high: float = 1.0, largest: float = 1 - 2**-24
) -> mx.array:
    """Draw numbers between two bounds, float32; ``u`` is ``largest`` at most."""
    if (low, high) == (0, 1):
        return draw("unit", key, window, largest)
    return draw("uniform", key, window, low, high, largest)


def draw(name: str, key: mx.array, window: Window, *params: float) -> mx.array:
    """Draw with one kernel.

    Args:
        name: One of :data:`FINISHES`.
        key: Two words: shape (2,), uint32.
        window: Which values of how many.
        params: The parameters of the finish.

    Returns:
        The shape of the window; the dtype of the finish.

    Raises:
        RuntimeError: There are more values than the threads of a launch can number.
    """
    if window.length == 0:
        return mx.zeros(window.shape, FINISHES[name].dtype)
    most = _MOST_OF_A_FULL_DRAW if window.is_full else _MOST_OF_A_WINDOW
    if window.length > most:
        raise UnsupportedError(
            "a kernel can't number so many values at once",
            expected=f"at most {most}",
            found=f"{window.length}, of shape {window.shape}",
            fix='smaller windows of the draw; or prng.using("ops")',
        )
    # A key has no gradient, and a kernel none to ask for.
    return launch(name, mx.stop_gradient(key), window, params, cast(str, gpu_platform()))


def block(
    key: mx.array, counter: tuple[int, int], platform: str | None = None, **options: Any
) -> mx.array:
    """Scramble one counter: shape (2,), uint32. The last arguments are those of :func:`launch`."""
    (words,) = build_kernel("bits", "block", platform or cast(str, gpu_platform()))(
        inputs=[mx.stop_gradient(key), pack_strides((*counter, *_UNUSED, 1))],
        output_shapes=[(2,)],
        output_dtypes=[mx.uint32],
        grid=(1, 1, 1),
        threadgroup=(1, 1, 1),
        **options,
    )
    return words


@cache
def build_kernel(name: str, body: str, platform: str) -> Callable[..., list[mx.array]]:
    """Build one kernel, once; :func:`.kernel_source.kernel_text` explains the arguments."""
    header, source = kernel_text(name, body, platform)
    build: Any = mx.fast.cuda_kernel if platform == "cuda" else mx.fast.metal_kernel
    kernel: Callable[..., list[mx.array]] = build(
        name=f"mlx_keys_{name}_{body}",
        input_names=["key", "numbers"],
        output_names=["out"],
        source=source,
        header=header,
    )
    return kernel


def launch(
    name: str,
    key: mx.array,
    window: Window,
    params: tuple[float, ...],
    platform: str,
    **options: Any,
) -> mx.array:
    """Launch one kernel on the default device; :func:`draw` explains the first four arguments.

    The platform is ``"cuda"`` or ``"metal"``; the options (``verbose``, ``stream``) are for MLX.
    """
    (drawn,) = build_kernel(name, "full" if window.is_full else "window", platform)(
        inputs=[key, pack_strides(kernel_arguments(name, window, params))],
        output_shapes=[window.shape],
        output_dtypes=[FINISHES[name].dtype],
        grid=(thread_count(window), 1, 1),
        threadgroup=(THREADS, 1, 1),
        **options,
    )
    return drawn


def kernel_arguments(name: str, window: Window, params: tuple[float, ...]) -> tuple[int, ...]:
    """List what a kernel reads: the numbers of ``kernel_source.NUMBERS``, its parameters, and 1."""
    half, odd = divmod(window.size, 2)
    layout = _PARAM_LAYOUTS[name]
    try:
        bits = layout.pack(*params)
    except OverflowError:  # beyond float32
        bits = layout.pack(*map(_to_float32_range, params))
    grid_stride = 4 * thread_count(window)
    numbers = half + odd, half, grid_stride, window.start, window.length
    return (*numbers, *_WORDS.unpack(bits), 1)


def pack_strides(numbers: tuple[int, ...]) -> mx.array:
    """Make an array whose strides are a kernel's numbers.

    A kernel takes nothing but arrays. An array that held the numbers as values would lie in memory
    that the processor writes and the GPU has to fetch, page by page: up to half of the time of a
    draw of 1 GiB on an H100. Strides come with the launch itself.
    """
    return mx.as_strided(_any_value(), _SHAPE, numbers)


@cache
def _any_value() -> mx.array:
    return mx.array([0], mx.uint32)


def thread_count(window: Window) -> int:
    """How many threads a launch has: each makes four counters, or four values of a window, a step.

    A full draw of 17 words has 9 counters, for 3 threads; a window of 5 of its words takes 2.
    """
    if not window.is_full:
        return -(-window.length // 4)
    return min(-(-(window.size - window.size // 2) // 4), MOST_THREADS)


def _to_float32_range(value: float) -> float:
    """The value, or infinity where float32 can't hold it."""
    try:
        _FLOAT.pack(value)
    except OverflowError:
        return copysign(inf, value)
    return value
