"""A key tree marks a fault exactly where a guard would raise: both follow one book of rules."""

from __future__ import annotations

import inspect
import re
from typing import Any

import mlx.core as mx
import pytest
from hypothesis import event, example, given, settings
from hypothesis import strategies as st

from mlx_keys import prng
from mlx_keys.keytree import read_program
from mlx_keys.keytree.faults import draw_use
from mlx_keys.prng.key_uses import SHAPED_PARAMETERS

#: Draws that take any key; the last three draw nothing.
DRAWS = (
    "uniform()",
    "normal((3,))",
    "normal((6,), window=slice(0, 3))",
    "normal((6,), window=slice(3, None))",
    "normal(shape=[6], window=slice(-2, 6))",
    "normal((6,), mx.complex64, window=slice(0, 3))",
    "normal((6,), dtype=mx.complex64, window=slice(3, 6))",
    "normal((6, 2), window=slice(3, 6))",
    "bits((6,), 2, window=slice(0, 3))",
    "bits((6,), width=2, window=slice(3, 6))",
    "bits((6,), window=slice(3, 6))",
    "uniform(0, 1, (0,))",
    "bernoulli(0.5, shape=(2, 0))",
    "normal((6,), window=slice(3, 3))",
)

#: A use of key number ``which`` of those there are, modulo their number.
USES = st.one_of(
    st.tuples(st.just("split"), st.integers(0, 9), st.integers(1, 3)),
    st.tuples(st.just("fold_in"), st.integers(0, 9), st.integers(0, 2)),
    st.tuples(st.just("draw"), st.integers(0, 9), st.sampled_from(DRAWS)),
)
#: So few uses that no tree outgrows its limits of 64 keys, and of 8 draws from a key.
PROGRAMS = st.lists(USES, max_size=8)


def lines_of(uses: list[tuple[Any, ...]]) -> tuple[list[str], list[str]]:
    """The lines of a program, and the names of its keys."""
    lines, names, levels = ["k0 = key(7)"], ["k0"], [1]
    for act, which, what in uses:
        number = which % len(names)
        name = names[number]
        if act == "draw":
            function, arguments = what.removesuffix(")").split("(", 1)
            lines.append(f"{function}({arguments}{', ' if arguments else ''}key={name})")
        elif levels[number] < 7:
            count = what if act == "split" else 1
            new = [f"k{len(names) + i}" for i in range(count)]
            targets = f"({', '.join(new)},)" if act == "split" else new[0]
            lines.append(f"{targets} = {act}({name}, {what})")
            names += new
            levels += [levels[number] + 1] * count
    return lines, names


def keys_that_the_guard_refuses(lines: list[str]) -> set[tuple[int, int]]:
    """Run the lines, each under one guard; a line that raises is run again without it."""
    refused = set()
    variables = {"mx": mx, "split": lambda key, n: tuple(prng.split(key, n))}
    variables |= {name: getattr(prng, name) for name in ("key", "fold_in", *SHAPED_PARAMETERS)}
    with prng.guard() as watch:
        for line in lines:
            try:
                exec(line, variables)  # noqa: S102  (the lines are ours)
            except prng.GuardError as error:
                (words,) = re.findall(r"key \[(\d+), (\d+)\]", str(error))
                refused.add((int(words[0]), int(words[1])))
                with watch.off():
                    exec(line, variables)  # noqa: S102
    return refused


def words_of_marked_keys(lines: list[str]) -> set[tuple[int, int]]:
    root = read_program("\n".join(lines))
    return {key.words for key in root.walk() if key.faults}


@settings(max_examples=200)
@given(PROGRAMS)
@example([("split", 0, 2), ("split", 0, 3)])
@example([("split", 0, 2), ("split", 0, 2), ("draw", 1, "uniform()"), ("draw", 3, "uniform()")])
@example([("fold_in", 0, 1), ("fold_in", 0, 1), ("split", 1, 2), ("fold_in", 2, 1)])
@example([("fold_in", 0, 1), ("split", 0, 1)])
@example([("draw", 0, DRAWS[2]), ("draw", 0, DRAWS[3]), ("draw", 0, DRAWS[4])])
def test_a_tree_marks_a_key_exactly_where_a_guard_raises(uses: list[tuple[Any, ...]]) -> None:
    lines, _ = lines_of(uses)
    refused = keys_that_the_guard_refuses(lines)
    event(f"{min(len(refused), 2)} or more keys used wrongly" if refused else "no fault")
    assert words_of_marked_keys(lines) == refused


@pytest.mark.parametrize("first", DRAWS)
@pytest.mark.parametrize("second", DRAWS)
def test_two_draws_are_a_fault_exactly_where_a_guard_raises(first: str, second: str) -> None:
    lines, _ = lines_of([("draw", 0, first), ("draw", 0, second)])
    assert words_of_marked_keys(lines) == keys_that_the_guard_refuses(lines)


def test_the_parameters_of_a_draw_are_those_of_its_function() -> None:
    for function, parameters in SHAPED_PARAMETERS.items():
        positional = [
            name
            for name, parameter in inspect.signature(getattr(prng, function)).parameters.items()
            if parameter.kind is inspect.Parameter.POSITIONAL_OR_KEYWORD
        ]
        assert parameters == tuple(positional)
    with_shape = {
        name
        for name in prng.__all__
        if inspect.isfunction(function := getattr(prng, name))
        and "shape" in inspect.signature(function).parameters
    }
    assert set(SHAPED_PARAMETERS) == with_shape


@pytest.mark.parametrize(
    "label",
    [
        "a few words",
        "uniform(",
        "dropout(x, shape=(0,))",
        "normal(shape, window=slice(0, 3))",
        "normal((6,), window=rows)",
        "normal((6,), window=slice(first, last))",
        "normal((n,), window=slice(0, 3))",
        "normal((), window=slice(0, 3))",
        "table[0]((6,), window=slice(0, 3))",
        "normal((6,), **options)",
        "uniform(0, *rest, (0,))",
        "normal((6,), window=slice(0, 3), **options)",
    ],
)
def test_a_label_that_tells_no_rows_is_a_draw_like_any_other(label: str) -> None:
    use = draw_use(label)
    assert use is not None
    assert (use.kind, use.function, use.rows) == ("draw", label, None)


def test_a_label_may_name_the_module_of_its_function() -> None:
    use = draw_use("prng.normal((6,), window=slice(1, -1))")
    assert use is not None
    assert use.rows is not None
    assert (use.rows.start, use.rows.stop) == (1, 5)
