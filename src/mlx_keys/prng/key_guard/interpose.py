"""A guard over keys: no key is used twice, and no call is taken in silence that can't be meant.

While one is open, the functions of ``mx.random`` are replaced by ones that look before they leave,
and those of this package look through :mod:`.watching`; when the last one closes, ``mx.random`` is
as it was. The rules are in :mod:`.ledger` (uses of a key) and :mod:`.surprises` (arguments).
"""

from __future__ import annotations

import sys
import threading
import weakref
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache, wraps
from inspect import signature
from types import FrameType
from typing import Any, TypeAlias, TypeVar, cast

import mlx.core as mx

from mlx_keys.errors import Location
from mlx_keys.prng import argument_errors, call_hook

# These modules take functions of mx.random along when they are imported, and so does keys, which
# interpose imports by one name: all of them here, before a function is replaced.
from mlx_keys.prng.distributions import continuous, discrete, uniforms  # noqa: F401
from mlx_keys.prng.key_uses import WORD, KeyUses, Rows, Use, UseKind
from mlx_keys.prng.keys import split as _  # noqa: F401

from .argument_checks import Surprise, surprise
from .call_site import ours, place
from .deadly import NO_KEYS, deadly
from .errors import fault, surprised

R = TypeVar("R")
_Rule: TypeAlias = Callable[[str, Mapping[str, Any]], Surprise | None]

_SHAPED = ("shape", "dtype", "loc", "scale", "key", "stream")

#: The arguments of ``mx.random``'s functions, in mlx's order: a key may come without its name.
PARAMETERS = {
    "key": ("seed",),
    "seed": ("seed",),
    "split": ("key", "num", "stream"),
    "uniform": ("low", "high", "shape", "dtype", "key", "stream"),
    "normal": _SHAPED,
    "laplace": _SHAPED,
    "gumbel": ("shape", "dtype", "key", "stream"),
    "truncated_normal": ("lower", "upper", "shape", "dtype", "key", "stream"),
    "multivariate_normal": ("mean", "cov", "shape", "dtype", "key", "stream"),
    "bernoulli": ("p", "shape", "key", "stream"),
    "randint": ("low", "high", "shape", "dtype", "key", "stream"),
    "permutation": ("x", "axis", "key", "stream"),
    "categorical": ("logits", "axis", "shape", "num_samples", "key", "stream"),
}

_KINDS: dict[str, UseKind] = {"split": "split", "fold_in": "fold"}
_lock = threading.RLock()
#: Whether a call is being made for the user: what it calls in turn is its own affair.
_calling: ContextVar[bool] = ContextVar("mlx_keys.prng.guard.calling", default=False)
_open: list[Watch] = []
_originals: dict[str, Callable[..., Any]] = {}


class Watch:
    """What an open guard has seen.

    Attributes:
        keys: How many keys were used, told apart by their words.
        unread: How many uses were inside ``mx.compile``, where a key has no words yet. Such keys
            are told apart as Python objects: one variable used twice is found, and nothing else.
    """

    def __init__(self) -> None:
        self.unread = 0
        self._ledger = KeyUses()
        self._arrays = KeyUses()
        self._alive: dict[int, weakref.ref[mx.array]] = {}
        self._off: ContextVar[bool] = ContextVar("mlx_keys.prng.guard.off", default=False)

    @property
    def keys(self) -> int:
        """How many keys were used, told apart by their words."""
        return len(self._ledger)

    @contextmanager
    def off(self) -> Iterator[None]:
        """Let calls inside a ``with`` block pass unseen, in this thread or asyncio task.

        For what is meant: the recomputation of ``mx.checkpoint``, say, has to draw again what was
        drawn before.
        """
        token = self._off.set(True)
        try:
            yield
        finally:
            self._off.reset(token)

    def _note(self, words: Iterable[int], use: Use, *, were_unread: bool = False) -> None:
        with _lock:
            self.unread -= were_unread
            for pair in words:
                earlier = self._ledger.record(pair, use)
                if earlier is not None:
                    raise fault(f"key [{pair >> 32}, {pair & 0xFFFFFFFF}]", use, earlier)

    def _note_array(self, key: mx.array, use: Use) -> None:
        name = id(key)
        with _lock:
            self.unread += 1
            earlier = self._arrays.record(name, use)
            if name not in self._alive:
                self._alive[name] = weakref.ref(key, lambda _: self._forget(name))
        if earlier is not None:
            raise fault("a key that is being traced", use, earlier)

    def _forget(self, name: int) -> None:
        with _lock:
            self._alive.pop(name, None)
            self._arrays.forget(name)


@contextmanager
def guard() -> Iterator[Watch]:
    """Raise where a key is used twice, or a call can't be meant as it stands.

    Use it as a context manager, or as a decorator of a function, which is then watched anew at each
    call. It holds for all threads, over ``mx.random`` and this package alike, from when it opens to
    when it closes.

    A key may be drawn from once, or split, or folded with any numbers; two of these do not go
    together. Keys are told apart by their words, wherever they come from. Windows of one draw that
    share no row are one draw. A call without a key uses none, and neither does an empty draw.

    Yields:
        A :class:`Watch`, which knows how many keys were used and can look away.

    Raises:
        GuardError: At the second use, with the places of both; or at a call that mlx takes in
            silence although its arguments can't be meant, such as ``low`` above ``high``.

    Example:
        >>> with prng.guard():
        ...     mx.random.uniform(key=key)
        ...     prng.normal(key=key)  # raises
    """
    watch = Watch()
    with _lock:
        if not _open:
            _look_at_mlx()
            call_hook.hook = _look_at_ours
        _open.append(watch)
    try:
        yield watch
    finally:
        with _lock:
            _open.remove(watch)
            if not _open:
                call_hook.hook = None
                _leave_mlx()


def _look_at_mlx() -> None:
    for name in PARAMETERS:
        original = getattr(mx.random, name)
        _originals[name] = _watching(name, original)
        setattr(mx.random, name, _originals[name])


def _leave_mlx() -> None:
    for name, watching_one in _originals.items():
        if getattr(mx.random, name) is watching_one:  # what someone else put there stays
            setattr(mx.random, name, watching_one.__wrapped__)
    _originals.clear()


def _watching(name: str, original: Callable[..., R]) -> Callable[..., R]:
    names = PARAMETERS[name]

    @wraps(original)
    def call(*args: Any, **kwargs: Any) -> R:
        frame = sys._getframe(1)
        if ours(frame) or len(args) > len(names):
            return original(*args, **kwargs)  # called by us, who have looked; or refused
        given = dict(zip(names, args, strict=False))
        if given.keys() & kwargs.keys():
            return original(*args, **kwargs)
        return _watch(f"mx.random.{name}", original, given | kwargs, frame)

    return call


def _look_at_ours(function: Callable[..., R], args: tuple[Any, ...], kwargs: dict[str, Any]) -> R:
    try:
        given = _signature(function).bind(*args, **kwargs).arguments
    except TypeError as error:
        raise argument_errors.misfit(function, str(error)) from None

    def call(**given: Any) -> R:
        return call_hook.call(function, (), given)

    return _watch(f"prng.{function.__name__}", call, given, sys._getframe(2))


@cache
def _signature(function: Callable[..., Any]) -> Any:
    return signature(function)


def _watch(function: str, call: Callable[..., R], given: dict[str, Any], frame: FrameType) -> R:
    """Call for the user who stands in ``frame``, and look at what was called with what."""
    watches = [watch for watch in _open if not watch._off.get()]
    if not watches or _calling.get():
        return call(**given)
    name, where, key = function.rpartition(".")[2], place(frame), given.get("key")
    if function.startswith("mx.random."):
        _judge(deadly, function, given, where)
    if not (isinstance(key, mx.array) and key.shape == (2,) and key.dtype == mx.uint32):
        result = _called(call, given)
        _judge(surprise, function, given, where)
        return result
    use = Use(_KINDS.get(name, "draw"), function, where, _rows(name, given))
    words = _words(key)
    if words is None:
        given = given | {"key": _passing(key, watches, use)}
    result = _called(call, given)  # what is refused is no use
    _judge(surprise, function, given, where)
    if isinstance(result, mx.array) and result.size == 0:  # nothing in it tells of the key
        return (
            result if words is not None else _called(call, given | {"key": _passing(key, [], use)})
        )
    for watch in watches:
        if words is None:
            watch._note_array(key, use)
        else:
            watch._note(words, use)
    return result


def _called(call: Callable[..., R], given: dict[str, Any]) -> R:
    token = _calling.set(True)
    try:
        return call(**given)
    finally:
        _calling.reset(token)


def _judge(rule: _Rule, function: str, given: Mapping[str, Any], where: Location) -> None:
    found = rule(function.rpartition(".")[2], given)
    if found is not None:
        raise surprised(function, where, found)


def _words(keys: mx.array) -> list[int] | None:
    """The words of keys, each pair as one number; None while they are not known."""
    try:
        pairs = cast(list[list[int]], keys.reshape(-1, 2).tolist())
    except ValueError:
        return None
    return [first << 32 | second for first, second in pairs]


def _passing(keys: mx.array, watches: list[Watch], use: Use) -> mx.array:
    """The same keys, which tell of themselves when ``mx.vmap`` comes with what they stand for."""

    @mx.custom_function
    def passing(keys: mx.array) -> mx.array:
        return keys

    @passing.vmap
    def _of_all_rows(keys: mx.array, axis: int) -> tuple[mx.array, int]:
        rows = mx.moveaxis(keys, axis, 0)
        if rows.size == 0 and use.function.startswith("mx.random."):
            raise surprised(use.function, use.location, NO_KEYS)
        words = _words(rows)
        if words is None:  # the rows of an outer mx.vmap, or of mx.compile
            return _passing(rows, watches, use), 0
        for watch in watches:
            watch._note(words, use, were_unread=True)
        return rows, 0

    return cast(mx.array, passing(keys))


def _rows(name: str, given: Mapping[str, Any]) -> Rows | None:
    """The rows of a window, where the call is one that will be taken."""
    window = given.get("window")
    if not isinstance(window, slice):
        return None
    try:
        shape = given.get("shape")
        if shape is None:  # that of the probabilities, or of the bounds
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
