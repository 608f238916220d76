"""Which calls are given to ``mx.random`` as they are, and which are not."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from functools import partial
from typing import Any

import mlx.core as mx
import numpy as np
import pytest
from tests.prng.call_counts import modules_entered
from tests.prng.known_calls import KEY, PLAIN
from tests.prng.random_calls import raw

from mlx_keys import prng
from mlx_keys.prng import threefry2x32
from mlx_keys.prng.backends import dispatch, kernel, ops

#: Arguments that mlx takes.
AS_THEY_ARE: list[tuple[str, dict[str, Any]]] = [
    *((function, given) for function, given in PLAIN.items() if function != "multivariate_normal"),
    ("split", {"num": 3}),
    ("uniform", {"low": 0, "high": 1.5, "shape": (2,), "dtype": mx.float16}),
    ("uniform", {"low": mx.zeros(2), "high": True, "shape": [3, 2], "dtype": None}),
    ("uniform", {"window": None, "shape": (0,)}),
    ("normal", {"shape": (2**31 - 1,), "loc": None}),
    ("uniform", {"low": np.float32(0.5)}),
    ("uniform", {"shape": np.array([2, 3])}),
    ("uniform", {"shape": (2, True)}),
    ("uniform", {"shape": [np.int64(2)]}),
    ("uniform", {"shape": range(1, 3)}),
    ("uniform", {"low": 1j, "high": 2}),
]


def reads_arguments(call: Callable[[], object]) -> bool:
    """Whether a call's arguments are read here, and not by mlx alone."""
    return "arguments" in modules_entered(call)


@pytest.mark.parametrize("choice", [None, "mlx"])
@pytest.mark.parametrize(("function", "arguments"), AS_THEY_ARE, ids=str)
def test_on_a_cpu_arguments_are_given_to_mlx_as_they_are(
    function: str, arguments: dict[str, Any], choice: str | None
) -> None:
    found = []
    with mx.stream(mx.cpu), prng.using(choice) if choice else nullcontext():
        draw = partial(getattr(prng, function), **arguments, key=KEY)
        assert not reads_arguments(lambda: found.append(draw()))
        if found[0].size < 2**20:
            plain = {name: value for name, value in arguments.items() if name != "window"}
            assert raw(found[0]) == raw(getattr(mx.random, function)(**plain, key=KEY))


def test_a_key_that_is_the_first_argument_is_given_to_mlx_too() -> None:
    with prng.using("mlx"), mx.stream(mx.cpu):
        assert raw(prng.split(KEY, 3)) == raw(mx.random.split(KEY, 3))
        assert not reads_arguments(lambda: prng.split(KEY, 3))


@pytest.mark.parametrize("choice", [None, "mlx"])
@pytest.mark.parametrize(
    ("function", "arguments"),
    [("permutation", [mx.arange(3)]), ("uniform", [mx.zeros(())]), ("bernoulli", [mx.array(0.5)])],
    ids=str,
)
def test_an_array_that_is_the_first_argument_is_not_taken_for_the_key(
    function: str, arguments: list[mx.array], choice: str | None
) -> None:
    """Without a key, mlx would draw from its global state."""
    with (
        mx.stream(mx.cpu),
        prng.using(choice) if choice else nullcontext(),
        pytest.raises(TypeError, match=rf"^{function}: .*(\n.*)*'key'"),
    ):
        getattr(prng, function)(*arguments)


@pytest.mark.parametrize("side", [2**31, -(2**31) - 1])
@pytest.mark.parametrize("function", ["uniform", "bernoulli"])
def test_a_side_beyond_32_bits_is_refused_by_us(function: str, side: int) -> None:
    """Mlx aborts the process over one where the shape may be None."""
    for shape in ((side,), [2, side]):
        with prng.using("mlx"), pytest.raises(OverflowError, match=rf"^{function}: a side of"):
            getattr(prng, function)(shape=shape, key=KEY)


@pytest.mark.parametrize("choice", ["ops", "reference"])
def test_another_source_reads_the_arguments_of_every_call(choice: str) -> None:
    with prng.using(choice):
        assert reads_arguments(lambda: prng.uniform(key=KEY))


def test_a_row_holds_as_many_values_as_31_bits_count() -> None:
    """Nothing is made here: a lazy array is made when it is evaluated."""
    with prng.using("mlx"):
        assert prng.bits((2**31 - 3,), key=KEY).shape == (2**31 - 3,)
        with pytest.raises(OverflowError, match=r"^bits: the shape has"):
            prng.bits((2**31 - 1,), key=KEY)  # mlx makes a word more of an odd draw
    with (
        prng.using("ops"),
        pytest.raises(OverflowError, match=r"^bits: the shape has") as caught,
    ):
        prng.bits((2**30, 2), key=KEY)
    assert caught.value.found == f"{2**31}, of shape ({2**30}, 2)"
    assert caught.value.fix == "window=slice(a, b), for some rows at a time"


def test_mlx_hands_out_as_many_words_as_it_counts_in_pairs() -> None:
    """Nothing is made here: a lazy array is made when it is evaluated."""
    with prng.using("mlx"):
        assert prng.bits((2**31 - 1, 2), key=KEY).shape == (2**31 - 1, 2)
        with pytest.raises(OverflowError, match=r"^bits: the shape"):
            prng.bits((2**16, 2**16), key=KEY)
        with pytest.raises(OverflowError, match=r"^bits: the shape"):
            prng.bits((2**31 - 1, 3), key=KEY)


def test_a_window_of_all_rows_is_drawn_by_mlx(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ops, "words", lambda *_: pytest.fail("made of operations"))
    with prng.using("mlx"):
        for function in ("uniform", "normal", "bernoulli", "gumbel"):
            whole = getattr(prng, function)(shape=(4,), key=KEY)
            found = getattr(prng, function)(shape=(4,), key=KEY, window=slice(0, 4))
            assert raw(found) == raw(whole)
        assert prng.bits((3, 2), key=KEY).tolist() == mx.random.split(KEY, 3).tolist()


def test_mlx_makes_all_of_an_odd_draw_but_its_middle_word(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made = []
    words = ops.words

    def noted(key: mx.array, size: int, start: int, stop: int) -> mx.array:
        made.append((size, start, stop))
        return words(key, size, start, stop)

    monkeypatch.setattr(ops, "words", noted)
    with prng.using("mlx"):
        drawn = prng.bits((7,), key=KEY)
    assert made == [(7, 3, 4)]
    with prng.using("reference"):
        assert drawn.tolist() == prng.bits((7,), key=KEY).tolist()


def test_an_empty_draw_keeps_its_shape() -> None:
    for choice in ("mlx", "ops", "reference"):
        with prng.using(choice):
            assert prng.bits((0, 3), key=KEY).shape == (0, 3)


def test_the_reference_folds_and_draws_with_plain_integers(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("block", "words"):
        monkeypatch.setattr(ops, name, lambda *_: pytest.fail("made of operations"))
    with prng.using("reference"):
        assert prng.fold_in(KEY, 5).tolist() == list(threefry2x32.fold_in((0, 3), 5))
        assert prng.bits((3,), key=KEY).tolist() == threefry2x32.words((0, 3), 3)


def test_the_refusal_of_a_traced_key_names_the_sources_that_take_it() -> None:
    with prng.using("reference"), pytest.raises(ValueError, match=r"^bits: ") as caught:
        mx.vmap(lambda key: prng.bits((3,), key=key))(KEY[None])
    assert caught.value.found == "a key that is being traced"
    assert 'prng.using("ops")' in caught.value.fix


def test_the_refusal_of_an_unknown_source_lists_those_there_are() -> None:
    with pytest.raises(ValueError, match=r"^using: no such source") as caught, prng.using("dice"):
        pass
    assert caught.value.expected == '"kernel" or "mlx" or "ops" or "reference"'
    assert caught.value.found == "'dice'"


def test_an_argument_too_many_is_refused_by_every_source() -> None:
    """Mlx's own split takes its stream by position."""
    for choice in (None, "mlx", "ops"):
        with (
            prng.using(choice) if choice else nullcontext(),
            pytest.raises(TypeError, match=r"^split: the arguments do not fit"),
        ):
            prng.split(KEY, 2, None)


@pytest.mark.parametrize("choice", [None, "mlx"])
@pytest.mark.parametrize(
    "key",
    [
        mx.arange(4, dtype=mx.uint32).reshape(2, 2)[:, 1],
        mx.arange(4, dtype=mx.uint32)[::2],
        mx.arange(2, dtype=mx.uint32)[::-1],
        mx.broadcast_to(mx.array(5, mx.uint32), (2,)),
    ],
    ids=["column", "step", "backwards", "one word twice"],
)
def test_mlx_s_generator_on_a_gpu_is_given_contiguous_keys(
    key: mx.array, choice: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[mx.array] = []
    split = mx.random.split

    def noted(key: mx.array, num: int) -> mx.array:
        given.append(key)
        return split(key, num)

    monkeypatch.setattr(kernel, "gpu_platform", lambda: "cuda")
    monkeypatch.setattr(dispatch, "on_gpu", lambda: True)
    monkeypatch.setattr(mx.random, "split", noted)
    with prng.using(choice) if choice else nullcontext():
        drawn = prng.bits((4,), key=key)
    (row,) = given
    mx.eval(row)
    assert memoryview(row).strides == (4,)
    assert row.tolist() == key.tolist()
    assert raw(drawn) == raw(split(mx.array(key.tolist(), mx.uint32), 2).reshape(-1))
