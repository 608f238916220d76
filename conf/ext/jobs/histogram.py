"""Count the draws of a call into bars, or measure the correlation of pairs: run in a child.

Unlike :mod:`.call_result` this evaluates arrays; the child that it runs in does nothing after it.
"""

from __future__ import annotations

import ast
import math
from typing import Any

from .call_result import evaluate

#: Points within a bar at which the density is taken; their mean is the bar's.
_POINTS_PER_BAR = 16

#: A bar with fewer draws than this, in theory, is too low for its deviation to be judged.
_FEWEST_EXPECTED = 25


def count_into_bars(payload: dict[str, Any]) -> dict[str, Any]:
    """Make a call, and count its draws into bars beside what a density says.

    Args:
        payload: ``call``, such as ``normal((1000,), key=key(7))``, with ``mlx.core.random``'s names
            and ``mx``; ``low`` and ``high``, the ends of the axis; ``bars``, how many; ``density``,
            an expression over ``x`` with ``exp``, ``log``, ``sqrt``, ``pi``, ``erf`` and ``where``.

    Returns:
        ``number`` of draws; ``counts``; ``curve`` (the density at the ends and in the middle of
        each bar); ``off`` (by how many standard deviations the worst bar is off); ``mean``,
        ``deviation`` and ``outside``, the share beyond the ends of the axis.
    """
    import numpy as np

    drawn = _draw(payload["call"]).ravel()
    low, high, bars = payload["low"], payload["high"], payload["bars"]
    width = (high - low) / bars
    counts, edges = np.histogram(drawn, bars, (low, high))
    # The middles of the parts of all bars: a bar's expected count is an integral, not a height.
    middles = np.linspace(low, high, bars * _POINTS_PER_BAR, endpoint=False)
    middles = middles + width / (2 * _POINTS_PER_BAR)
    shares = _density(payload["density"], middles)
    expected = shares.reshape(bars, _POINTS_PER_BAR).mean(axis=1) * width * drawn.size
    judged = expected >= _FEWEST_EXPECTED
    off = np.abs(counts - expected)[judged] / np.sqrt(expected[judged])
    points = np.sort(np.concatenate([edges, (edges[1:] + edges[:-1]) / 2]))
    return {
        "number": int(drawn.size),
        "counts": [int(count) for count in counts],
        "curve": [float(height) for height in _density(payload["density"], points)],
        "off": float(off.max()) if off.size else math.inf,
        "mean": float(drawn.mean()),
        "deviation": float(drawn.std()),
        "outside": float(1 - counts.sum() / drawn.size),
    }


def correlate_pairs(payload: dict[str, Any]) -> dict[str, Any]:
    """Make a call that draws pairs, and measure the correlation of their components.

    Args:
        payload: ``call``, as :func:`count_into_bars` takes it; its result has shape ``(n, 2)``.

    Returns:
        ``number`` of pairs, ``points`` (the pairs) and ``correlation``.
    """
    drawn = _draw(payload["call"])
    if drawn.ndim != 2 or drawn.shape[1] != 2:  # noqa: PLR2004
        raise ValueError(f"pairs have shape (n, 2), and the call gives {drawn.shape}")
    first, second = drawn.T - drawn.mean(axis=0)[:, None]
    both = math.sqrt((first @ first) * (second @ second))
    points = [[round(float(x), 3), round(float(y), 3)] for x, y in drawn]
    return {"number": len(drawn), "points": points, "correlation": float(first @ second) / both}


def _draw(call: str) -> Any:
    """The draws of a call, as an array of NumPy's."""
    import mlx.core as mx
    import numpy as np

    result = evaluate(ast.parse(call, mode="eval").body, {"mx": mx, **vars(mx.random)})
    return np.array(result.astype(mx.float32), dtype=np.float64)


def _density(expression: str, x: Any) -> Any:
    """The values of a density at some points."""
    import numpy as np

    names = {"exp": np.exp, "log": np.log, "sqrt": np.sqrt, "pi": math.pi, "abs": np.abs}
    names |= {"where": np.where, "erf": np.vectorize(math.erf, otypes=[float]), "x": x}
    return np.broadcast_to(evaluate(ast.parse(expression, mode="eval").body, names), x.shape)
