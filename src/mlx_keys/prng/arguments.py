"""The arguments of a call, read as mlx reads them; what it refuses is refused in the same type."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext, suppress
from operator import index
from typing import TypeAlias, cast

import mlx.core as mx

from .errors import (
    ArgumentIndexError,
    ArgumentOverflowError,
    ArgumentTypeError,
    ArgumentValueError,
    UnsupportedError,
    told,
)

#: What mlx takes for a bound, a mean or a probability.
Scalar: TypeAlias = bool | int | float | complex | mx.array
_Somewhere: TypeAlias = mx.Stream | mx.ThreadLocalStream | mx.Device | mx.DeviceType
#: Where the work is done: as mlx's ``StreamOrDevice``.
Stream: TypeAlias = _Somewhere | None

#: Beyond it a Python integer is rounded when it becomes a float.
_EXACT = 2**53

_LONGEST = 2**31
_INT32, _INT64 = range(-_LONGEST, _LONGEST), range(-(2**63), 2**63)


_WHERE_IT_WOULD: AbstractContextManager[object] = nullcontext()


def on(function: str, stream: Stream) -> AbstractContextManager[object]:
    """The context in which the operations of a call run on ``stream`` (None: where they would)."""
    return _WHERE_IT_WOULD if stream is None else _moved(function, stream)


@contextmanager
def _moved(function: str, stream: _Somewhere) -> Iterator[None]:
    with ExitStack() as until_done:
        try:
            # MLX looks for the device when the context is entered, not when it is made.
            until_done.enter_context(mx.stream(stream))
        except TypeError:
            raise ArgumentTypeError(
                f"{function}: stream must be a stream or a device of mlx",
                expected="such as mx.cpu, or None",
                found=told(stream),
            ) from None
        except ValueError:
            raise ArgumentValueError(
                f"{function}: stream is of a device that this machine or this mlx has not",
                expected="such as mx.cpu, or None",
                found=str(stream),
            ) from None
        except IndexError:
            raise ArgumentIndexError(
                f"{function}: stream is of a device whose number this machine has not",
                expected="such as mx.cpu, or None",
                found=str(stream),
            ) from None
        yield


def read_key(function: str, key: object) -> mx.array:
    """A key: an array of two uint32 words."""
    if not isinstance(key, mx.array):
        raise ArgumentTypeError(
            f"{function}: key must be an mx.array",
            expected="shape (2,), dtype uint32",
            found=told(key),
            fix=_key_from(key),
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


def read_shape(function: str, shape: object, name: str = "shape") -> tuple[int, ...]:
    """A shape: a sequence of integers, none of them negative."""
    if type(shape) is tuple:  # what almost every shape is, read at once
        for side in shape:
            if type(side) is not int or not 0 <= side < _LONGEST:
                break
        else:
            return shape
    try:
        if isinstance(shape, (str, bytes, dict)):
            raise TypeError
        size = len(shape)  # type: ignore[arg-type]  # what has no length is a TypeError as well
        sides = tuple(index(shape[axis]) for axis in range(size))  # type: ignore[index]
        if not all(side in _INT64 for side in sides):
            raise TypeError
    except (TypeError, ValueError):  # a ValueError of an array that has no value yet
        raise ArgumentTypeError(
            f"{function}: {name} must be a sequence of integers",
            expected="such as (), (3,) or [2, 3]",
            found=told(shape),
            fix=f"{name}=({shape},)" if isinstance(shape, int) else None,
        ) from None
    if not all(side in _INT32 for side in sides):
        raise ArgumentOverflowError(
            f"{function}: a side of {name} is too long for mlx",
            expected="each below 2**31",
            found=str(sides),
        )
    if any(side < 0 for side in sides):
        raise ArgumentValueError(
            f"{function}: {name} has a negative side", expected="each 0 or more", found=str(sides)
        )
    return sides


def read_int(function: str, name: str, value: object) -> int:
    """An integer that fits 32 bits, signed."""
    try:
        number = index(value)  # type: ignore[arg-type]  # which is what is asked
    except (TypeError, ValueError):  # a ValueError of an array that has no value yet
        number = None
    if number is None or number not in _INT32:
        raise ArgumentTypeError(
            f"{function}: {name} must be an integer of 32 bits",
            expected="-2**31 <= integer < 2**31",
            found=told(value),
        )
    return number


def read_dtype(function: str, dtype: object, default: mx.Dtype) -> mx.Dtype:
    """A dtype; None stands for the function's default."""
    if dtype is None:
        return default
    if not isinstance(dtype, mx.Dtype):
        raise ArgumentTypeError(
            f"{function}: dtype must be an mlx dtype",
            expected="such as mx.float32",
            found=told(dtype),
        )
    return dtype


def read_array(function: str, name: str, value: object) -> mx.array:
    """An array, where mlx takes nothing else."""
    if not isinstance(value, mx.array):
        raise ArgumentTypeError(
            f"{function}: {name} must be an mx.array",
            expected="an mx.array",
            found=told(value),
            fix=f"mx.array({name})",
        )
    return value


def read_scalar(function: str, name: str, value: object, dtype: mx.Dtype | None = None) -> mx.array:
    """A number or an array, as an array. A real number takes ``dtype``, an array keeps its own."""
    if isinstance(value, mx.array):
        return value
    if isinstance(value, complex) or (dtype is not None and dtype == mx.complex64):
        dtype = None
    if value is None:
        raise ArgumentTypeError(
            f"{function}: {name} is None", expected="a number or an mx.array", found="None"
        )
    try:
        return mx.array(as_number(value), dtype)  # type: ignore[arg-type]  # NumPy's arrays too
    except (TypeError, ValueError, RuntimeError) as error:
        if isinstance(value, int) and isinstance(error, RuntimeError):  # std::bad_cast
            raise UnsupportedError(
                f"{function}: {name} does not fit mlx's integers",
                expected="-2**63 <= integer < 2**63",
                found=str(value),
            ) from None
        raise ArgumentValueError(
            f"{function}: {name} must be a number or an mx.array",
            expected="a number or an mx.array",
            found=told(value),
            fix=f"mx.array({value!r})" if isinstance(value, (list, tuple)) else None,
        ) from None


def read_one_number(function: str, name: str, value: object) -> float:
    """A number where mlx takes no array."""
    try:
        if isinstance(value, (str, bytes, bytearray)):  # which float() would read
            raise TypeError
        return float(value)  # type: ignore[arg-type]  # a TypeError of what is no number
    except (TypeError, ValueError):
        raise ArgumentTypeError(
            f"{function}: {name} must be one number",
            expected="a float",
            found=told(value),
            fix=f"scale and move the result: scale * x + loc, with {name} an array",
        ) from None


def as_number(value: object) -> object:
    """What stands for a number, as mlx takes it: of a class that it does not know, as complex."""
    if isinstance(value, (bool, int, float, complex)) or hasattr(value, "__array__"):
        return value
    with suppress(TypeError):
        return memoryview(value)  # type: ignore[arg-type]  # bytes, say
    if isinstance(value, str):  # which complex() would read
        raise TypeError
    return complex(value)  # type: ignore[call-overload]  # a TypeError of what is no number


def read_numbers(*values: object) -> tuple[float, ...] | None:
    """Plain real numbers, each of which becomes a float32 in one rounding; None if one is not."""
    for value in values:
        if not isinstance(value, float) and not (
            isinstance(value, int) and -_EXACT <= value <= _EXACT
        ):
            return None
    return cast(tuple[float, ...], values)


def read_floating(function: str, dtype: object) -> mx.Dtype:
    """A real floating point dtype; None is float32."""
    if dtype is mx.float32:
        return mx.float32
    kind = read_dtype(function, dtype, mx.float32)
    if not mx.issubdtype(kind, mx.floating):
        raise ArgumentValueError(
            f"{function}: dtype must be a real floating point type",
            expected="float32, float16 or bfloat16",
            found=_name(kind),
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


def broadcast(function: str, **shapes: Sequence[int]) -> tuple[int, ...]:
    """The shape that all these make together."""
    try:
        return tuple(mx.broadcast_shapes(*(tuple(shape) for shape in shapes.values())))
    except ValueError:
        named = ", ".join(f"{name} {tuple(shape)}" for name, shape in shapes.items())
        raise ArgumentValueError(
            f"{function}: shapes do not broadcast",
            expected="sides that are equal or 1, from the last",
            found=named,
        ) from None


def broadcast_within(function: str, shape: tuple[int, ...], **shapes: Sequence[int]) -> None:
    """Check that the shapes broadcast to ``shape``, no side of it growing."""
    whole = broadcast(function, shape=shape, **shapes)
    if whole != shape:
        named = ", ".join(f"{name} {tuple(side)}" for name, side in shapes.items())
        raise ArgumentValueError(
            f"{function}: shape is too small for the other arguments",
            expected=f"a shape that holds {named}",
            found=str(shape),
            fix=f"shape={whole}",
        )


def _key_from(found: object) -> str:
    if isinstance(found, int):
        return f"key=prng.key({found})"
    if found is None:
        return "key=prng.key(seed): there is no global state here"
    return "mx.array(words, dtype=mx.uint32)"


def _name(dtype: mx.Dtype) -> str:
    return str(dtype).removeprefix("mlx.core.")
