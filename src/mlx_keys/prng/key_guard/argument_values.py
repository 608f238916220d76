"""Arguments as the checks compare and show them: whatever mlx takes for a number, traced or not."""

from __future__ import annotations

from typing import Any, NamedTuple

import mlx.core as mx

from mlx_keys.prng.arguments import as_number

#: Arrays of fewer values are shown in full.
_FEW = 6


class Problem(NamedTuple):
    """A problem of a call, in the parts of a :class:`~mlx_keys.errors.KeysError`."""

    problem: str
    expected: str
    found: str
    fix: str | None


def as_mlx_reads(value: Any) -> Any:
    """Convert what mlx takes for a number (NumPy's, a fraction) to a plain one or an array."""
    if isinstance(value, float):
        return float(value)  # np.float64 is one, and what it compares to is not a bool
    if value is None or isinstance(value, (int, complex, mx.array)):
        return value
    number = as_number(value)
    return number.real if isinstance(number, complex) else mx.array(number)  # type: ignore[arg-type]


def anywhere(condition: bool | mx.array) -> bool:
    """Whether a condition holds of any value; False where it is being traced."""
    if isinstance(condition, bool):
        return condition
    try:
        return bool(mx.any(condition).item())
    except ValueError:  # an array that is being traced
        return False


def comparable(value: Any) -> Any:
    """Widen a number so that it compares with any other: a plain one, or the widest dtype."""
    if isinstance(value, (int, float)):
        return value
    array = mx.array(value)
    if array.dtype == mx.complex64:
        return array
    return array.astype(mx.float64 if mx.issubdtype(array.dtype, mx.floating) else mx.int64)


def name_values(**values: Any) -> str:
    """Write values with their names, for a message: ``low 0, high 300``."""
    return ", ".join(f"{name} {_shorten(value)}" for name, value in values.items())


def _shorten(value: Any) -> str:
    if not isinstance(value, mx.array):
        return str(value)
    try:
        if value.size < _FEW:
            return str(value.tolist())
    except ValueError:  # an array that is being traced
        pass
    return f"an array of shape {value.shape}"
