"""What mlx refuses before it looks at any value: arguments that its signature does not take."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from inspect import signature

import mlx.core as mx

from mlx_keys.errors import KeysError

from .arguments import (
    on,
    read_array,
    read_dtype,
    read_int,
    read_key,
    read_one_number,
    read_scalar,
    read_shape,
)
from .errors import ArgumentOverflowError, ArgumentTypeError


def misfit(function: Callable[..., object], said: str) -> ArgumentTypeError:
    """What a call raises that the signature does not take, for a reason that Python gave."""
    name, reason = function.__name__, said.removeprefix(f"{function.__name__}() ")
    takes = signature(function)
    plain = [p.replace(annotation=p.empty) for p in takes.parameters.values()]
    fix = None
    if "missing" in reason and "'key'" in reason:
        fix = "key=prng.key(seed): there is no global state here"
    elif reason.startswith("takes "):
        fix = "key=, window= and stream= go by name"
    return ArgumentTypeError(
        f"{name}: the arguments do not fit",
        expected=f"{name}{takes.replace(parameters=plain, return_annotation=takes.empty)}",
        found=reason,
        fix=fix,
    )


def first(
    function: Callable[..., object], args: tuple[object, ...], kwargs: Mapping[str, object]
) -> KeysError | None:
    """Of a call with several faults, the one that mlx finds first, if it is found by its binding.

    That refuses None, then goes through the arguments in their order, to one of another type or a
    side that is too long. Only then does mlx look at values.
    """
    takes = signature(function)
    given = takes.bind(*args, **kwargs).arguments
    for name, value in sorted(given.items(), key=lambda item: item[1] is not None):
        if value is None and takes.parameters[name].default is None:
            continue
        read = _READERS.get(f"{function.__name__}.{name}", _READERS.get(name))
        try:
            if read is not None:
                read(function.__name__, name, value)
        except (ArgumentTypeError, ArgumentOverflowError) as fault:
            return fault
        except KeysError:  # of a value
            pass
    return None


def _read_numbers(function: str, name: str, value: object) -> None:
    if not isinstance(value, int):
        read_array(function, name, value)


def _read_stream(function: str, _: str, value: object) -> None:
    with on(function, value):  # type: ignore[arg-type]  # which is what is asked
        pass


#: How an argument is read, by its name, or by that of a function and its own.
_READERS: dict[str, Callable[[str, str, object], object]] = {
    **dict.fromkeys(("low", "high", "lower", "upper", "p"), read_scalar),
    **dict.fromkeys(("mean", "cov", "logits"), read_array),
    **dict.fromkeys(("num", "axis", "num_samples"), read_int),
    **dict.fromkeys(("laplace.loc", "laplace.scale"), read_one_number),
    "x": _read_numbers,
    "shape": lambda function, _, value: read_shape(function, value),
    "dtype": lambda function, _, value: read_dtype(function, value, mx.float32),
    "key": lambda function, _, value: read_key(function, value),
    "stream": _read_stream,
}
