"""Draws in one pass each on a GPU: the kernels around ``threefry2x32.h``, and their launches.

A thread makes four counters, and with them four words of the first half of the result and four of
the second; what becomes of a word (nothing, a uniform, a normal number) happens before it is
stored. Each kernel is built once, at its first launch, for Metal or for CUDA.

On an H100 the values were mlx's own, bit for bit: those of uniform and normal too. On Metal nothing
was run: :mod:`.source` does not choose a kernel there by itself.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple, cast

import mlx.core as mx

from .refusals import UnsupportedError
from .window import Part

#: Threads of a block, of four counters each: the fastest of 64, 128, 256 and 512 on an H100.
THREADS = 64

#: What :func:`mx.fast.metal_kernel` and :func:`mx.fast.cuda_kernel` return.
Launch = Callable[..., list[mx.array]]


class Finish(NamedTuple):
    """What a kernel makes of a word.

    Attributes:
        type: Of the result, in the kernel.
        dtype: Of the result, in MLX.
        of_word: The expression, in terms of ``word`` and ``params``.
    """

    type: str
    dtype: mx.Dtype
    of_word: str


#: ``s`` of normal: a uniform number between the float32 next to -1 and 1; the width rounds to 2.
_SIGNED = "MK_ADD(MK_MUL(2.0f, mk_unit(word, 0.99999994f)), -0.99999994f)"
_SCALED = f"MK_MUL(MK_MUL(params[0], params[1]), erfinvf({_SIGNED}))"

FINISHES = {
    "bits": Finish("uint32_t", mx.uint32, "word"),
    "uniform": Finish(
        "float",
        mx.float32,
        "MK_ADD(MK_MUL(MK_SUB(params[1], params[0]), mk_unit(word, params[2])), params[0])",
    ),
    "normal": Finish("float", mx.float32, _SCALED),
    "moved_normal": Finish("float", mx.float32, f"MK_ADD(params[2], {_SCALED})"),
}

#: The place of a thread's first value, by backend. Metal's compiler is told of the thread by name.
_FIRST = {
    "cuda": "const uint32_t first = 4u * (blockIdx.x * blockDim.x + threadIdx.x);",
    "metal": "const uint32_t first = 4u * thread_position_in_grid.x;",
}

#: How four values go to an aligned place, by backend.
_STORE = {
    "cuda": "*reinterpret_cast<uint4*>(to) = *reinterpret_cast<const uint4*>(from)",
    "metal": "for (int j = 0; j < 4; ++j) (to)[j] = (from)[j]",
}

#: All of a draw. The second half of the result is aligned where the counters are a multiple of 4.
_WHOLE = """
const uint32_t counters = layout[0], whole = layout[1];
if (first >= counters) return;
const uint32_t k0 = key[0], k1 = key[1];
MK_DEVICE MK_T* const firsts = out + first;
MK_DEVICE MK_T* const seconds = out + (size_t)counters + first;
if (whole >= 4u && first <= whole - 4u) {
  alignas(16) MK_T a[4], b[4];
  #pragma unroll
  for (uint32_t i = 0; i < 4u; ++i) {
    const mk_block x = mk_threefry2x32(k0, k1, first + i, first + i + counters);
    a[i] = MK_FINISH(x.x0);
    b[i] = MK_FINISH(x.x1);
  }
  MK_STORE(firsts, a);
  if ((counters & 3u) == 0u) {
    MK_STORE(seconds, b);
  } else {
    for (uint32_t i = 0; i < 4u; ++i) seconds[i] = b[i];
  }
} else {
  for (uint32_t i = 0; i < 4u && first + i < counters; ++i) {
    const mk_block x = mk_counter(k0, k1, first + i, counters, whole);
    firsts[i] = MK_FINISH(x.x0);
    if (first + i < whole) seconds[i] = MK_FINISH(x.x1);
  }
}
"""

#: A part of a draw, which starts at the word (layout[3], layout[2]) and is layout[4] words long.
_PART = """
const uint32_t count = layout[4];
if (first >= count) return;
const uint64_t start = ((uint64_t)layout[3] << 32) | layout[2];
for (uint32_t i = 0; i < 4u && first + i < count; ++i) {
  const uint32_t word = mk_word(key[0], key[1], start + first + i, layout[0], layout[1]);
  out[first + i] = MK_FINISH(word);
}
"""


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
            mend='stream=mx.gpu where there is one; prng.using("mlx") or no choice at all',
        )


def has_normal() -> bool:
    """Whether a kernel makes normal numbers: not on Metal, whose library has no erfinv."""
    return backend() == "cuda"


def bits(key: mx.array, part: Part) -> mx.array:
    """Draw words.

    Args:
        key: Two words: shape (2,), uint32.
        part: Which words of how many.

    Returns:
        Shape (part.count,), uint32.
    """
    return _draw("bits", key, part, ())


def uniform(
    key: mx.array, part: Part, low: float = 0.0, high: float = 1.0, largest: float = 1 - 2**-24
) -> mx.array:
    """Draw numbers between two bounds, float32; ``u`` is ``largest`` at most."""
    return _draw("uniform", key, part, (low, high, largest))


def normal(
    key: mx.array, part: Part, root: float, scale: float = 1.0, mean: float | None = None
) -> mx.array:
    """Draw ``root * scale * erfinv(s) + mean``, float32; with no mean nothing is added."""
    if mean is None:
        return _draw("normal", key, part, (root, scale))
    return _draw("moved_normal", key, part, (root, scale, mean))


def text(name: str, *, whole: bool, where: str) -> tuple[str, str]:
    """The header and the body of one kernel.

    Args:
        name: One of :data:`FINISHES`.
        whole: All of a draw, or a part of it.
        where: ``"cuda"`` or ``"metal"``.
    """
    finish = FINISHES[name]
    body = files(__package__).joinpath("threefry2x32.h").read_text("utf-8")
    defines = (
        f"#define MK_T {finish.type}\n"
        f"#define MK_FINISH(drawn) mk_finish_{name}(drawn, params)\n"
        f"#define MK_STORE(to, from) {_STORE[where]}\n"
    )
    space = "const constant" if where == "metal" else "const"
    function = (
        f"MK_FN {finish.type} mk_finish_{name}(uint32_t word, {space} float* params) {{\n"
        f"  return {finish.of_word};\n}}\n"
    )
    return body + defines + function, _FIRST[where] + (_WHOLE if whole else _PART)


@cache
def built(name: str, *, whole: bool, where: str) -> Launch:
    """One kernel, ready to launch; see :func:`text`."""
    header, source = text(name, whole=whole, where=where)
    build: Any = mx.fast.cuda_kernel if where == "cuda" else mx.fast.metal_kernel
    return cast(
        Launch,
        build(
            name=f"mlx_keys_{name}_{'whole' if whole else 'part'}",
            input_names=["key", "layout", "params"],
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
    layout, threads = plan(part)
    (drawn,) = built(name, whole=part.whole, where=where)(
        inputs=[key, mx.array(layout, mx.uint32), mx.array(params or (0.0,), mx.float32)],
        output_shapes=[(part.count,)],
        output_dtypes=[FINISHES[name].dtype],
        grid=(threads, 1, 1),
        threadgroup=(THREADS, 1, 1),
        **options,
    )
    return drawn


def plan(part: Part) -> tuple[list[int], int]:
    """What a kernel is told of the places of its values, and how many threads it takes."""
    half, odd = divmod(part.size, 2)
    counters = half + odd
    if part.whole:
        return [counters, half], -(-counters // 4)
    return [counters, half, part.start % 2**32, part.start >> 32, part.count], -(-part.count // 4)


def _draw(name: str, key: mx.array, part: Part, params: tuple[float, ...]) -> mx.array:
    if part.count == 0:
        return mx.zeros((0,), FINISHES[name].dtype)
    if not part.whole and part.count >= 2**32:  # more than a thread can number
        everything = _draw(name, key, part.everything(), params)
        return everything[part.start : part.stop]
    # A key has no gradient, and a kernel none to ask for.
    return launch(name, mx.stop_gradient(key), part, params, cast(str, backend()))
