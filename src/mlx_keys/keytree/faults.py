"""The uses of a key in a tree, and what is wrong with them by :mod:`mlx_keys.prng.key_uses`.

The label of a draw is free text, and a draw like any other. Where it is a call of one of the
functions of :mod:`mlx_keys.prng`, with its shape and its window written out as numbers, two things
are known: which rows are drawn, and whether any value is drawn at all.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from functools import lru_cache
from typing import Any

from mlx_keys.prng.key_uses import PAST, SHAPED_PARAMETERS, WORD, KeyUses, Rows, Use

from .limits import join_with_and, times


@lru_cache
def draw_use(label: str) -> Use | None:
    """The use of the key that a draw is.

    Args:
        label: What is drawn: ``normal((100, 3), window=slice(0, 50))``, or any other text.

    Returns:
        The use, with its rows where they are known; None for a draw of no values, which is no use.
    """
    call = _parse_call(label)
    function = ast.unparse(call.func).rpartition(".")[2] if call else ""
    if call is None or function not in SHAPED_PARAMETERS:
        return Use("draw", label)
    arguments = dict(zip(SHAPED_PARAMETERS[function], call.args, strict=False))
    arguments |= {keyword.arg: keyword.value for keyword in call.keywords if keyword.arg}
    shape = _literal(arguments.get("shape"))
    if not isinstance(shape, (tuple, list)) or not all(type(side) is int for side in shape):
        return Use("draw", label)
    if 0 in shape:
        return None
    rows = _window_rows(function, shape, arguments) if shape else None
    return None if rows and rows.start == rows.stop else Use("draw", label, rows=rows)


def _parse_call(label: str) -> ast.Call | None:
    """The call that a label is; None for any other text, and where arguments are unpacked."""
    try:
        call = ast.parse(label.strip(), mode="eval").body
    except SyntaxError:
        return None
    if not isinstance(call, ast.Call) or any(not keyword.arg for keyword in call.keywords):
        return None
    return None if any(isinstance(arg, ast.Starred) for arg in call.args) else call


def _window_rows(
    function: str, shape: tuple[int, ...] | list[int], arguments: Mapping[str, ast.expr]
) -> Rows | None:
    """The rows of ``window=slice(a, b)``; None where there is no window, or no number in it."""
    match arguments.get("window"):
        case ast.Call(func=ast.Name(id="slice"), args=[_, *_] as bounds, keywords=[]):
            width = _literal(arguments.get("width")) or WORD
            dtype = ast.unparse(arguments["dtype"]) if "dtype" in arguments else ""
            is_complex = dtype.rpartition(".")[2] == "complex64"
            with suppress(TypeError, ValueError):
                window = slice(*map(_literal, bounds))
                return Rows.of_window(function, shape, window, width=width, is_complex=is_complex)
    return None


def _literal(node: ast.expr | None) -> Any:
    """The value of numbers, tuples and lists that are written out; otherwise ``NotImplemented``.

    A bound that is not written out is no index, so that :func:`slice.indices` refuses it; None is
    a bound.
    """
    if node is None:
        return None
    try:
        return ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError):
        return NotImplemented


def describe_faults(uses_of_copies: Sequence[Sequence[Use]]) -> tuple[str, ...]:
    """Describe the faults of one key, in a few words each; none where its uses are right.

    Args:
        uses_of_copies: The uses of each copy of the key that is used at all: a second split makes
            keys that were made before, and their uses are uses of one key.

    Example:
        >>> draw, split = Use("draw", "uniform()"), Use("split", "split")
        >>> describe_faults([[draw, draw, split]])
        ('drawn from twice', 'drawn from and split')
        >>> describe_faults([[draw], [draw]])
        ('drawn from twice (made twice)',)
        >>> describe_faults([[split, split]])
        ()
    """
    uses = [use for copy in uses_of_copies for use in copy]
    if not _has_conflict(uses):
        return ()
    faults = []
    draws = [use for use in uses if use.kind == "draw"]
    if _has_conflict(draws):
        faults.append(f"drawn from {times(len(draws))}")
    kinds = [past for kind, past in PAST.items() if any(use.kind == kind for use in uses)]
    if len(kinds) > 1:
        faults.append(join_with_and(kinds))
    copies = f" (made {times(len(uses_of_copies))})" if len(uses_of_copies) > 1 else ""
    return tuple(f"{fault}{copies}" for fault in faults)


def _has_conflict(uses: Iterable[Use]) -> bool:
    recorded = KeyUses()
    return any(recorded.record("the key", use) is not None for use in uses)
