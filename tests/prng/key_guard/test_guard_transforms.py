"""A guard under ``mx.vmap``, ``mx.compile``, ``mx.grad`` and ``mx.checkpoint``."""

from __future__ import annotations

import gc
from typing import Any

import mlx.core as mx
import pytest
from tests.prng.random_calls import raw

from mlx_keys import prng

KEY = prng.key(7)


@pytest.mark.parametrize("module", [mx.random, prng])
def test_under_vmap_each_row_is_a_key(module: Any) -> None:
    rows = mx.random.split(KEY, 6)
    draw = mx.vmap(lambda key: module.uniform(shape=(2,), key=key))
    nested = mx.vmap(mx.vmap(lambda key: module.uniform(shape=(2,), key=key), in_axes=1))
    expected = raw(draw(rows)), raw(nested(rows.reshape(2, 3, 2).swapaxes(1, 2)))
    for mapped, keys, value in (
        (draw, rows, expected[0]),
        (nested, rows.reshape(2, 3, 2).swapaxes(1, 2), expected[1]),
    ):
        with prng.guard() as watch:
            assert raw(mapped(keys)) == value
            assert (watch.keys, watch.unread) == (6, 0)
            with pytest.raises(prng.GuardError, match=r"uniform draws .*test_guard.*\n.*normal"):
                prng.normal(key=rows[4])


def test_under_vmap_equal_rows_are_one_key() -> None:
    with prng.guard(), pytest.raises(prng.GuardError):
        mx.vmap(lambda key: prng.uniform(key=key))(mx.stack([KEY, KEY]))


def test_under_vmap_two_draws_of_a_row_are_two() -> None:
    with prng.guard(), pytest.raises(prng.GuardError):
        mx.vmap(lambda key: prng.uniform(key=key) + mx.random.uniform(key=key))(prng.split(KEY))


def test_under_vmap_keys_are_followed_through_split_and_fold_in() -> None:
    keys = prng.split(KEY, 3)
    children = mx.vmap(lambda key: mx.random.uniform(key=prng.split(key)[0]))
    numbered = mx.vmap(lambda number: prng.uniform(key=prng.fold_in(KEY, number)))
    expected = raw(children(keys)), raw(numbered(mx.arange(4)))
    with prng.guard() as watch:
        assert raw(children(keys)) == expected[0]
        assert (watch.keys, watch.unread) == (6, 0)
        with pytest.raises(prng.GuardError):
            prng.uniform(key=prng.split(keys[1])[0])
    with prng.guard() as watch:
        assert raw(numbered(mx.arange(4))) == expected[1]
        assert (watch.keys, watch.unread) == (5, 0)
        with pytest.raises(prng.GuardError):
            prng.uniform(key=prng.fold_in(KEY, 2))
    with prng.guard(), pytest.raises(prng.GuardError):
        numbered(mx.array([1, 2, 1]))


def test_under_grad_of_vmap_and_vmap_of_grad_too() -> None:
    keys, one = prng.split(KEY, 3), mx.array(1.0)

    def scaled(x: mx.array, key: mx.array) -> mx.array:
        return x * prng.normal(key=key)

    slopes = mx.vmap(mx.grad(scaled), in_axes=(None, 0))
    slope = mx.grad(lambda x: mx.vmap(lambda key: scaled(x, key))(keys).sum())
    for call in (lambda: slopes(one, keys), lambda: slope(one)):
        expected = raw(call())
        with prng.guard() as watch:
            assert raw(call()) == expected
            assert (watch.keys, watch.unread) == (3, 0)
            with pytest.raises(prng.GuardError):
                call()


def test_a_key_that_all_rows_share_is_drawn_from_once() -> None:
    with prng.guard() as watch:
        mx.vmap(lambda x: x + prng.uniform(key=KEY))(mx.zeros(3))
    assert watch.keys == 1


def test_vmap_over_no_keys_raises_where_mlx_would_kill_the_process() -> None:
    for shape in ((0, 2), (3, 0, 2), (0, 3, 2)):
        draw = lambda key: mx.random.uniform(key=key)  # noqa: E731
        ours = lambda key: prng.uniform(key=key)  # noqa: E731
        for _ in shape[1:]:
            draw, ours = mx.vmap(draw), mx.vmap(ours)
        with prng.guard():
            with pytest.raises(prng.GuardError, match="no keys kills"):
                draw(mx.zeros(shape, mx.uint32))
            assert ours(mx.zeros(shape, mx.uint32)).shape == shape[:-1]


@pytest.mark.parametrize(
    ("function", "arguments"),
    [
        ("bernoulli", {"shape": (2, 2**31)}),
        ("truncated_normal", {"lower": -1, "upper": 1, "shape": [2**40]}),
        ("categorical", {"logits": mx.zeros((2, 3)), "shape": (-(2**31) - 1, 2)}),
    ],
)
@pytest.mark.parametrize("key", [{"key": KEY}, {}], ids=["key", "no key"])
def test_a_side_so_long_raises_where_mlx_would_kill_the_process(
    function: str, arguments: dict[str, Any], key: dict[str, mx.array]
) -> None:
    with prng.guard(), pytest.raises(prng.GuardError, match="a side so long kills"):
        getattr(mx.random, function)(**arguments, **key)
    with prng.guard(), pytest.raises(OverflowError):
        getattr(prng, function)(**arguments, key=KEY)


def test_under_compile_one_variable_used_twice_is_found() -> None:
    def twice(key: mx.array) -> mx.array:
        one, two = mx.random.split(key)
        return prng.uniform(key=one) + mx.random.normal(key=two) + prng.gumbel(key=one)

    with prng.guard(), pytest.raises(prng.GuardError, match="    a key that is being traced"):
        mx.compile(twice)(KEY)


def test_under_compile_nothing_else_is_found_and_that_is_counted() -> None:
    def twice(key: mx.array) -> mx.array:
        keys = prng.split(key)
        return prng.uniform(key=keys[0]) + mx.random.normal(key=keys[0])

    compiled = mx.compile(twice)
    expected = raw(twice(KEY))
    with prng.guard() as watch:
        assert raw(compiled(KEY)) == raw(compiled(KEY)) == expected
    assert (watch.keys, watch.unread) == (0, 3)
    assert raw(compiled(prng.key(8))) == raw(twice(prng.key(8)))  # it outlives the guard


def test_a_traced_key_that_is_gone_is_not_taken_for_a_new_one_with_its_id() -> None:
    """CPython gives the id of an array that is gone to the next one, soon."""
    ids = []

    def once(key: mx.array) -> mx.array:
        child = prng.split(key)[0]
        ids.append(id(child))
        return prng.uniform(key=child)

    with prng.guard() as watch:
        for seed in range(50):

            def function(key: mx.array) -> mx.array:  # a new one, so that it is traced anew
                return once(key)

            mx.compile(function)(prng.key(seed))
            gc.collect()
    assert watch.unread == 100
    assert len(set(ids)) < len(ids)


def test_keys_of_a_compiled_function_are_read_where_compiling_is_off() -> None:
    compiled = mx.compile(lambda key: prng.uniform(key=key))
    mx.disable_compile()
    try:
        with prng.guard():
            compiled(KEY)
            with pytest.raises(prng.GuardError, match=r"key \[0, 7\]\n"):
                compiled(KEY)
    finally:
        mx.enable_compile()


def test_keys_are_read_under_grad() -> None:
    def loss(x: mx.array, key: mx.array) -> mx.array:
        return x * prng.uniform(key=key) + mx.random.uniform(key=prng.key(8))

    expected = mx.grad(loss)(mx.array(1.0), KEY).item()
    with prng.guard() as watch:
        assert mx.grad(loss)(mx.array(1.0), KEY).item() == expected
        assert (watch.keys, watch.unread) == (2, 0)
        with pytest.raises(prng.GuardError):
            mx.value_and_grad(loss)(mx.array(1.0), KEY)


def test_checkpoint_draws_again_which_is_a_fault_unless_the_guard_is_off() -> None:
    def layer(x: mx.array) -> mx.array:
        return (x * prng.uniform(shape=(3,), key=KEY)).sum()

    with prng.guard() as watch:
        with pytest.raises(prng.GuardError):
            mx.grad(mx.checkpoint(layer))(mx.ones(3))
        with watch.off():
            mx.eval(mx.grad(mx.checkpoint(layer))(mx.ones(3)))


#: Draws whose other arguments come from a number that is being traced.
TRACED = {
    "uniform": lambda module, x, key: module.uniform(0, x + 2, key=key),
    "normal": lambda module, x, key: module.normal(loc=x, scale=x + 1, key=key),
    "truncated_normal": lambda module, x, key: module.truncated_normal(-5, x + 1, key=key),
    "bernoulli": lambda module, x, key: module.bernoulli((x + 1) / 9, key=key),
    "randint": lambda module, x, key: module.randint(0, x + 2, key=key),
    "permutation": lambda module, x, key: module.permutation(mx.stack([x, x + 1]), key=key),
    "categorical": lambda module, x, key: module.categorical(mx.stack([x, x + 1]), key=key),
    "fold_in": lambda _, x, key: prng.fold_in(key, x.astype(mx.int32)),
}


@pytest.mark.parametrize("module", [mx.random, prng])
@pytest.mark.parametrize("name", TRACED)
def test_arguments_that_are_being_traced_pass_every_check(name: str, module: Any) -> None:
    draw = mx.vmap(lambda x, key: TRACED[name](module, x, key))
    numbers, keys = mx.arange(3.0), mx.random.split(KEY, 3)
    expected = raw(draw(numbers, keys))
    with prng.guard():
        assert raw(draw(numbers, keys)) == expected
