"""Draws in one pass each on a GPU: the kernels around ``threefry2x32.h``, and their launches.

A thread makes four counters, and with them four words of the first half of the result and four of
the second; what becomes of a word (nothing, a uniform, a normal number) happens before it is
stored. Each kernel is built once, at its first launch, for Metal or for CUDA.

On an H100 the values were mlx's own, bit for bit, of every kernel here. On Metal nothing was run:
:mod:`.source` does not choose a kernel there by itself.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from importlib.resources import files
from math import copysign, inf
from struct import Struct
from typing import Any, NamedTuple, cast

import mlx.core as mx

from .refusals import UnsupportedError
from .window import Part

#: Threads of a block, of four counters each. 64 to 512 were equally fast on an H100.
THREADS = 128

#: How many values a launch can number in 32 bits: those of a part, and the counters of all, each of
#: which gives two.
_MOST_OF_A_PART, _MOST_OF_ALL = 2**32 - 1, 2**33 - 2

#: What :func:`mx.fast.metal_kernel` and :func:`mx.fast.cuda_kernel` return.
Launch = Callable[..., list[mx.array]]


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

#: The numbers of a draw, in the order of the strides in which a kernel finds them.
PLACES = ("counters", "whole", "start", "count")
#: The most parameters that a finish has.
_PARAMS = 3
#: A key as a kernel is given it: axes of length 1, whose strides are the numbers, and its own.
_SHAPE = (1,) * (len(PLACES) + _PARAMS) + (2,)
#: What follows on the two words of a counter.
_UNUSED = (0,) * (len(_SHAPE) - 3)

#: By the type of a parameter: its format for ``struct``, and how a kernel reads it from a stride.
_TYPES = {
    "float": ("f", "mk_float((uint32_t)key_strides[{}])"),
    "int32_t": ("i", "(int32_t)key_strides[{}]"),
}
#: The parameters of each finish, 32 bits each, and as many more as there can be.
_PACKED = {
    name: Struct(
        "<"
        + "".join(_TYPES[kind][0] for _, kind in finish.params)
        + "4x" * (_PARAMS - len(finish.params))
    )
    for name, finish in FINISHES.items()
}
_WORDS = Struct(f"<{_PARAMS}I")
_FLOAT = Struct("<f")

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

#: All of a draw. The second half of the result is aligned where the counters are a multiple of 4.
_WHOLE = """
if (first >= counters) return;
MK_DEVICE MK_T* const firsts = out + first;
MK_DEVICE MK_T* const seconds = out + (size_t)counters + first;
if (whole >= 4u && first <= whole - 4u) {
  alignas(4 * sizeof(MK_T)) MK_T a[4], b[4];
  #pragma unroll
  for (uint32_t i = 0; i < 4u; ++i) {
    const mk_block x = mk_threefry2x32(words, first + i, first + i + counters);
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
    const mk_block x = mk_counter(words, first + i, counters, whole);
    firsts[i] = MK_FINISH(x.x0);
    if (first + i < whole) seconds[i] = MK_FINISH(x.x1);
  }
}
"""

#: A part of a draw, which starts at the word ``start`` and is ``count`` words long.
_PART = """
const uint64_t start = key_strides[2];
const uint32_t count = key_strides[3];
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
            mend='stream=mx.gpu where there is one; prng.using("mlx") or no choice at all',
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
            mend='smaller windows of the draw; or prng.using("ops")',
        )
    # A key has no gradient, and a kernel none to ask for.
    return launch(name, mx.stop_gradient(key), part, params, cast(str, backend()))


def block(
    key: mx.array, counter: tuple[int, int], where: str | None = None, **options: Any
) -> mx.array:
    """Scramble one counter: shape (2,), uint32. The last arguments are those of :func:`launch`."""
    (words,) = built("bits", "block", where or cast(str, backend()))(
        inputs=[_telling(mx.stop_gradient(key), (*counter, *_UNUSED, 1))],
        output_shapes=[(2,)],
        output_dtypes=[mx.uint32],
        grid=(1, 1, 1),
        threadgroup=(1, 1, 1),
        **options,
    )
    return words


def text(name: str, body: str, where: str) -> tuple[str, str]:
    """The header and the body of one kernel.

    Args:
        name: One of :data:`FINISHES`.
        body: ``"whole"`` or ``"part"``, of a draw, or one ``"block"``.
        where: ``"cuda"`` or ``"metal"``.
    """
    finish = FINISHES[name]
    hash_body = files(__package__).joinpath("threefry2x32.h").read_text("utf-8")
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
        f"const {kind} {param} = {_TYPES[kind][1].format(len(PLACES) + place)};\n"
        for place, (param, kind) in enumerate(finish.params)
    )
    # A part may be of a draw of any size, and counters wrap around at 2**32 there, as in mlx.
    width = "uint64_t" if body == "part" else "uint32_t"
    numbers = (
        f"const {width} counters = key_strides[0], whole = key_strides[1];\n"
        f"const mk_key words = {{key[0], key[1], (uint32_t)key_strides[{len(_SHAPE) - 1}]}};\n"
    )
    return hash_body + header, _FIRST[where] + "\n" + numbers + params + _BODIES[body]


@cache
def built(name: str, body: str, where: str) -> Launch:
    """One kernel, ready to launch; see :func:`text`."""
    header, source = text(name, body, where)
    build: Any = mx.fast.cuda_kernel if where == "cuda" else mx.fast.metal_kernel
    return cast(
        Launch,
        build(
            name=f"mlx_keys_{name}_{body}",
            input_names=["key"],
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
        inputs=[_telling(key, told(name, part, params))],
        output_shapes=[part.shape],
        output_dtypes=[FINISHES[name].dtype],
        grid=(threads(part), 1, 1),
        threadgroup=(THREADS, 1, 1),
        **options,
    )
    return drawn


def told(name: str, part: Part, params: tuple[float, ...]) -> tuple[int, ...]:
    """What a kernel is told in the strides of its key: :data:`PLACES`, the parameters, and 1.

    A kernel takes nothing but arrays. An array of numbers would lie in memory that the processor
    writes and the GPU has to fetch, page by page: up to half of the time of a draw of 1 GiB on an
    H100. Strides come with the launch itself; those of axes of length 1 move nothing.
    """
    half, odd = divmod(part.size, 2)
    packed = _PACKED[name]
    try:
        bits = packed.pack(*params)
    except OverflowError:  # beyond float32
        bits = packed.pack(*map(_single, params))
    return (half + odd, half, part.start, part.stop - part.start, *_WORDS.unpack(bits), 1)


def _telling(key: mx.array, numbers: tuple[int, ...]) -> mx.array:
    """A key whose strides are numbers.

    Only what lies in a row can be given strides. A view of another width copies what does not (a
    column of an array, say) and nothing else; mx.contiguous can't be exported.
    """
    return mx.as_strided(key.view(mx.uint64).view(mx.uint32), _SHAPE, numbers)


def threads(part: Part) -> int:
    """How many threads a draw takes, of four counters or, of a part, four values each."""
    places = part.size - part.size // 2 if part.whole else part.length
    return -(-places // 4)


def _single(value: float) -> float:
    """A number that float32 can hold: infinity where it is beyond."""
    try:
        _FLOAT.pack(value)
    except OverflowError:
        return copysign(inf, value)
    return value
