r"""The installed mlx as a source of records: signatures from nanobind, prose from docstrings.

``inspect.signature`` gives ``(*args, **kwargs)`` for a function that nanobind binds. Its
``__nb_signature__`` has an item for each overload: the stub's ``def`` line with ``\0``, ``\1``, ...
in place of the defaults, the docstring or None, and those defaults. mlx is imported when a function
of this module is called, and never evaluated, so that the process may fork later.
"""

from __future__ import annotations

import re
from functools import reduce
from importlib import import_module
from typing import Any

from mlx_keys.errors import INSTALL_MLX, KeysError
from mlx_keys.upstream import signature_parser
from mlx_keys.upstream.model import Entry, Signature

from .docstring import parse_docstring

#: Attributes that a module's ``__getattr__`` gives, so that ``dir`` does not list them.
_HIDDEN = {"mlx.core.random": ("state",)}


class AbsentError(KeysError):
    """The installed mlx has nothing of this name."""


def entry(name: str) -> Entry:
    """Read one function of the installed mlx, such as ``mlx.core.random.split``.

    Raises:
        AbsentError: The installed mlx has nothing of this name.
        KeysError: mlx is not installed, or what it has is no function bound by nanobind.
    """
    found = _find(name)
    forms = getattr(found, "__nb_signature__", None)
    if not forms:
        raise KeysError(
            f"{name} has no signature to read",
            expected="a function of mlx.core",
            found=type(found).__name__,
            fix="name a function, such as mlx.core.random.split",
        )
    texts = [text for _, text, *_ in forms if text] or [_text_of_doc(found)]
    prose = parse_docstring(texts[0])
    first, *others = (_signature(name, form) for form in forms)
    return Entry(
        name=name,
        kind="function",
        signature=first,
        summary=prose.summary,
        body=prose.body,
        parameters=prose.parameters,
        returns=prose.returns,
        raises=prose.raises,
        overloads=tuple(others),
    )


def names(module: str) -> tuple[str, ...]:
    """Return the full names of the functions of a module, such as ``mlx.core.random``, sorted.

    Raises:
        AbsentError: The installed mlx has no such module.
        KeysError: mlx is not installed.
    """
    found = _find(module)
    return tuple(
        f"{module}.{name}"
        for name in sorted(dir(found))
        if not name.startswith("_") and hasattr(getattr(found, name), "__nb_signature__")
    )


def attributes(module: str) -> tuple[str, ...]:
    """Return the names of what a module of the installed mlx has beside functions.

    Raises:
        KeysError: mlx is not installed, or has no such module.
    """
    found = _find(module)
    return tuple(name for name in _HIDDEN.get(module, ()) if hasattr(found, name))


def version() -> str:
    """Return the version of the installed mlx.

    Raises:
        KeysError: mlx is not installed.
    """
    return str(_module("mlx.core").__version__)


def _find(name: str) -> Any:
    if not re.fullmatch(r"mlx\.core(\.\w+)*", name):
        raise KeysError(
            "not a name of mlx",
            expected="mlx.core.NAME",
            found=name,
            fix="name it in full, such as mlx.core.random.split",
        )
    module = _module("mlx.core")
    try:
        return reduce(getattr, name.split(".")[2:], module)
    except AttributeError:
        raise AbsentError(
            f"the installed mlx {module.__version__} has no {name}",
            fix="correct the name, or install the mlx that has it",
        ) from None


def _module(name: str) -> Any:
    try:
        return import_module(name)
    except ImportError as error:
        raise KeysError("mlx is not installed", found=str(error), fix=INSTALL_MLX) from error


def _signature(name: str, form: tuple[Any, ...]) -> Signature:
    text, _, *defaults = form
    # nanobind gives the defaults of one form as a tuple, or each on its own.
    values = defaults[0] if len(defaults) == 1 and isinstance(defaults[0], tuple) else defaults
    filled = re.sub(
        r"\\(\d+)", lambda found: repr(values[int(found.group(1))]), text.replace("\n", " ")
    )
    try:
        return signature_parser.parse_definition(signature_parser.strip_modules(filled))[1]
    except ValueError as error:
        raise KeysError(
            f"the signature of {name} cannot be read",
            found=str(error),
            fix="install a release of mlx that mlx-keys supports: pip install -U mlx mlx-keys",
        ) from error


def _text_of_doc(function: Any) -> str:
    """``__doc__`` without its first line, where nanobind puts the signature."""
    _, _, text = (function.__doc__ or "").partition("\n")
    return str(text)
