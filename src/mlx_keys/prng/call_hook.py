"""The seam at which a guard looks at a call of ours: a look at one global where none is open."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, ParamSpec, Protocol, TypeVar

from mlx_keys.errors import KeysError

from . import argument_errors

P = ParamSpec("P")
R = TypeVar("R")


class Look(Protocol):
    """What an open guard is to a call."""

    def __call__(
        self, function: Callable[..., R], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> R:
        """Call a function for the one who called it, and look at what it is given."""


#: Set by the first :func:`mlx_keys.prng.guard` that opens, taken away by the last that closes.
look: Look | None = None


def watched(function: Callable[P, R]) -> Callable[P, R]:
    """Let an open guard look at the calls of a function, and say what a signature does not take."""

    @wraps(function)
    def call(*args: P.args, **kwargs: P.kwargs) -> R:
        if look is not None:
            return look(function, args, kwargs)
        return fitted(function, args, kwargs)

    return call


def fitted(function: Callable[..., R], args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> R:
    """Call a function, and say what its signature does not take as we say it."""
    try:
        return function(*args, **kwargs)
    except TypeError as error:
        if error.__traceback__ is None or error.__traceback__.tb_next is None:
            raise argument_errors.misfit(function, str(error)) from None
        raise argument_errors.first(function, args, kwargs) or error from None
    except KeysError as error:
        raise argument_errors.first(function, args, kwargs) or error from None
