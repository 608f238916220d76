"""What the kernels' compilers are given: ``threefry2x32.h``, what becomes of a word, the threads.

A thread makes four counters at a time, and with them four words of the first half of the result and
four of the second; what becomes of a word (nothing, a uniform, a normal number) happens before it
is stored. The text is the same for Metal and CUDA, but for how a thread finds its place.

A kernel is told its numbers as the strides of an input, in the order of :data:`PLACES`, then the
parameters, then 1. :mod:`.kernel` says why.
"""

from __future__ import annotations

from importlib.resources import files
from typing import NamedTuple

import mlx.core as mx


class Finish(NamedTuple):
    """What a kernel makes of a word.

    Attributes:
        type: Of the result, in the kernel.
        dtype: Of the result, in MLX.
        of_word: The expression, in terms of ``word`` and the parameters.
        params: The parameters by name and type, in the order in which a draw gives them.
        on_metal: Whether Metal's library has the functions that it calls.
    """

    type: str
    dtype: mx.Dtype
    of_word: str
    params: tuple[tuple[str, str], ...] = ()
    on_metal: bool = True


def _floats(*names: str) -> tuple[tuple[str, str], ...]:
    return tuple((name, "float") for name in names)


#: ``u``, and ``s`` of normal and laplace: between the float32 next to -1 and 1, where the width
#: rounds to 2.
_UNIT = "mk_unit(word, 0.99999994f)"
_SIGNED = f"MK_ADD(MK_MUL(2.0f, {_UNIT}), -0.99999994f)"

_NORMAL = f"MK_MUL(MK_MUL(root, scale), erfinvf({_SIGNED}))"
_LAPLACE = f"MK_MUL(scale, mk_laplace({_SIGNED}))"
_BETWEEN = "MK_ADD(MK_MUL(MK_SUB(high, low), mk_unit(word, largest)), low)"

FINISHES = {
    "bits": Finish("uint32_t", mx.uint32, "word"),
    "unit": Finish("float", mx.float32, "mk_unit(word, largest)", _floats("largest")),
    "uniform": Finish("float", mx.float32, _BETWEEN, _floats("low", "high", "largest")),
    "normal": Finish("float", mx.float32, _NORMAL, _floats("root", "scale"), on_metal=False),
    "moved_normal": Finish(
        "float",
        mx.float32,
        f"MK_ADD(mean, {_NORMAL})",
        _floats("root", "scale", "mean"),
        on_metal=False,
    ),
    "laplace": Finish("float", mx.float32, _LAPLACE, _floats("scale"), on_metal=False),
    "moved_laplace": Finish(
        "float",
        mx.float32,
        f"MK_ADD(mean, {_LAPLACE})",
        _floats("scale", "mean"),
        on_metal=False,
    ),
    "gumbel": Finish("float", mx.float32, f"-logf(-logf({_UNIT}))", on_metal=False),
    "truncated_normal": Finish(
        "float",
        mx.float32,
        f"mk_truncated({_UNIT}, lower, upper, root)",
        _floats("lower", "upper", "root"),
        on_metal=False,
    ),
    # The float32 above 2**32: p = 1 is above every word.
    "bernoulli": Finish(
        "bool", mx.bool_, "MK_FLOAT(word) < MK_MUL(chance, 4294967808.0f)", _floats("chance")
    ),
    "randint": Finish(
        "int32_t",
        mx.int32,
        "mk_integer(word, low, high)",
        (("low", "int32_t"), ("high", "int32_t")),
    ),
}

#: The numbers of a draw: its counters, how many of them give two words, how far a thread goes from
#: one turn to the next; and of a part, its first word and its length.
PLACES = ("counters", "whole", "step", "start", "count")
#: The most parameters that a finish has.
PARAMS = 3
#: Where the 1 is, by which the sums of the rounds are multiplications.
ONE = len(PLACES) + PARAMS

#: By the type of a parameter: its format for ``struct``, and how a kernel reads it from a stride.
TYPES = {
    "float": ("f", "mk_float((uint32_t)numbers_strides[{}])"),
    "int32_t": ("i", "(int32_t)numbers_strides[{}]"),
}

#: The place of a thread's first value, by backend. Metal's compiler is told of the thread by name.
_FIRST = {
    "cuda": "const uint32_t first = 4u * (blockIdx.x * blockDim.x + threadIdx.x);",
    "metal": "const uint32_t first = 4u * thread_position_in_grid.x;",
}

#: How four values go to an aligned place, by backend and by the bytes of a value.
_STORE = {
    ("cuda", 4): "*reinterpret_cast<uint4*>(to) = *reinterpret_cast<const uint4*>(from)",
    ("cuda", 1): "*reinterpret_cast<uchar4*>(to) = *reinterpret_cast<const uchar4*>(from)",
    ("metal", 4): "for (int j = 0; j < 4; ++j) (to)[j] = (from)[j]",
    ("metal", 1): "for (int j = 0; j < 4; ++j) (to)[j] = (from)[j]",
}

#: All of a draw, in turns. The second half of the result is aligned where the counters are a
#: multiple of 4. A thread ends before its place could pass 2**32.
_WHOLE = """
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

#: A part of a draw, which starts at the word ``start`` and is ``count`` words long.
_PART = """
const uint64_t start = numbers_strides[3];
const uint32_t count = numbers_strides[4];
if (first >= count) return;
for (uint32_t i = 0; i < 4u && first + i < count; ++i) {
  out[first + i] = MK_FINISH(mk_word(words, start + first + i, counters, whole));
}
"""

#: One block, whose counter takes the place of the first two numbers.
_BLOCK = """
if (first > 0u) return;
const mk_block x = mk_threefry2x32(words, counters, whole);
out[0] = x.x0;
out[1] = x.x1;
"""

_BODIES = {"whole": _WHOLE, "part": _PART, "block": _BLOCK}


def text(name: str, body: str, where: str) -> tuple[str, str]:
    """The header and the body of one kernel.

    Args:
        name: One of :data:`FINISHES`.
        body: ``"whole"`` or ``"part"``, of a draw, or one ``"block"``.
        where: ``"cuda"`` or ``"metal"``.
    """
    finish = FINISHES[name]
    hash_body = files("mlx_keys.prng").joinpath("threefry2x32.h").read_text("utf-8")
    taken = "".join(f", {kind} {param}" for param, kind in finish.params)
    given = "".join(f", {param}" for param, _ in finish.params)
    header = (
        f"#define MK_T {finish.type}\n"
        f"#define MK_FINISH(drawn) mk_finish_{name}(drawn{given})\n"
        f"#define MK_STORE(to, from) {_STORE[where, finish.dtype.size]}\n"
        f"MK_FN {finish.type} mk_finish_{name}(uint32_t word{taken}) {{\n"
        f"  return {finish.of_word};\n}}\n"
    )
    params = "".join(
        f"const {kind} {param} = {TYPES[kind][1].format(len(PLACES) + place)};\n"
        for place, (param, kind) in enumerate(finish.params)
    )
    # A part may be of a draw of any size, and counters wrap around at 2**32 there, as in mlx.
    width = "uint64_t" if body == "part" else "uint32_t"
    numbers = (
        f"const {width} counters = numbers_strides[0], whole = numbers_strides[1];\n"
        f"const mk_key words = {{key[0], key[1], (uint32_t)numbers_strides[{ONE}]}};\n"
    )
    return hash_body + header, _FIRST[where] + "\n" + numbers + params + _BODIES[body]
