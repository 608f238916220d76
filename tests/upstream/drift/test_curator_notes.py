"""The findings on a curator's notes and examples."""

from __future__ import annotations

import warnings

import pytest
from hypothesis import given
from tests.upstream.drift.pond import Pond
from tests.upstream.drift.strategies import PROSE

from mlx_keys.errors import Location
from mlx_keys.upstream.drift.curator_notes import compare_notes
from mlx_keys.upstream.drift.finding import Finding, FindingKind, SourceText
from mlx_keys.upstream.model import Curated

FILL = Pond().entry("mlx.core.pond.fill")
VOCABULARY = frozenset({"depth", "stream", "key"})


def findings(curated: Curated, text: str) -> list[Finding]:
    """The findings on notes on ``fill``, in a page with a text."""
    source = SourceText("pond.md", text)
    return list(compare_notes(curated, FILL, VOCABULARY, Pond().entry, source))


def wrong_parameters(note: str) -> list[tuple[str, str]]:
    """The parameters that a note on ``fill`` is wrong about, and what is right."""
    found = findings(Curated((note,)), f"one\n\n- {note}\n")
    assert {one.where for one in found} <= {Location("pond.md", 3)}
    assert {one.kind for one in found} <= {FindingKind.NOTE}
    return [(one.subject, one.actual) for one in found]


@pytest.mark.parametrize(
    ("note", "wrong"),
    [
        (
            "No `device=`; placement follows the `stream` of a call.",
            [("stream", "`stream` is not taken")],
        ),
        ("No `key=` here.", [("key", "it takes `key`")]),
        ("Give `depth` and `key=`.", []),
        ("Pass `stream=` to other functions.", []),
        ("There is no `device=`.", []),
        ("Think of `water`.", []),
        ("Use `mx.pond.scoop(depth=2, width=3)`.", [("width", "`scoop` takes no `width`")]),
        ("Use `mx.pond.scoop(**all)` or `mx.pond.drain(x=1)` or `f(y=1)`.", []),
    ],
)
def test_a_note_is_compared_with_the_parameters_of_the_function(
    note: str, wrong: list[tuple[str, str]]
) -> None:
    assert wrong_parameters(note) == wrong


def test_an_example_that_passes_a_parameter_that_is_not_taken_is_found() -> None:
    code = "import mlx.core as mx\n\nmx.pond.fill(key, width=2)"
    curated = Curated(examples=(code, "crushed code # that is no Python ("))
    [one] = findings(curated, f"```python\n{code}\n```\n")
    assert (one.subject, one.where) == ("width", Location("pond.md", 2))


def test_a_note_and_an_example_longer_than_any_are_not_searched() -> None:
    """So that no page takes long, whatever it holds."""
    note = "word " * 2000 + "No `key=` here."
    example = "#" * 50_000 + "\nmx.pond.fill(x=1)"
    assert findings(Curated((note,), examples=(example,)), "") == []
    short = Curated((note[-50:],), examples=(example[-50:],))
    assert [one.subject for one in findings(short, "")] == ["key", "x"]


@given(PROSE)
def test_an_odd_note_gives_findings_on_parameters_that_it_names_or_none(words: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = findings(Curated((words, f"`{words}`"), examples=(words,)), words)
    lines = words.count("\n") + 1
    for one in found:
        assert one.kind is FindingKind.NOTE
        assert one.subject in words
        assert one.where is not None
        assert one.where.line is None or one.where.line <= lines
