"""Reads arguments as mlx reads them, and refuses what it refuses by an error of the same type."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext, suppress
from operator import index
from typing import TypeAlias, cast

import mlx.core as mx

from .errors import (
    ArgumentIndexError,
    ArgumentTypeError,
    ArgumentValueError,
    UnsupportedError,
    describe,
)

#: What mlx takes for a bound, a mean or a probability.
Scalar: TypeAlias = bool | int | float | complex | mx.array
_StreamOrDevice: TypeAlias = mx.Stream | mx.ThreadLocalStream | mx.Device | mx.DeviceType
#: Where the work is done: mlx's own ``StreamOrDevice``.
Stream: TypeAlias = _StreamOrDevice | None

#: The largest integer up to which every integer is a Python float.
_LARGEST_EXACT = 2**53

_INT32 = range(-(2**31), 2**31)


_DEFAULT_STREAM: AbstractContextManager[object] = nullcontext()


def on(function: str, stream: Stream) -> AbstractContextManager[object]:
    """Make the context in which a call's operations run on ``stream`` (None: mlx's default)."""
    return _DEFAULT_STREAM if stream is None else _on_stream(function, stream)


@contextmanager
def _on_stream(function: str, stream: _StreamOrDevice) -> Iterator[None]:
    with ExitStack() as stack:
        try:
            # MLX looks for the device when the context is entered, not when it is made.
            stack.enter_context(mx.stream(stream))
        except TypeError:
            raise ArgumentTypeError(
                f"{function}: stream must be a stream or a device of mlx",
                expected="such as mx.cpu, or None",
                found=describe(stream),
                fix="stream=mx.cpu",
            ) from None
        except ValueError:
            raise ArgumentValueError(
                f"{function}: stream is of a device that this machine or this mlx has not",
                expected="such as mx.cpu, or None",
                found=str(stream),
                fix="stream=mx.cpu, or no stream",
            ) from None
        except IndexError:
            raise ArgumentIndexError(
                f"{function}: stream is of a device whose number this machine has not",
                expected="such as mx.cpu, or None",
                found=str(stream),
                fix="stream=mx.cpu, or no stream",
            ) from None
        yield


def read_key(function: str, key: object) -> mx.array:
    """Read one key: shape (2,), uint32."""
    if not isinstance(key, mx.array):
        raise ArgumentTypeError(
            f"{function}: key must be an mx.array",
            expected="shape (2,), dtype uint32",
            found=describe(key),
            fix=_how_to_make_a_key(key),
        )
    if key.dtype == mx.uint32 and key.shape == (2,):
        return key
    found = f"shape {key.shape}, dtype {_name(key.dtype)}"
    if key.dtype != mx.uint32:
        raise ArgumentValueError(
            f"{function}: key has the wrong dtype",
            expected="shape (2,), dtype uint32",
            found=found,
            fix="mx.array(words, dtype=mx.uint32), as words from JSON become signed integers",
        )
    raise ArgumentValueError(
        f"{function}: key has the wrong shape",
        expected="shape (2,), dtype uint32: one key",
        found=found,
        fix=f"keys[i] for one key of many, or mx.vmap(lambda k: prng.{function}(..., key=k))"
        "(keys) for each"
        if key.shape[-1:] == (2,)
        else "prng.key(seed), or a row of prng.split(key, num)",
    )


def read_int(function: str, name: str, value: object) -> int:
    """Read an integer that fits 32 bits, signed."""
    try:
        number = index(value)  # type: ignore[arg-type]  # a TypeError of what is no integer
    except (TypeError, ValueError):  # a ValueError of an array that is being traced
        number = None
    if number is None or number not in _INT32:
        raise ArgumentTypeError(
            f"{function}: {name} must be an integer of 32 bits",
            expected="-2**31 <= integer < 2**31",
            found=describe(value),
            fix=None,  # of a float, a string or a traced array no integer can be meant
        )
    return number


def read_dtype(function: str, dtype: object, default: mx.Dtype) -> mx.Dtype:
    """Read a dtype; None stands for the function's default."""
    if dtype is None:
        return default
    if not isinstance(dtype, mx.Dtype):
        raise ArgumentTypeError(
            f"{function}: dtype must be an mlx dtype",
            expected="such as mx.float32",
            found=describe(dtype),
            fix=f"dtype={default}".replace("mlx.core", "mx"),
        )
    return dtype


def read_array(function: str, name: str, value: object) -> mx.array:
    """Read an array, where mlx takes nothing else."""
    if not isinstance(value, mx.array):
        raise ArgumentTypeError(
            f"{function}: {name} must be an mx.array",
            expected="an mx.array",
            found=describe(value),
            fix=f"mx.array({name})",
        )
    return value


def read_scalar(function: str, name: str, value: object, dtype: mx.Dtype | None = None) -> mx.array:
    """Read a number or an array, as an array.

    Args:
        function: The name of the function that draws, for an error.
        name: The parameter's name, for an error.
        value: A number or an array.
        dtype: The dtype that a real number takes; an array keeps its own.
    """
    if isinstance(value, mx.array):
        return value
    if isinstance(value, complex) or (dtype is not None and dtype == mx.complex64):
        dtype = None
    if value is None:
        raise ArgumentTypeError(
            f"{function}: {name} is None",
            expected="a number or an mx.array",
            found="None",
            fix=f"give {name}, or leave it out where it has a default",
        )
    try:
        return mx.array(as_number(value), dtype)  # type: ignore[arg-type]  # NumPy's arrays too
    except (TypeError, ValueError, RuntimeError) as error:
        if isinstance(value, int) and isinstance(error, RuntimeError):  # std::bad_cast
            raise UnsupportedError(
                f"{function}: {name} does not fit mlx's integers",
                expected="-2**63 <= integer < 2**63",
                found=str(value),
                fix=f"{name}=float({value}) where a float will do",
            ) from None
        raise ArgumentValueError(
            f"{function}: {name} must be a number or an mx.array",
            expected="a number or an mx.array",
            found=describe(value),
            fix=f"mx.array({value!r})"
            if isinstance(value, (list, tuple))
            else f"{name}=1.0, or another number",
        ) from None


def read_one_number(function: str, name: str, value: object) -> float:
    """Read a number where mlx takes no array."""
    try:
        if isinstance(value, (str, bytes, bytearray)):  # which float() would read
            raise TypeError
        return float(value)  # type: ignore[arg-type]  # a TypeError of what is no number
    except (TypeError, ValueError):
        raise ArgumentTypeError(
            f"{function}: {name} must be one number",
            expected="a float",
            found=describe(value),
            fix=f"scale and move the result: scale * x + loc, with {name} an array",
        ) from None


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
        if not isinstance(value, float) and not (
            isinstance(value, int) and -_LARGEST_EXACT <= value <= _LARGEST_EXACT
        ):
            return None
    return cast(tuple[float, ...], values)


def read_floating(function: str, dtype: object) -> mx.Dtype:
    """Read a real floating point dtype; None is float32."""
    if dtype is mx.float32:
        return mx.float32
    kind = read_dtype(function, dtype, mx.float32)
    if not mx.issubdtype(kind, mx.floating):
        raise ArgumentValueError(
            f"{function}: dtype must be a real floating point type",
            expected="float32, float16 or bfloat16",
            found=_name(kind),
            fix="draw float32, then .astype(...)",
        )
    return kind


def refuse_float64_on_a_gpu(function: str, dtype: mx.Dtype) -> None:
    """Refuse, on a GPU, the one dtype that MLX has on a CPU alone."""
    if dtype == mx.float64 and mx.default_device().type == mx.DeviceType.gpu:
        raise ArgumentValueError(
            f"{function}: MLX has no float64 on a GPU",
            expected="float32, float16 or bfloat16",
            found="float64",
            fix="dtype=mx.float32, or stream=mx.cpu where the function draws float64 at all",
        )


def _how_to_make_a_key(found: object) -> str:
    if isinstance(found, int):
        return f"key=prng.key({found})"
    if found is None:
        return "key=prng.key(seed): there is no global state here"
    return "mx.array(words, dtype=mx.uint32)"


def _name(dtype: mx.Dtype) -> str:
    return str(dtype).removeprefix("mlx.core.")
