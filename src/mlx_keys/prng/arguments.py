"""Reads arguments as mlx reads them, and refuses what it refuses by an error of the same type."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext, suppress
from operator import index
from typing import TypeAlias, cast

import mlx.core as mx

from mlx_keys.errors import KeysError

from .errors import (
    FUNCTION,
    ArgumentIndexError,
    ArgumentTypeError,
    ArgumentValueError,
    UnsupportedError,
    describe,
    dtype_name,
    wrong_type,
)

#: What mlx takes for a bound, a mean or a probability.
Scalar: TypeAlias = bool | int | float | complex | mx.array
_StreamOrDevice: TypeAlias = mx.Stream | mx.ThreadLocalStream | mx.Device | mx.DeviceType
#: Where the work is done: mlx's own ``StreamOrDevice``.
Stream: TypeAlias = _StreamOrDevice | None

_INT32 = range(-(2**31), 2**31)
#: The integers of which each is a Python float.
_EXACT = range(-(2**53), 2**53 + 1)

_ONE_KEY = "shape (2,), dtype uint32"
_REAL_DTYPES = "float32, float16 or bfloat16"

_DEFAULT_STREAM: AbstractContextManager[object] = nullcontext()

#: What is wrong with a stream, by the error that mlx raises.
_STREAM_ERRORS: dict[type[Exception], tuple[type[KeysError], str]] = {
    TypeError: (ArgumentTypeError, "must be a stream or a device of mlx"),
    ValueError: (ArgumentValueError, "is of a device that this machine or this mlx has not"),
    IndexError: (ArgumentIndexError, "is of a device whose number this machine has not"),
}


def on(stream: Stream) -> AbstractContextManager[object]:
    """Make the context in which a call's operations run on ``stream`` (None: mlx's default)."""
    return _DEFAULT_STREAM if stream is None else _on_stream(stream)


@contextmanager
def _on_stream(stream: _StreamOrDevice) -> Iterator[None]:
    with ExitStack() as stack:
        try:
            # MLX looks for the device when the context is entered, not when it is made.
            stack.enter_context(mx.stream(stream))
        except tuple(_STREAM_ERRORS) as error:
            refusal, problem = _STREAM_ERRORS[type(error)]
            raise refusal(
                f"stream {problem}",
                expected="such as mx.cpu, or None",
                found=describe(stream) if refusal is ArgumentTypeError else str(stream),
                fix="stream=mx.cpu"
                if refusal is ArgumentTypeError
                else "stream=mx.cpu, or no stream",
            ) from None
        yield


def read_key(key: object) -> mx.array:
    """Read one key: shape (2,), uint32."""
    if not isinstance(key, mx.array):
        fix = "mx.array(words, dtype=mx.uint32)"
        if isinstance(key, int):
            fix = f"key=prng.key({key})"
        elif key is None:
            fix = "key=prng.key(seed): there is no global state here"
        raise wrong_type("key must be an mx.array", key, _ONE_KEY, fix)
    if key.dtype == mx.uint32 and key.shape == (2,):
        return key
    found = f"shape {key.shape}, dtype {dtype_name(key.dtype)}"
    if key.dtype != mx.uint32:
        raise ArgumentValueError(
            "key has the wrong dtype",
            expected=_ONE_KEY,
            found=found,
            fix="mx.array(words, dtype=mx.uint32), as words from JSON become signed integers",
        )
    fix = "prng.key(seed), or a row of prng.split(key, num)"
    if key.shape[-1:] == (2,):
        each = f"mx.vmap(lambda k: prng.{FUNCTION}(..., key=k))(keys)"
        fix = f"keys[i] for one key of many, or {each} for each"
    raise ArgumentValueError(
        "key has the wrong shape", expected=f"{_ONE_KEY}: one key", found=found, fix=fix
    )


def read_int(name: str, value: object) -> int:
    """Read an integer that fits 32 bits, signed."""
    with suppress(TypeError, ValueError):  # a ValueError of an array that is being traced
        number = index(value)  # type: ignore[arg-type]  # a TypeError of what is no integer
        if number in _INT32:
            return number
    fix = None  # of a float, a string or a traced array no integer can be meant
    problem = f"{name} must be an integer of 32 bits"
    raise wrong_type(problem, value, "-2**31 <= integer < 2**31", fix)


def read_dtype(dtype: object, default: mx.Dtype) -> mx.Dtype:
    """Read a dtype; None stands for the function's default."""
    if dtype is None or isinstance(dtype, mx.Dtype):
        return default if dtype is None else dtype
    fix = f"dtype=mx.{dtype_name(default)}"
    raise wrong_type("dtype must be an mlx dtype", dtype, "such as mx.float32", fix)


def read_floating(dtype: object) -> mx.Dtype:
    """Read a real floating point dtype; None is float32."""
    if dtype is mx.float32:
        return mx.float32
    kind = read_dtype(dtype, mx.float32)
    if not mx.issubdtype(kind, mx.floating):
        raise ArgumentValueError(
            "dtype must be a real floating point type",
            expected=_REAL_DTYPES,
            found=dtype_name(kind),
            fix="draw float32, then .astype(...)",
        )
    return kind


def refuse_float64_on_a_gpu(dtype: mx.Dtype) -> None:
    """Refuse, on a GPU, the one dtype that MLX has on a CPU alone."""
    if dtype == mx.float64 and mx.default_device().type == mx.DeviceType.gpu:
        raise ArgumentValueError(
            "MLX has no float64 on a GPU",
            expected=_REAL_DTYPES,
            found="float64",
            fix="dtype=mx.float32, or stream=mx.cpu where the function draws float64 at all",
        )


def read_array(name: str, value: object) -> mx.array:
    """Read an array, where mlx takes nothing else."""
    if isinstance(value, mx.array):
        return value
    raise wrong_type(f"{name} must be an mx.array", value, "an mx.array", f"mx.array({name})")


def read_axis(name: str, array: mx.array, axis: int, fix: str) -> int:
    """Check an axis of the argument ``name``, and count it from the first one."""
    if not -array.ndim <= axis < array.ndim:
        raise ArgumentIndexError(
            f"{name} has no such axis",
            expected=f"an axis of {array.ndim} dimensions",
            found=f"axis {axis}",
            fix=fix,
        )
    return axis % array.ndim


def read_scalar(name: str, value: object, dtype: mx.Dtype | None = None) -> mx.array:
    """Read a number or an array, as an array.

    Args:
        name: The parameter's name, for an error.
        value: A number or an array.
        dtype: The dtype that a real number takes; an array keeps its own.
    """
    if isinstance(value, mx.array):
        return value
    if isinstance(value, complex) or (dtype is not None and dtype == mx.complex64):
        dtype = None
    if value is None:
        fix = f"give {name}, or leave it out where it has a default"
        raise ArgumentTypeError(
            f"{name} is None", expected="a number or an mx.array", found="None", fix=fix
        )
    try:
        return mx.array(as_number(value), dtype)  # type: ignore[arg-type]  # NumPy's arrays too
    except (TypeError, ValueError, RuntimeError) as error:
        if isinstance(value, int) and isinstance(error, RuntimeError):  # std::bad_cast
            raise UnsupportedError(
                f"{name} does not fit mlx's integers",
                expected="-2**63 <= integer < 2**63",
                found=str(value),
                fix=f"{name}=float({value}) where a float will do",
            ) from None
        is_list = isinstance(value, (list, tuple))
        raise ArgumentValueError(
            f"{name} must be a number or an mx.array",
            expected="a number or an mx.array",
            found=describe(value),
            fix=f"mx.array({value!r})" if is_list else f"{name}=1.0, or another number",
        ) from None


def read_one_number(name: str, value: object) -> float:
    """Read a number where mlx takes no array."""
    try:
        if isinstance(value, (str, bytes, bytearray)):  # which float() would read
            raise TypeError
        return float(value)  # type: ignore[arg-type]  # a TypeError of what is no number
    except (TypeError, ValueError):
        fix = f"scale and move the result: scale * x + loc, with {name} an array"
        raise wrong_type(f"{name} must be one number", value, "a float", fix) from None


def as_number(value: object) -> object:
    """Convert a number of any class as mlx does: one of a class unknown to it becomes complex."""
    if isinstance(value, (bool, int, float, complex)) or hasattr(value, "__array__"):
        return value
    with suppress(TypeError):
        return memoryview(value)  # type: ignore[arg-type]  # bytes, say
    if isinstance(value, str):  # which complex() would read
        raise TypeError
    return complex(value)  # type: ignore[call-overload]  # a TypeError of what is no number


def read_numbers(*values: object) -> tuple[float, ...] | None:
    """Read plain real numbers that a kernel takes as they are; None if one of them is not plain.

    Each becomes a float32 in one rounding: an integer beyond 2**53 would be rounded twice.
    """
    for value in values:
        if not isinstance(value, float) and not (isinstance(value, int) and value in _EXACT):
            return None
    return cast(tuple[float, ...], values)
