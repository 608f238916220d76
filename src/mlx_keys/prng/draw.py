"""One draw as a value: made at the door of each public function, then passed down.

The way of a number is ``key -> words -> values``, and :data:`Key`, :data:`Words` and
:data:`Values` are its three stages. :func:`begin_draw` validates the key and resolves the backend,
once; :meth:`Draw.words` turns the key into random words; :meth:`Draw.unit` and its siblings turn
words into the real numbers that the distributions start from.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TypeAlias

import mlx.core as mx

from .arguments import read_key
from .backends import kernel, mlx_random, ops, reference
from .backends.dispatch import DrawBackend, resolve_backend
from .backends.tracing import is_traced
from .errors import ArgumentOverflowError
from .window import Window, read_window

#: A key: shape (2,), uint32.
Key: TypeAlias = mx.array
#: Random bits, all equally likely: uint32, of a window's shape; uint8 or uint16 where narrower.
Words: TypeAlias = mx.array
#: Values of a distribution: of a window's shape and the distribution's dtype.
Values: TypeAlias = mx.array

#: The dtype of words by their width in bytes.
WORD_DTYPES = {1: mx.uint8, 2: mx.uint16, 4: mx.uint32}
#: The bytes of a word as the generator makes it.
_FULL_WIDTH = 4

#: mlx holds fewer values in one row: it counts in 32 bits, signed.
_LONGEST_ROW = 2**31

#: On a GPU mlx's own generator makes fewer words than these as fast: launching a kernel takes
#: longer.
_FEW_WORDS = 2**22

#: The most words that ``mx.random.split`` hands out: two for each of what 32 bits, signed, count.
_MOST_WORDS_OF_MLX = 2**32 - 2

#: The largest value below 1 of each dtype: it keeps a draw of ``u`` under 1.
BELOW_ONE = {mx.float32: 1 - 2**-24, mx.float16: 1 - 2**-11, mx.bfloat16: 1 - 2**-8}

#: The float32 next to -1: erfinv(-1) would be -infinity.
_ABOVE_MINUS_ONE = -1 + 2**-24


@dataclass(frozen=True, slots=True)
class Draw:
    """A draw whose key is valid and whose backend is known.

    Attributes:
        key: One key.
        window: Which values of how many.
        backend: What makes them.
    """

    key: Key
    window: Window
    backend: DrawBackend

    @property
    def is_call_of_mlx(self) -> bool:
        """Whether a call of ``mx.random`` with the same arguments makes this draw."""
        # On a GPU the words are drawn, as not every key may be given to mlx as it is there.
        backend = self.backend
        return (
            backend.name == "mlx"
            and not backend.on_gpu
            and self.window.is_full
            and not is_traced(self.key)
        )

    def has_kernel(self, name: str = "uniform") -> bool:
        """Whether the kernel of that name makes this draw."""
        return self.backend.name == "kernel" and kernel.has(name)

    def launch(self, name: str, *params: float) -> Values:
        """Draw with the kernel of that name; see :data:`.kernel_source.FINISHES`."""
        return kernel.draw(name, self.key, self.window, *params)

    def as_pairs(self) -> Draw:
        """The draw of two numbers in place of each value."""
        return replace(self, window=self.window.as_pairs())

    def words(self, width: int = _FULL_WIDTH) -> Words:
        """Draw random bits: the window's shape, integers of ``width`` bytes.

        Raises:
            OverflowError: They have to lie in one row on their way, and are too many for it.
        """
        window = self.window
        if width == _FULL_WIDTH:
            return self._full_words()
        self._refuse_long_row(window.length)
        holding = window.as_words(width)
        words = replace(self, window=holding)._full_words()
        skipped = window.start - holding.start * _FULL_WIDTH // width
        values = words.view(WORD_DTYPES[width])[skipped : skipped + window.length]
        return values.reshape(window.shape)

    def unit(self, dtype: mx.Dtype) -> Values:
        """Draw ``u``, in [0, 1): a word, rounded to float32, over 2**32."""
        largest, shape = BELOW_ONE[dtype], self.window.shape
        match self.backend.name:
            case "mlx" if self.window.is_full:
                return mlx_random.call(
                    lambda key: mx.random.uniform(shape=shape, dtype=dtype, key=key),
                    self.key,
                    on_gpu=self.backend.on_gpu,
                )
            case "kernel":
                return kernel.uniform(self.key, self.window, largest=largest).astype(dtype)
        u = self.words().astype(mx.float32) / mx.array(2**32, mx.float32)
        return mx.minimum(u, mx.array(largest, mx.float32)).astype(dtype)

    def signed(self) -> Values:
        """Draw ``s``, float32 in (-1, 1), from which normal and laplace start."""
        if self.is_call_of_mlx:
            return mx.random.uniform(_ABOVE_MINUS_ONE, 1.0, self.window.shape, key=self.key)
        if self.has_kernel():
            return kernel.uniform(self.key, self.window, _ABOVE_MINUS_ONE, 1.0)
        low = mx.array(_ABOVE_MINUS_ONE, mx.float32)
        width = mx.array(1.0, mx.float32) - low
        return width * self.unit(mx.float32) + low

    def inverse_erf(self) -> Values:
        """Draw ``erfinv(s)``, float32."""
        if self.has_kernel("normal"):
            return self.launch("normal", 1.0, 1.0)
        return mx.erfinv(self.signed())

    def _full_words(self) -> Words:
        key, window, (name, on_gpu, by_default) = self.key, self.window, self.backend
        if name == "kernel":
            if by_default and window.is_full and window.size % 2 == 0 and window.size < _FEW_WORDS:
                pairs = mx.random.split(mlx_random.contiguous(key), window.size // 2)
                return pairs.reshape(window.shape)
            return self.launch("bits")
        by_mlx = name == "mlx" and window.is_full and 0 < window.size <= _MOST_WORDS_OF_MLX
        if not by_mlx or window.size % 2:  # of an odd draw mlx makes one word more, all in one row
            self._refuse_long_row(window.length + by_mlx)
        if by_mlx:
            return mlx_random.call(lambda k: mlx_random.words(k, window), key, on_gpu=on_gpu)
        if name == "reference":
            row = reference.words(key, window)
        else:
            row = ops.words(key, window.size, window.start, window.stop)
        return row.reshape(window.shape)

    def _refuse_long_row(self, length: int) -> None:
        """Refuse a window whose words mlx would have to hold as one row too long for it."""
        if length >= _LONGEST_ROW:
            raise ArgumentOverflowError(
                "the shape has more values than can be made at once here",
                expected="fewer than 2**31",
                found=f"{self.window.length}, of shape {self.window.shape}",
                fix="window=slice(a, b), for some rows at a time",
            )


def begin_draw(key: object, shape: tuple[int, ...], window: object = None) -> Draw:
    """Validate the key and the window of a call, and resolve its backend.

    Args:
        key: The argument ``key``.
        shape: The shape of the full draw, which was read.
        window: The argument ``window``.

    Raises:
        TypeError: ``key`` is no array, or ``window`` no slice.
        ValueError: ``key`` has another shape or dtype, or ``window`` does not fit the draw.
        RuntimeError: The kernels were chosen, and the device is the CPU.
    """
    rows, valid_key = read_window(shape, window), read_key(key)
    return Draw(valid_key, rows, resolve_backend(valid_key))
