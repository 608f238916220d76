"""A guard raises at the second use of a key, names both places, and leaves no trace."""

from __future__ import annotations

import re
import subprocess
import sys
import threading
from collections.abc import Callable
from typing import Any

import mlx.core as mx
import numpy as np
import pytest
from mlx import nn
from tests.paths import ROOT
from tests.prng.random_calls import FUNCTIONS, raw

from mlx_keys import prng
from mlx_keys.errors import KeysError
from mlx_keys.prng import call_hook, fold_in, uniform
from mlx_keys.prng.key_guard import interpose

KEY = prng.key(7)
MLX = {name: getattr(mx.random, name) for name in vars(mx.random) if not name.startswith("_")}

#: Two uses of one key, and whether they go together.
PAIRS: list[tuple[str, Callable[[mx.array], Any], Callable[[mx.array], Any], bool]] = [
    ("draw, draw", lambda k: mx.random.uniform(key=k), lambda k: prng.normal(key=k), False),
    ("the same draw", lambda k: prng.uniform(key=k), lambda k: prng.uniform(key=k), False),
    ("draw, split", lambda k: mx.random.gumbel(key=k), prng.split, False),
    (
        "split, draw",
        lambda k: mx.random.split(k, 2),
        lambda k: mx.random.permutation(5, key=k),
        False,
    ),
    ("fold, draw", lambda k: fold_in(k, 1), lambda k: mx.random.laplace(key=k), False),
    ("draw, fold", lambda k: prng.bits((2,), key=k), lambda k: fold_in(k, 1), False),
    ("fold, split", lambda k: fold_in(k, 1), lambda k: mx.random.split(k, 2), False),
    ("split, fold", prng.split, lambda k: fold_in(k, 1), False),
    ("two folds", lambda k: fold_in(k, 1), lambda k: fold_in(k, 2), True),
    ("one fold twice", lambda k: fold_in(k, 1), lambda k: fold_in(k, 1), True),
    ("split twice", prng.split, lambda k: mx.random.split(k, 3), True),
]

#: The same key, made again.
AGAIN: dict[str, Callable[[mx.array], mx.array]] = {
    "itself": lambda k: k,
    "from its seed": lambda k: mx.random.key(7),
    "by numpy": lambda k: mx.array(np.array(k)),
    "from its words": lambda k: mx.array(k.tolist(), dtype=mx.uint32),
    "a row of a stack": lambda k: mx.stack([mx.random.key(1), k])[1],
}


def draw(function: str, module: Any, key: mx.array) -> mx.array:
    needed: dict[str, dict[str, Any]] = {
        "truncated_normal": {"lower": -1, "upper": 1},
        "multivariate_normal": {"mean": mx.zeros(2), "cov": mx.eye(2), "stream": mx.cpu},
        "randint": {"low": 0, "high": 9},
        "permutation": {"x": 5},
        "categorical": {"logits": mx.zeros(3)},
    }
    return getattr(module, function)(**needed.get(function, {}), key=key)


@pytest.mark.parametrize("again", AGAIN.values(), ids=AGAIN)
@pytest.mark.parametrize(
    ("first", "second", "right"), [p[1:] for p in PAIRS], ids=[p[0] for p in PAIRS]
)
def test_two_uses_of_one_key_are_right_or_a_fault(
    first: Any, second: Any, right: bool, again: Any
) -> None:
    with prng.guard():
        first(KEY)
        if right:
            second(again(KEY))
        else:
            with pytest.raises(prng.GuardError):
                second(again(KEY))


@pytest.mark.parametrize("later", [mx.random, prng])
@pytest.mark.parametrize("function", FUNCTIONS)
def test_every_function_is_a_use_whether_first_or_second(function: str, later: Any) -> None:
    other = (lambda: prng.fold_in(KEY, 3)) if function == "split" else (lambda: prng.split(KEY))
    for module in (mx.random, prng):
        with prng.guard():
            draw(function, module, KEY)
            with pytest.raises(prng.GuardError, match=rf"key .*\n +\S+\.{function} "):
                draw("uniform", later, KEY)
        with prng.guard():
            other()
            with pytest.raises(
                prng.GuardError, match=rf"\n +\S+\.{function} \w+( from)? it at .*\n  fix"
            ):
                draw(function, module, KEY)


def test_both_places_in_the_users_code_are_named() -> None:
    program = """\
with prng.guard():
    mx.random.uniform(key=KEY)
    other = 1
    prng.normal(
        key=mx.random.key(7))
"""
    code = compile(program, "train.py", "exec")
    with pytest.raises(prng.GuardError) as caught:
        exec(code, {"prng": prng, "mx": mx, "KEY": KEY, "__name__": "train"})  # noqa: S102
    assert str(caught.value) == (
        "train.py:4: this key was drawn from before\n"
        "  expected: each key drawn from once, or split, or folded\n"
        "  found:\n"
        "    key [0, 7]\n"
        "    mx.random.uniform draws from it at train.py:2\n"
        "    prng.normal draws from it at train.py:4\n"
        "  fix: one, two = mx.random.split(key), and a key for each"
    )
    assert isinstance(caught.value, KeysError)
    assert not isinstance(caught.value, ValueError)


def test_a_file_in_the_users_folder_is_named_from_there(tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    code = compile("with prng.guard():\n [draw(key=KEY) for _ in 'ab']", tmp_path / "a.py", "exec")
    with pytest.raises(prng.GuardError, match=r"^a\.py:2: .*\n(.*\n)*.* at a\.py:2\n"):
        exec(code, {"prng": prng, "draw": uniform, "KEY": KEY})  # noqa: S102


def test_a_key_may_come_by_its_place_in_mlx() -> None:
    with prng.guard():
        mx.random.normal((2,), mx.float32, 0.0, 1.0, KEY)
        with pytest.raises(prng.GuardError):
            mx.random.bernoulli(0.5, (), KEY)


@pytest.mark.parametrize("function", interpose.PARAMETERS)
def test_the_parameters_are_those_of_mlx_in_its_order(function: str) -> None:
    documented = MLX[function].__nb_signature__[0][0]
    assert tuple(re.findall(r"(\w+): ", documented)) == interpose.PARAMETERS[function]


def test_every_function_of_mlx_is_checked() -> None:
    assert set(interpose.PARAMETERS) == set(MLX)


def test_numbers_are_the_same_under_a_guard() -> None:
    for module in (mx.random, prng):
        expected = [raw(draw(function, module, KEY)) for function in FUNCTIONS]
        found = []
        for function in FUNCTIONS:
            with prng.guard():
                found.append(raw(draw(function, module, KEY)))
        assert found == expected


def test_a_call_without_a_key_is_no_use_of_one() -> None:
    def implicit() -> list[Any]:
        mx.random.seed(3)
        layer = nn.Sequential(nn.Linear(3, 3), nn.Dropout(0.5))
        init = nn.init.he_normal()(mx.zeros((2, 2)))
        return [raw(layer(mx.ones((2, 3)))), raw(init), raw(mx.random.uniform(shape=(2,)))]

    expected = implicit()
    with prng.guard() as watch:
        assert implicit() == expected
    assert watch.keys == 0


def test_a_call_that_is_refused_is_no_use() -> None:
    with prng.guard() as watch:
        for module in (mx.random, prng):
            with pytest.raises(ValueError, match=r"negative|Negative"):
                module.uniform(shape=(-1,), key=KEY)
            with pytest.raises(TypeError):
                module.uniform(0, 1, (), mx.float32, KEY, mx.cpu, 9)
            with pytest.raises(TypeError):
                module.split(KEY, key=KEY)
        assert watch.keys == 0
        mx.random.uniform(key=KEY)
    assert watch.keys == 1


EMPTY: list[tuple[str, dict[str, Any]]] = [
    ("split", {"num": 0}),
    ("uniform", {"shape": (0,)}),
    ("normal", {"shape": (2, 0)}),
    ("permutation", {"x": 0}),
    ("bernoulli", {"p": mx.zeros((0,))}),
    ("categorical", {"logits": mx.zeros(3), "num_samples": 0}),
    (
        "multivariate_normal",
        {"mean": mx.zeros(2), "cov": mx.eye(2), "shape": (0,), "stream": mx.cpu},
    ),
]


@pytest.mark.parametrize("module", [mx.random, prng])
@pytest.mark.parametrize(("function", "arguments"), EMPTY, ids=[name for name, _ in EMPTY])
def test_an_empty_draw_is_no_use(function: str, arguments: dict[str, Any], module: Any) -> None:
    keys = mx.random.split(KEY, 3)
    with prng.guard() as watch:
        call = getattr(module, function)
        prng.uniform(key=KEY)
        for _ in range(2):
            expected = call(**arguments, key=KEY)
            assert expected.size == 0
        found = mx.vmap(lambda key: call(**arguments, key=key))(keys)
        assert found.shape == (3, *expected.shape)
        mx.compile(lambda key: call(**arguments, key=key))(KEY)
        assert (watch.keys, watch.unread) == (1, 0)


def test_an_empty_window_is_no_use() -> None:
    with prng.guard() as watch:
        prng.bits((9,), key=KEY, window=slice(4, 4))
        assert watch.keys == 0
        prng.split(KEY)
        prng.normal((9,), key=KEY, window=slice(7, 3))
    assert watch.keys == 1


@pytest.mark.parametrize("failing", [False, True])
def test_mlx_is_as_it_was_when_the_last_guard_closes(failing: bool) -> None:
    try:
        with prng.guard():
            with prng.guard():
                assert mx.random.uniform is not MLX["uniform"]
                assert call_hook.hook is not None
            assert mx.random.uniform is not MLX["uniform"]
            if failing:
                raise KeyError
    except KeyError:
        pass
    assert {name: getattr(mx.random, name) for name in MLX} == MLX
    assert call_hook.hook is None


def test_functions_first_used_inside_a_guard_call_nothing_of_it_later() -> None:
    code = """
import mlx.core as mx
from mlx_keys import prng
from tests.prng.call_counts import modules_entered
with prng.guard():
    functions = [prng.uniform, prng.bernoulli, prng.split]
key = prng.key(1)
for function in functions:
    entered = modules_entered(lambda: function(key=key))
    assert entered and not any("guard" in module for module in entered), entered
"""
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT)


def test_a_function_that_others_put_into_mlx_meanwhile_stays(monkeypatch) -> None:
    monkeypatch.setattr(mx.random, "uniform", MLX["uniform"])  # and is undone to this
    with prng.guard():
        monkeypatch.setattr(mx.random, "uniform", other := lambda **_: "other")
        wrapper = mx.random.normal
    assert mx.random.uniform is other
    assert wrapper(key=KEY).shape == ()  # kept beyond the guard, it draws and checks nothing


def test_an_inner_guard_begins_anew_and_the_outer_one_goes_on() -> None:
    with prng.guard() as outer:
        prng.uniform(key=KEY)
        with prng.guard() as inner, pytest.raises(prng.GuardError):
            prng.uniform(key=KEY)
        with outer.off(), prng.guard() as inner:
            prng.uniform(key=KEY)
        assert (outer.keys, inner.keys) == (1, 1)


def test_each_call_of_a_decorated_function_has_a_guard_of_its_own() -> None:
    @prng.guard()
    def once(depth: int = 0) -> mx.array:
        return once(depth - 1) if depth else prng.uniform(key=KEY)

    @prng.guard()
    def twice() -> None:
        prng.uniform(key=KEY)
        prng.uniform(key=KEY)

    assert raw(once()) == raw(once()) == raw(once(3))
    with pytest.raises(prng.GuardError):
        twice()


def test_a_second_use_is_no_fault_while_the_guard_is_off() -> None:
    with prng.guard() as watch:
        prng.uniform(key=KEY)
        with watch.off():
            prng.uniform(key=KEY)
            mx.random.uniform(1, 0, key=KEY)
        with pytest.raises(prng.GuardError):
            prng.uniform(key=KEY)


def test_a_guard_holds_for_all_threads_and_is_off_for_one() -> None:
    caught: list[Exception] = []

    def work() -> None:
        try:
            prng.uniform(key=prng.key(7))
        except prng.GuardError as fault:
            caught.append(fault)

    with prng.guard() as watch, watch.off():
        for _ in range(2):
            thread = threading.Thread(target=work)
            thread.start()
            thread.join()
    assert len(caught) == 1


def test_a_function_taken_out_of_mlx_before_is_not_checked_and_ours_is() -> None:
    of_mlx, of_prng = mx.random.uniform, prng.uniform
    with prng.guard() as watch:
        of_mlx(key=KEY)
        of_mlx(key=KEY)
        assert watch.keys == 0
        of_prng(key=KEY)
        with pytest.raises(prng.GuardError):
            of_prng(key=KEY)


def test_the_calls_that_a_function_makes_itself_are_not_checked(monkeypatch) -> None:
    """Another library may put a function of its own into ``mx.random``, which draws as it likes."""

    def both(*, key: mx.array) -> mx.array:
        return MLX["uniform"](key=key) + mx.random.normal(key=key) + prng.bits((), key=key)

    monkeypatch.setattr(mx.random, "uniform", both)
    with prng.guard() as watch:
        mx.random.uniform(key=KEY)
        assert watch.keys == 1
        with pytest.raises(prng.GuardError):
            mx.random.normal(key=KEY)


WINDOWS = [
    ("that meet", slice(0, 3), slice(3, 9), True),
    ("apart", slice(6, 7), slice(0, 2), True),
    ("of which one is empty", slice(2, 2), slice(0, 9), True),
    ("from the end", slice(0, 7), slice(-2, None), True),
    ("that overlap", slice(0, 3), slice(2, 5), False),
    ("that are equal", slice(0, 3), slice(0, 3), False),
    ("of which one is all", slice(0, 3), None, False),
]


@pytest.mark.parametrize(
    ("one", "two", "right"), [w[1:] for w in WINDOWS], ids=[w[0] for w in WINDOWS]
)
@pytest.mark.parametrize(
    ("function", "arguments"),
    [
        ("normal", {"shape": (9, 2)}),
        ("bernoulli", {"p": mx.full((9,), 0.5)}),
        ("truncated_normal", {"lower": -mx.ones((9, 1)), "upper": mx.ones(2)}),
    ],
)
def test_two_windows_of_one_draw_are_right_where_they_share_no_row(
    function: str, arguments: Any, one: Any, two: Any, right: bool
) -> None:
    with prng.guard():
        getattr(prng, function)(**arguments, key=KEY, window=one)
        if right:
            getattr(prng, function)(**arguments, key=KEY, window=two)
        else:
            with pytest.raises(prng.GuardError):
                getattr(prng, function)(**arguments, key=KEY, window=two)


@pytest.mark.parametrize(
    ("function", "arguments"),
    [
        ("uniform", {"shape": (9, 2)}),
        ("normal", {"shape": (9,)}),
        ("normal", {"shape": (9, 2), "dtype": mx.complex64}),
        ("bits", {"shape": (9, 2)}),
    ],
    ids=str,
)
def test_windows_of_two_draws_are_two_uses(function: str, arguments: dict[str, Any]) -> None:
    with prng.guard():
        prng.normal((9, 2), key=KEY, window=slice(0, 3))
        with pytest.raises(prng.GuardError, match="expected: windows of one draw"):
            getattr(prng, function)(**arguments, key=KEY, window=slice(3, 9))


def test_bits_without_a_width_are_4_bytes_wide() -> None:
    with prng.guard():
        prng.bits((9,), key=KEY, window=slice(0, 3))
        prng.bits((9,), 4, key=KEY, window=slice(3, 9))


def test_a_third_window_is_compared_with_both() -> None:
    with prng.guard():
        for start in (0, 6, 3):
            prng.uniform(shape=(9,), key=KEY, window=slice(start, start + 3))
        with pytest.raises(prng.GuardError, match=r"rows 6 to 8 from it .*\n.*rows 7 to 7"):
            prng.uniform(shape=(9,), key=KEY, window=slice(7, 8))
