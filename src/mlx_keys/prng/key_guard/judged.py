"""Arguments as a guard judges and shows them: whatever mlx takes for a number, traced or not."""

from __future__ import annotations

from typing import Any

import mlx.core as mx

from mlx_keys.prng.arguments import as_number

#: Arrays of fewer values are shown in full.
_FEW = 6


def as_mlx_reads(value: Any) -> Any:
    """A number of Python's or an array, of what mlx takes for one: NumPy's, a fraction."""
    if isinstance(value, float):
        return float(value)  # np.float64 is one, and what it compares to is not a bool
    if value is None or isinstance(value, (int, complex, mx.array)):
        return value
    number = as_number(value)
    return number.real if isinstance(number, complex) else mx.array(number)  # type: ignore[arg-type]


def anywhere(condition: bool | mx.array) -> bool:
    """Whether a condition holds somewhere; no, where that can't be known yet."""
    if isinstance(condition, bool):
        return condition
    try:
        return bool(mx.any(condition).item())
    except ValueError:  # an array that is being traced
        return False


def comparable(value: Any) -> Any:
    """What can be compared with any number: a plain one, or an array of the widest dtype."""
    if isinstance(value, (int, float)):
        return value
    array = mx.array(value)
    if array.dtype == mx.complex64:
        return array
    return array.astype(mx.float64 if mx.issubdtype(array.dtype, mx.floating) else mx.int64)


def shown(**values: Any) -> str:
    """The values with their names, for a message."""
    return ", ".join(f"{name} {_brief(value)}" for name, value in values.items())


def _brief(value: Any) -> str:
    if not isinstance(value, mx.array):
        return str(value)
    try:
        if value.size < _FEW:
            return str(value.tolist())
    except ValueError:  # an array that is being traced
        pass
    return f"an array of shape {value.shape}"


def dtype_name(dtype: mx.Dtype) -> str:
    """The name of a dtype, as a user writes it behind ``mx.``."""
    return str(dtype).removeprefix("mlx.core.")
