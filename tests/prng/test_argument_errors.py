"""Bad calls: refused where mlx refuses them, by the same type, with a message that helps."""

from __future__ import annotations

import re
from fractions import Fraction
from types import SimpleNamespace
from typing import Any

import mlx.core as mx
import numpy as np
import pytest
from tests.prng.known_calls import (
    BAD_KEYS,
    BUILT_IN_TYPES,
    KEY,
    MATRIX,
    PLAIN,
    SHAPED,
    VECTOR,
    Index,
    built_in_type,
)

from mlx_keys import prng
from mlx_keys.errors import KeysError
from mlx_keys.prng.arguments import read_numbers

BAD_SHAPES: dict[str, Any] = {
    "a number": 3,
    "a string": "ab",
    "a dict": {0: 3},
    "a float side": (2, 2.5),
    "a negative side": (2, -3),
}
BAD_CALLS: list[tuple[str, dict[str, Any]]] = [
    ("split", {"num": -1}),
    ("split", {"num": 2.0}),
    ("split", {"num": 2**31}),
    ("split", {"num": None}),
    ("uniform", {"low": None}),
    ("uniform", {"low": "a"}),
    ("uniform", {"low": [0.0], "shape": (1,)}),
    ("uniform", {"low": 2**63}),
    ("uniform", {"low": np.array("a")}),
    ("uniform", {"low": SimpleNamespace()}),
    ("uniform", {"low": VECTOR}),
    ("uniform", {"low": VECTOR, "shape": (3,)}),
    ("uniform", {"low": mx.zeros((1, 2)), "shape": (2,)}),
    ("uniform", {"high": None}),
    ("uniform", {"high": VECTOR}),
    ("uniform", {"dtype": mx.int32}),
    ("uniform", {"dtype": mx.complex64}),
    ("uniform", {"dtype": mx.float64}),
    ("uniform", {"dtype": "float32"}),
    ("uniform", {"dtype": float}),
    ("uniform", {"stream": "cpu"}),
    ("normal", {"dtype": mx.int32}),
    ("normal", {"dtype": mx.bool_}),
    ("normal", {"shape": (2,), "loc": mx.zeros(3)}),
    ("normal", {"shape": (2,), "scale": mx.zeros(3)}),
    ("normal", {"loc": [1.0]}),
    ("normal", {"loc": np.float32}),
    ("normal", {"scale": "a"}),
    ("normal", {"loc": 2**63}),
    ("laplace", {"dtype": mx.int32}),
    ("laplace", {"dtype": mx.complex64}),
    ("laplace", {"loc": None}),
    ("laplace", {"loc": "1"}),
    ("laplace", {"loc": b"1"}),
    ("laplace", {"scale": 1j}),
    ("laplace", {"loc": VECTOR}),
    ("gumbel", {"dtype": mx.int32}),
    ("gumbel", {"dtype": mx.float64}),
    ("truncated_normal", {"lower": None}),
    ("truncated_normal", {"lower": [1]}),
    ("truncated_normal", {"upper": None}),
    ("truncated_normal", {"upper": mx.zeros(3), "shape": (1,)}),
    ("truncated_normal", {"dtype": mx.int32}),
    ("truncated_normal", {"dtype": mx.float64}),
    ("truncated_normal", {"lower": mx.zeros(3), "shape": (1,)}),
    ("truncated_normal", {"lower": mx.zeros(3), "upper": mx.zeros(2)}),
    ("multivariate_normal", {"mean": [0.0, 0.0]}),
    ("multivariate_normal", {"cov": [[1.0, 0.0], [0.0, 1.0]]}),
    ("multivariate_normal", {"mean": mx.array(0.0)}),
    ("multivariate_normal", {"cov": VECTOR}),
    ("multivariate_normal", {"cov": mx.ones((2, 3))}),
    ("multivariate_normal", {"cov": mx.eye(3)}),
    ("multivariate_normal", {"dtype": mx.float16}),
    ("multivariate_normal", {"mean": mx.zeros((3, 2)), "shape": (2,)}),
    ("bernoulli", {"p": 1}),
    ("bernoulli", {"p": True}),
    ("bernoulli", {"p": 0.5j}),
    ("bernoulli", {"p": [0.5]}),
    ("bernoulli", {"p": mx.array([0.5, 0.4]), "shape": (3,)}),
    ("bernoulli", {"p": mx.array([0.5, 0.4]), "shape": (1,)}),
    ("randint", {"dtype": mx.float32}),
    ("randint", {"dtype": mx.complex64}),
    ("randint", {"high": 2**63}),
    ("randint", {"low": 2**63}),
    ("randint", {"low": None}),
    ("randint", {"low": mx.array([1, 2])}),
    ("randint", {"high": mx.array([1, 2])}),
    ("bernoulli", {"p": "a"}),
    ("permutation", {"x": -1}),
    ("permutation", {"x": 5.0}),
    ("permutation", {"x": 2**31}),
    ("permutation", {"x": [1, 2, 3]}),
    ("permutation", {"x": np.arange(3)}),
    ("permutation", {"x": mx.array(3)}),
    ("permutation", {"x": MATRIX, "axis": 2}),
    ("permutation", {"x": MATRIX, "axis": -3}),
    ("permutation", {"x": MATRIX, "axis": 1.0}),
    ("permutation", {"x": 5, "axis": "a"}),
    ("permutation", {"x": 5, "axis": 2**31}),
    ("categorical", {"logits": [0.0, 1.0]}),
    ("categorical", {"logits": mx.array(1.0)}),
    ("categorical", {"logits": mx.zeros((0,))}),
    ("categorical", {"logits": mx.zeros((3, 0))}),
    ("categorical", {"logits": mx.zeros((0, 3))}),
    ("categorical", {"logits": MATRIX, "axis": 2}),
    ("categorical", {"logits": MATRIX, "axis": None}),
    ("categorical", {"logits": MATRIX, "shape": (2,)}),
    ("categorical", {"logits": MATRIX, "shape": ()}),
    ("categorical", {"logits": MATRIX, "shape": (3, 2)}),
    ("categorical", {"logits": MATRIX, "num_samples": -1}),
    ("categorical", {"logits": MATRIX, "num_samples": 0}),
    ("categorical", {"logits": VECTOR, "num_samples": 2.0}),
    ("categorical", {"logits": VECTOR, "num_samples": 2, "shape": (2,)}),
]


def refusal(module: object, function: str, arguments: dict[str, Any]) -> Exception:
    with pytest.raises(BUILT_IN_TYPES) as caught:
        mx.eval(getattr(module, function)(**arguments))
    return caught.value


def assert_refused_alike(function: str, arguments: dict[str, Any]) -> None:
    expected = refusal(mx.random, function, arguments)
    found = refusal(prng, function, arguments)
    assert built_in_type(found) is built_in_type(expected), f"mlx: {expected!r}"
    assert isinstance(found, KeysError)
    assert str(found).startswith(f"{function}: ")
    assert "\n  found: " in str(found)


@pytest.mark.parametrize("key", BAD_KEYS.values(), ids=BAD_KEYS)
@pytest.mark.parametrize("function", PLAIN)
def test_a_key_that_mlx_refuses_is_refused(function: str, key: object) -> None:
    assert_refused_alike(function, PLAIN[function] | {"key": key})


@pytest.mark.parametrize("shape", BAD_SHAPES.values(), ids=BAD_SHAPES)
@pytest.mark.parametrize("function", SHAPED)
def test_a_shape_that_mlx_refuses_is_refused(function: str, shape: object) -> None:
    assert_refused_alike(function, PLAIN[function] | {"shape": shape, "key": KEY})


@pytest.mark.parametrize("function", SHAPED)
def test_a_side_too_long_is_an_overflow_and_kills_nothing(function: str) -> None:
    """Mlx raises OverflowError, and aborts the process where the shape may be None."""
    for side in (2**31, -(2**31) - 1):
        arguments = PLAIN[function] | {"shape": (side,), "key": KEY}
        assert built_in_type(refusal(prng, function, arguments)) is OverflowError
        if function not in ("bernoulli", "truncated_normal"):
            assert built_in_type(refusal(mx.random, function, arguments)) is OverflowError


@pytest.mark.parametrize(
    ("stream", "expected"), [(mx.gpu, ValueError), (mx.Device(mx.cpu, 5), IndexError)], ids=str
)
@pytest.mark.parametrize("function", PLAIN)
def test_a_stream_of_a_device_that_is_not_here_is_refused(
    function: str, stream: mx.DeviceType | mx.Device, expected: type[Exception]
) -> None:
    if stream == mx.gpu and mx.is_available(mx.gpu):
        pytest.skip("there is a GPU here")
    refused = refusal(prng, function, PLAIN[function] | {"stream": stream, "key": KEY})
    assert isinstance(refused, expected)
    assert str(refused).startswith(f"{function}: stream is of a device")


@pytest.mark.parametrize(("function", "arguments"), BAD_CALLS, ids=str)
def test_a_call_that_mlx_refuses_is_refused(function: str, arguments: dict[str, Any]) -> None:
    given = PLAIN[function] | {"key": KEY} | arguments
    assert_refused_alike(function, given)
    message = str(refusal(prng, function, given))
    assert any(re.search(rf"\b{name}\b", message) for name in arguments), message


def test_a_side_beyond_64_bits_is_of_another_type() -> None:
    """Mlx's binding has no integer for it; from 2**31 on a side overflows."""
    for function in SHAPED:
        for side in (2**63, -(2**63) - 1):
            assert_refused_alike(function, PLAIN[function] | {"shape": (side,), "key": KEY})


def test_vectors_that_mlx_can_not_count_are_refused() -> None:
    shape = (2**16, 2**15)
    assert_refused_alike("multivariate_normal", PLAIN["multivariate_normal"] | {
        "shape": shape, "key": KEY, "stream": mx.cpu,
    })  # fmt: skip


@pytest.mark.parametrize(
    ("key", "fix"),
    [
        (7, "fix: key=prng.key(7)"),
        (None, "fix: key=prng.key(seed): there is no global state here"),
        ([0, 3], "fix: mx.array(words, dtype=mx.uint32)"),
        (mx.array([0, 3], mx.int64), "fix: mx.array(words, dtype=mx.uint32), as words from JSON"),
        (mx.zeros((3, 2), mx.uint32), "fix: keys[i] for one key of many"),
        (mx.array(3, mx.uint32), "fix: prng.key(seed), or a row of prng.split(key, num)"),
    ],
    ids=str,
)
def test_the_fix_of_a_bad_key_makes_a_good_one(key: object, fix: str) -> None:
    assert fix in str(refusal(prng, "uniform", {"key": key}))


def test_every_function_requires_a_key() -> None:
    for function, arguments in PLAIN.items():
        with pytest.raises(TypeError, match="key"):
            getattr(prng, function)(**arguments)


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        (
            prng.split,
            "split: the arguments do not fit\n"
            "  expected: split(key, num=2, *, stream=None)\n"
            "  found: missing 1 required positional argument: 'key'\n"
            "  fix: key=prng.key(seed): there is no global state here",
        ),
        (
            lambda: prng.gumbel((2,), mx.float32, KEY),
            "gumbel: the arguments do not fit\n"
            "  expected: gumbel(shape=(), dtype=mlx.core.float32, *, key, window=None, "
            "stream=None)\n"
            "  found: takes from 0 to 2 positional arguments but 3 were given\n"
            "  fix: key=, window= and stream= go by name",
        ),
        (
            lambda: prng.categorical(key=KEY),
            "categorical: the arguments do not fit\n"
            "  expected: categorical(logits, axis=-1, shape=None, num_samples=None, *, key, "
            "stream=None)\n"
            "  found: missing 1 required positional argument: 'logits'",
        ),
    ],
    ids=["no key", "a key by its place", "no logits"],
)
def test_arguments_that_do_not_fit_are_refused_with_the_signature(call: Any, expected: str) -> None:
    with pytest.raises(TypeError) as caught:
        call()
    assert str(caught.value) == expected


@pytest.mark.parametrize(
    ("data", "expected"),
    [(-1, ValueError), (2**32, ValueError), (1.0, TypeError), (None, TypeError)],
)
def test_a_fold_takes_32_bits(data: object, expected: type[Exception]) -> None:
    found = refusal(prng, "fold_in", {"key": KEY, "data": data})
    assert built_in_type(found) is expected
    assert "expected: 0 <= data < 2**32" in str(found)


def test_a_fold_takes_no_name_that_is_not_text() -> None:
    found = refusal(prng, "fold_in", {"key": KEY, "data": "\ud800"})
    assert built_in_type(found) is ValueError
    assert "found: '\\ud800'" in str(found)


@pytest.mark.parametrize(
    ("data", "expected"),
    [(mx.array([1, 2]), ValueError), (mx.array(1.0), TypeError)],
)
def test_a_fold_takes_one_integer_of_an_array(data: mx.array, expected: type[Exception]) -> None:
    assert built_in_type(refusal(prng, "fold_in", {"key": KEY, "data": data})) is expected


@pytest.mark.parametrize(
    ("function", "arguments", "expected"),
    [
        ("bits", {"shape": 3}, TypeError),
        ("bits", {"shape": (2,), "key": 7}, TypeError),
        ("bits", {"shape": (2,), "stream": "cpu"}, TypeError),
        ("bits", {"shape": (2,), "window": 1}, TypeError),
        ("fold_in", {"data": 1, "key": 7}, TypeError),
        ("fold_in", {"data": 1, "stream": "cpu"}, TypeError),
    ],
    ids=str,
)
def test_bits_and_fold_in_refuse_in_their_own_name(
    function: str, arguments: dict[str, Any], expected: type[Exception]
) -> None:
    found = refusal(prng, function, {"key": KEY} | arguments)
    assert built_in_type(found) is expected
    assert isinstance(found, KeysError)
    assert found.problem.startswith(f"{function}: {list(arguments)[-1]} ")


def test_bits_are_1_2_or_4_bytes_wide() -> None:
    found = refusal(prng, "bits", {"shape": (2,), "width": 8, "key": KEY})
    assert built_in_type(found) is ValueError
    assert "expected: 1, 2 or 4 bytes\n  found: int 8" in str(found)


@pytest.mark.parametrize(
    ("value", "plain"),
    [(2**53, True), (-(2**53), True), (2**53 + 1, False), (-(2**53) - 1, False), (0.1, True),
     (True, True), (1j, False), (VECTOR, False), (np.float32(1), False)],
    ids=str,
)  # fmt: skip
def test_a_plain_number_is_one_that_a_double_holds(value: Any, plain: bool) -> None:
    """What kernels take as it is: an integer rounded twice could become another float32."""
    assert read_numbers(0, value) == ((0, value) if plain else None)
    assert (read_numbers(value, 1.5) is not None) is plain


def test_what_mlx_accepts_in_silence_is_accepted() -> None:
    """Surprising, and the same numbers as mlx gives; the pitfalls page tells of them."""
    for function, arguments in (
        ("uniform", {"low": 1, "high": 0, "shape": (3,)}),
        ("uniform", {"low": float("nan")}),
        ("uniform", {"shape": (True, 2)}),
        ("uniform", {"low": 1j, "high": 2}),
        ("uniform", {"low": np.zeros(2), "shape": np.array([2])}),
        ("normal", {"loc": mx.zeros(3)}),
        ("normal", {"scale": -1.0}),
        ("randint", {"low": 5, "high": 5, "shape": (3,)}),
        ("randint", {"low": 0.5, "high": 3.5, "shape": (9,)}),
        ("bernoulli", {"p": 1.5}),
        ("truncated_normal", {"lower": 1, "upper": -1, "shape": (3,)}),
        ("truncated_normal", {"lower": 6, "upper": 7, "shape": (3,)}),
        ("permutation", {"x": True}),
        ("permutation", {"x": 4, "axis": 7}),
        ("categorical", {"logits": mx.array([1, 2, 3]), "num_samples": 3}),
        ("categorical", {"logits": mx.array([-float("inf")] * 3), "num_samples": 6}),
        ("categorical", {"logits": mx.array([float("inf"), 0.0]), "num_samples": 4}),
        ("categorical", {"logits": VECTOR, "num_samples": 0}),
        ("laplace", {"scale": mx.array([2.0])}),
        ("laplace", {"loc": Fraction(1, 2)}),
        ("laplace", {"loc": Index(2)}),
        ("uniform", {"low": Fraction(1, 2)}),
        ("uniform", {"low": Index(-2)}),
        ("uniform", {"high": b"a", "shape": (1,)}),
        ("normal", {"loc": Fraction(1, 2), "scale": Index(3)}),
        ("normal", {"loc": Fraction(1, 2), "dtype": mx.complex64}),
        ("truncated_normal", {"lower": Fraction(-1, 2)}),
        ("randint", {"low": Fraction(1, 2)}),
    ):
        given = PLAIN[function] | arguments | {"key": KEY}
        expected = getattr(mx.random, function)(**given)
        for source in ("mlx", "ops"):
            with prng.using(source):
                found = getattr(prng, function)(**given)
            assert mx.array_equal(expected, found, equal_nan=True), (function, arguments, source)
