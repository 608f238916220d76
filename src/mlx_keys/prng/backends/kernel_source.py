"""The kernels' source text: ``threefry2x32.h``, the *finish* of a word, and the loop of a thread.

A thread makes four counters at a time, and with them four words of the first half of the result and
four of the second. The finish makes a word into the value of a distribution (itself, a uniform, a
normal number) before it is stored. The text is the same for Metal and CUDA, but for how a thread
finds its index.

A kernel reads its numbers from the strides of an input, in the order of :data:`NUMBERS`, then the
parameters, then 1; :func:`.kernel.pack_strides` says why.
"""

from __future__ import annotations

from importlib.resources import files
from typing import NamedTuple

import mlx.core as mx


class Finish(NamedTuple):
    """How a kernel makes a word into a value.

    Attributes:
        type: The type of a value, in the kernel.
        dtype: The dtype of the result, in MLX.
        of_word: The expression, in terms of ``word`` and the parameters.
        params: The parameters by name and type, in the order in which a draw gives them.
        on_metal: Whether Metal's library has the functions that it calls.
    """

    type: str
    dtype: mx.Dtype
    of_word: str
    params: tuple[tuple[str, str], ...] = ()
    on_metal: bool = True


def _real(of_word: str, *params: str, on_metal: bool = False) -> Finish:
    """A finish whose values and parameters are all float32."""
    floats = tuple((name, "float") for name in params)
    return Finish("float", mx.float32, of_word, floats, on_metal)


#: ``u``, and ``s`` of normal and laplace: between the float32 next to -1 and 1, where the width
#: rounds to 2.
_UNIT = "mk_unit(word, 0.99999994f)"
_SIGNED = f"MK_ADD(MK_MUL(2.0f, {_UNIT}), -0.99999994f)"

_NORMAL = f"MK_MUL(MK_MUL(root, scale), erfinvf({_SIGNED}))"
_LAPLACE = f"MK_MUL(scale, mk_laplace({_SIGNED}))"
_BETWEEN = "MK_ADD(MK_MUL(MK_SUB(high, low), mk_unit(word, largest)), low)"

FINISHES = {
    "bits": Finish("uint32_t", mx.uint32, "word"),
    "unit": _real("mk_unit(word, largest)", "largest", on_metal=True),
    "uniform": _real(_BETWEEN, "low", "high", "largest", on_metal=True),
    "normal": _real(_NORMAL, "root", "scale"),
    "moved_normal": _real(f"MK_ADD(mean, {_NORMAL})", "root", "scale", "mean"),
    "laplace": _real(_LAPLACE, "scale"),
    "moved_laplace": _real(f"MK_ADD(mean, {_LAPLACE})", "scale", "mean"),
    "gumbel": _real(f"-logf(-logf({_UNIT}))"),
    "truncated_normal": _real(
        f"mk_truncated({_UNIT}, lower, upper, root)", "lower", "upper", "root"
    ),
    # The float32 above 2**32: p = 1 is above every word.
    "bernoulli": Finish(
        "bool", mx.bool_, "MK_FLOAT(word) < MK_MUL(chance, 4294967808.0f)", (("chance", "float"),)
    ),
    "randint": Finish(
        "int32_t",
        mx.int32,
        "mk_integer(word, low, high)",
        (("low", "int32_t"), ("high", "int32_t")),
    ),
}

#: The numbers of a draw: its counters, how many of them give two words, how far a thread goes from
#: one step to the next; and of a window, its first word and its length.
NUMBERS = ("counters", "whole", "step", "start", "count")
#: The most parameters that a finish has.
MOST_PARAMS = 3
#: The index of the 1 by which the sums of the rounds become multiplications.
INDEX_OF_ONE = len(NUMBERS) + MOST_PARAMS

#: By the type of a parameter: its format for ``struct``, and how a kernel reads it from a stride.
TYPES = {
    "float": ("f", "mk_float((uint32_t)numbers_strides[{}])"),
    "int32_t": ("i", "(int32_t)numbers_strides[{}]"),
}

#: The index of a thread's first value, by platform. Metal's compiler passes the thread by a name.
_FIRST = {
    "cuda": "const uint32_t first = 4u * (blockIdx.x * blockDim.x + threadIdx.x);",
    "metal": "const uint32_t first = 4u * thread_position_in_grid.x;",
}

#: How four values are stored at an aligned address, by platform and by the bytes of a value.
_STORE = {
    ("cuda", 4): "*reinterpret_cast<uint4*>(to) = *reinterpret_cast<const uint4*>(from)",
    ("cuda", 1): "*reinterpret_cast<uchar4*>(to) = *reinterpret_cast<const uchar4*>(from)",
    ("metal", 4): "for (int j = 0; j < 4; ++j) (to)[j] = (from)[j]",
    ("metal", 1): "for (int j = 0; j < 4; ++j) (to)[j] = (from)[j]",
}

#: A full draw, in a grid-stride loop. The second half of the result is aligned where the counters
#: are a multiple of 4. A thread ends before its index could pass 2**32.
_FULL = """
const uint32_t step = numbers_strides[2];
if (first >= counters || first >= step) return;
for (uint32_t at = first;; at += step) {
  MK_DEVICE MK_T* const firsts = out + at;
  MK_DEVICE MK_T* const seconds = out + (size_t)counters + at;
  if (whole >= 4u && at <= whole - 4u) {
    alignas(4 * sizeof(MK_T)) MK_T a[4], b[4];
    #pragma unroll
    for (uint32_t i = 0; i < 4u; ++i) {
      const mk_block x = mk_threefry2x32(words, at + i, at + i + counters);
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
    for (uint32_t i = 0; i < 4u && at + i < counters; ++i) {
      const mk_block x = mk_counter(words, at + i, counters, whole);
      firsts[i] = MK_FINISH(x.x0);
      if (at + i < whole) seconds[i] = MK_FINISH(x.x1);
    }
  }
  if (counters - at <= step) return;
}
"""

#: A window of a draw, which starts at the word ``start`` and is ``count`` words long.
_WINDOW = """
const uint64_t start = numbers_strides[3];
const uint32_t count = numbers_strides[4];
if (first >= count) return;
for (uint32_t i = 0; i < 4u && first + i < count; ++i) {
  out[first + i] = MK_FINISH(mk_word(words, start + first + i, counters, whole));
}
"""

#: One block; the two words of its counter are in place of the first two numbers.
_BLOCK = """
if (first > 0u) return;
const mk_block x = mk_threefry2x32(words, counters, whole);
out[0] = x.x0;
out[1] = x.x1;
"""

_BODIES = {"full": _FULL, "window": _WINDOW, "block": _BLOCK}


def kernel_text(name: str, body: str, platform: str) -> tuple[str, str]:
    """Write the header and the body of one kernel.

    Args:
        name: One of :data:`FINISHES`.
        body: ``"full"``, a ``"window"`` of a draw, or one ``"block"``.
        platform: ``"cuda"`` or ``"metal"``.
    """
    finish = FINISHES[name]
    hash_body = files("mlx_keys.prng").joinpath("threefry2x32.h").read_text("utf-8")
    declared = "".join(f", {kind} {param}" for param, kind in finish.params)
    passed = "".join(f", {param}" for param, _ in finish.params)
    header = (
        f"#define MK_T {finish.type}\n"
        f"#define MK_FINISH(drawn) mk_finish_{name}(drawn{passed})\n"
        f"#define MK_STORE(to, from) {_STORE[platform, finish.dtype.size]}\n"
        f"MK_FN {finish.type} mk_finish_{name}(uint32_t word{declared}) {{\n"
        f"  return {finish.of_word};\n}}\n"
    )
    params = "".join(
        f"const {kind} {param} = {TYPES[kind][1].format(len(NUMBERS) + offset)};\n"
        for offset, (param, kind) in enumerate(finish.params)
    )
    # A window may be of a draw of any size, whose counters wrap around at 2**32, as in mlx.
    width = "uint64_t" if body == "window" else "uint32_t"
    numbers = (
        f"const {width} counters = numbers_strides[0], whole = numbers_strides[1];\n"
        f"const mk_key words = {{key[0], key[1], (uint32_t)numbers_strides[{INDEX_OF_ONE}]}};\n"
    )
    return hash_body + header, _FIRST[platform] + "\n" + numbers + params + _BODIES[body]
