"""Functions of a library that does not exist, ``mlx.core.pond``, with signatures and docstrings."""

from __future__ import annotations

from mlx_keys.errors import KeysError
from mlx_keys.upstream import signature_parser
from mlx_keys.upstream.installed.docstring import parse_docstring
from mlx_keys.upstream.model import Entry

EXAMPLE = "\n\nExample:\n    >>> 1 + 1\n"

#: A signature and a docstring that agree: what a test changes in one is all that differs.
SCOOP = "scoop(depth: int = 2, stream: StreamOrDevice = None) -> array"
SCOOP_DOCSTRING = """Lift water.

Args:
    depth (int, optional): In hands. Default: ``2``.
    stream (Stream, optional): Where.

Returns:
    array: The water, with shape ``(depth,)`` and type ``float32``.

Example:
    >>> scoop(3)
"""
FILL = "fill(key: array, depth: int = 1) -> None"


def entry(signature: str, docstring: str, *overloads: str) -> Entry:
    """A function of ``mlx.core.pond``."""
    name, first = signature_parser.parse_definition(signature)
    parsed = parse_docstring(docstring)
    return Entry(
        name=f"mlx.core.pond.{name}",
        kind="function",
        signature=first,
        summary=parsed.summary,
        body=parsed.body,
        parameters=parsed.parameters,
        returns=parsed.returns,
        raises=parsed.raises,
        overloads=tuple(signature_parser.parse_definition(form)[1] for form in overloads),
    )


class Pond:
    """The installed ``mlx.core.pond``, with two functions."""

    def names(self, module: str) -> tuple[str, ...]:
        """The functions of a module."""
        if module != "mlx.core.pond":
            raise KeysError(f"no {module}", fix=None)
        return "mlx.core.pond.fill", "mlx.core.pond.scoop"

    def entry(self, name: str) -> Entry:
        """One of them."""
        signatures = {"mlx.core.pond.fill": FILL, "mlx.core.pond.scoop": SCOOP}
        if name not in signatures:
            raise KeysError(f"no {name}", fix=None)
        return entry(signatures[name], SCOOP_DOCSTRING)

    def attributes(self, _module: str) -> tuple[str, ...]:
        """What the module has beside functions."""
        return ()
