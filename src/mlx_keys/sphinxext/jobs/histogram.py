"""Draw from the installed mlx as a page says, and lay the draws out for a plot: run in a child.

Unlike :mod:`.probe` this evaluates; the child that it runs in does nothing after it.
"""

from __future__ import annotations

import ast
import math
from typing import Any

from .call_result import value

#: Places at which a density is looked at within a bar.
_INSIDE = 16

#: Fewer draws than this, in theory, make a bar too low to be judged.
_ENOUGH = 25


def lay_out(payload: dict[str, Any]) -> dict[str, Any]:
    """Make a call, and count its draws into bars beside what a density says.

    Args:
        payload: ``call``, such as ``normal((1000,), key=key(7))``, with ``mlx.core.random``'s names
            and ``mx``; ``low`` and ``high``, the ends of the axis; ``bars``, how many; ``density``,
            an expression over ``x`` with ``exp``, ``log``, ``sqrt``, ``pi``, ``erf`` and ``where``.
            Without a density the draws are pairs, and are given as points.

    Returns:
        ``number`` of draws. For pairs: ``points`` and their ``correlation``. Else ``counts``,
        ``curve`` (the density at the bars' ends, middles included), ``off`` (by how many standard
        deviations the worst bar is off), ``mean``, ``deviation`` and ``outside``, a share.
    """
    import mlx.core as mx
    import numpy as np

    names = {"mx": mx, **vars(mx.random)}
    result = value(ast.parse(payload["call"], mode="eval").body, names)
    drawn = np.array(result.astype(mx.float32), dtype=np.float64)
    if payload["density"] is None:
        if drawn.ndim != 2 or drawn.shape[1] != 2:  # noqa: PLR2004
            raise ValueError(f"pairs have shape (n, 2), and the call gives {drawn.shape}")
        first, second = drawn.T - drawn.mean(axis=0)[:, None]
        both = math.sqrt((first @ first) * (second @ second))
        correlation = float(first @ second) / both
        points = [[round(float(x), 3), round(float(y), 3)] for x, y in drawn]
        return {"number": len(drawn), "points": points, "correlation": correlation}
    drawn = drawn.ravel()
    low, high, bars = payload["low"], payload["high"], payload["bars"]
    counts, edges = np.histogram(drawn, bars, (low, high))
    inside = np.linspace(low, high, bars * _INSIDE, endpoint=False) + (high - low) / bars / (
        2 * _INSIDE
    )
    known = {"exp": np.exp, "log": np.log, "sqrt": np.sqrt, "pi": math.pi, "abs": np.abs}
    known |= {"where": np.where, "erf": np.vectorize(math.erf, otypes=[float])}
    tree = ast.parse(payload["density"], mode="eval").body
    shares = np.broadcast_to(value(tree, {**known, "x": inside}), inside.shape)
    expected = shares.reshape(bars, _INSIDE).mean(axis=1) * (high - low) / bars * drawn.size
    judged = expected >= _ENOUGH
    off = np.abs(counts - expected)[judged] / np.sqrt(expected[judged])
    places = np.sort(np.concatenate([edges, (edges[1:] + edges[:-1]) / 2]))
    curve = np.broadcast_to(value(tree, {**known, "x": places}), places.shape)
    return {
        "number": int(drawn.size),
        "counts": [int(count) for count in counts],
        "curve": [float(one) for one in curve],
        "off": float(off.max()) if off.size else math.inf,
        "mean": float(drawn.mean()),
        "deviation": float(drawn.std()),
        "outside": float(1 - counts.sum() / drawn.size),
    }
