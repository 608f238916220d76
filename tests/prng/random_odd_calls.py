"""Random calls with one odd argument each, as ``mx.random`` and ``mlx_keys.prng`` may get them.

An argument is written as Python, so that each call makes its own: ``mx``, ``np``, ``K`` (a key) and
a few more names are known to it.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

import mlx.core as mx
import numpy as np
from tests.prng.known_calls import Index

NUMBERS = """0|1|-1|5|2**24+1|2**31|2**32|2**53+1|2**63-1|2**63|2**64|10**30|True|0.0|0.3|-2.5
    |mx.inf|-mx.inf|mx.nan|1e38|1e300|5e-324|1j|None|'a'|b'a'|[]|[1.0]|()|{}|object()|range(3)|int|float
    |Fraction(1, 2)|Decimal('0.5')|Index()|np.float32(1.5)|np.float64(0.3)|np.float16(0.5)
    |np.int8(-1)|np.uint64(2**63)|np.bool_(True)|np.array(2)|np.array([1., 2.])
    |np.array([])|np.array('a')|mx.array(0.5)|mx.array([.2, .8])|mx.array([[.2], [.8]])
    |mx.zeros((0,))|mx.array(True)|mx.array(1j)|mx.array(2, mx.uint64)|mx.array(.5, mx.float16)
    |mx.array([.5, .1], mx.bfloat16)|mx.array(.25, mx.float64)|mx.arange(6).reshape(2, 3).T
    |mx.arange(9.)[::-2]|mx.array([mx.inf, mx.nan])|mx.broadcast_to(mx.array(.5), (2, 3))"""
SHAPES = """()|(0,)|(2, 3)|[2, 2]|(True, 2)|(2.0,)|(-1,)|(2, -3)|(np.int64(2),)|np.array([2, 2])
    |mx.array([2, 2])|(mx.array(2),)|'ab'|''|range(1, 3)|{2}|{2: 1}|3|None|(2**31,)|(2**31-1, 0)
    |(0, 2**31)|(2**16, 2**16, 0)|(-2**31-1,)|(1,) * 20|(Index(),)|((2,),)|('2',)
    |(2**63,)|(10**30,)|bytearray(b'ab')|np.array([2.0])|(side for side in (2, 3))|Index()|True"""
DTYPES = """mx.float32|mx.float16|mx.bfloat16|mx.float64|mx.complex64|mx.int32|mx.uint8|mx.int64
    |mx.uint64|mx.bool_|None|'float32'|float|np.float32|mx.floating|3"""
KEYS = """ROW|COLUMN|K[::-1]|mx.broadcast_to(mx.array(5, mx.uint32), (2,))|mx.array([1, 2])
    |mx.array([1, 2], mx.uint64)|mx.array([1., 2.])|mx.zeros((2, 1), mx.uint32)
    |mx.zeros((3, 2), mx.uint32)|mx.zeros((0, 2), mx.uint32)|mx.array(3, mx.uint32)
    |np.array([1, 2], np.uint32)|[1, 2]|7|'k'|mx.array([1, 2, 3], mx.uint32)|True"""
STREAMS = "None|mx.cpu|mx.Device(mx.cpu, 0)|mx.Device(mx.cpu, 5)|mx.default_stream(mx.cpu)|'cpu'|0"
INTEGERS = """0|2|-2|5|True|2**31-1|2**31|-2**31-1|2**64|2.0|'2'|None|np.int64(2)|np.array(2)
    |np.bool_(True)|mx.array(1)|Index()|1.5|[1]|mx.array([2])"""
LOGITS = """mx.zeros((1, 5))|mx.zeros((5, 1))|mx.zeros((0, 3))|mx.zeros((3, 0))|mx.array([1, 2, 3])
    |mx.array([mx.nan, 0.])|mx.array([mx.inf, 0., mx.inf])|mx.full((3,), -mx.inf)|mx.array([1j, 0])
    |mx.array([True, False])|mx.array([0., 1.], mx.float64)|mx.arange(6.).reshape(2, 3).T|[0., 1.]
    |np.zeros(3)|None|mx.array(1.)"""
ITEMS = """0|-1|True|2**31|2**40|2**64|mx.arange(6).reshape(2, 3).T|mx.zeros((0,))|mx.zeros((2, 0))
    |mx.array(3)|[1, 2, 3]|np.arange(3)|5.0|'5'|None|np.int64(4)|Index()|mx.array([1j, 2j])"""
MEANS = """mx.zeros((3, 2))|mx.zeros((2, 1))|mx.array([1, 2])|mx.array([1., 2.], mx.float64)
    |mx.array([1j, 0])|mx.zeros(0)|mx.array([mx.nan, 0.])|mx.array(1.)|[0., 0.]|None"""
COVS = """mx.ones((2, 2))|-mx.eye(2)|mx.broadcast_to(mx.eye(2), (3, 2, 2))|mx.ones((2, 3))
    |mx.array([[1, 0], [0, 1]])|mx.eye(2).astype(mx.float16)|mx.ones(2)|mx.eye(3)|[[1.]]|None"""

#: By function: each argument's odd values, and what is right for it.
ARGUMENTS: dict[str, dict[str, tuple[str, str]]] = {
    "split": {"num": (INTEGERS, "2|3")},
    "uniform": {"low": (NUMBERS, "0|0.5"), "high": (NUMBERS, "1|5.0|mx.array(5.)")},
    "normal": {"loc": (NUMBERS, "None|1.5"), "scale": (NUMBERS, "None|2")},
    "laplace": {"loc": (NUMBERS, "0.0|1.5"), "scale": (NUMBERS, "1.0|2")},
    "gumbel": {},
    "truncated_normal": {"lower": (NUMBERS, "-1|-1.5"), "upper": (NUMBERS, "1|mx.array(2.)")},
    "multivariate_normal": {"mean": (MEANS, "mx.zeros(2)"), "cov": (COVS, "mx.eye(2)")},
    "bernoulli": {"p": (NUMBERS, "0.5|mx.array(.2)")},
    "randint": {"low": (NUMBERS, "0|-3"), "high": (NUMBERS, "5|mx.array(9)")},
    "permutation": {"x": (ITEMS, "5|mx.arange(6).reshape(2, 3)"), "axis": (INTEGERS, "0|-1")},
    "categorical": {
        "logits": (LOGITS, "mx.array([0., 1., 2.])|mx.zeros((4, 5))"),
        "axis": (INTEGERS, "0|-1"),
        "num_samples": (INTEGERS, "None|2"),
    },
}
for _function, _takes in ARGUMENTS.items():
    if _function not in ("split", "permutation", "categorical"):
        _takes["shape"] = (SHAPES, "()|(3,)|(5, 2)")
    if _function not in ("split", "permutation", "categorical", "bernoulli"):
        _takes["dtype"] = (DTYPES, "mx.int32|None" if _function == "randint" else "mx.float32|None")
    _takes["key"], _takes["stream"] = (KEYS, "K"), (STREAMS, "None")


@dataclass(frozen=True)
class OddCall:
    """A function's name, and its arguments as Python."""

    function: str
    written: dict[str, str]

    def arguments(self) -> dict[str, Any]:
        """The arguments, made anew."""
        rows = mx.random.split(mx.random.key(5), 3)
        known = {
            "mx": mx, "np": np, "Decimal": Decimal, "Fraction": Fraction, "Index": Index,
            "K": mx.random.key(2**40 + 3), "ROW": rows[1], "COLUMN": rows.T[:, 1],
        }  # fmt: skip
        return {name: eval(text, known) for name, text in self.written.items()}  # noqa: S307  ours


def odd_calls(function: str, count: int) -> Iterator[OddCall]:
    """Give ``count`` calls of a function, always the same ones, in which one argument is odd."""
    choose = random.Random(function)  # noqa: S311  reproducible, not secret
    takes = ARGUMENTS[function]
    for _ in range(count):
        odd = choose.choice(list(takes))
        written = {}
        for name, kinds in takes.items():
            values = [value.strip() for value in kinds[name != odd].split("|")]
            written[name] = choose.choice(values)
        yield OddCall(function, written)
