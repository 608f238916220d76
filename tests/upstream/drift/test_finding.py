"""What a finding prints, where words stand on a page, and which findings functions share."""

from __future__ import annotations

import pytest

from mlx_keys.errors import Location
from mlx_keys.upstream.drift.finding import Finding, FindingKind, SourceText, group_common


@pytest.mark.parametrize("kind", FindingKind)
def test_each_kind_has_a_sentence(kind: FindingKind) -> None:
    assert "{" not in str(Finding("f", kind, "SUBJECT", "DOCUMENTED", "ACTUAL"))


def test_a_finding_as_plain_values_names_its_place() -> None:
    where = Location("p.md", 3)
    assert Finding("mlx.core.f", FindingKind.TYPE, "a", "int", "str", where).to_json() == {
        "function": "mlx.core.f",
        "kind": "type",
        "subject": "a",
        "said": "int",
        "so": "str",
        "where": "p.md:3",
    }
    assert Finding("f", FindingKind.GONE).to_json()["where"] == "docstring"


@pytest.mark.parametrize(
    ("words", "line"),
    [
        ("Lift water", 1),
        ("by hand or by *bucket* and so on", 3),
        ("by hand or by bucket, then what differs from the page", 3),
        ("Lift mud", None),
        ("", None),
        ("...", None),
    ],
)
def test_words_are_located_by_the_first_five_of_them_whatever_marks_stand_between(
    words: str, line: int | None
) -> None:
    source = SourceText("p.md", "# Lift water\n\nSlowly, *by hand*\nor by `bucket`.\n")
    assert source.locate(words) == Location("p.md", line)


def test_a_finding_on_three_functions_is_common_and_others_belong_to_one() -> None:
    three = [Finding(name, FindingKind.EXAMPLE_MISSING) for name in "abc"]
    two = [Finding(name, FindingKind.UNDOCUMENTED, "x") for name in "ab"]
    common, own = group_common([*two, *three])
    assert common == {"no example": ["a", "b", "c"]}
    assert own == {"a": [two[0]], "b": [two[1]]}
