"""Who makes the numbers: our kernels, mlx's own generator, MLX's operations, or plain integers.

The choice changes no value, only where and how fast it is made.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from inspect import signature
from typing import ParamSpec, cast

import mlx.core as mx

from mlx_keys.prng import call_hook, threefry2x32
from mlx_keys.prng.errors import ArgumentOverflowError, ArgumentValueError
from mlx_keys.prng.key_guard.deadly import DIE_OF_LONG_SIDES
from mlx_keys.prng.window import Part

from . import kernel, ops
from .tracing import for_no_keys_too, traced

P = ParamSpec("P")

#: Mlx counts in 32 bits, signed.
_LONGEST = 2**31

_Array, _GPU = mx.array, mx.DeviceType.gpu

#: Words that mlx's own generator makes as soon on a GPU: launching a kernel of ours takes longer.
_FEW = 2**22

#: The most words that ``mx.random.split`` hands out: two for each of what 32 bits, signed, count.
_MOST_OF_MLX = 2**32 - 2

#: The sources there are.
SOURCES = ("kernel", "mlx", "ops", "reference")

_source: ContextVar[str | None] = ContextVar("mlx_keys.prng.backends.dispatch", default=None)


@contextmanager
def using(source: str) -> Iterator[None]:
    """Choose who makes the numbers of every draw inside a ``with`` block.

    The choice holds for this thread, or this asyncio task, until the block ends. With no choice it
    is the fastest that was seen to give mlx's own bits on the device: the kernels on CUDA (and
    mlx's generator for a few words), mlx's generator on a CPU, and MLX's operations on Metal, where
    nothing was run yet. Inside ``mx.compile`` and ``mx.vmap``, mlx's generator takes the place of
    the kernels.

    Args:
        source: ``"kernel"`` (one pass on a GPU; not inside ``mx.vmap``), ``"mlx"`` (``mx.random``
            with the key of the call; what it can't draw, such as a window, and on a GPU what is
            made of the words, is made by operations), ``"ops"`` (MLX operations, on any device) or
            ``"reference"`` (:mod:`mlx_keys.prng.threefry2x32`, plain integers on the CPU: slow, and
            not inside ``mx.compile`` or ``mx.vmap``, as it has to read the key's words).

    Raises:
        ValueError: There is no such source.

    Example:
        >>> with prng.using("reference"):
        ...     prng.uniform(shape=(3,), key=prng.key(7))
    """
    if source not in SOURCES:
        raise ArgumentValueError(
            "using: no such source of words",
            expected=" or ".join(f'"{name}"' for name in SOURCES),
            found=repr(source),
        )
    token = _source.set(source)
    try:
        yield
    finally:
        _source.reset(token)


def chosen(function: str, key: mx.array) -> str:
    """The source of a draw of ``function`` on the default device.

    Raises:
        RuntimeError: The kernels were chosen, and the device is the CPU.
    """
    source = _source.get()
    if source == "kernel":
        kernel.require(function)
    if source is not None:
        return source
    if not _on_gpu():
        return "mlx"
    if kernel.backend() != "cuda":
        return "ops"
    return "mlx" if traced(key) else "kernel"  # a kernel has no vmap


def _on_gpu() -> bool:
    # Where there is no GPU, to ask for the device would take half of all that a call takes here.
    return kernel.backend() is not None and mx.default_device().type is _GPU


def mlx_draws(function: str, part: Part, key: mx.array) -> bool:
    """Whether a call of ``mx.random`` with the arguments as they are makes this draw."""
    # On a GPU not every key may be handed over as it is: words are drawn there.
    return not _on_gpu() and chosen(function, key) == "mlx" and part.whole and not traced(key)


def by_mlx_if_it_can(function: Callable[P, mx.array]) -> Callable[P, mx.array]:
    """Let ``mx.random``'s function of the same name make a draw, where it is the source.

    A small draw takes mlx less than reading its arguments takes us. They are mlx's own, so that mlx
    may read them; what it refuses comes to us for words that help.
    """
    theirs = getattr(mx.random, function.__name__)
    takes = signature(function).parameters
    names = tuple(takes)
    key_leads = names[0] == "key"
    most = sum(one.kind is one.POSITIONAL_OR_KEYWORD for one in takes.values())
    shape_at = names.index("shape") if function.__name__ in DIE_OF_LONG_SIDES else None

    @wraps(function)
    def call(*args: P.args, **kwargs: P.kwargs) -> mx.array:
        if call_hook.look is not None:
            return call_hook.look(function, args, kwargs)
        source = _source.get()
        if (source is None or source == "mlx") and not _on_gpu():
            given: Mapping[str, object] = kwargs
            if "window" in given and given["window"] is None:  # which mlx knows nothing of
                given = {name: value for name, value in given.items() if name != "window"}
            key = args[0] if key_leads and args else given.get("key")
            if (
                type(key) is _Array
                and len(args) <= most
                and "window" not in given
                # a stream may be of a device where another source is the default
                and ("stream" not in given or given["stream"] is None or kernel.backend() is None)
                and (shape_at is None or _short(args, given, shape_at))
            ):
                try:
                    drawn: mx.array = theirs(*args, **given)
                except (TypeError, ValueError, RuntimeError, OverflowError, IndexError):
                    pass
                else:
                    if not traced(key):
                        return drawn
        return call_hook.fitted(function, args, kwargs)

    return call


def _short(args: tuple[object, ...], given: Mapping[str, object], at: int) -> bool:
    """Whether the sides of a shape fit 32 bits: mlx aborts the process over one that does not."""
    shape = args[at] if len(args) > at else given.get("shape")
    if shape is None:
        return True
    if type(shape) is not tuple and type(shape) is not list:
        return False
    for side in shape:  # noqa: SIM110  all() of a generator takes twice as long
        if type(side) is not int or not -_LONGEST <= side < _LONGEST:
            return False
    return True


def mlx(draw: Callable[[mx.array], mx.array], key: mx.array) -> mx.array:
    """Draw with ``mx.random``, and live where a transformation comes with no keys at all.

    Args:
        draw: Draws with a key; what else it uses is no array.
        key: One key.
    """
    key = _contiguous(key)
    return for_no_keys_too(draw)(mx.stop_gradient(key)) if traced(key) else draw(key)


def _contiguous(key: mx.array) -> mx.array:
    """A key as mlx's generator has to be given it on a GPU.

    Of a key that lies in no row, such as one that is read backwards, it reads other memory on CUDA
    (mlx 0.32.4: "an illegal memory access", after which the process draws nothing more). A view of
    another width copies what lies in no row, and nothing else.
    """
    return key.view(mx.uint64).view(mx.uint32) if _on_gpu() else key


def words(function: str, key: mx.array, part: Part) -> mx.array:
    """Draw words for ``function``: the shape of the part, uint32.

    Raises:
        OverflowError: They have to lie in one row on their way, and are too many for it.
    """
    source = chosen(function, key)
    if source == "kernel":
        if part.whole and part.size % 2 == 0 and part.size < _FEW and _source.get() is None:
            return mx.random.split(_contiguous(key), part.size // 2).reshape(part.shape)
        return kernel.draw("bits", key, part)
    by_mlx = source == "mlx" and part.whole and 0 < part.size <= _MOST_OF_MLX
    if not (by_mlx and part.size % 2 == 0):
        refuse_so_long_a_row(function, part)
    if by_mlx:
        return mlx(lambda one: _words_of_mlx(one, part), key)
    if source == "reference":
        pair = _read(function, key)
        drawn = mx.array(
            threefry2x32.words(pair, part.size, part.start, part.stop), dtype=mx.uint32
        )
    else:
        drawn = ops.words(key, part.size, part.start, part.stop)
    return drawn.reshape(part.shape)


def refuse_so_long_a_row(function: str, part: Part) -> None:
    """Refuse a part that mlx can't hold as one row: it counts in 32 bits, signed."""
    if part.length >= _LONGEST:
        raise ArgumentOverflowError(
            f"{function}: the shape has more values than can be made at once here",
            expected="fewer than 2**31",
            found=f"{part.length}, of shape {part.shape}",
            fix="window=slice(a, b), for some rows at a time",
        )


def block(function: str, key: mx.array, counter: tuple[mx.array, mx.array]) -> mx.array:
    """Scramble one counter (two uint32 scalars) for ``function``: shape (2,), uint32."""
    if _source.get() != "reference":
        return mx.stack([*ops.block(key, counter)])
    pair = _read(function, mx.stack([*counter]))
    return mx.array(threefry2x32.block(_read(function, key), pair), dtype=mx.uint32)


def _words_of_mlx(key: mx.array, part: Part) -> mx.array:
    """Words of ``mx.random.split``, which hands out an even number of them.

    An odd draw shares all but its middle word with the next even one.
    """
    half, odd = divmod(part.size, 2)
    drawn = mx.random.split(key, half + odd)
    if not odd:
        return drawn.reshape(part.shape)
    row = drawn.reshape(part.size + 1)  # not -1: mx.vmap over no keys could not infer it
    middle = ops.words(key, part.size, half, half + 1)
    joined = mx.concatenate([row[:half], middle, row[half + 1 : part.size]])
    return joined.reshape(part.shape)


def _read(function: str, pair: mx.array) -> threefry2x32.Pair:
    """Two words as plain integers, which only an evaluated array can give."""
    try:
        first, second = cast(list[int], pair.tolist())
    except ValueError:
        raise ArgumentValueError(
            f"{function}: the reference can't read a key inside mx.compile, mx.vmap or mx.grad",
            expected="a key whose words are known",
            found="a key that is being traced",
            fix='draw inside prng.using("ops"), or with no choice',
        ) from None
    return first, second
