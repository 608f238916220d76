"""Draws in one pass each on a GPU: launches of the kernels whose text :mod:`.kernel_text` holds.

Each kernel is built once, at its first launch, for Metal or for CUDA.

On an H200 the values were mlx's own, bit for bit, of every kernel here; on an H100, of an earlier
text without turns. On Metal nothing was run: :mod:`.source` does not choose a kernel there by
itself.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from math import copysign, inf
from struct import Struct
from typing import Any, cast

import mlx.core as mx

from mlx_keys.prng.errors import UnsupportedError
from mlx_keys.prng.window import Part

from .kernel_source import FINISHES, ONE, PARAMS, TYPES, text

#: Threads of a block, of four counters each. 64 to 512 were equally fast on an H100.
THREADS = 128

#: How many threads there are at most, each with as many turns as it takes. Seen on an H200, not
#: recorded: with one turn each, 2**28 words took 5 % longer.
MOST_THREADS = 2**21

#: How many values a launch can number in 32 bits: those of a part, and the counters of all, each of
#: which gives two.
_MOST_OF_A_PART, _MOST_OF_ALL = 2**32 - 1, 2**33 - 2

#: What :func:`mx.fast.metal_kernel` and :func:`mx.fast.cuda_kernel` return.
Launch = Callable[..., list[mx.array]]

#: By name, what a kernel is told of its parameters, 32 bits each, and as many more as there can be.
_PACKED = {
    name: Struct(
        "<"
        + "".join(TYPES[kind][0] for _, kind in finish.params)
        + "4x" * (PARAMS - len(finish.params))
    )
    for name, finish in FINISHES.items()
}
_WORDS = Struct(f"<{PARAMS}I")
_FLOAT = Struct("<f")

#: One value, whose strides are numbers: each axis has length 1, so that they move nothing.
_SHAPE = (1,) * (ONE + 1)
#: What follows on the two words of a counter.
_UNUSED = (0,) * (ONE - 2)


@cache
def backend() -> str | None:
    """``"cuda"`` or ``"metal"``, whichever this mlx can use here."""
    if mx.cuda.is_available():
        return "cuda"
    return "metal" if mx.metal.is_available() else None


def require(function: str) -> None:
    """Refuse to launch where there is nothing to launch on.

    Raises:
        RuntimeError: The device of the call is the CPU.
    """
    if mx.default_device().type != mx.DeviceType.gpu:
        raise UnsupportedError(
            f"{function}: the kernels run on a GPU",
            expected="CUDA or Metal as the device",
            found=f"{mx.default_device()}",
            fix='stream=mx.gpu where there is one; prng.using("mlx") or no choice at all',
        )


def has(name: str) -> bool:
    """Whether there is a kernel for one of :data:`FINISHES` here."""
    return FINISHES[name].on_metal or backend() == "cuda"


def uniform(
    key: mx.array, part: Part, low: float = 0.0, high: float = 1.0, largest: float = 1 - 2**-24
) -> mx.array:
    """Draw numbers between two bounds, float32; ``u`` is ``largest`` at most."""
    if (low, high) == (0, 1):
        return draw("unit", key, part, largest)
    return draw("uniform", key, part, low, high, largest)


def draw(name: str, key: mx.array, part: Part, *params: float) -> mx.array:
    """Draw with one kernel.

    Args:
        name: One of :data:`FINISHES`.
        key: Two words: shape (2,), uint32.
        part: Which values of how many.
        params: What the finish takes.

    Returns:
        The shape of the part; the dtype of the finish.

    Raises:
        RuntimeError: There are more values than the threads of a launch can number.
    """
    if part.length == 0:
        return mx.zeros(part.shape, FINISHES[name].dtype)
    most = _MOST_OF_ALL if part.whole else _MOST_OF_A_PART
    if part.length > most:
        raise UnsupportedError(
            "a kernel can't number so many values at once",
            expected=f"at most {most}",
            found=f"{part.length}, of shape {part.shape}",
            fix='smaller windows of the draw; or prng.using("ops")',
        )
    # A key has no gradient, and a kernel none to ask for.
    return launch(name, mx.stop_gradient(key), part, params, cast(str, backend()))


def block(
    key: mx.array, counter: tuple[int, int], where: str | None = None, **options: Any
) -> mx.array:
    """Scramble one counter: shape (2,), uint32. The last arguments are those of :func:`launch`."""
    (words,) = built("bits", "block", where or cast(str, backend()))(
        inputs=[mx.stop_gradient(key), _telling((*counter, *_UNUSED, 1))],
        output_shapes=[(2,)],
        output_dtypes=[mx.uint32],
        grid=(1, 1, 1),
        threadgroup=(1, 1, 1),
        **options,
    )
    return words


@cache
def built(name: str, body: str, where: str) -> Launch:
    """One kernel, ready to launch; see :func:`text`."""
    header, source = text(name, body, where)
    build: Any = mx.fast.cuda_kernel if where == "cuda" else mx.fast.metal_kernel
    return cast(
        Launch,
        build(
            name=f"mlx_keys_{name}_{body}",
            input_names=["key", "numbers"],
            output_names=["out"],
            source=source,
            header=header,
        ),
    )


def launch(
    name: str, key: mx.array, part: Part, params: tuple[float, ...], where: str, **options: Any
) -> mx.array:
    """Launch one kernel on the default device.

    Args:
        name: One of :data:`FINISHES`.
        key: Two words: shape (2,), uint32.
        part: Which values of how many.
        params: What the finish takes.
        where: ``"cuda"`` or ``"metal"``.
        options: For MLX: ``verbose``, ``stream``.
    """
    (drawn,) = built(name, "whole" if part.whole else "part", where)(
        inputs=[key, _telling(told(name, part, params))],
        output_shapes=[part.shape],
        output_dtypes=[FINISHES[name].dtype],
        grid=(threads(part), 1, 1),
        threadgroup=(THREADS, 1, 1),
        **options,
    )
    return drawn


def told(name: str, part: Part, params: tuple[float, ...]) -> tuple[int, ...]:
    """What a kernel is told: the numbers of :data:`~.kernel_text.PLACES`, the parameters, and 1."""
    half, odd = divmod(part.size, 2)
    packed = _PACKED[name]
    try:
        bits = packed.pack(*params)
    except OverflowError:  # beyond float32
        bits = packed.pack(*map(_single, params))
    places = half + odd, half, 4 * threads(part), part.start, part.stop - part.start
    return (*places, *_WORDS.unpack(bits), 1)


def _telling(numbers: tuple[int, ...]) -> mx.array:
    """An array whose strides are numbers.

    A kernel takes nothing but arrays. One that holds the numbers would lie in memory that the
    processor writes and the GPU has to fetch, page by page: up to half of the time of a draw of
    1 GiB on an H100. Strides come with the launch itself.
    """
    return mx.as_strided(_any_value(), _SHAPE, numbers)


@cache
def _any_value() -> mx.array:
    return mx.array([0], mx.uint32)


def threads(part: Part) -> int:
    """How many threads a draw takes, each of four counters or, of a part, four values at a time."""
    if not part.whole:
        return -(-part.length // 4)
    return min(-(-(part.size - part.size // 2) // 4), MOST_THREADS)


def _single(value: float) -> float:
    """A number that float32 can hold: infinity where it is beyond."""
    try:
        _FLOAT.pack(value)
    except OverflowError:
        return copysign(inf, value)
    return value
