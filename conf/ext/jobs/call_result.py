"""Find the shape and the dtype of a call's result: run in a child, as it runs an author's code.

An array's shape and dtype are known before it is evaluated, so nothing here is.
"""

from __future__ import annotations

import ast
from typing import Any

from mlx_keys.upstream.installed import introspect


def call_result(payload: dict[str, Any]) -> dict[str, Any]:
    """Call a function as a page says, and compute the shape that the page documents.

    Args:
        payload: ``name``, the function in full; ``call``, a call of it such as
            ``split(key(7), 3)``, with ``mlx.core.random``'s names and ``mx``; ``shape``, an
            expression over the function's parameters, or None; ``dtypes``, names to pass as
            ``dtype=`` in turn.

    Returns:
        ``shape`` and ``dtype`` of the result; ``documented_shape``, the value of the expression;
        and ``dtypes``, a pair for each name that was passed: the name, and the dtype of the result.
    """
    import mlx.core as mx

    names: dict[str, Any] = {"mx": mx, **vars(mx.random)}
    call = ast.parse(payload["call"], mode="eval").body
    if not isinstance(call, ast.Call):
        raise TypeError("not a call")
    arguments = [evaluate(node, names) for node in call.args]
    keywords = {keyword.arg or "": evaluate(keyword.value, names) for keyword in call.keywords}
    function = evaluate(call.func, names)
    result = function(*arguments, **keywords)
    documented_shape = None
    if payload["shape"] is not None:
        bound = {"mx": mx, **_bind(payload["name"], arguments, keywords, names)}
        shape = evaluate(ast.parse(payload["shape"], mode="eval").body, bound)
        documented_shape = _sizes(shape)
    dtypes = [
        (name, _dtype(function(*arguments, **{**keywords, "dtype": getattr(mx, name)})))
        for name in payload["dtypes"]
    ]
    return {
        "shape": list(result.shape),
        "dtype": _dtype(result),
        "documented_shape": documented_shape,
        "dtypes": dtypes,
    }


def evaluate(node: ast.expr, names: dict[str, Any]) -> Any:
    """The value of an expression of a page, which is its author's code, as an example is."""
    return eval(compile(ast.Expression(node), "<page>", "eval"), dict(names))  # noqa: S307


def _bind(
    name: str, arguments: list[Any], keywords: dict[str, Any], names: dict[str, Any]
) -> dict[str, Any]:
    """The function's parameters with the values that a call gives them, or their defaults."""
    signature = introspect.entry(name).signature
    parameters = signature.parameters if signature else ()
    bound: dict[str, Any] = {}
    for parameter in parameters:
        if parameter.default is not None:
            default = ast.parse(parameter.default, mode="eval").body
            bound[parameter.name] = evaluate(default, {**vars(names["mx"]), **names})
    bound.update(zip((parameter.name for parameter in parameters), arguments, strict=False))
    return bound | keywords


def _sizes(shape: Any) -> list[int]:
    """A shape as a list, whether the page writes it as a tuple, a list or one number."""
    return [int(size) for size in shape] if isinstance(shape, list | tuple) else [int(shape)]


def _dtype(array: Any) -> str:
    return str(array.dtype).rpartition(".")[2]
