"""Random programs of key operations: the faults that a guard finds, against a plain model."""

from __future__ import annotations

from typing import Any

import mlx.core as mx
import numpy as np
from hypothesis import event, given, settings
from hypothesis import strategies as st

from mlx_keys import prng
from mlx_keys.prng import threefry2x32

#: What is done with key number ``which`` of those there are, modulo their number.
STEPS = st.one_of(
    st.tuples(st.just("key"), st.integers(0, 2)),
    st.tuples(st.sampled_from(["draw", "draw by mlx"]), st.integers(0, 9)),
    st.tuples(st.sampled_from(["split", "split by mlx"]), st.integers(0, 9), st.integers(0, 3)),
    st.tuples(st.just("fold"), st.integers(0, 9), st.integers(0, 2)),
    st.tuples(st.just("window"), st.integers(0, 9), st.integers(0, 5), st.integers(0, 3)),
    st.tuples(st.just("vmap"), st.integers(0, 9), st.integers(0, 9)),
    st.tuples(st.just("numpy"), st.integers(0, 9)),
)


class Model:
    """Keys as pairs of plain integers, and which values of which were used."""

    def __init__(self) -> None:
        self.keys = [(0, 0)]
        self.done: dict[tuple[int, int], list[tuple[str, range | None]]] = {}

    def step(self, name: str, which: int = 0, *rest: int) -> bool:
        """Take a step; return whether it is right."""
        key = self.keys[which % len(self.keys)]
        match name.split(maxsplit=1)[0]:
            case "key":
                self.keys.append(threefry2x32.key(which))
            case "numpy":
                self.keys.append(key)
            case "draw":
                return self._use(key, "draw")
            case "window":
                rows = range(rest[0], min(rest[0] + rest[1], 6))
                return not rows or self._use(key, "window", rows)
            case "vmap":
                return self._use(key, "draw") and self._use(
                    self.keys[rest[0] % len(self.keys)], "draw"
                )
            case "split":
                self.keys += threefry2x32.split(key, rest[0])
                return rest[0] == 0 or self._use(key, "split")
            case "fold":
                self.keys.append(threefry2x32.fold_in(key, rest[0]))
                return self._use(key, "fold")
        return True

    def _use(self, key: tuple[int, int], kind: str, rows: range | None = None) -> bool:
        before = self.done.setdefault(key, [])
        for earlier, others in before:
            if earlier != kind or kind == "draw":
                return False
            if rows is not None and others is not None and set(rows) & set(others):
                return False
        before.append((kind, rows))
        return True


class Program:
    """The same steps, taken with arrays."""

    def __init__(self) -> None:
        self.keys = [mx.random.key(0)]

    def step(self, name: str, which: int = 0, *rest: int) -> None:
        """Take a step."""
        key = self.keys[which % len(self.keys)]
        by: Any = mx.random if name.endswith("by mlx") else prng
        match name.split(maxsplit=1)[0]:
            case "key":
                self.keys.append(mx.random.key(which))
            case "numpy":
                self.keys.append(mx.array(np.array(key)))
            case "draw":
                by.uniform(shape=(3,), key=key)
            case "window":
                prng.normal((6,), key=key, window=slice(rest[0], rest[0] + rest[1]))
            case "vmap":
                keys = mx.stack([key, self.keys[rest[0] % len(self.keys)]])
                mx.vmap(lambda one: mx.random.uniform(key=one))(keys)
            case "split":
                self.keys += list(by.split(key, rest[0]))
            case "fold":
                self.keys.append(prng.fold_in(key, rest[0]))


@settings(max_examples=150)
@given(st.lists(STEPS, max_size=12))
def test_a_guard_finds_a_fault_where_the_rules_do(steps: list[tuple[Any, ...]]) -> None:
    model, program = Model(), Program()
    with prng.guard():
        for step in steps:
            right = model.step(*step)
            try:
                program.step(*step)
            except prng.GuardError:
                assert not right, step
                event("a fault was found")
                return
            assert right, step
            assert len(program.keys) == len(model.keys)
