"""The errors of a bad call: each is of the built-in type that mlx raises there, and a KeysError.

One ``except KeysError`` therefore catches every refusal of this package, and code written for mlx
(``except ValueError``) goes on working.
"""

from __future__ import annotations

from mlx_keys.errors import KeysError


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
