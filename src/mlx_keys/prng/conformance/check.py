"""The conformance check: the known answers on this machine, and our draws against those of its mlx.

Each function is checked twice: ``mlx_keys.prng`` and ``mx.random`` make the draws that have a known
answer, and both make some more draws from the same keys.
"""

from __future__ import annotations

import platform
import random
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from dataclasses import asdict, dataclass, replace
from importlib import metadata
from typing import Any, cast

import mlx.core as mx

from mlx_keys import __version__, prng
from mlx_keys.prng import threefry2x32
from mlx_keys.prng.backends import dispatch

from .known_answers import KnownDraw, known_blocks, known_draws

#: The number of keys that each set of arguments is drawn with.
KEYS = 4

_SHAPES: tuple[dict[str, Any], ...] = tuple({"shape": s} for s in ((), (1,), (7,), (64, 65)))
_HALVES: tuple[dict[str, Any], ...] = ({}, {"dtype": "float16"}, {"dtype": "bfloat16"})
_LOGITS = [0.0, 1.0, 2.0, -1.0, 0.5]
_GAUSS = {"mean": [1.0, 2.0], "cov": [[2.0, 0.5], [0.5, 1.0]]}

#: The arguments of the draws that have no known answer.
_MORE_DRAWS: dict[str, tuple[dict[str, Any], ...]] = {
    "key": ({},),
    "split": tuple({"num": num} for num in (1, 2, 3, 1001)),
    "fold_in": tuple({"data": data} for data in (1, 2, 1000)),
    "bits": tuple({"shape": (rows, 2), "width": 4} for rows in (1, 7, 2080)),
    "uniform": tuple(shape | dtype for shape in _SHAPES for dtype in _HALVES),
    "normal": tuple(shape | dtype for shape in _SHAPES for dtype in _HALVES),
    "laplace": _SHAPES,
    "gumbel": tuple(shape | dtype for shape in _SHAPES for dtype in _HALVES),
    "truncated_normal": tuple(shape | {"lower": -1.5, "upper": 2.0} for shape in _SHAPES),
    "multivariate_normal": tuple(shape | _GAUSS for shape in _SHAPES),
    "bernoulli": _SHAPES,
    "randint": tuple(shape | {"low": -5, "high": 1000} for shape in _SHAPES),
    "permutation": tuple({"x": x} for x in (1, 7, 4160)),
    "categorical": (
        {"logits": _LOGITS},
        {"logits": _LOGITS, "num_samples": 100},
        {"logits": [_LOGITS]},
        {"logits": [_LOGITS] * 7},
    ),
}

#: Why a float may differ from the answer that another backend gave, though the words are equal.
_REASONS = dict.fromkeys(
    ("normal", "laplace", "gumbel", "truncated_normal"),
    "log, log1p, erf and erfinv differ between backends in the last places; the words are equal",
) | {
    "multivariate_normal": "singular values and matrix products differ between backends; "
    "the words are equal"
}

#: The first release of mlx that draws as these answers do.
_SINCE = {"categorical": (0, 32, 1), "multivariate_normal": (0, 29, 4)}


@dataclass(frozen=True)
class FunctionResult:
    """What the check of one function found on this machine; the fields are those of the JSON.

    Attributes:
        function: The function's name; ``block`` is the scrambling of one counter.
        answers: How many known answers there are.
        ours: How many of them ``mlx_keys.prng`` gives.
        asked: How many of them ``mx.random`` has a function for.
        theirs: How many of these ``mx.random`` gives.
        draws: How many more draws both made.
        equal: In how many of these draws every bit was equal.
        worst: The largest difference from a known answer, where floats differ.
        reason: Why numbers differ, where that is known.
    """

    function: str
    answers: int
    ours: int
    asked: int
    theirs: int
    draws: int
    equal: int
    worst: float
    reason: str | None

    @property
    def differs(self) -> bool:
        """Whether anything differs."""
        answered = self.ours == self.answers and self.theirs == self.asked
        return not answered or self.equal < self.draws

    @property
    def right(self) -> bool:
        """Whether all is equal, or what differs has a known reason."""
        return not self.differs or self.reason is not None


@dataclass(frozen=True)
class Conformance:
    """What the check of all functions found, and on what machine."""

    mlx: str
    device: str
    system: str
    mlx_keys: str
    functions: tuple[FunctionResult, ...]

    @property
    def right(self) -> bool:
        """Whether every function is right."""
        return all(result.right for result in self.functions)

    def to_json(self) -> dict[str, Any]:
        """A plain object, ready for :func:`json.dumps`."""
        plain = asdict(self) | {"right": self.right}
        for row, result in zip(plain["functions"], self.functions, strict=True):
            row["right"] = result.right
        return plain


def check_functions() -> Conformance:
    """Check every function, on MLX's default device.

    Where the default is to draw with ``mx.random``, MLX's operations draw in its place: a draw of
    ``mx.random`` compared with itself would show nothing.
    """
    names = dict.fromkeys(draw.function for draw in known_draws())
    draws_by_mlx = dispatch.resolve_backend(prng.key(0)).name == "mlx"
    with prng.using("ops") if draws_by_mlx else nullcontext():
        return Conformance(
            mlx=metadata.version("mlx"),
            device=mx.default_device().type.name,
            system=f"{platform.system()} {platform.machine()}",
            mlx_keys=__version__,
            functions=(_check_blocks(), *map(_check_function, names)),
        )


def known_answer(draw: KnownDraw) -> mx.array:
    """Make the known answer an array."""
    dtype: mx.Dtype = getattr(mx, "bool_" if draw.dtype == "bool" else draw.dtype)
    if draw.dtype == "bool":
        return mx.array(draw.bits, mx.uint8).astype(dtype).reshape(draw.shape)
    unsigned: mx.Dtype = getattr(mx, f"uint{8 * dtype.size}")
    return mx.array(draw.bits, unsigned).view(dtype).reshape(draw.shape)


def draw_by_prng(draw: KnownDraw) -> mx.array:
    """Make the call with ``mlx_keys.prng``."""
    if draw.function == "key":
        return prng.key(draw.seed)
    return _call(getattr(prng, draw.function), prng.key(draw.seed), draw.arguments)


def draw_by_mlx(draw: KnownDraw) -> mx.array | None:
    """Make the call with ``mx.random``; None where it has no such function."""
    key = mx.random.key(draw.seed)
    match draw.function:
        case "key":
            return key
        case "fold_in":
            data = draw.arguments["data"]
            if not 0 < data <= 1000:  # noqa: PLR2004  the way round makes two words a number
                return None
            return mx.random.split(key, data).reshape(-1)[mx.array([0, data])]
        case "bits":
            (*rows, last), width = draw.arguments["shape"], draw.arguments["width"]
            return mx.random.split(key, *rows) if (last, width) == (2, 4) and rows else None
    return _call(getattr(mx.random, draw.function), key, draw.arguments)


def bits_equal(left: mx.array | None, right: mx.array) -> bool:
    """Whether dtype, shape and every bit are equal; False where there is no draw."""
    if left is None or left.dtype != right.dtype or left.shape != right.shape:
        return False
    if left.dtype != mx.bool_:
        left, right = (values.reshape(-1).view(mx.uint8) for values in (left, right))
    return bool(mx.array_equal(left, right))


def _call(function: Callable[..., mx.array], key: mx.array, arguments: dict[str, Any]) -> mx.array:
    values = {name: _read_argument(name, value) for name, value in arguments.items()}
    if "cov" in values:  # its singular values are made on the CPU alone
        values["stream"] = mx.cpu
    return function(**values, key=key)


def _read_argument(name: str, value: Any) -> Any:
    if name in ("logits", "mean", "cov"):
        return mx.array(value, mx.float32)
    return getattr(mx, value) if name == "dtype" else value


def _check_blocks() -> FunctionResult:
    """Check the reference's blocks, which ``mx.random`` has no call for."""
    right = sum(
        threefry2x32.block(known.key, known.counter, known.rounds) == known.words
        for known in known_blocks()
    )
    return FunctionResult("block", len(known_blocks()), right, 0, 0, 0, 0, 0.0, None)


def _check_function(name: str) -> FunctionResult:
    known = [draw for draw in known_draws() if draw.function == name]
    answers = [known_answer(draw) for draw in known]
    by_prng, by_mlx = list(map(draw_by_prng, known)), list(map(draw_by_mlx, known))
    more = list(_more_draws(name))
    result = FunctionResult(
        function=name,
        answers=len(answers),
        ours=sum(map(bits_equal, by_prng, answers)),
        asked=sum(values is not None for values in by_mlx),
        theirs=sum(map(bits_equal, by_mlx, answers)),
        draws=len(more),
        equal=sum(bits_equal(draw_by_mlx(draw), draw_by_prng(draw)) for draw in more),
        worst=max(map(_difference, by_prng + by_mlx, answers + answers), default=0.0),
        reason=None,
    )
    return replace(result, reason=_reason(result)) if result.differs else result


def _reason(result: FunctionResult) -> str | None:
    """Why numbers of a function differ, where that is known."""
    since = _SINCE.get(result.function)
    if since and _release() < since:
        return f"mlx drew otherwise before {'.'.join(map(str, since))}"
    return _REASONS.get(result.function) if result.equal == result.draws else None


def _release() -> tuple[int, ...]:
    return tuple(int(part) for part in metadata.version("mlx").split(".")[:3] if part.isdigit())


def _difference(values: mx.array | None, expected: mx.array) -> float:
    if values is None or values.shape != expected.shape or values.size == 0:
        return 0.0
    left, right = values.astype(mx.float32), expected.astype(mx.float32)
    return cast(float, mx.max(mx.abs(left - right)).item())


def _more_draws(name: str) -> Iterator[KnownDraw]:
    """Make draws that have no known answer, for both to make; the keys are always the same."""
    choose = random.Random(name)  # noqa: S311  reproducible, not secret
    for arguments in _MORE_DRAWS[name]:
        for _ in range(KEYS):
            yield KnownDraw(name, choose.getrandbits(64), arguments, "", (), ())
