"""The error for a call whose arguments the function's signature does not take."""

from __future__ import annotations

from collections.abc import Callable
from inspect import signature

from .errors import ArgumentTypeError


def misfit(function: Callable[..., object], reason: str) -> ArgumentTypeError:
    """Make the error of a call that does not fit a signature.

    Args:
        function: The function that was called.
        reason: The message of Python's own TypeError.
    """
    name, found = function.__name__, reason.removeprefix(f"{function.__name__}() ")
    full = signature(function)
    unannotated = [p.replace(annotation=p.empty) for p in full.parameters.values()]
    without_types = full.replace(parameters=unannotated, return_annotation=full.empty)
    if "missing" in found and "'key'" in found:
        fix = "key=prng.key(seed): there is no global state here"
    elif found.startswith("takes "):
        fix = "key=, window= and stream= go by name"
    else:
        fix = None  # the reason names the argument
    return ArgumentTypeError(
        f"{name}: the arguments do not fit",
        expected=f"{name}{without_types}",
        found=found,
        fix=fix,
    )
