"""Random calls that ``mx.random`` and ``mlx_keys.prng`` both take."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass

import mlx.core as mx

#: Where layouts go wrong: none, one, two, odd, primes, powers of two and beside.
SIDES = (0, 1, 1, 2, 3, 5, 7, 8, 13, 16, 17)

#: MLX has float64 on the CPU alone.
WIDEST = mx.float64 if mx.default_device() == mx.cpu else mx.float32


@dataclass(frozen=True)
class Call:
    """A function's name, the seed of its key, and its other arguments."""

    function: str
    seed: int
    arguments: dict[str, object]

    def of(self, module: object) -> mx.array:
        """The call's result, from ``mx.random`` or from ``mlx_keys.prng``."""
        return getattr(module, self.function)(**self.arguments, key=mx.random.key(self.seed))


def calls(function: str, count: int, seed: int = 0) -> Iterator[Call]:
    """Give ``count`` random calls of a function, always the same ones."""
    choose = random.Random(f"{function} {seed}")  # noqa: S311  reproducible, not secret
    for _ in range(count):
        yield Call(function, choose.getrandbits(64), _ARGUMENTS[function](choose))


def raw(values: mx.array) -> tuple[str, tuple[int, ...], list[int]]:
    """What two equal arrays have in common: dtype, shape, and every bit."""
    flat = values.reshape(-1)
    flat = flat.astype(mx.uint8) if values.dtype == mx.bool_ else flat.view(mx.uint8)
    return str(values.dtype), values.shape, flat.tolist()


def _shape(choose: random.Random) -> tuple[int, ...]:
    return tuple(choose.choice(SIDES) for _ in range(choose.randrange(4)))


def _real(choose: random.Random) -> float:
    return choose.choice([choose.uniform(-5, 5), choose.uniform(-1e6, 1e6), 0.0, 1.0, -1.0])


def _bound(choose: random.Random, shape: tuple[int, ...], number: float) -> object:
    """A number, or an array of such numbers that broadcasts to the shape."""
    kind = choose.choice(["number", "number", "scalar", "row", "thin"])
    if kind == "number" or (kind in ("row", "thin") and not shape):
        return number
    if kind == "scalar":
        return mx.array(number)
    sides = shape[-1:] if kind == "row" else tuple(1 for _ in shape)
    return mx.full(sides, number) + mx.arange(sides[-1]).astype(mx.float32) * 0.25


def _floating(choose: random.Random) -> mx.Dtype:
    return choose.choice([mx.float32, mx.float32, mx.float16, mx.bfloat16])


def _split(choose: random.Random) -> dict[str, object]:
    return {"num": choose.choice([*SIDES, choose.randrange(300)])}


def _uniform(choose: random.Random) -> dict[str, object]:
    shape, dtype = _shape(choose), _floating(choose)
    low, high = (_bound(choose, shape, _real(choose)) for _ in range(2))
    return choose.choice(
        [{"shape": shape}, {"low": low, "high": high, "shape": shape, "dtype": dtype}]
    )


def _normal(choose: random.Random) -> dict[str, object]:
    shape = _shape(choose)
    dtype = choose.choice([mx.float32, mx.float16, mx.bfloat16, WIDEST, mx.complex64])
    loc, scale = (choose.choice([None, _bound(choose, shape, _real(choose))]) for _ in range(2))
    return {"shape": shape, "dtype": dtype, "loc": loc, "scale": scale}


def _bernoulli(choose: random.Random) -> dict[str, object]:
    shape = _shape(choose)
    p = _bound(choose, shape, choose.choice([0.0, 1.0, 0.5, choose.random(), 1e-4]))
    return {
        "p": p,
        "shape": shape if not isinstance(p, mx.array) or choose.random() < 0.7 else None,
    }


def _randint(choose: random.Random) -> dict[str, object]:
    shape = _shape(choose)
    dtype = choose.choice([mx.int32, mx.int32, mx.uint8, mx.int8, mx.int64, mx.uint32, mx.bool_])
    # Narrower dtypes take narrower intervals: a float32 beyond the dtype is undefined behaviour.
    reach = 100 if dtype in (mx.uint8, mx.int8, mx.bool_) else 2 ** choose.randrange(1, 31)
    low = choose.randrange(reach)
    high = low + choose.randrange(min(reach, 28) if reach == 100 else reach)
    if choose.random() < 0.3 and shape:
        return {
            "low": mx.full(shape[-1:], low),
            "high": mx.array(high),
            "shape": shape,
            "dtype": dtype,
        }
    return {"low": low, "high": high, "shape": shape, "dtype": dtype}


def _permutation(choose: random.Random) -> dict[str, object]:
    if choose.random() < 0.5:
        return {"x": choose.choice([*SIDES, choose.randrange(3000)])}
    sides = (*_shape(choose), choose.choice(SIDES))
    items = mx.arange(max(1, _product(sides)))[: _product(sides)].reshape(sides)
    return {"x": items, "axis": choose.randrange(-len(sides), len(sides))}


def _categorical(choose: random.Random) -> dict[str, object]:
    sides = [max(1, choose.choice(SIDES)) for _ in range(choose.randrange(1, 4))]
    if choose.random() < 0.4:  # a single distribution, where both ways are open
        axis = choose.randrange(len(sides))
        sides = [side if place == axis else 1 for place, side in enumerate(sides)]
    else:
        axis = choose.randrange(-len(sides), len(sides))
    dtype = choose.choice([mx.float32, mx.float32, mx.float16, mx.bfloat16])
    logits = mx.random.normal(sides, key=mx.random.key(choose.getrandbits(32)), scale=2.0)
    arguments: dict[str, object] = {"logits": logits.astype(dtype), "axis": axis}
    batch = [side for place, side in enumerate(sides) if place != axis % len(sides)]
    match choose.randrange(3):
        case 0:
            arguments["num_samples"] = choose.choice([1, 2, 5, 50])
        case 1:
            arguments["shape"] = (choose.choice([1, 3]), *batch)
    return arguments


def _plain(choose: random.Random) -> dict[str, object]:
    return {"shape": _shape(choose), "dtype": _floating(choose)}


def _laplace(choose: random.Random) -> dict[str, object]:
    dtype = choose.choice([mx.float32, mx.float16, mx.bfloat16, WIDEST])
    moved = {"loc": _real(choose), "scale": _real(choose)}
    return {"shape": _shape(choose), "dtype": dtype} | choose.choice([{}, moved])


def _truncated_normal(choose: random.Random) -> dict[str, object]:
    shape = _shape(choose)
    lower = choose.uniform(-4, 4)
    bounds = {
        "lower": _bound(choose, shape, lower),
        "upper": _bound(choose, shape, lower + choose.uniform(0, 3)),
    }
    return bounds | {"shape": choose.choice([shape, shape, None]), "dtype": _floating(choose)}


def _multivariate_normal(choose: random.Random) -> dict[str, object]:
    n = choose.choice([1, 2, 3, 5])
    root = mx.random.normal((n, n), key=mx.random.key(choose.getrandbits(32)))
    mean = mx.arange(n).astype(mx.float32)
    # MLX has no singular values on a GPU.
    return {"mean": mean, "cov": root @ root.T, "shape": _shape(choose)[:2], "stream": mx.cpu}


def _product(sides: tuple[int, ...]) -> int:
    size = 1
    for side in sides:
        size *= side
    return size


_ARGUMENTS = {
    "split": _split,
    "uniform": _uniform,
    "normal": _normal,
    "bernoulli": _bernoulli,
    "randint": _randint,
    "permutation": _permutation,
    "categorical": _categorical,
    "gumbel": _plain,
    "laplace": _laplace,
    "truncated_normal": _truncated_normal,
    "multivariate_normal": _multivariate_normal,
}

#: Every function that the two have in common, and takes a key.
FUNCTIONS = tuple(_ARGUMENTS)
