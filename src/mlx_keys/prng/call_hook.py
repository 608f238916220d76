"""The hook by which an open guard sees our calls: a global that is None while no guard is open."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, ParamSpec, Protocol, TypeVar

from mlx_keys.errors import KeysError

from .errors import arguments_do_not_fit, name_function

P = ParamSpec("P")
R = TypeVar("R")


class Hook(Protocol):
    """What an open guard puts in the place of a call."""

    def __call__(
        self, function: Callable[..., R], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> R:
        """Make the call, and check its arguments and the use of its key."""


#: Set by the first :func:`mlx_keys.prng.guard` that opens, taken away by the last that closes.
hook: Hook | None = None


def hooked(function: Callable[P, R]) -> Callable[P, R]:
    """Make the calls of a public function go through the hook while there is one."""

    @wraps(function)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> R:
        if hook is not None:
            return hook(function, args, kwargs)
        return call(function, args, kwargs)

    return wrapper


def call(function: Callable[..., R], args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> R:
    """Call a public function, and name it in each error of its arguments."""
    try:
        return function(*args, **kwargs)
    except KeysError as error:
        name_function(error, function.__name__)
        raise
    except TypeError as error:
        if error.__traceback__ is None or error.__traceback__.tb_next is None:  # never entered
            raise arguments_do_not_fit(function, str(error)) from None
        raise
