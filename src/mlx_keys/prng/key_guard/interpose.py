"""The guard over keys: it puts itself between the user and the functions that draw.

While a guard is open, each function of ``mx.random`` is replaced by a wrapper that checks the call,
and those of this package check theirs through :mod:`mlx_keys.prng.call_hook`; when the last guard
closes, ``mx.random`` is as it was. The rules are in :mod:`mlx_keys.prng.key_uses` (uses of a key)
and :mod:`.argument_checks` (arguments).
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache, wraps
from inspect import signature
from types import FrameType
from typing import Any, TypeAlias, TypeVar, cast

import mlx.core as mx

from mlx_keys.errors import Location
from mlx_keys.prng import call_hook

# These modules, and keys, bind functions of mx.random when they are imported, so all of them are
# imported here, before any of those functions is replaced.
from mlx_keys.prng.distributions import continuous, discrete, uniforms  # noqa: F401
from mlx_keys.prng.errors import arguments_do_not_fit
from mlx_keys.prng.key_uses import SHAPED_PARAMETERS, WORD, Rows, Use, UseKind
from mlx_keys.prng.keys import split as _  # noqa: F401

from .argument_checks import EMPTY_BATCH, find_crash, find_problem
from .argument_values import Problem
from .call_site import caller_location, is_internal
from .errors import call_cannot_be_meant
from .watch import LOCK, Watch

R = TypeVar("R")
_Check: TypeAlias = Callable[[str, Mapping[str, Any]], Problem | None]

#: The arguments of ``mx.random``'s functions, in mlx's order: a key may come without its name.
PARAMETERS: dict[str, tuple[str, ...]] = {
    "key": ("seed",),
    "seed": ("seed",),
    "split": ("key", "num", "stream"),
    "permutation": ("x", "axis", "key", "stream"),
} | {
    name: (*parameters, "key", "stream")
    for name, parameters in SHAPED_PARAMETERS.items()
    if name != "bits"  # which mx.random does not have
}

#: The kind of a use, by its function; every other function draws.
_KINDS: dict[str, UseKind] = {"split": "split", "fold_in": "fold"}
_signature = cache(signature)
#: Whether a call is being made for the user: the calls that it makes in turn are not checked.
_calling: ContextVar[bool] = ContextVar("mlx_keys.prng.guard.calling", default=False)
#: The guards that are open, for all threads, and the wrappers that they put into ``mx.random``.
_open: list[Watch] = []
_wrappers: dict[str, Callable[..., Any]] = {}


@contextmanager
def guard() -> Iterator[Watch]:
    """Raise where a key is used twice, or where a call can only be a mistake.

    Use it as a context manager, or as a decorator of a function, each call of which then has a
    guard of its own. It holds for all threads, over ``mx.random`` and this package alike, from when
    it opens to when it closes.

    A key may be drawn from once, or split, or folded with any numbers; two of these do not go
    together. Keys are told apart by their words, wherever they come from. Windows of one draw that
    share no row are one draw. A call without a key uses none, and neither does an empty draw.

    Yields:
        A :class:`Watch`, which counts the keys that were used and can be turned off.

    Raises:
        GuardError: At the second use, with the places of both; or at a call that mlx accepts but
            that can only be a mistake, such as one with ``low`` above ``high``.

    Example:
        >>> with prng.guard():
        ...     mx.random.uniform(key=key)
        ...     prng.normal(key=key)  # raises
    """
    watch = Watch()
    with LOCK:
        if not _open:
            _replace_functions_of_mlx()
            call_hook.hook = _prng_hook
        _open.append(watch)
    try:
        yield watch
    finally:
        with LOCK:
            _open.remove(watch)
            if not _open:
                call_hook.hook = None
                _restore_functions_of_mlx()


def _replace_functions_of_mlx() -> None:
    for name in PARAMETERS:
        _wrappers[name] = _wrap(name, getattr(mx.random, name))
        setattr(mx.random, name, _wrappers[name])


def _restore_functions_of_mlx() -> None:
    for name, wrapper in _wrappers.items():
        if getattr(mx.random, name) is wrapper:  # a function that someone else put there stays
            setattr(mx.random, name, wrapper.__wrapped__)
    _wrappers.clear()


def _wrap(name: str, original: Callable[..., R]) -> Callable[..., R]:
    names = PARAMETERS[name]

    @wraps(original)
    def call(*args: Any, **kwargs: Any) -> R:
        frame, given = sys._getframe(1), dict(zip(names, args, strict=False))
        if is_internal(frame) or len(args) > len(names) or given.keys() & kwargs.keys():
            return original(*args, **kwargs)  # by a call that is checked already; or mlx refuses it
        return _check_call(f"mx.random.{name}", original, given | kwargs, frame)

    return call


def _prng_hook(function: Callable[..., R], args: tuple[Any, ...], kwargs: dict[str, Any]) -> R:
    try:
        given = _signature(function).bind(*args, **kwargs).arguments
    except TypeError as error:
        raise arguments_do_not_fit(function, str(error)) from None

    def call(**given: Any) -> R:
        return call_hook.call(function, (), given)

    # Frame 0 is this function, 1 the wrapper of the called function, 2 the user's.
    return _check_call(f"prng.{function.__name__}", call, given, sys._getframe(2))


def _check_call(
    qualified_name: str, call: Callable[..., R], given: dict[str, Any], frame: FrameType
) -> R:
    """Make a call, check its arguments and record the use of its key.

    Args:
        qualified_name: The function as the user knows it: ``mx.random.uniform``.
        call: The function itself.
        given: The arguments by name.
        frame: The frame that the call came from.

    Raises:
        GuardError: The call can only be a mistake, or the key was used before.
    """
    watches = [watch for watch in _open if not watch.is_off]
    if not watches or _calling.get():
        return call(**given)
    location, key = caller_location(frame), given.get("key")
    if qualified_name.startswith("mx.random."):
        _check_arguments(find_crash, qualified_name, given, location)
    if not (isinstance(key, mx.array) and key.shape == (2,) and key.dtype == mx.uint32):
        result = _call_unchecked(call, given)
        _check_arguments(find_problem, qualified_name, given, location)
        return result
    name = qualified_name.rpartition(".")[2]
    use = Use(_KINDS.get(name, "draw"), qualified_name, location, _rows(name, given))
    words = _read_words(key)
    if words is None:
        given = given | {"key": _record_under_vmap(key, watches, use)}
    result = _call_unchecked(call, given)  # raises, and records no use, where mlx refuses the call
    _check_arguments(find_problem, qualified_name, given, location)
    if isinstance(result, mx.array) and result.size == 0:  # nothing in it depends on the key
        if words is not None:
            return result
        # Inside mx.vmap: replace the recording key by one that records nothing.
        return _call_unchecked(call, given | {"key": _record_under_vmap(key, [], use)})
    for watch in watches:
        if words is None:
            watch.record_traced(key, use)
        else:
            watch.record(words, use)
    return result


def _call_unchecked(call: Callable[..., R], given: dict[str, Any]) -> R:
    """Make a call whose own calls are not checked."""
    token = _calling.set(True)
    try:
        return call(**given)
    finally:
        _calling.reset(token)


def _check_arguments(
    check: _Check, qualified_name: str, given: Mapping[str, Any], location: Location
) -> None:
    problem = check(qualified_name.rpartition(".")[2], given)
    if problem is not None:
        raise call_cannot_be_meant(qualified_name, location, problem)


def _read_words(keys: mx.array) -> list[int] | None:
    """The words of keys, each pair as one number; None while the keys are being traced."""
    try:
        pairs = cast(list[list[int]], keys.reshape(-1, 2).tolist())
    except ValueError:
        return None
    return [first << 32 | second for first, second in pairs]


def _record_under_vmap(keys: mx.array, watches: list[Watch], use: Use) -> mx.array:
    """Return the same keys; their uses are recorded when ``mx.vmap`` replaces them by the batch's.

    Inside ``mx.vmap`` a key is a placeholder. When mlx maps the function, it calls the rule below
    with the keys that the placeholder stands for: shape (batch, 2), whose words can be read.
    """

    @mx.custom_function
    def unchanged(keys: mx.array) -> mx.array:
        return keys

    @unchanged.vmap
    def _record_batch(keys: mx.array, axis: int) -> tuple[mx.array, int]:
        batch = mx.moveaxis(keys, axis, 0)
        if batch.size == 0 and use.function.startswith("mx.random."):
            raise call_cannot_be_meant(use.function, use.location, EMPTY_BATCH)
        words = _read_words(batch)
        if words is None:  # the batch of an outer mx.vmap, or of mx.compile
            return _record_under_vmap(batch, watches, use), 0
        for watch in watches:
            watch.record(words, use, was_traced=True)
        return batch, 0

    return cast(mx.array, unchanged(keys))


def _rows(name: str, given: Mapping[str, Any]) -> Rows | None:
    """The rows of a call's window; None where it has none, or mlx will refuse it."""
    window = given.get("window")
    if not isinstance(window, slice):
        return None
    try:
        shape = given.get("shape")
        if shape is None:  # the shape is that of p, or of lower and upper
            ends = [mx.array(given[end]).shape for end in ("p", "lower", "upper") if end in given]
            shape = mx.broadcast_shapes(*ends)
        return Rows.of_window(
            name,
            shape,
            window,
            width=given.get("width", WORD),
            is_complex=(given.get("dtype") or mx.float32) == mx.complex64,
        )
    except (TypeError, ValueError, IndexError):
        return None
