"""Random odd calls end as mlx's do: in the same bits, or in the same type of exception."""

from __future__ import annotations

from typing import Any

import mlx.core as mx
import pytest
from tests.prng.known_calls import BUILT_IN_TYPES, built_in_type
from tests.prng.random_calls import raw
from tests.prng.random_odd_calls import ARGUMENTS, OddCall, odd_calls

from mlx_keys import prng
from mlx_keys.errors import KeysError
from mlx_keys.prng.key_guard.argument_checks import find_crash

#: Larger results are lazy here, and stay so.
LARGE = 2**20


def ending(module: Any, call: OddCall) -> tuple[Any, ...] | Exception:
    """What a call gives: dtype, shape and bits, or the exception that it raises."""
    try:
        with mx.stream(mx.cpu):
            drawn = getattr(module, call.function)(**call.arguments())
            return raw(drawn) if drawn.size < LARGE else (drawn.dtype, drawn.shape)
    except BUILT_IN_TYPES as error:
        return error


@pytest.mark.parametrize("source", [None, "ops"])
@pytest.mark.parametrize("function", ARGUMENTS)
def test_an_odd_call_ends_as_mlx_s_does(function: str, source: str | None) -> None:
    for call in odd_calls(function, 200):
        if source is None:
            found = ending(prng, call)
        else:
            with prng.using(source):
                found = ending(prng, call)
        if find_crash(function, call.arguments()):
            assert isinstance(found, (TypeError, OverflowError)), call
            continue
        expected = ending(mx.random, call)
        if not isinstance(expected, Exception):
            # Operations make fewer than 2**31 values at once, and say so.
            if source is None or len(expected) > len(("dtype", "shape")):
                assert found == expected, call
            continue
        assert isinstance(found, KeysError), call
        assert built_in_type(found) is built_in_type(expected), (call, expected)
        assert found.problem.startswith(f"{function}: "), call
        assert None not in (found.expected, found.found), call


@pytest.mark.parametrize("module", [mx.random, prng])
@pytest.mark.parametrize("function", ARGUMENTS)
def test_a_guard_refuses_an_odd_call_or_changes_nothing(function: str, module: Any) -> None:
    for call in odd_calls(function, 100):
        if module is mx.random and find_crash(function, call.arguments()):
            continue
        expected = ending(module, call)
        try:
            with prng.guard():
                found = ending(module, call)
        except prng.GuardError:
            continue
        if isinstance(expected, Exception):
            assert type(found) is type(expected), (call, found)
        else:
            assert found == expected, call
