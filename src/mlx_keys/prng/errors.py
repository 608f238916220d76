"""The errors of a bad call: each is of the built-in type that mlx raises there, and a KeysError.

One ``except KeysError`` therefore catches every refusal of this package, and code written for mlx
(``except ValueError``) goes on working. No reader of an argument needs to know which function was
called: :func:`mlx_keys.prng.call_hook.call` adds the name to the error on its way out.
"""

from __future__ import annotations

from collections.abc import Callable
from inspect import signature

from mlx_keys.errors import KeysError

#: Stands for the function's name in a fix, until :func:`name_function` puts it there.
FUNCTION = "<function>"


class ArgumentTypeError(KeysError, TypeError):
    """An argument is of a type, or an integer out of the range, that mlx's signature refuses."""


class ArgumentValueError(KeysError, ValueError):
    """An argument has the right type, and a value, shape or dtype that the function refuses."""


class ArgumentIndexError(KeysError, IndexError):
    """An axis that the array does not have, or a device that this machine does not have."""


class ArgumentOverflowError(KeysError, OverflowError):
    """A size does not fit what mlx counts in: 32 bits, signed."""


class UnsupportedError(KeysError, RuntimeError):
    """A dtype that mlx names among its types and has no generator for."""


def name_function(error: KeysError, name: str) -> None:
    """Begin an error with the name of the function that was called, unless it begins so already.

    The errors of :mod:`mlx_keys.prng.threefry2x32`, which is called directly too, name it.
    """
    if not error.problem.startswith(f"{name}: "):
        error.problem = f"{name}: {error.problem}"
        error.args = (error.problem,)
    error.fix = error.fix and error.fix.replace(FUNCTION, name)


def arguments_do_not_fit(function: Callable[..., object], reason: str) -> ArgumentTypeError:
    """Make the error of a call that a signature does not take; ``reason`` is Python's message."""
    name, found = function.__name__, reason.removeprefix(f"{function.__name__}() ")
    full = signature(function)
    unannotated = [p.replace(annotation=p.empty) for p in full.parameters.values()]
    without_types = full.replace(parameters=unannotated, return_annotation=full.empty)
    fix = None  # the reason names the argument
    if "missing" in found and "'key'" in found:
        fix = "key=prng.key(seed): there is no global state here"
    elif found.startswith("takes "):
        fix = "key=, window= and stream= go by name"
    expected = f"{name}{without_types}"
    return ArgumentTypeError(
        f"{name}: the arguments do not fit", expected=expected, found=found, fix=fix
    )


#: The most characters of a value in a message.
_MOST_CHARACTERS = 200


def describe(value: object) -> str:
    """Describe a value for a message: its type and its text, also where it is being traced."""
    try:
        text = repr(value)
    except ValueError:  # an array that is being traced
        text = "with no value yet, inside mx.compile or mx.vmap"
    if len(text) > _MOST_CHARACTERS:
        text = f"{text[:_MOST_CHARACTERS]}..."
    return f"{type(value).__name__} {text}"


def wrong_type(problem: str, value: object, expected: str, fix: str | None) -> ArgumentTypeError:
    """Make the error of a value of the wrong type, which the message describes."""
    return ArgumentTypeError(problem, expected=expected, found=describe(value), fix=fix)


def dtype_name(dtype: object) -> str:
    """The name of an mlx dtype, as a user writes it behind ``mx.``."""
    return str(dtype).removeprefix("mlx.core.")
