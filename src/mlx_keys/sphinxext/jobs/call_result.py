"""Ask the installed mlx what a call gives: run in a child, as it executes an author's expression.

An array's shape and dtype are known before it is evaluated, so nothing here is.
"""

from __future__ import annotations

import ast
from typing import Any

from mlx_keys.upstream.installed import introspect


def measure(payload: dict[str, Any]) -> dict[str, Any]:
    """Call a function as a page says, and work out what the page promises of the result.

    Args:
        payload: ``name``, the function in full; ``call``, a call of it such as
            ``split(key(7), 3)``, with ``mlx.core.random``'s names and ``mx``; ``shape``, an
            expression over the function's parameters, or None; ``dtypes``, names to give as
            ``dtype=`` in turn.

    Returns:
        ``shape`` and ``dtype`` of the result, ``promised`` (the shape that the expression comes
        to), and ``dtypes``, a pair of name and dtype that came back for each name given.
    """
    import mlx.core as mx

    names: dict[str, Any] = {"mx": mx, **vars(mx.random)}
    call = ast.parse(payload["call"], mode="eval").body
    if not isinstance(call, ast.Call):
        raise TypeError("not a call")
    given = [value(node, names) for node in call.args]
    named = {keyword.arg or "": value(keyword.value, names) for keyword in call.keywords}
    function = value(call.func, names)
    result = function(*given, **named)
    promised = None
    if payload["shape"] is not None:
        bound = {"mx": mx, **_bind(payload["name"], given, named, names)}
        tree = ast.parse(payload["shape"], mode="eval").body
        promised = _sizes(value(tree, bound))
    dtypes = [
        (name, _dtype(function(*given, **{**named, "dtype": getattr(mx, name)})))
        for name in payload["dtypes"]
    ]
    return {
        "shape": list(result.shape),
        "dtype": _dtype(result),
        "promised": promised,
        "dtypes": dtypes,
    }


def value(node: ast.expr, names: dict[str, Any]) -> Any:
    """What an expression of the page comes to: it is the author's code, as an example is."""
    return eval(compile(ast.Expression(node), "<probe>", "eval"), dict(names))  # noqa: S307


def _bind(
    name: str, given: list[Any], named: dict[str, Any], names: dict[str, Any]
) -> dict[str, Any]:
    """The function's parameters with the values that a call gives them, or their defaults."""
    signature = introspect.entry(name).signature
    parameters = signature.parameters if signature else ()
    bound: dict[str, Any] = {}
    for parameter in parameters:
        if parameter.default is not None:
            default = ast.parse(parameter.default, mode="eval").body
            bound[parameter.name] = value(default, {**vars(names["mx"]), **names})
    bound.update(zip((parameter.name for parameter in parameters), given, strict=False))
    return bound | named


def _sizes(shape: Any) -> list[int]:
    """A shape as a list, whether the page writes it as a tuple, a list or one number."""
    return [int(size) for size in shape] if isinstance(shape, list | tuple) else [int(shape)]


def _dtype(array: Any) -> str:
    return str(array.dtype).rpartition(".")[2]
