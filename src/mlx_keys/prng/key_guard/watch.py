"""What one open guard has recorded: the uses of keys, told apart by their words or as objects."""

from __future__ import annotations

import threading
import weakref
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

import mlx.core as mx

from mlx_keys.prng.key_uses import KeyUses, Use

from .errors import key_used_twice

#: Guards hold for all threads, which record in turn.
LOCK = threading.RLock()


class Watch:
    """The record of an open guard.

    Attributes:
        keys: How many keys were used, told apart by their words.
        unread: How many uses were inside ``mx.compile``, where a key has no words yet. Such keys
            are told apart as Python objects: one variable used twice is found, and nothing else.
    """

    def __init__(self) -> None:
        self.unread = 0
        self._uses = KeyUses()
        self._traced_uses = KeyUses()
        #: The traced keys that still exist, by id: Python gives the id of one that is gone again.
        self._traced_keys: dict[int, weakref.ref[mx.array]] = {}
        self._off: ContextVar[bool] = ContextVar("mlx_keys.prng.guard.off", default=False)

    @property
    def keys(self) -> int:
        """How many keys were used, told apart by their words."""
        return len(self._uses)

    @property
    def is_off(self) -> bool:
        """Whether calls pass unrecorded in this thread or asyncio task."""
        return self._off.get()

    @contextmanager
    def off(self) -> Iterator[None]:
        """Let calls inside a ``with`` block pass unrecorded, in this thread or asyncio task.

        For uses that are meant: the recomputation of ``mx.checkpoint``, say, has to draw again what
        was drawn before.
        """
        token = self._off.set(True)
        try:
            yield
        finally:
            self._off.reset(token)

    def record(self, words: Iterable[int], use: Use, *, was_traced: bool = False) -> None:
        """Record a use of keys whose words are known.

        Args:
            words: Each key's two words as one number.
            use: What is done with each of them.
            was_traced: Whether the use was recorded as one of a traced key before.

        Raises:
            GuardError: The use is not compatible with an earlier one of the same key.
        """
        with LOCK:
            self.unread -= was_traced
            for pair in words:
                earlier = self._uses.record(pair, use)
                if earlier is not None:
                    raise key_used_twice(f"key [{pair >> 32}, {pair & 0xFFFFFFFF}]", use, earlier)

    def record_traced(self, key: mx.array, use: Use) -> None:
        """Record a use of a key that has no words yet.

        Raises:
            GuardError: The use is not compatible with an earlier one of the same array.
        """
        name = id(key)
        with LOCK:
            self.unread += 1
            earlier = self._traced_uses.record(name, use)
            if name not in self._traced_keys:
                self._traced_keys[name] = weakref.ref(key, lambda _: self._forget(name))
        if earlier is not None:
            raise key_used_twice("a key that is being traced", use, earlier)

    def _forget(self, name: int) -> None:
        with LOCK:
            self._traced_keys.pop(name, None)
            self._traced_uses.forget(name)
