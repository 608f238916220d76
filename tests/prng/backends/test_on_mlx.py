"""The generator on MLX: mlx's own numbers, bit for bit, on every path."""

from __future__ import annotations

import subprocess
import sys
import threading
from contextlib import nullcontext
from functools import partial

import mlx.core as mx
import pytest
from tests.prng.call_counts import count_calls, modules_entered
from tests.prng.random_calls import FUNCTIONS, calls, raw

from mlx_keys import prng
from mlx_keys.errors import INSTALL_MLX
from mlx_keys.prng import threefry2x32
from mlx_keys.prng.backends import dispatch, kernel, ops, tracing
from mlx_keys.prng.conformance.check import bits_equal, draw_by_mlx, draw_by_prng, known_answer
from mlx_keys.prng.conformance.known_answers import KnownDraw, known_blocks, known_draws

#: These go through log, erf or a matrix product, which differ between C libraries and processors.
DEPENDS_ON_MACHINE = ("normal", "laplace", "gumbel", "truncated_normal", "multivariate_normal")
EXACT = [draw for draw in known_draws() if draw.function not in DEPENDS_ON_MACHINE]
KERNEL = pytest.param("kernel", marks=pytest.mark.needs_cuda)
SOURCES = ["ops", "mlx", "reference", KERNEL]


def test_the_blocks_are_those_that_random123_publishes() -> None:
    known = [block for block in known_blocks() if block.rounds == 20]
    assert len(known) == 3
    for block in known:
        counter = tuple(mx.array([word], mx.uint32) for word in block.counter)
        first, second = ops.block(mx.array(block.key, mx.uint32), counter)
        assert (first.item(), second.item()) == block.words


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("known", EXACT, ids=str)
def test_a_draw_is_the_known_answer(known: KnownDraw, source: str) -> None:
    with prng.using(source):
        assert bits_equal(draw_by_prng(known), known_answer(known))


@pytest.mark.parametrize(
    "known", [draw for draw in EXACT if draw_by_mlx(draw) is not None], ids=str
)
def test_mlx_gives_the_known_answer(known: KnownDraw) -> None:
    assert bits_equal(draw_by_mlx(known), known_answer(known))


@pytest.mark.parametrize(
    "known", [d for d in known_draws() if d.function in DEPENDS_ON_MACHINE], ids=str
)
def test_a_value_of_a_function_of_the_c_library_is_what_mlx_gives_here(known: KnownDraw) -> None:
    assert bits_equal(draw_by_prng(known), draw_by_mlx(known))


@pytest.mark.parametrize("function", FUNCTIONS)
def test_random_calls_give_what_mlx_gives_bit_for_bit(function: str) -> None:
    """1,100 calls in all: random keys, shapes (empty and odd ones too), dtypes and bounds."""
    for call in calls(function, 100):
        assert raw(call.of(prng)) == raw(call.of(mx.random)), call


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("function", FUNCTIONS)
def test_each_source_makes_the_same_numbers(function: str, source: str) -> None:
    if (function, source) == ("multivariate_normal", "kernel"):
        return  # it is drawn on the CPU, where there are no kernels
    for call in calls(function, 20, seed=1):
        with prng.using(source):
            found = call.of(prng)
        assert raw(found) == raw(call.of(mx.random)), call


def test_a_draw_of_several_chunks_is_complete(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every number of counters around the edges of a chunk, even draws and odd ones."""
    monkeypatch.setattr(ops, "CHUNK", 4)
    key = prng.key(11)
    for n in range(42):
        with prng.using("reference"):
            expected = prng.bits((n,), key=key).tolist()
        with prng.using("ops"):
            assert prng.bits((n,), key=key).tolist() == expected


def test_a_large_odd_draw_is_that_of_mlx() -> None:
    key = prng.key(2**40 + 1)
    shape = (2 * ops.CHUNK + 3,)
    with prng.using("ops"):
        found = prng.uniform(shape=shape, key=key)
    assert mx.array_equal(found, mx.random.uniform(shape=shape, key=key))


def test_a_large_draw_of_operations_takes_a_few_times_its_own_memory() -> None:
    # A GPU is given many operations at once, whose memory comes back when all are done: five times
    # was the most seen.
    times = 3 if mx.default_device() == mx.cpu else 6
    key = prng.key(5)
    mx.eval(key)
    mx.clear_cache()
    before = mx.get_active_memory()
    mx.reset_peak_memory()
    with prng.using("ops"):
        words = prng.bits((2**22,), key=key)
    mx.eval(words)
    assert mx.get_peak_memory() - before < times * words.nbytes


@pytest.mark.parametrize("dtype", [mx.float32, mx.float16, mx.bfloat16])
def test_the_largest_word_stays_below_1_and_below_a_certain_p(
    dtype: mx.Dtype, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No search finds a key with such a word; so the words are put there."""
    monkeypatch.setattr(ops, "words", lambda key, n, *_: mx.full((n,), 2**32 - 1, mx.uint32))
    with prng.using("ops"):
        largest = prng.uniform(shape=(3,), dtype=dtype, key=prng.key(1))
        assert (largest < 1).all()
        assert (largest + mx.array(mx.finfo(dtype).eps, dtype) >= 1).all()
        assert prng.bernoulli(mx.array(1.0, dtype), (3,), key=prng.key(1)).all()


def test_a_draw_of_0_passes_over_a_category_without_weight(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ops, "words", lambda key, n, *_: mx.zeros((n,), mx.uint32))
    logits = mx.array([-float("inf"), 0.0, 0.0])
    with prng.using("ops"):
        assert prng.categorical(logits, num_samples=2, key=prng.key(1)).tolist() == [1, 1]


@pytest.mark.parametrize("width", [1, 2, 4])
@pytest.mark.parametrize("shape", [(), (0,), (5,), (3, 3), (2, 0, 4)])
def test_bits_of_every_width_have_the_shape_of_the_call(shape: tuple, width: int) -> None:
    found = prng.bits(shape, width, key=prng.key(3))
    assert found.shape == shape
    assert found.dtype.size == width


def backend_of(key: mx.array) -> str:
    return dispatch.resolve_backend(key).name


def test_the_source_is_chosen_for_a_block_and_for_one_thread() -> None:
    def draws_by_reference() -> bool:
        """The reference, and nothing else, refuses a traced key."""
        try:
            mx.vmap(lambda key: prng.bits((1,), key=key))(mx.zeros((1, 2), mx.uint32))
        except ValueError:
            return True
        return False

    in_thread = []
    with prng.using("reference"):
        thread = threading.Thread(target=lambda: in_thread.append(draws_by_reference()))
        thread.start()
        thread.join()
        assert draws_by_reference()
        with prng.using("ops"):
            assert not draws_by_reference()
        assert draws_by_reference()
    assert in_thread == [False]
    assert not draws_by_reference()


def test_by_default_a_cpu_draws_with_mlx_and_cuda_with_a_kernel() -> None:
    key = prng.key(1)
    with mx.stream(mx.cpu):
        assert backend_of(key) == "mlx"
    if mx.cuda.is_available():
        assert backend_of(key) == "kernel"
        traced = []
        mx.vmap(lambda k: traced.append(backend_of(k)) or k)(mx.zeros((2, 2), mx.uint32))
        assert traced == ["mlx"]


def test_a_key_is_known_to_be_traced_and_nothing_is_waited_for() -> None:
    traced = []

    def note(key: mx.array) -> mx.array:
        traced.append(tracing.is_traced(prng.split(key)[0]))
        return key

    note(prng.key(1))
    mx.compile(note)(prng.key(1))
    mx.vmap(note)(mx.zeros((2, 2), mx.uint32))
    assert traced == [False, True, True]


@pytest.mark.parametrize("function", [f for f in FUNCTIONS if f != "multivariate_normal"])
def test_on_a_cpu_mlx_gets_the_arguments_as_they_are(function: str) -> None:
    call = next(calls(function, 1))
    ways: list[dict[str, object]] = [{}, {"stream": None}]
    if function not in ("split", "permutation", "categorical"):
        ways.append({"window": None})
    if kernel.gpu_platform() is None:
        ways.append({"stream": mx.cpu})
    with prng.using("mlx"), mx.stream(mx.cpu):
        expected = raw(call.of(mx.random))
        for more in ways:
            found = []
            key = mx.random.key(call.seed)
            draw = partial(getattr(prng, function), **call.arguments, key=key, **more)
            assert "arguments" not in modules_entered(lambda: found.append(draw()))  # noqa: B023
            assert raw(found[0]) == expected


def test_a_draw_from_a_key_that_is_not_made_yet_leaves_it_so() -> None:
    prng.uniform(key=mx.random.split(prng.key(0))[0])  # the first of all may begin to make its key
    key = mx.random.split(prng.key(1), 2)[0]
    drawn = prng.uniform(shape=(3,), key=key)
    mx.synchronize()
    for lazy in (key, drawn):
        with pytest.raises(ValueError, match="must be evaluated"):
            mx.get_array_buffer_size(lazy)


@pytest.mark.parametrize("mlx", ["0.32.1", "0.32.3"])
@pytest.mark.parametrize("evaluated", [True, False])
def test_a_traced_key_is_known_whatever_keys_came_before(
    evaluated: bool, mlx: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An evaluated key is known by its buffer, of which mlx tells since 0.32.3."""
    if mlx == "0.32.1":
        monkeypatch.delattr(mx, "get_array_buffer_size")
    detector = tracing.TraceDetector()
    for _ in range(tracing.RETRY_AFTER + 2):
        made, lazy = prng.key(1), mx.random.split(prng.key(1))[0]
        traced = [detector.is_traced(made if evaluated else lazy)]

        def note(key: mx.array) -> mx.array:
            traced.append(detector.is_traced(key))  # noqa: B023
            return key

        mx.vmap(note)(mx.zeros((2, 2), mx.uint32))
        assert traced == [False, True]


def test_a_traced_key_is_known_also_where_compiling_is_off() -> None:
    traced = []
    mx.disable_compile()
    try:
        assert not tracing.is_traced(prng.key(1))
        mx.vmap(lambda key: traced.append(tracing.is_traced(key)) or key)(
            mx.zeros((2, 2), mx.uint32)
        )
    finally:
        mx.enable_compile()
    assert traced == [True]


def test_another_thread_calls_nothing_that_is_compiled() -> None:
    """Mlx would abort at the interpreter's exit, in 1 run of 14."""
    results = []

    def draw() -> None:
        results.append(raw(prng.uniform(shape=(3,), key=mx.random.key(3))))
        no_keys = mx.zeros((0, 2), mx.uint32)
        empty = mx.vmap(lambda key: prng.uniform(shape=(3,), key=key))(no_keys)
        results.append(raw(empty)[1])

    counts = []
    thread = threading.Thread(target=lambda: counts.append(count_calls(draw)))
    thread.start()
    thread.join()
    assert results == [raw(mx.random.uniform(shape=(3,), key=mx.random.key(3))), (0, 3)]
    assert counts[0]["backends.tracing.is_traced"] >= 2
    # The compiled function runs in Python where its argument is traced, as here.
    assert counts[0]["backends.tracing.count_run"] == 0
    assert count_calls(draw)["backends.tracing.count_run"] >= 1


@pytest.mark.parametrize("data", [1, 2, 3, 57, 1000])
def test_a_fold_is_words_0_and_d_of_a_split_into_d(data: int) -> None:
    key = prng.key(99)
    words = mx.random.split(key, data).reshape(-1)
    assert prng.fold_in(key, data).tolist() == [words[0].item(), words[data].item()]


def test_a_fold_by_a_large_number_costs_one_block(monkeypatch: pytest.MonkeyPatch) -> None:
    sizes = []
    block = ops.block

    def counted(key: mx.array, counter: tuple[mx.array, mx.array]) -> object:
        sizes.append(counter[0].size)
        return block(key, counter)

    monkeypatch.setattr(ops, "block", counted)
    with prng.using("ops"):
        mx.eval(prng.fold_in(prng.key(1), 10**9))
    assert sizes == [1]


@pytest.mark.parametrize("source", [None, "ops", "mlx", "reference", KERNEL])
@pytest.mark.parametrize("data", [1, 10**9, "a name", mx.array(10**9)], ids=str)
def test_a_fold_by_any_number_takes_few_kilobytes(data: object, source: str | None) -> None:
    # On a GPU about 20 operations are under way at once, where operations make it.
    most = 1024 if mx.default_device() == mx.cpu or source is None else 4096
    key = prng.key(3)
    mx.eval(key)
    with prng.using(source) if source else nullcontext():
        mx.eval(prng.fold_in(key, data))
        mx.synchronize()
        mx.clear_cache()
        before = mx.get_active_memory()
        mx.reset_peak_memory()
        mx.eval(prng.fold_in(key, data))
        assert mx.get_peak_memory() - before <= most


@pytest.mark.parametrize("source", [None, *SOURCES])
@pytest.mark.parametrize("data", [0, 1, 2**32 - 1, "dropout", b"\x00", mx.array(5), mx.array(-1)])
def test_a_fold_is_that_of_the_reference(data: object, source: str | None) -> None:
    seed = 2**40 + 3
    number = data.item() % 2**32 if isinstance(data, mx.array) else data
    expected = list(threefry2x32.fold_in(threefry2x32.key(seed), number))
    with prng.using(source) if source else nullcontext():
        found = prng.fold_in(prng.key(seed), data)
    assert (found.dtype, found.tolist()) == (mx.uint32, expected)


@pytest.mark.parametrize("data", [7, "dropout"])
def test_a_fold_is_the_same_under_vmap_grad_and_compile(data: object) -> None:
    keys = prng.split(prng.key(8), 3)
    expected = [prng.fold_in(key, data).tolist() for key in keys]
    fold = lambda key: prng.fold_in(key, data)  # noqa: E731
    assert mx.vmap(fold)(keys).tolist() == expected
    assert mx.vmap(fold, in_axes=1)(keys.T).tolist() == expected
    assert mx.compile(fold)(keys[0]).tolist() == expected[0]
    drawn = mx.grad(lambda x: x * prng.uniform(key=fold(keys[0])))(mx.array(1.0))
    assert drawn.item() == prng.uniform(key=fold(keys[0])).item()


def test_an_array_may_number_a_fold_also_under_vmap() -> None:
    key = prng.key(4)
    one_by_one = [prng.fold_in(key, d).tolist() for d in range(5)]
    assert mx.vmap(lambda d: prng.fold_in(key, d))(mx.arange(5)).tolist() == one_by_one
    assert prng.fold_in(key, mx.array(3, mx.int64)).tolist() == one_by_one[3]


CALLS_UNDER_TRANSFORMS = {
    "split": {"num": 3},
    "uniform": {"shape": (5,)},
    "normal": {"shape": (2, 2)},
    "laplace": {"shape": (3,)},
    "gumbel": {"shape": (1,)},
    "truncated_normal": {"lower": -1.0, "upper": 1.0, "shape": (3,)},
    "multivariate_normal": {"mean": mx.zeros(2), "cov": mx.eye(2), "stream": mx.cpu},
    "bernoulli": {"shape": (9,)},
    "randint": {"low": 0, "high": 9, "shape": (0,)},
    "permutation": {"x": 6},
    "categorical": {"logits": mx.zeros((4, 5))},
}


@pytest.mark.parametrize("source", [None, "ops", "mlx"])
@pytest.mark.parametrize("function", FUNCTIONS)
def test_vmap_over_keys_gives_what_mlx_gives(function: str, source: str | None) -> None:
    keys = mx.random.split(prng.key(8), 4).reshape(2, 2, 2)

    def draw(module: object) -> mx.array:
        def one(key: mx.array) -> mx.array:
            return getattr(module, function)(**CALLS_UNDER_TRANSFORMS[function], key=key)

        return mx.vmap(mx.vmap(one))(keys)

    with prng.using(source) if source else nullcontext():
        found = draw(prng)
    assert raw(found) == raw(draw(mx.random))


@pytest.mark.parametrize("batch", [(0,), (0, 3), (3, 0)])
@pytest.mark.parametrize(
    "function", [f for f in FUNCTIONS if f not in ("multivariate_normal", "categorical")]
)
def test_vmap_over_no_keys_gives_an_empty_array(function: str, batch: tuple) -> None:
    """``mx.random`` kills the process here (SIGFPE); argmax and svd refuse empty arrays."""

    def one(key: mx.array) -> mx.array:
        return getattr(prng, function)(**CALLS_UNDER_TRANSFORMS[function], key=key)

    draw = mx.vmap(one) if len(batch) == 1 else mx.vmap(mx.vmap(one))
    found = draw(mx.zeros((*batch, 2), mx.uint32))
    mx.eval(found)
    assert found.shape == (*batch, *one(prng.key(1)).shape)


def test_vmap_along_another_axis_gives_what_mlx_gives() -> None:
    keys = mx.random.split(prng.key(8), 4).T
    draw = lambda module: mx.vmap(lambda k: module.uniform(shape=(3,), key=k), in_axes=1)(keys)  # noqa: E731
    assert raw(draw(prng)) == raw(draw(mx.random))


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_traced_draw_depends_on_its_key(function: str, tmp_path) -> None:
    """Traced with one key and run with another, as ``mx.compile`` does, but with no g++.

    MLX can not export the custom function that mlx's own generator stands in.
    """
    path = str(tmp_path / "draw.mlxfn")

    def draw(key: mx.array) -> mx.array:
        return getattr(prng, function)(**CALLS_UNDER_TRANSFORMS[function], key=key)

    with prng.using("ops"):
        mx.export_function(path, draw, prng.key(1))
    (found,) = mx.import_function(path)(prng.key(2))
    assert raw(found) == raw(draw(prng.key(2)))


def test_a_compiled_draw_is_that_of_mlx() -> None:
    compiled = mx.compile(lambda key: prng.uniform(shape=(5,), key=key))
    for seed in (1, 2):
        key = prng.key(seed)
        assert raw(compiled(key)) == raw(mx.random.uniform(shape=(5,), key=key))


@pytest.mark.parametrize("source", ["ops", "mlx", KERNEL])
def test_bounds_have_the_gradients_of_mlx_and_a_key_has_none(source: str) -> None:
    def slope(module: object) -> float:
        key = prng.key(3)
        draw = lambda low: module.uniform(low, 5.0, key=key)  # noqa: E731
        return mx.grad(draw)(mx.array(1.0)).item()

    with prng.using(source):
        assert slope(prng) == slope(mx.random)
        key_slope = mx.grad(lambda key: prng.normal(key=key))(prng.key(3))
        assert key_slope.tolist() == [0, 0]


@pytest.mark.parametrize("transform", [mx.compile, mx.vmap])
def test_the_reference_refuses_a_traced_key(transform) -> None:
    keys = mx.random.split(prng.key(1), 2)
    draw = transform(lambda key: prng.uniform(key=key if key.ndim == 1 else key[0]))
    with (
        prng.using("reference"),
        pytest.raises(ValueError, match="uniform: the reference can't read a key inside"),
    ):
        draw(keys)


def test_worker_threads_draw_the_same_and_the_interpreter_ends_well() -> None:
    code = """
import threading, mlx.core as mx
from mlx_keys import prng
expected = prng.uniform(shape=(5,), key=prng.key(3)).tolist()
found = []
def draw(): found.append(prng.uniform(shape=(5,), key=prng.key(3)).tolist())
threads = [threading.Thread(target=draw) for _ in range(3)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
assert found == [expected] * 3
"""
    for _ in range(5):
        subprocess.run([sys.executable, "-c", code], check=True)


def test_the_operations_call_nothing_of_mlx_random(monkeypatch: pytest.MonkeyPatch) -> None:
    expected = {function: raw(next(calls(function, 1)).of(mx.random)) for function in FUNCTIONS}
    first_calls = {function: next(calls(function, 1)) for function in FUNCTIONS}
    key = mx.random.key
    for name in (*FUNCTIONS, "seed"):
        monkeypatch.delattr(mx.random, name)
    assert mx.random.key is key  # the calls below still make their keys with it
    for function in FUNCTIONS:
        with prng.using("ops"):
            assert raw(first_calls[function].of(prng)) == expected[function]


def test_without_mlx_the_reference_works_and_the_rest_says_what_to_install() -> None:
    code = """
import sys
sys.modules["mlx"] = None
from mlx_keys.prng import threefry2x32
assert threefry2x32.block((0, 0), (0, 0)) == (0x6B200159, 0x99BA4EFE)
from mlx_keys import prng
try:
    prng.uniform
except Exception as error:
    print(type(error).__name__, error)
"""
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.startswith("KeysError prng.uniform needs mlx, which is not installed\n")
    assert INSTALL_MLX in done.stdout


def test_an_unknown_name_is_an_attribute_error() -> None:
    assert not hasattr(prng, "poisson")
    assert set(prng.__all__) <= set(dir(prng))


def test_a_draw_of_more_than_2_31_words_is_mlx_s_or_refused_by_name() -> None:
    """Nothing is made here: a lazy array is made when it is evaluated."""
    key = prng.key(7)
    with prng.using("mlx"):
        for shape in ((2**16, 2**15), (2**15 + 1, 2**16)):
            assert prng.bits(shape, key=key).shape == shape
    odd = (3, 715_827_883)
    for source, shape, width in (("mlx", odd, 4), ("ops", (2**16, 2**15), 4), ("mlx", odd, 1)):
        with prng.using(source), pytest.raises(OverflowError, match=r"^bits: the shape") as caught:
            prng.bits(shape, width, key=key)
        assert "found: 214748364" in str(caught.value)
    with prng.using("ops"), pytest.raises(OverflowError, match=r"^uniform: the shape"):
        prng.uniform(shape=odd, key=key)
