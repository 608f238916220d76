"""The project's error: no fix is left out by oversight, and the text names each part."""

from __future__ import annotations

import pickle
from typing import Any

import pytest

from mlx_keys.errors import KeysError, Location
from mlx_keys.prng import GuardError, errors
from mlx_keys.upstream.installed.introspect import AbsentError

ERRORS = {KeysError, GuardError, AbsentError}
ERRORS |= {
    error
    for error in vars(errors).values()
    if isinstance(error, type) and issubclass(error, KeysError)
}


@pytest.mark.parametrize("error", sorted(ERRORS, key=lambda error: error.__name__))
def test_an_error_without_a_fix_cannot_be_made(error: Any) -> None:
    with pytest.raises(TypeError, match="'fix'"):
        error("the axis does not exist")
    assert error("the axis does not exist", fix=None).fix is None


def test_the_text_names_each_part_and_indents_one_of_several_lines() -> None:
    error = KeysError(
        "the output differs", where=Location("page.md", 7), found="1\n2\n", fix="correct the page"
    )
    assert str(error).splitlines() == [
        "page.md:7: the output differs",
        "  found:",
        "    1",
        "    2",
        "  fix: correct the page",
    ]


def test_an_error_comes_whole_out_of_another_process() -> None:
    """Sphinx's parallel readers pickle the faults that they report."""
    error = GuardError(
        "drawn from twice", where=Location("a.py", 3), found="two draws", fix="split"
    )
    copy = pickle.loads(pickle.dumps(error))  # noqa: S301 - our own
    assert type(copy) is GuardError
    assert vars(copy) == vars(error)
    assert copy.args == error.args
