"""Calls that are bad or odd, one by one: what mlx does, what we do, and what a guard finds.

``odd_calls.jsonl`` holds the calls of a probe of mlx 0.32.4: what mlx raises or that it takes the
call, what we do where that differs and why, and the problem that a guard finds.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import mlx.core as mx
import numpy as np
import pytest
from tests.paths import CORPUS, DATA
from tests.prng.known_calls import Index, built_in_type

from mlx_keys import prng
from mlx_keys.errors import KeysError

CALLS = [json.loads(line) for line in (DATA / "odd_calls.jsonl").read_text().splitlines()]
PROBE = CORPUS.parent / "data" / "mlx_random_error_probe.json"

#: Seen by a guard, and not in the probe.
MORE = [
    ("random.uniform(0, 1e5, dtype=mx.float16, key=k)", "the interval is wider than the dtype"),
    ("random.uniform(mx.array([0., 2.]), 1, (2,), key=k)", "low is above high"),
    ("random.uniform(shape=(True, 2), key=k)", "a side of shape is a boolean"),
    ("random.uniform(mx.array(1j), 2, key=k)", "low is complex"),
    ("random.uniform(1, 0)", "low is above high"),
    ("random.uniform(np.float64(1), Fraction(1, 2), key=k)", "low is above high"),
    ("random.normal((2,), scale=np.float64(-1), key=k)", "scale is negative"),
    ("random.uniform(1.5, key=k)", "low is above high"),
    ("random.uniform(1.5, key=k)", "low is above high"),
    ("random.normal((3,), loc=1j, key=k)", "loc is complex"),
    ("random.normal((3,), scale=mx.array([1., -1., 1.]), key=k)", "scale is negative"),
    ("random.normal((3,), scale=mx.ones((2, 3)), key=k)", "one draw is repeated"),
    ("random.laplace((2,), mx.float64, key=k)", "float64 is drawn from 32 bits"),
    ("random.laplace((2,), loc=float('nan'), key=k)", "loc is not a number"),
    ("random.truncated_normal(float('nan'), 1, key=k)", "lower is not a number"),
    ("random.randint(0, float('nan'), key=k)", "high is not a number"),
    ("random.truncated_normal(4.5, 5.0, dtype=mx.float16, key=k)", "every draw is a bound"),
    ("random.randint(-2**24, 2**24, key=k)", "the interval is beyond float32"),
    ("random.randint(2**24, 2**24 + 9, key=k)", "the interval is beyond float32"),
    ("random.randint(0, 3, dtype=mx.bool_, key=k)", "a bound does not fit bool"),
    ("random.randint(0, float('inf'), key=k)", "a bound is no integer"),
    ("random.categorical(mx.array([.9, .1]), key=k)", "these logits are probabilities"),
    ("random.categorical(mx.array([0., .3, .7]), key=k)", "these logits are probabilities"),
    ("random.categorical(mx.array([[.7, .3], [.2, .8]]), key=k)", "these logits are prob"),
    ("random.categorical(mx.full((2, 2), mx.inf), key=k)", "infinite logits do not share"),
    ("random.multivariate_normal(mx.array([mx.nan]), mx.eye(1), key=k)", "mean is not a number"),
    ("random.seed(True)", "seed is a boolean"),
    ("prng.fold_in(k, mx.array(-1))", "data is out of range"),
    ("prng.fold_in(k, True)", "data is a boolean"),
    ("prng.bits((True,), key=k)", "a side of shape is a boolean"),
]

#: Near to those, and right.
RIGHT = [
    "random.randint(0, mx.array([3, 4]), (2,), key=k)",
    "random.randint(mx.array(0), 3, (2,), key=k)",
    "random.uniform(2, 2, key=k)",
    "random.uniform(np.float64(0.25), np.float64(0.5), key=k)",
    "random.uniform(Fraction(1, 3), 0.5, key=k)",
    "random.normal((2,), loc=np.float64(0.5), scale=np.float32(2), key=k)",
    "random.normal((Index(),), key=k)",
    "random.laplace(scale=np.float64(2), key=k)",
    "random.truncated_normal(np.float64(-1), Fraction(1, 2), key=k)",
    "random.bernoulli(np.float64(0.5), key=k)",
    "random.uniform(high=0.5, key=k)",
    "random.uniform(-65504 / 2, 65504 / 2, dtype=mx.float16, key=k)",
    "random.uniform(0, 1e5, dtype=mx.bfloat16, key=k)",
    "random.normal((3,), scale=0.0, key=k)",
    "random.normal((2, 3), loc=mx.zeros(3), scale=mx.ones((2, 1)), key=k)",
    "random.normal((3,), mx.complex64, loc=1j, scale=-1.0, key=k)",
    "random.truncated_normal(1, 1, key=k)",
    "random.truncated_normal(-5.5, -4, key=k)",
    "random.bernoulli(mx.array([0.0, 1.0]), key=k)",
    "random.randint(-2**23, 2**23, key=k)",
    "random.randint(0, 2**24, key=k)",
    "random.randint(np.int64(0), mx.array(9), key=k)",
    "random.randint(0, 2, dtype=mx.bool_, key=k)",
    "random.randint(0, 256, dtype=mx.uint8, key=k)",
    "random.randint(-128, 128, dtype=mx.int8, key=k)",
    "random.permutation(mx.arange(6).reshape(2, 3), axis=1, key=k)",
    "random.permutation(4, axis=-1, key=k)",
    "random.categorical(mx.array([0., 0., 1.]), key=k)",
    "random.categorical(mx.array([.5, .5]), key=k)",
    "random.categorical(mx.log(mx.array([.9, .1])), key=k)",
    "random.categorical(mx.array([[.9, .4], [.6, .1]]), key=k)",
    "random.categorical(mx.array([-mx.inf, 0., mx.inf]), key=k)",
    "random.multivariate_normal(mx.zeros(2), mx.zeros((2, 2)), key=k)",
    "random.multivariate_normal(mx.zeros(2), mx.array([[1., 1.], [1., 1.]]), key=k)",
    "prng.fold_in(k, mx.array(2**32 - 1, mx.uint32))",
]


@pytest.fixture(autouse=True)
def on_a_cpu() -> Iterator[None]:
    """Where the probe was made: there is no float64 on a GPU, and bad values wait there."""
    with mx.stream(mx.cpu):
        yield


def ids(call: Any) -> str:
    return call["call"] if isinstance(call, dict) else str(call)


def answer(call: str, random: Any) -> object:
    """What a call gives, or the exception that it raises, with every argument on the CPU."""
    known = {
        "random": random,
        "prng": prng,
        "mx": mx,
        "np": np,
        "Fraction": Fraction,
        "Index": Index,
        "k": mx.random.key(0),
    }
    with mx.stream(mx.cpu):
        try:
            value = eval(call, known)  # noqa: S307  our own data
            mx.eval(value)
        except Exception as error:
            return error
    return value


def ending(answer: object) -> str:
    """How a call ended: ``ok``, or the built-in exception that it raised."""
    if not isinstance(answer, Exception):
        return "ok"
    return built_in_type(answer).__name__


def function(call: str) -> str:
    return call.split("random.", 1)[1].split("(", maxsplit=1)[0]


@pytest.mark.skipif(not PROBE.exists(), reason="the probe is not beside this checkout")
def test_the_calls_are_those_of_the_probe() -> None:
    probed = {
        call.replace("r.", "random."): "SIGFPE"
        if "exit -8" in result
        else result.split()[1]
        if result.startswith("EXC")
        else "ok"
        for call, result in json.loads(PROBE.read_text()).items()
    }
    assert {call["call"]: call["mlx"] for call in CALLS} == probed
    assert len(CALLS) == 197


@pytest.mark.parametrize("call", [call for call in CALLS if call["mlx"] != "SIGFPE"], ids=ids)
def test_mlx_does_what_the_probe_says(call: dict[str, str]) -> None:
    if "stream=mx.gpu" in call["call"] and mx.is_available(mx.gpu):
        return
    assert ending(answer(call["call"], mx.random)) == call["mlx"]


@pytest.mark.parametrize("call", CALLS, ids=ids)
def test_we_do_the_same_or_what_the_data_says(call: dict[str, str]) -> None:
    found = answer(call["call"], prng)
    assert ending(found) == call.get("ours", call["mlx"])
    assert ("why" in call) == ("ours" in call)
    if isinstance(found, AttributeError):
        return
    if isinstance(found, Exception):
        assert isinstance(found, KeysError)
        assert str(found).startswith(f"{function(call['call'])}: ")
        assert found.expected is not None
        assert found.found is not None
    elif call["mlx"] == "ok":
        expected = answer(call["call"], mx.random)
        if isinstance(expected, mx.array):
            assert (found.dtype, found.shape) == (expected.dtype, expected.shape)
            assert mx.array_equal(found, expected, equal_nan=True)
        else:
            assert repr(found) == repr(expected)


def guard_problem(call: str, random: Any) -> str | None:
    with prng.guard():
        found = answer(call, random)
    return found.problem.partition(": ")[2] if isinstance(found, prng.GuardError) else None


@pytest.mark.parametrize("call", CALLS, ids=ids)
def test_a_guard_finds_the_same_problem_in_mlx_and_in_ours(call: dict[str, str]) -> None:
    assert guard_problem(call["call"], mx.random) == call.get("guard")
    if call.get("ours", call["mlx"]) == call["mlx"]:
        assert guard_problem(call["call"], prng) == call.get("guard")


@pytest.mark.parametrize(("call", "problem"), MORE)
def test_a_guard_finds_the_problem_of_these_too(call: str, problem: str) -> None:
    assert ending(answer(call, mx.random)) == "ok"
    assert (guard_problem(call, mx.random) or "nothing").startswith(problem)


@pytest.mark.parametrize("call", RIGHT)
def test_a_guard_finds_no_problem_in_a_right_call(call: str) -> None:
    assert ending(answer(call, mx.random)) == "ok"
    assert guard_problem(call, mx.random) is None
    with prng.guard():
        assert ending(answer(call, mx.random)) == "ok"


@pytest.mark.parametrize(
    ("values", "found"), [(5, "low [2.0, 2.0, 2.0, 2.0, 2.0]"), (6, "low an array of shape (6,)")]
)
def test_short_arrays_are_shown_in_full(values: int, found: str) -> None:
    with prng.guard(), pytest.raises(prng.GuardError) as caught:
        mx.random.uniform(mx.full((values,), 2.0), 1, (values,), key=mx.random.key(0))
    assert caught.value.found == f"{found}, high 1"


def test_traced_values_are_not_checked() -> None:
    def drawn(low: mx.array) -> mx.array:
        return prng.uniform(low, 0.0, key=mx.random.key(1))

    with prng.guard():
        mx.vmap(drawn)(mx.ones(2))
    with prng.guard():
        mx.compile(drawn)(mx.array(1.0))
    with prng.guard(), pytest.raises(prng.GuardError, match="low is above high"):
        mx.grad(drawn)(mx.array(1.0))
