"""What a bad call raises: the exception type that mlx raises there, in words that help.

Each is a :class:`~mlx_keys.errors.KeysError` too, so that one ``except`` catches all that this
package refuses, and code written for mlx (``except ValueError``) goes on working.
"""

from __future__ import annotations

from mlx_keys.errors import KeysError


class ArgumentTypeError(KeysError, TypeError):
    """An argument is of a type, or an integer out of the range, that mlx's signature refuses."""


class ArgumentValueError(KeysError, ValueError):
    """An argument has the right type, and a value, shape or dtype that the function refuses."""


class ArgumentIndexError(KeysError, IndexError):
    """An axis that the array does not have."""


class ArgumentOverflowError(KeysError, OverflowError):
    """A size does not fit what mlx counts in: 32 bits, signed."""


class UnsupportedError(KeysError, RuntimeError):
    """A dtype that mlx names among its types and has no generator for."""


#: What is told of a value that was found is cut off here.
_LONGEST = 200


def told(value: object) -> str:
    """A value that was found, with its type; also one of ``mx.compile`` that can't be printed."""
    try:
        text = repr(value)
    except ValueError:
        text = "with no value yet, inside mx.compile or mx.vmap"
    if len(text) > _LONGEST:
        text = f"{text[:_LONGEST]}..."
    return f"{type(value).__name__} {text}"
