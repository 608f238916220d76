"""Which backend makes a draw: our kernels, mlx's own generator, MLX's operations, plain integers.

The choice never changes the values, only where they are made and how fast.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from inspect import Parameter, signature
from typing import Any, Literal, NamedTuple, ParamSpec, TypeAlias, get_args

import mlx.core as mx

from mlx_keys.prng import call_hook
from mlx_keys.prng.errors import ArgumentValueError

from . import kernel
from .tracing import is_traced

P = ParamSpec("P")

#: The backends by name; :func:`using` explains them.
DrawBackendName: TypeAlias = Literal["kernel", "mlx", "ops", "reference"]
BACKENDS: tuple[DrawBackendName, ...] = get_args(DrawBackendName)

#: The functions of ``mx.random`` that abort the process if a dimension exceeds 32 bits:
#: their shape may be None, and mlx's binding converts such an argument without a check.
ABORT_ON_LONG_SIDES = ("bernoulli", "truncated_normal", "categorical")

#: mlx counts in signed 32-bit integers: every dimension is below this.
_DIMENSION_LIMIT = 2**31

#: What mlx raises for arguments that it refuses.
_REFUSALS = (TypeError, ValueError, RuntimeError, OverflowError, IndexError)

_Array, _GPU = mx.array, mx.DeviceType.gpu

_chosen: ContextVar[DrawBackendName | None] = ContextVar(
    "mlx_keys.prng.backends.dispatch", default=None
)


class DrawBackend(NamedTuple):
    """The backend of one draw.

    Attributes:
        name: Which.
        on_gpu: Whether the default device of the draw is a GPU.
        by_default: Whether it was not chosen by :func:`using`.
    """

    name: DrawBackendName
    on_gpu: bool
    by_default: bool


@contextmanager
def using(source: str) -> Iterator[None]:
    """Choose which backend makes the numbers of every draw inside a ``with`` block.

    The choice holds for this thread, or this asyncio task, until the block ends. Otherwise the
    fastest backend is used that was seen to give mlx's own bits on the device: on CUDA the kernels
    (mlx's generator for fewer than 2**22 words), on a CPU mlx's generator, on Metal, where nothing
    has been run yet, MLX's operations. Inside ``mx.compile`` and ``mx.vmap``, mlx's generator takes
    the place of the kernels.

    Args:
        source: ``"kernel"`` (one pass on a GPU; not inside ``mx.vmap``), ``"mlx"`` (``mx.random``
            with the key of the call; MLX operations make what it cannot: windows, and on a GPU all
            but words and uniforms), ``"ops"`` (MLX operations, on any device) or
            ``"reference"`` (:mod:`mlx_keys.prng.threefry2x32`, plain integers on the CPU: slow, and
            not inside ``mx.compile`` or ``mx.vmap``, as it has to read the key's words).

    Raises:
        ValueError: There is no such source.

    Example:
        >>> with prng.using("reference"):
        ...     prng.uniform(shape=(3,), key=prng.key(7))
    """
    if source not in BACKENDS:
        raise ArgumentValueError(
            "using: no such source of words",
            expected=" or ".join(f'"{name}"' for name in BACKENDS),
            found=repr(source),
            fix='prng.using("mlx"), or no choice at all: the values are the same',
        )
    token = _chosen.set(source)
    try:
        yield
    finally:
        _chosen.reset(token)


def resolve_backend(key: mx.array) -> DrawBackend:
    """Resolve the backend of a draw on the default device.

    Args:
        key: Shape (2,), uint32.

    Raises:
        RuntimeError: The kernels were chosen, and the device is the CPU.
    """
    chosen, gpu = _chosen.get(), on_gpu()
    if chosen is not None:
        if chosen == "kernel":
            kernel.require()
        return DrawBackend(chosen, gpu, by_default=False)
    if not gpu:
        return DrawBackend("mlx", on_gpu=False, by_default=True)
    if kernel.gpu_platform() != "cuda":
        return DrawBackend("ops", on_gpu=True, by_default=True)
    # A kernel has no vmap.
    return DrawBackend("mlx" if is_traced(key) else "kernel", on_gpu=True, by_default=True)


def on_gpu() -> bool:
    """Whether the default device is a GPU."""
    # Without a GPU, asking mlx for the device would take half the time of a whole call.
    return kernel.gpu_platform() is not None and mx.default_device().type is _GPU


def try_mlx_first(function: Callable[P, mx.array]) -> Callable[P, mx.array]:
    """Let ``mx.random``'s function of the same name make a draw, where it can.

    mlx makes a small draw in less time than reading the arguments in Python takes. The arguments
    are those of ``mx.random``, so mlx can read them itself. A call that it refuses goes to
    ``function``, whose errors say how to fix it.
    """
    mlx_function = getattr(mx.random, function.__name__)
    mlx_can = _mlx_can(function)
    key_is_first = next(iter(signature(function).parameters)) == "key"

    @wraps(function)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> mx.array:
        if call_hook.hook is not None:
            return call_hook.hook(function, args, kwargs)
        key: Any = args[0] if key_is_first and args else kwargs.get("key")
        if type(key) is _Array and mlx_can(args, kwargs):
            try:
                drawn: mx.array = mlx_function(*args, **kwargs)
            except _REFUSALS:
                pass
            else:
                # mx.vmap over an empty batch kills the process when such a draw is evaluated.
                if not is_traced(key):
                    return drawn
        return call_hook.call(function, args, kwargs)

    return wrapper


def _mlx_can(
    function: Callable[..., mx.array],
) -> Callable[[tuple[Any, ...], dict[str, Any]], bool]:
    """Make the predicate that says whether a call with a key may go to ``mx.random`` unchanged.

    The predicate takes ``window=None`` out of the keywords, as mlx knows no such argument. It is
    written for speed: a draw of one value takes about 2 microseconds in all.
    """
    parameters = signature(function).parameters
    max_positional = sum(p.kind is Parameter.POSITIONAL_OR_KEYWORD for p in parameters.values())
    checks_shape = function.__name__ in ABORT_ON_LONG_SIDES
    shape_at = list(parameters).index("shape") if checks_shape else -1

    def mlx_can(args: tuple[Any, ...], kwargs: dict[str, Any]) -> bool:
        chosen = _chosen.get()
        if (chosen is not None and chosen != "mlx") or len(args) > max_positional:
            return False
        if "window" in kwargs:
            if kwargs["window"] is not None:
                return False
            del kwargs["window"]
        if checks_shape and not _shape_fits(args, kwargs, shape_at):
            return False
        # A stream may be of a device where another backend is the default.
        return kernel.gpu_platform() is None or (not on_gpu() and kwargs.get("stream") is None)

    return mlx_can


def _shape_fits(args: tuple[Any, ...], kwargs: dict[str, Any], at: int) -> bool:
    """Whether mlx may be given a shape: None, or a tuple or list of dimensions that fit 32 bits."""
    shape = args[at] if len(args) > at else kwargs.get("shape")
    if shape is None:
        return True
    if type(shape) is not tuple and type(shape) is not list:
        return False
    for dimension in shape:
        if type(dimension) is not int or not -_DIMENSION_LIMIT <= dimension < _DIMENSION_LIMIT:
            return False
    return True
