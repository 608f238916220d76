"""What a GPU would be asked for, seen without one: which kernel, for which part, with what."""

from __future__ import annotations

from math import inf, nan, sqrt
from types import SimpleNamespace
from typing import Any

import mlx.core as mx
import pytest
from tests.prng.test_argument_errors import BAD_KEYS, KEY, PLAIN

from mlx_keys import prng
from mlx_keys.errors import KeysError
from mlx_keys.prng.backends import dispatch, kernel, kernel_source
from mlx_keys.prng.window import Part

ROOT, BELOW_ONE, ABOVE_MINUS_ONE = sqrt(2), 1 - 2**-24, -1 + 2**-24
HALF = 1 - 2**-11
ONES = mx.ones((5, 3))

#: A function, its arguments, the kernel, and the kernel's parameters.
Row = tuple[str, dict[str, Any], str, tuple[float, ...]]

#: Calls of five rows of three, and what a CUDA device is asked for.
ASKED: list[Row] = [
    ("uniform", {}, "unit", (BELOW_ONE,)),
    ("uniform", {"low": -2.5, "high": 7}, "uniform", (-2.5, 7, BELOW_ONE)),
    ("uniform", {"high": 7}, "uniform", (0, 7, BELOW_ONE)),
    ("uniform", {"low": -1}, "uniform", (-1, 1, BELOW_ONE)),
    ("uniform", {"low": ONES}, "unit", (BELOW_ONE,)),
    ("uniform", {"low": 2**53 + 1}, "unit", (BELOW_ONE,)),
    ("uniform", {"dtype": mx.float16}, "unit", (HALF,)),
    ("uniform", {"dtype": mx.bfloat16, "high": 7}, "unit", (1 - 2**-8,)),
    ("normal", {}, "normal", (ROOT, 1.0)),
    ("normal", {"scale": 1.7}, "normal", (ROOT, 1.7)),
    ("normal", {"loc": 0}, "moved_normal", (ROOT, 1.0, 0)),
    ("normal", {"loc": -0.3, "scale": 1.7}, "moved_normal", (ROOT, 1.7, -0.3)),
    ("normal", {"loc": ONES}, "normal", (1.0, 1.0)),
    ("normal", {"scale": ONES}, "normal", (1.0, 1.0)),
    ("normal", {"dtype": mx.float16}, "normal", (1.0, 1.0)),
    ("laplace", {}, "laplace", (1.0,)),
    ("laplace", {"scale": 1.7}, "laplace", (1.7,)),
    ("laplace", {"loc": -0.3}, "moved_laplace", (1.0, -0.3)),
    ("laplace", {"loc": 1, "scale": 2}, "moved_laplace", (2, 1)),
    ("laplace", {"dtype": mx.float16}, "uniform", (ABOVE_MINUS_ONE, 1.0, BELOW_ONE)),
    ("gumbel", {}, "gumbel", ()),
    ("gumbel", {"dtype": mx.float16}, "unit", (HALF,)),
    ("truncated_normal", {"lower": -0.4, "upper": 9}, "truncated_normal", (-0.4, 9, ROOT)),
    ("truncated_normal", {"lower": nan, "upper": 9}, "unit", (BELOW_ONE,)),
    ("truncated_normal", {"lower": -ONES, "upper": 9}, "unit", (BELOW_ONE,)),
    ("truncated_normal", {"lower": -1, "upper": 9, "dtype": mx.float16}, "unit", (HALF,)),
    ("bernoulli", {}, "bernoulli", (0.5,)),
    ("bernoulli", {"p": 0.3}, "bernoulli", (0.3,)),
    ("bernoulli", {"p": ONES}, "bits", ()),
    ("randint", {"low": -7, "high": 5}, "randint", (-7, 5)),
    ("randint", {"low": -(2**31) + 1, "high": 2**31 - 1}, "randint", (-(2**31) + 1, 2**31 - 1)),
    ("randint", {"low": 0, "high": 2**31}, "uniform", (0, 2**31, BELOW_ONE)),
    ("randint", {"low": -(2**31), "high": 0}, "uniform", (-(2**31), 0, BELOW_ONE)),
    ("randint", {"low": 0, "high": 5, "dtype": mx.int64}, "uniform", (0, 5, BELOW_ONE)),
    ("randint", {"low": 0.5, "high": 5}, "uniform", (0.5, 5, BELOW_ONE)),
    ("randint", {"low": ONES, "high": 5}, "unit", (BELOW_ONE,)),
    ("bits", {}, "bits", ()),
]
#: The same where Metal is, whose library lacks erfinv and whose log is not known to be MLX's.
ON_METAL: list[Row] = [
    ("uniform", {"high": 7}, "uniform", (0, 7, BELOW_ONE)),
    ("normal", {}, "uniform", (ABOVE_MINUS_ONE, 1.0, BELOW_ONE)),
    ("normal", {"loc": 1.0}, "uniform", (ABOVE_MINUS_ONE, 1.0, BELOW_ONE)),
    ("laplace", {}, "uniform", (ABOVE_MINUS_ONE, 1.0, BELOW_ONE)),
    ("gumbel", {}, "unit", (BELOW_ONE,)),
    ("truncated_normal", {"lower": -0.4, "upper": 9}, "unit", (BELOW_ONE,)),
    ("bernoulli", {}, "bernoulli", (0.5,)),
    ("randint", {"low": -7, "high": 5}, "randint", (-7, 5)),
]

Asked = list[tuple[str, Part, tuple[float, ...]]]


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Asked:
    """What is asked for on a machine that takes itself for one with CUDA; all draws are 0."""
    launches: Asked = []

    def launch(
        name: str, _key: mx.array, part: Part, params: tuple[float, ...], _where: str
    ) -> mx.array:
        launches.append((name, part, params))
        return mx.zeros(part.shape, kernel_source.FINISHES[name].dtype)

    def on_a_gpu() -> SimpleNamespace:
        return SimpleNamespace(type=mx.DeviceType.gpu)

    monkeypatch.setattr(kernel, "launch", launch)
    monkeypatch.setattr(kernel, "backend", lambda: "cuda")
    monkeypatch.setattr(mx, "default_device", on_a_gpu)
    return launches


@pytest.mark.parametrize("window", [None, slice(2, 4)], ids=["whole", "part"])
@pytest.mark.parametrize("row", ASKED, ids=str)
def test_a_draw_asks_one_kernel_for_its_numbers(
    row: Row, window: slice | None, asked: Asked
) -> None:
    function, arguments, name, params = row
    drawn = getattr(prng, function)(**arguments, shape=(5, 3), key=KEY, window=window)
    ((found, part, given),) = asked
    assert (found, given) == (name, params)
    rows = 5 if window is None else 2
    start = 0 if window is None else 6
    assert drawn.shape == part.shape == (rows, 3)
    assert (part.size, part.start, part.stop) == (15, start, start + 3 * rows)


@pytest.mark.parametrize("row", ON_METAL, ids=str)
def test_metal_is_asked_for_what_its_library_has(
    row: Row, asked: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    function, arguments, name, params = row
    monkeypatch.setattr(kernel, "backend", lambda: "metal")
    with prng.using("kernel"):
        getattr(prng, function)(**arguments, shape=(5, 3), key=KEY)
    assert [(found, given) for found, _, given in asked] == [(name, params)]


def test_complex_numbers_are_drawn_as_pairs(asked: Asked) -> None:
    drawn = prng.normal((5, 3), mx.complex64, key=KEY, window=slice(1, 2))
    assert drawn.shape == (1, 3)
    assert [(name, part[:4], params) for name, part, params in asked] == [
        ("normal", ((1, 3, 2), 30, 6, 12), (1.0, 1.0))
    ]


def test_choices_ask_for_words_for_gumbel_numbers_and_for_uniform_ones(asked: Asked) -> None:
    with prng.using("kernel"):
        prng.permutation(7, key=KEY)
        prng.permutation(ONES, axis=1, key=KEY)
        prng.categorical(ONES, key=KEY)
        prng.categorical(ONES[0], num_samples=4, key=KEY)
        prng.split(KEY, 3)
    assert [(name, part.shape, params) for name, part, params in asked] == [
        ("bits", (7,), ()),
        ("bits", (3,), ()),
        ("gumbel", (5, 3), ()),
        ("unit", (4,), (BELOW_ONE,)),
        ("bits", (3, 2), ()),
    ]


def test_a_truncated_normal_takes_the_shape_of_its_bounds(asked: Asked) -> None:
    assert prng.truncated_normal(-1, 1, key=KEY).shape == ()
    assert prng.truncated_normal(-ONES, 1, key=KEY).shape == (5, 3)
    assert [(name, part.shape) for name, part, _ in asked] == [
        ("truncated_normal", ()),
        ("unit", (5, 3)),
    ]


def test_a_fold_asks_for_one_block(asked: Asked, monkeypatch: pytest.MonkeyPatch) -> None:
    counters = []
    monkeypatch.setattr(kernel, "block", lambda _, counter: counters.append(counter))
    prng.fold_in(KEY, 5)
    prng.fold_in(KEY, mx.array(-1))
    assert counters == [(0, 5), (0, 2**32 - 1)]
    assert asked == []


@pytest.mark.parametrize(
    ("shape", "window", "by_mlx"),
    [
        ((6,), None, True),
        ((5,), None, False),
        ((6,), slice(0, 4), False),
        ((2**22 - 2,), None, True),
        ((2**22,), None, False),
        ((0,), None, True),
    ],
    ids=str,
)
def test_few_words_in_pairs_are_handed_out_by_mlx(
    shape: tuple[int, ...], window: slice | None, by_mlx: bool, asked: Asked
) -> None:
    drawn = prng.bits(shape, key=KEY, window=window)
    assert (asked == []) is by_mlx
    if by_mlx:
        assert mx.array_equal(drawn, mx.random.split(KEY, shape[0] // 2).reshape(shape))
    with prng.using("kernel"):
        prng.bits((6,), key=KEY)
    assert len(asked) == 2 - by_mlx


def test_the_device_chooses_the_source(asked: Asked, monkeypatch: pytest.MonkeyPatch) -> None:
    assert dispatch.chosen("bits", KEY) == "kernel"
    traced = []
    mx.vmap(lambda key: traced.append(dispatch.chosen("bits", key)) or key)(KEY[None])
    assert traced == ["mlx"]
    monkeypatch.setattr(kernel, "backend", lambda: "metal")
    assert dispatch.chosen("bits", KEY) == "ops"
    with prng.using("reference"):
        assert dispatch.chosen("bits", KEY) == "reference"
    assert asked == []


@pytest.mark.parametrize("key", BAD_KEYS.values(), ids=BAD_KEYS)
@pytest.mark.parametrize("function", sorted({*PLAIN} - {"multivariate_normal"}))
@pytest.mark.usefixtures("asked")
def test_a_kernel_is_given_no_bad_key(function: str, key: object) -> None:
    with pytest.raises((TypeError, ValueError), match=f"^{function}: key ") as caught:
        getattr(prng, function)(**PLAIN[function], key=key)
    assert isinstance(caught.value, KeysError)


@pytest.mark.parametrize("function", ["uniform", "normal", "laplace", "gumbel", "truncated_normal"])
@pytest.mark.usefixtures("asked")
def test_a_gpu_draws_no_float64(function: str) -> None:
    with pytest.raises(ValueError, match=f"^{function}: MLX has no float64 on a GPU") as caught:
        getattr(prng, function)(**PLAIN[function], dtype=mx.float64, key=KEY)
    assert isinstance(caught.value, KeysError)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"shape": (5, -3)}, "shape has a negative side"),
        ({"shape": 5}, "shape must be"),
        ({"shape": (5,), "window": 3}, "window must be a slice"),
    ],
    ids=str,
)
@pytest.mark.parametrize(
    "function",
    ["bits", "uniform", "normal", "laplace", "gumbel", "truncated_normal", "bernoulli", "randint"],
)
@pytest.mark.usefixtures("asked")
def test_a_bad_shape_or_window_is_refused_in_the_name_of_the_call(
    function: str, arguments: dict[str, Any], message: str
) -> None:
    with pytest.raises((TypeError, ValueError), match=f"^{function}: {message}"):
        getattr(prng, function)(**PLAIN.get(function, {}), **arguments, key=KEY)


@pytest.mark.parametrize(
    ("cuda", "metal", "expected"),
    [(True, True, "cuda"), (True, False, "cuda"), (False, True, "metal"), (False, False, None)],
)
def test_the_kernels_are_those_of_the_device_that_mlx_has(
    cuda: bool, metal: bool, expected: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mx.cuda, "is_available", lambda: cuda)
    monkeypatch.setattr(mx.metal, "is_available", lambda: metal)
    assert kernel.backend.__wrapped__() == expected


def test_a_kernel_asked_for_on_a_cpu_tells_where_it_runs() -> None:
    with mx.stream(mx.cpu), pytest.raises(RuntimeError) as caught:
        kernel.require("bits")
    assert str(caught.value).splitlines() == [
        "bits: the kernels run on a GPU",
        "  expected: CUDA or Metal as the device",
        "  found: Device(cpu, 0)",
        '  fix: stream=mx.gpu where there is one; prng.using("mlx") or no choice at all',
    ]


def test_a_kernel_of_no_values_is_not_launched(asked: Asked) -> None:
    part = Part((0, 3), 15, 6, 6, 2)
    for name in kernel_source.FINISHES:
        drawn = kernel.draw(name, KEY, part)
        assert (drawn.shape, drawn.dtype) == ((0, 3), kernel_source.FINISHES[name].dtype)
    assert asked == []


def strides(told: dict[str, Any]) -> list[int]:
    """The strides of the numbers that a launch is given beside the key, in words."""
    key, numbers = told["inputs"]
    assert key.tolist() == KEY.tolist()
    mx.eval(numbers)
    return [stride // 4 for stride in memoryview(numbers).strides]


def test_a_kernel_is_launched_in_blocks_that_hold_four_counters_or_values_a_thread(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    launches = []

    def built(*which: str) -> Any:
        return lambda **told: launches.append((which, told)) or [mx.zeros(3)]

    monkeypatch.setattr(kernel, "built", built)
    kernel.launch("unit", KEY, Part((3, 3), 9, 0, 9, 2), (0.5,), "cuda", verbose=True)
    kernel.launch("randint", KEY, Part((1, 3), 9, 3, 6, 2), (1, 2), "metal")
    monkeypatch.setattr(kernel, "backend", lambda: "metal")
    kernel.block(KEY, (7, 9))
    (unit, whole), (randint, part), (bits, block) = launches
    # The numbers of the draw, the parameters as bits, and 1.
    assert (unit, randint, bits) == (
        ("unit", "whole", "cuda"),
        ("randint", "part", "metal"),
        ("bits", "block", "metal"),
    )
    assert (whole["grid"], whole["threadgroup"]) == ((2, 1, 1), (kernel.THREADS, 1, 1))
    assert (whole["output_shapes"], whole["output_dtypes"]) == ([(3, 3)], [mx.float32])
    assert whole["verbose"] is True
    assert (part["grid"], part["threadgroup"]) == ((1, 1, 1), (kernel.THREADS, 1, 1))
    assert (part["output_shapes"], part["output_dtypes"]) == ([(1, 3)], [mx.int32])
    assert strides(whole) == [5, 4, 8, 0, 9, 0x3F000000, 0, 0, 1]
    assert strides(part) == [5, 4, 4, 3, 3, 1, 2, 0, 1]
    assert strides(block) == [7, 9, 0, 0, 0, 0, 0, 0, 1]
    assert (block["grid"], block["threadgroup"]) == ((1, 1, 1), (1, 1, 1))
    assert (block["output_shapes"], block["output_dtypes"]) == ([(2,)], [mx.uint32])


@pytest.mark.parametrize(
    ("size", "start", "most"), [(2**33 - 2, 0, 2**33 - 2), (2**34, 5, 2**32 - 1)], ids=str
)
def test_a_launch_numbers_values_to_the_last_that_32_bits_count(
    size: int, start: int, most: int, asked: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kernel, "launch", lambda *given: asked.append(given))
    kernel.draw("bits", KEY, Part((most,), size, start, start + most, 1))
    assert len(asked) == 1
    size += size == most
    with pytest.raises(RuntimeError, match=f"expected: at most {most}\n  found: {most + 1}, of"):
        kernel.draw("bits", KEY, Part((most + 1,), size, start, start + most + 1, 1))


@pytest.mark.parametrize(
    ("size", "start", "stop", "threads"),
    [(1, 0, 1, 1), (8, 0, 8, 1), (9, 0, 9, 2), (16, 0, 16, 2), (17, 3, 7, 1), (17, 3, 8, 2)],
)
def test_a_thread_makes_four_counters_of_a_whole_draw_and_four_values_of_a_part(
    size: int, start: int, stop: int, threads: int
) -> None:
    assert kernel.threads(Part((stop - start,), size, start, stop, 1)) == threads


def test_a_parameter_beyond_float32_is_told_as_infinity() -> None:
    part = Part((1,), 1, 0, 1, 1)
    told = kernel.told("uniform", part, (1e300, -1e300, 0.1))
    given = mx.array(told[5:8], mx.uint32).view(mx.float32)
    assert given.tolist() == [inf, -inf, mx.array(0.1).item()]


@pytest.mark.parametrize(("where", "other"), [("cuda", "metal"), ("metal", "cuda")])
def test_a_kernel_is_built_for_its_device_under_its_own_name(
    where: str, other: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: dict[str, Any] = {}
    monkeypatch.setattr(mx.fast, f"{where}_kernel", lambda **given: told.update(given))
    monkeypatch.setattr(mx.fast, f"{other}_kernel", lambda **_: pytest.fail("of another device"))
    kernel.built.__wrapped__("unit", "part", where)
    header, text = kernel_source.text("unit", "part", where)
    assert told == {
        "name": "mlx_keys_unit_part",
        "input_names": ["key", "numbers"],
        "output_names": ["out"],
        "source": text,
        "header": header,
    }
