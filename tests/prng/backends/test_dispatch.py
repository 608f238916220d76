"""What is handed to ``mx.random`` as it stands, and what is not."""

from __future__ import annotations

from contextlib import nullcontext
from typing import Any

import mlx.core as mx
import numpy as np
import pytest
from tests.prng.random_calls import raw
from tests.prng.test_argument_errors import KEY, PLAIN

from mlx_keys import prng
from mlx_keys.prng import call_hook, threefry2x32
from mlx_keys.prng.backends import dispatch, kernel, ops
from mlx_keys.prng.window import Part, read_part

#: Arguments that mlx takes.
AS_THEY_STAND: list[tuple[str, dict[str, Any]]] = [
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


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The functions whose arguments were read here."""
    functions: list[str] = []
    fitted = call_hook.fitted

    def noted(function: Any, *given: Any) -> mx.array:
        functions.append(function.__name__)
        return fitted(function, *given)

    monkeypatch.setattr(call_hook, "fitted", noted)
    return functions


@pytest.mark.parametrize("choice", [None, "mlx"])
@pytest.mark.parametrize(("function", "arguments"), AS_THEY_STAND, ids=str)
def test_arguments_are_handed_to_mlx_as_they_stand(
    function: str, arguments: dict[str, Any], choice: str | None, read: list[str]
) -> None:
    with mx.stream(mx.cpu), prng.using(choice) if choice else nullcontext():
        found = getattr(prng, function)(**arguments, key=KEY)
        assert read == []
        if found.size < 2**20:
            plain = {name: value for name, value in arguments.items() if name != "window"}
            assert raw(found) == raw(getattr(mx.random, function)(**plain, key=KEY))


def test_a_key_that_leads_is_handed_over_too(read: list[str]) -> None:
    with prng.using("mlx"):
        assert raw(prng.split(KEY, 3)) == raw(mx.random.split(KEY, 3))
    assert read == []


@pytest.mark.parametrize("choice", [None, "mlx"])
@pytest.mark.parametrize(
    ("function", "arguments"),
    [("permutation", [mx.arange(3)]), ("uniform", [mx.zeros(())]), ("bernoulli", [mx.array(0.5)])],
    ids=str,
)
def test_an_array_that_leads_is_not_taken_for_the_key(
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
def test_a_side_over_which_mlx_would_abort_is_never_shown_to_it(side: int, read: list[str]) -> None:
    for shape in ((side,), [2, side]):
        with prng.using("mlx"), pytest.raises((OverflowError, ValueError), match=r"^uniform: "):
            prng.uniform(shape=shape, key=KEY)
    assert read == ["uniform"] * 2


@pytest.mark.parametrize("choice", ["ops", "reference"])
def test_another_source_is_shown_every_call(choice: str, read: list[str]) -> None:
    with prng.using(choice):
        prng.uniform(key=KEY)
    assert read == ["uniform"]


@pytest.mark.parametrize("length", [2**31 - 1, 2**31])
def test_a_row_holds_what_31_bits_count(length: int) -> None:
    part = read_part("bits", (length,), slice(None))
    if length < 2**31:
        dispatch.refuse_so_long_a_row("bits", part)
        return
    with pytest.raises(OverflowError, match=r"^bits: the shape has") as caught:
        dispatch.refuse_so_long_a_row("bits", part)
    assert str(caught.value).splitlines()[1:] == [
        "  expected: fewer than 2**31",
        f"  found: {length}, of shape ({length},)",
        "  fix: window=slice(a, b), for some rows at a time",
    ]


def test_mlx_hands_out_as_many_words_as_it_counts_in_pairs() -> None:
    """Nothing is made here: what can be is made when it is asked for."""
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


def test_an_odd_draw_asks_mlx_for_all_but_its_middle_word(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked = []
    words = ops.words

    def noted(key: mx.array, size: int, start: int, stop: int) -> mx.array:
        asked.append((size, start, stop))
        return words(key, size, start, stop)

    monkeypatch.setattr(ops, "words", noted)
    with prng.using("mlx"):
        drawn = prng.bits((7,), key=KEY)
    assert asked == [(7, 3, 4)]
    with prng.using("reference"):
        assert drawn.tolist() == prng.bits((7,), key=KEY).tolist()


def test_an_empty_part_is_a_part() -> None:
    for choice in ("mlx", "ops", "reference"):
        with prng.using(choice):
            assert dispatch.words("bits", KEY, Part((0, 3), 0, 0, 0, 2)).shape == (0, 3)


def test_the_reference_folds_and_draws_with_plain_integers(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("block", "words"):
        monkeypatch.setattr(ops, name, lambda *_: pytest.fail("made of operations"))
    with prng.using("reference"):
        assert prng.fold_in(KEY, 5).tolist() == list(threefry2x32.fold_in((0, 3), 5))
        assert prng.bits((3,), key=KEY).tolist() == threefry2x32.words((0, 3), 3)


def test_a_key_without_words_is_told_who_can_take_it() -> None:
    with prng.using("reference"), pytest.raises(ValueError, match=r"^bits: ") as caught:
        mx.vmap(lambda key: prng.bits((3,), key=key))(KEY[None])
    assert str(caught.value).splitlines()[1:] == [
        "  expected: a key whose words are known",
        "  found: a key that is being traced",
        '  fix: draw inside prng.using("ops"), or with no choice',
    ]


def test_a_source_that_is_none_is_told_which_there_are() -> None:
    with pytest.raises(ValueError, match=r"^using: ") as caught, prng.using("dice"):
        pass
    assert str(caught.value).splitlines()[1:] == [
        '  expected: "kernel" or "mlx" or "ops" or "reference"',
        "  found: 'dice'",
    ]


def test_an_argument_too_many_is_refused_whoever_draws() -> None:
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
def test_a_gpu_s_generator_of_mlx_is_given_keys_in_a_row(
    key: mx.array, choice: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[mx.array] = []
    split = mx.random.split

    def noted(key: mx.array, num: int) -> mx.array:
        given.append(key)
        return split(key, num)

    monkeypatch.setattr(kernel, "backend", lambda: "cuda")
    monkeypatch.setattr(dispatch, "_on_gpu", lambda: True)
    monkeypatch.setattr(mx.random, "split", noted)
    with prng.using(choice) if choice else nullcontext():
        drawn = prng.bits((4,), key=key)
    (row,) = given
    mx.eval(row)
    assert memoryview(row).strides == (4,)
    assert row.tolist() == key.tolist()
    assert raw(drawn) == raw(split(mx.array(key.tolist(), mx.uint32), 2).reshape(-1))
