"""Does this machine give the numbers that are known? Does our generator give those of its mlx?

Each function is asked twice: for its known answers, of ``mlx_keys.prng`` and of ``mx.random``, and
for some draws from the same keys by both.
"""

from __future__ import annotations

import platform
import random
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from importlib import metadata
from typing import Any, cast

import mlx.core as mx

from mlx_keys import __version__, prng
from mlx_keys.prng import threefry2x32
from mlx_keys.prng.backends import dispatch

from .known_answers import Draw, blocks, draws

#: Keys that the two are compared on here, for each set of arguments.
KEYS = 4

_SHAPES: tuple[dict[str, Any], ...] = tuple({"shape": s} for s in ((), (1,), (7,), (64, 65)))
_HALVES: tuple[dict[str, Any], ...] = ({}, {"dtype": "float16"}, {"dtype": "bfloat16"})
_LOGITS = [0.0, 1.0, 2.0, -1.0, 0.5]
_GAUSS = {"mean": [1.0, 2.0], "cov": [[2.0, 0.5], [0.5, 1.0]]}

#: The arguments of the draws that both make here.
_FRESH: dict[str, tuple[dict[str, Any], ...]] = {
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

_LAST_PLACES = (
    "log, log1p, erf and erfinv differ between backends in the last places; the words are equal"
)
_PRODUCTS = "singular values and matrix products differ between backends; the words are equal"

#: Why a float may differ from the answer that another backend gave, though the words are equal.
_OF_THE_BACKEND = {
    "normal": _LAST_PLACES,
    "laplace": _LAST_PLACES,
    "gumbel": _LAST_PLACES,
    "truncated_normal": _LAST_PLACES,
    "multivariate_normal": _PRODUCTS,
}

#: The first release of mlx that draws as these answers do.
_SINCE = {"categorical": (0, 32, 1), "multivariate_normal": (0, 29, 4)}


@dataclass(frozen=True)
class Standing:
    """How one function stands on this machine.

    Attributes:
        function: Its name; ``block`` is the scrambling of one counter.
        answers: How many known answers there are.
        ours: How many of them ``mlx_keys.prng`` gives.
        asked: How many of them ``mx.random`` can be asked for.
        theirs: How many of these it gives.
        draws: How many draws both made here.
        equal: In how many of these every bit was equal.
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
    """How all functions stand on this machine, and what machine that is."""

    mlx: str
    device: str
    system: str
    mlx_keys: str
    functions: tuple[Standing, ...]

    @property
    def right(self) -> bool:
        """Whether every function stands right."""
        return all(standing.right for standing in self.functions)

    def to_json(self) -> dict[str, Any]:
        """A plain object, ready for :func:`json.dumps`."""
        found = asdict(self) | {"right": self.right}
        for row, standing in zip(found["functions"], self.functions, strict=True):
            row["right"] = standing.right
        return found


def examine() -> Conformance:
    """Ask every function, on MLX's default device.

    Where the default is to draw with ``mx.random``, MLX's operations are asked in its place: it is
    no witness for itself.
    """
    names = dict.fromkeys(draw.function for draw in draws())
    if dispatch.resolve_backend("examine", prng.key(0)).name == "mlx":
        with prng.using("ops"):
            return _examined(names)
    return _examined(names)


def _examined(names: Iterable[str]) -> Conformance:
    return Conformance(
        mlx=metadata.version("mlx"),
        device=mx.default_device().type.name,
        system=f"{platform.system()} {platform.machine()}",
        mlx_keys=__version__,
        functions=(_blocks(), *(_standing(name) for name in names)),
    )


def answer(draw: Draw) -> mx.array:
    """The known answer as an array."""
    dtype: mx.Dtype = getattr(mx, "bool_" if draw.dtype == "bool" else draw.dtype)
    if draw.dtype == "bool":
        return mx.array(draw.bits, mx.uint8).astype(dtype).reshape(draw.shape)
    unsigned: mx.Dtype = getattr(mx, f"uint{8 * dtype.size}")
    return mx.array(draw.bits, unsigned).view(dtype).reshape(draw.shape)


def ours(draw: Draw) -> mx.array:
    """The same call of ``mlx_keys.prng``."""
    if draw.function == "key":
        return prng.key(draw.seed)
    return _call(getattr(prng, draw.function), prng.key(draw.seed), draw.arguments)


def theirs(draw: Draw) -> mx.array | None:
    """The same call of ``mx.random``; None where it has no such function."""
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


def same(left: mx.array, right: mx.array) -> bool:
    """Whether dtype, shape and every bit are equal."""
    if left.dtype != right.dtype or left.shape != right.shape:
        return False
    if left.dtype == mx.bool_:
        return bool(mx.array_equal(left, right))
    left, right = (values.reshape(-1).view(mx.uint8) for values in (left, right))
    return bool(mx.array_equal(left, right))


def _call(function: Callable[..., mx.array], key: mx.array, arguments: dict[str, Any]) -> mx.array:
    given = {name: _read(name, value) for name, value in arguments.items()}
    if "cov" in given:  # its singular values are made on the CPU alone
        given["stream"] = mx.cpu
    return function(**given, key=key)


def _read(name: str, value: Any) -> Any:
    if name in ("logits", "mean", "cov"):
        return mx.array(value, mx.float32)
    return getattr(mx, value) if name == "dtype" else value


def _blocks() -> Standing:
    """The reference's blocks, which ``mx.random`` has no call for."""
    right = [
        known for known in blocks()
        if threefry2x32.block(known.key, known.counter, known.rounds) == known.words
    ]  # fmt: skip
    return Standing("block", len(blocks()), len(right), 0, 0, 0, 0, 0.0, None)


def _standing(name: str) -> Standing:
    known = [draw for draw in draws() if draw.function == name]
    right_ours = right_theirs = asked = equal = made = 0
    worst = 0.0
    for draw in known:
        expected, mine, other = answer(draw), ours(draw), theirs(draw)
        right_ours += same(mine, expected)
        for found in (mine, other):
            worst = max(worst, _difference(found, expected))
        asked += other is not None
        right_theirs += other is not None and same(other, expected)
    for draw in _fresh(name):
        other = theirs(draw)
        made += 1
        equal += other is not None and same(ours(draw), other)
    standing = Standing(
        function=name,
        answers=len(known),
        ours=right_ours,
        asked=asked,
        theirs=right_theirs,
        draws=made,
        equal=equal,
        worst=worst,
        reason=None,
    )
    return _with_reason(standing)


def _with_reason(standing: Standing) -> Standing:
    if not standing.differs:
        return standing
    reason = None
    since = _SINCE.get(standing.function)
    if since and _release() < since:
        reason = f"mlx drew otherwise before {'.'.join(map(str, since))}"
    elif standing.equal == standing.draws:
        reason = _OF_THE_BACKEND.get(standing.function)
    return Standing(**(asdict(standing) | {"reason": reason}))


def _release() -> tuple[int, ...]:
    return tuple(int(part) for part in metadata.version("mlx").split(".")[:3] if part.isdigit())


def _difference(found: mx.array | None, expected: mx.array) -> float:
    if found is None or found.shape != expected.shape or found.size == 0:
        return 0.0
    left, right = (values.astype(mx.float32) for values in (found, expected))
    return cast(float, mx.max(mx.abs(left - right)).item())


def _fresh(name: str) -> Iterator[Draw]:
    """Draws to make by both, with no answer written down; the keys are always the same."""
    choose = random.Random(name)  # noqa: S311  reproducible, not secret
    for arguments in _FRESH[name]:
        for _ in range(KEYS):
            yield Draw(name, choose.getrandbits(64), arguments, "", (), ())
