"""The findings on a module as a whole."""

from __future__ import annotations

import pytest

from mlx_keys.upstream.drift.finding import FindingKind
from mlx_keys.upstream.drift.module import compare_first_parameters, compare_module
from mlx_keys.upstream.installed import introspect
from mlx_keys.upstream.model import Entry
from mlx_keys.upstream.signature_parser import parse_definition


def functions(*signatures: str) -> list[Entry]:
    """Functions of a module ``pond``."""
    return [
        Entry(f"pond.{name}", "function", first, "")
        for name, first in map(parse_definition, signatures)
    ]


def test_a_parameter_that_some_functions_take_first_and_others_later_is_found() -> None:
    entries = functions(
        "fill(depth: int)", "pour(depth: int)", "scoop(a: int, depth: int)", "dry()"
    )
    [found] = compare_first_parameters("pond", entries)
    assert (found.function, found.kind, found.subject) == (
        "pond",
        FindingKind.FIRST_PARAMETER,
        "depth",
    )
    assert str(found) == "`depth` comes first in `fill` and `pour`, and later in others"


def test_functions_that_agree_on_the_first_parameter_give_no_finding() -> None:
    entries = functions("fill(a: int, b: int)", "pour(a: int)")
    assert list(compare_first_parameters("pond", entries)) == []


def test_an_attribute_without_a_docstring_is_found() -> None:
    pytest.importorskip("mlx.core", reason="mlx is not installed")
    found = list(compare_module("mlx.core.random", []))
    assert [(one.kind, one.subject) for one in found] == [(FindingKind.UNDOCUMENTED, "state")]
    assert introspect.attributes("mlx.core.linalg") == ()
