"""The findings on a function: each kind, seen."""

from __future__ import annotations

import warnings

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.upstream.drift.pond import EXAMPLE, SCOOP, SCOOP_DOCSTRING, entry
from tests.upstream.drift.strategies import PROSE

from mlx_keys.errors import Location
from mlx_keys.upstream.drift.entry import (
    MAX_PROSE,
    REQUIRED_TOPICS,
    compare_entry,
    compare_signature,
    entry_prose,
)
from mlx_keys.upstream.drift.finding import FindingKind
from mlx_keys.upstream.model import Entry


def findings(
    signature: str, docstring: str, *overloads: str
) -> list[tuple[FindingKind, str, str, str]]:
    """The findings on a function: the kind, subject, documented and actual of each."""
    one = entry(signature, docstring, *overloads)
    return [(f.kind, f.subject, f.documented, f.actual) for f in compare_entry(one, one)]


def test_documentation_that_agrees_with_the_signature_gives_no_finding() -> None:
    assert findings(SCOOP, SCOOP_DOCSTRING) == []


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            "    stream (Stream, optional): Where.\n",
            "",
            (FindingKind.UNDOCUMENTED, "stream", "", "stream: StreamOrDevice = None"),
        ),
        (
            "    stream (",
            "    width (int): Across.\n    stream (",
            (
                FindingKind.ABSENT,
                "width",
                "int: Across.",
                "(depth: int = 2, stream: StreamOrDevice = None) → array",
            ),
        ),
        ("``2``", "``3``", (FindingKind.DEFAULT, "depth", "3", "2")),
        ("``2``", "``None``", (FindingKind.DEFAULT, "depth", "None", "2")),
        (" Default: ``2``.", "", (FindingKind.DEFAULT_MISSING, "depth", "", "2")),
        (
            "(int, optional): In hands. Default: ``2``.",
            "(int): In hands.",
            (FindingKind.OPTIONAL, "depth", "not marked optional", "optional, by default `2`"),
        ),
        ("(int, opt", "(str, opt", (FindingKind.TYPE, "depth", "str, optional", "int")),
        ("depth (int, optional)", "depth", (FindingKind.TYPE_MISSING, "depth", "", "int")),
        ("array: The", "list(array): The", (FindingKind.RETURNS, "", "list(array)", "array")),
        ("with shape ``(depth,)`` and ", "with ", (FindingKind.SHAPE_MISSING, "", None, "array")),
        (" and type ``float32``", "", (FindingKind.DTYPE_MISSING, "", None, "array")),
        ("Example:\n    >>> scoop(3)\n", "", (FindingKind.EXAMPLE_MISSING, "", "", "")),
    ],
)
def test_one_difference_is_the_one_finding(
    old: str, new: str, expected: tuple[FindingKind, str, str | None, str]
) -> None:
    assert SCOOP_DOCSTRING.count(old) == 1
    [(kind, subject, documented, actual)] = findings(SCOOP, SCOOP_DOCSTRING.replace(old, new))
    assert (kind, subject, actual) == (expected[0], expected[1], expected[3])
    assert expected[2] in (None, documented)


def test_an_order_other_than_the_signatures_is_found() -> None:
    text = "Mix.\n\nArgs:\n    b (int): Second.\n    a (int): First.\n" + EXAMPLE
    assert findings("mix(a: int, b: int) -> None", text) == [
        (FindingKind.ORDER, "", "b, a", "a, b")
    ]


def test_a_required_parameter_that_is_marked_optional_is_found() -> None:
    text = "Mix.\n\nArgs:\n    a (int, optional): First.\n    b (int, optional): Or None.\n"
    assert findings("mix(a: int, b: int | None) -> None", text + EXAMPLE) == [
        (FindingKind.OPTIONAL, "a", "marked optional", "required"),
        (FindingKind.OPTIONAL, "b", "marked optional", "required, and may be `None`"),
    ]


def test_a_result_that_is_not_documented_is_found() -> None:
    assert findings("level() -> int", "Water level." + EXAMPLE) == [
        (FindingKind.RETURNS_MISSING, "", "", "int")
    ]
    assert findings("level() -> int", "Get the water level." + EXAMPLE) == []


@pytest.mark.parametrize(
    ("description", "default"),
    [
        ("Default: ``()``.", "[]"),
        ("Default:``1``.", "1.0"),
        ('Default: ``"any"``.', "'any'"),
        ("Default: ``any``.", "'any'"),
        ("Default: ``mx.float32``.", "float32"),
        ("Default: ``p.shape``.", "None"),
        ("Defaults to float32.", "float32"),
        ("The default is ``[-2, -1]``.", "[-2, -1]"),
        ("One of ``'left'`` (default) and ``'right'``.", "'left'"),
        ("If unspecified, it defaults to ``-1``.", "-1"),
        ("If ``None``, defaults to ``7``.", "None"),
        ("Will default to ``float32`` if any of them is.", "None"),
        ("Otherwise defaults to ``7``. Default: ``None``.", "None"),
        ("Default: ``7``. Since then, default: ``None``.", "None"),
        ("Default: ``float32``.", "a.dtype"),
        ("Stream to make the default.", "None"),
    ],
)
def test_a_default_in_other_words_is_no_finding(description: str, default: str) -> None:
    text = f"Mix.\n\nArgs:\n    a (object, optional): {description}\n"
    assert findings(f"mix(a: object = {default}) -> None", text + EXAMPLE) == []


@pytest.mark.parametrize(
    ("documented", "default"),
    [
        ("()", "None"),
        ("float32", "None"),
        ("float32", "float16"),
        ("1", "True"),
        ("any", "'ring'"),
        ("7", "9007199254740993"),
    ],
)
def test_another_default_is_found(documented: str, default: str) -> None:
    text = f"Mix.\n\nArgs:\n    a (object, optional): Default: ``{documented}``.\n"
    assert findings(f"mix(a: object = {default}) -> None", text + EXAMPLE) == [
        (FindingKind.DEFAULT, "a", documented, default)
    ]


@pytest.mark.parametrize(
    ("documented", "annotation"),
    [
        ("list(int)", "Sequence[int] | None"),
        ("scalar or array", "array | scalar"),
        ("float or array", "scalar | array"),
        ("int or tuple(int) or list(int)", "int | Sequence[int]"),
        ("int, list(int), or tuple(list(int), list(int))", "int | Sequence[int]"),
        ("Union[int, array]", "int | array"),
        ("mx.stream", "StreamOrDevice"),
        ("a tree of arrays", "int"),
    ],
)
def test_a_type_in_other_words_and_an_unknown_one_are_no_findings(
    documented: str, annotation: str
) -> None:
    text = f"Mix.\n\nArgs:\n    a ({documented}): First.\n"
    assert findings(f"mix(a: {annotation}) -> None", text + EXAMPLE) == []


def test_a_parameter_of_another_form_counts_as_taken() -> None:
    """The prose describes the first form, all of whose parameters must be documented."""
    text = "Go.\n\nArgs:\n    start (int, optional): From.\n    stop (int): To.\n" + EXAMPLE
    forms = ("go(start: int, stop: int) -> None", "go(stop: int, step: int | None = None) -> None")
    assert findings(forms[0], text, forms[1]) == []
    longer = text.replace("    stop (int)", "    step (int, optional): By.\n    stop (int)")
    assert findings(forms[0], longer, forms[1]) == []
    absent = text.replace("    stop (int)", "    pace (int): Fast.\n    stop (int)")
    assert findings(forms[0], absent, forms[1]) == [
        (FindingKind.ABSENT, "pace", "int: Fast.", "(start: int, stop: int) → None")
    ]
    assert findings("go() -> int", "Go." + EXAMPLE, "go(a: int = 1) -> None") == [
        (FindingKind.RETURNS_MISSING, "", "", "int")
    ]


def test_self_and_markers_need_no_documentation_and_stars_are_no_part_of_a_name() -> None:
    text = "Go.\n\nArgs:\n    *rest (int): All.\n    a (int): One.\n" + EXAMPLE
    assert findings("go(self, *rest, a: int) -> None", text) == []
    assert findings("go(*rest: int, a: int) -> None", text) == []


def test_a_function_that_takes_a_key_must_document_what_users_of_keys_need() -> None:
    complete = (
        "A PRNG key of shape ``(2,)``. The same key gives the same numbers, on every device "
        "the same. Use ``mx.vmap`` for many keys. Raises a ValueError for another dtype."
    )
    draw = "draw(key: array) -> None"
    text = "Draw.\n\nArgs:\n    key (array): {}\n" + EXAMPLE
    assert findings(draw, text.format(complete)) == []
    missing = {(kind, subject) for kind, subject, *_ in findings(draw, text.format("A PRNG key."))}
    assert missing == {(FindingKind.TOPIC_MISSING, matter.name) for matter in REQUIRED_TOPICS}


def test_a_signature_other_than_the_installed_one_is_found() -> None:
    installed = entry(SCOOP, SCOOP_DOCSTRING)
    page = entry("scoop(depth: int = 3) -> array", SCOOP_DOCSTRING)
    where = Location("pond.md", 7)
    [one] = compare_signature(page, installed, where)
    assert (one.kind, one.documented, one.where) == (
        FindingKind.SIGNATURE,
        "(depth: int = 3) → array",
        where,
    )
    qualified = entry(SCOOP.replace("array", "mlx.core.array"), SCOOP_DOCSTRING)
    assert list(compare_signature(qualified, installed, where)) == []


def test_an_entry_without_a_signature_has_no_parameters_to_compare() -> None:
    bare = Entry("mlx.core.pond.deep", "property", None, "Depth.")
    assert [one.kind for one in compare_entry(bare, bare)] == [FindingKind.EXAMPLE_MISSING]


def test_prose_longer_than_any_documentation_is_not_searched() -> None:
    """So that no page takes long, whatever it holds."""
    padding = "word " * (MAX_PROSE // 5 + 1)
    text = SCOOP_DOCSTRING.replace("Lift water.", f"Lift water.\n\n{padding}")
    assert [kind for kind, *_ in findings(SCOOP, text)] == [
        FindingKind.SHAPE_MISSING,
        FindingKind.DTYPE_MISSING,
        FindingKind.EXAMPLE_MISSING,
    ]


@given(PROSE, PROSE, st.sampled_from([SCOOP, "f(*a, b: int = 1, /, **c) -> array", "f()"]))
def test_odd_prose_gives_findings_that_quote_it_or_none(
    words: str, inside: str, signature: str
) -> None:
    """Whatever a docstring holds: one finding of a kind for each subject, in its own words."""
    sections = f"Args:\n    depth ({inside}): {inside}\n    {words}"
    text = f"{words}\n\n{sections}\n\nReturns:\n    {inside}: {words}"
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        documented, installed = entry(signature, text), entry(SCOOP, SCOOP_DOCSTRING)
        found = list(compare_entry(documented, installed))
        changed = list(compare_signature(documented, installed, Location("p")))
    keys = [(one.kind, one.subject) for one in found]
    assert len(set(keys)) == len(keys)
    prose = _without_marks(entry_prose(documented))
    for one in found:
        assert one.function == installed.name
        if one.kind in (FindingKind.DEFAULT, FindingKind.TYPE, FindingKind.RETURNS):
            assert _without_marks(one.documented) in prose
    assert [one.kind for one in changed] == [FindingKind.SIGNATURE] * (signature != SCOOP)


def _without_marks(text: str) -> str:
    """A text without white space and the backslashes of Markdown."""
    return "".join(text.replace("\\", "").split())
