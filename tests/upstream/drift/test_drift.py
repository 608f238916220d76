"""What documentation says otherwise than the installed mlx is: each kind of finding, seen."""

from __future__ import annotations

import warnings

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlx_keys.errors import KeysError, Location
from mlx_keys.upstream import signature_parser
from mlx_keys.upstream.drift import curator_notes, index
from mlx_keys.upstream.drift import entry as drift
from mlx_keys.upstream.drift.finding import MEANING, Finding, FindingKind
from mlx_keys.upstream.drift.grouping import group_common
from mlx_keys.upstream.drift.source_text import Written
from mlx_keys.upstream.installed import docstring
from mlx_keys.upstream.model import Curated, Entry, Links, Page

EXAMPLE = "\n\nExample:\n    >>> 1 + 1\n"

#: Lacks nothing: what a test changes in it is all that is found.
WHOLE = """Lift water.

Args:
    depth (int, optional): In hands. Default: ``2``.
    stream (Stream, optional): Where.

Returns:
    array: The water, with shape ``(depth,)`` and type ``float32``.

Example:
    >>> scoop(3)
"""
TAKEN = "scoop(depth: int = 2, stream: StreamOrDevice = None) -> array"


def entry(taken: str, text: str, *others: str) -> Entry:
    """A function ``mlx.core.pond.scoop`` with a signature and a docstring."""
    name, first = signature_parser.definition(taken)
    said = docstring.parse(text)
    return Entry(
        name=f"mlx.core.pond.{name}",
        kind="function",
        signature=first,
        summary=said.summary,
        body=said.body,
        parameters=said.parameters,
        returns=said.returns,
        raises=said.raises,
        overloads=tuple(signature_parser.definition(other)[1] for other in others),
    )


def found(taken: str, text: str, *others: str) -> list[tuple[FindingKind, str, str, str]]:
    """What is found, each as kind, subject, said and so."""
    one = entry(taken, text, *others)
    return [(f.kind, f.subject, f.said, f.so) for f in drift.entry(one, one)]


def test_documentation_that_agrees_gives_nothing() -> None:
    assert found(TAKEN, WHOLE) == []


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
        (" Default: ``2``.", "", (FindingKind.DEFAULT_UNSAID, "depth", "", "2")),
        (
            "(int, optional): In hands. Default: ``2``.",
            "(int): In hands.",
            (FindingKind.OPTIONAL, "depth", "not marked optional", "optional, by default `2`"),
        ),
        ("(int, opt", "(str, opt", (FindingKind.TYPE, "depth", "str, optional", "int")),
        ("depth (int, optional)", "depth", (FindingKind.TYPE_UNSAID, "depth", "", "int")),
        ("array: The", "list(array): The", (FindingKind.RETURNS, "", "list(array)", "array")),
        ("with shape ``(depth,)`` and ", "with ", (FindingKind.SHAPE_UNSAID, "", None, "array")),
        (" and type ``float32``", "", (FindingKind.DTYPE_UNSAID, "", None, "array")),
        ("Example:\n    >>> scoop(3)\n", "", (FindingKind.EXAMPLE, "", "", "")),
    ],
)
def test_one_thing_out_of_step_is_the_one_thing_found(
    old: str, new: str, expected: tuple[FindingKind, str, str | None, str]
) -> None:
    assert WHOLE.count(old) == 1
    [(kind, subject, said, so)] = found(TAKEN, WHOLE.replace(old, new))
    wanted_kind, wanted_subject, wanted_said, wanted_so = expected
    assert (kind, subject, so) == (wanted_kind, wanted_subject, wanted_so)
    assert wanted_said is None or said == wanted_said


def test_an_order_that_is_not_the_signatures() -> None:
    text = "Mix.\n\nArgs:\n    b (int): Second.\n    a (int): First.\n" + EXAMPLE
    assert found("mix(a: int, b: int) -> None", text) == [(FindingKind.ORDER, "", "b, a", "a, b")]


def test_a_required_parameter_marked_optional() -> None:
    text = "Mix.\n\nArgs:\n    a (int, optional): First.\n    b (int, optional): Or None.\n"
    assert found("mix(a: int, b: int | None) -> None", text + EXAMPLE) == [
        (FindingKind.OPTIONAL, "a", "marked optional", "required"),
        (FindingKind.OPTIONAL, "b", "marked optional", "required, and may be `None`"),
    ]


def test_a_result_of_which_nothing_is_said() -> None:
    assert found("level() -> int", "Water level." + EXAMPLE) == [
        (FindingKind.RETURNS_UNSAID, "", "", "int")
    ]
    assert found("level() -> int", "Get the water level." + EXAMPLE) == []


@pytest.mark.parametrize(
    ("said", "so"),
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
def test_a_default_may_be_said_in_other_words(said: str, so: str) -> None:
    text = f"Mix.\n\nArgs:\n    a (object, optional): {said}\n"
    assert found(f"mix(a: object = {so}) -> None", text + EXAMPLE) == []


@pytest.mark.parametrize(
    ("said", "so"),
    [
        ("()", "None"),
        ("float32", "None"),
        ("float32", "float16"),
        ("1", "True"),
        ("any", "'ring'"),
        ("7", "9007199254740993"),
    ],
)
def test_a_default_that_is_another_is_told(said: str, so: str) -> None:
    text = f"Mix.\n\nArgs:\n    a (object, optional): Default: ``{said}``.\n"
    assert found(f"mix(a: object = {so}) -> None", text + EXAMPLE) == [
        (FindingKind.DEFAULT, "a", said, so)
    ]


@pytest.mark.parametrize(
    ("said", "so"),
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
def test_a_type_may_be_said_in_other_words_and_an_unknown_one_is_not_judged(
    said: str, so: str
) -> None:
    text = f"Mix.\n\nArgs:\n    a ({said}): First.\n"
    assert found(f"mix(a: {so}) -> None", text + EXAMPLE) == []


def test_what_another_form_takes_counts_as_taken() -> None:
    """Prose is the first form's; a parameter that may be missing in another is not undocumented."""
    text = "Go.\n\nArgs:\n    start (int, optional): From.\n    stop (int): To.\n" + EXAMPLE
    forms = ("go(start: int, stop: int) -> None", "go(stop: int, step: int | None = None) -> None")
    assert found(forms[0], text, forms[1]) == []
    longer = text.replace("    stop (int)", "    step (int, optional): By.\n    stop (int)")
    assert found(forms[0], longer, forms[1]) == []
    absent = text.replace("    stop (int)", "    pace (int): Fast.\n    stop (int)")
    assert found(forms[0], absent, forms[1]) == [
        (FindingKind.ABSENT, "pace", "int: Fast.", "(start: int, stop: int) → None")
    ]
    assert found("go() -> int", "Go." + EXAMPLE, "go(a: int = 1) -> None") == [
        (FindingKind.RETURNS_UNSAID, "", "", "int")
    ]


def test_stars_self_and_markers_are_no_parameters_to_document() -> None:
    text = "Go.\n\nArgs:\n    *rest (int): All.\n    a (int): One.\n" + EXAMPLE
    assert found("go(self, *rest, a: int) -> None", text) == []
    assert found("go(*rest: int, a: int) -> None", text) == []


def test_what_users_of_keys_need_to_know_is_asked_of_functions_that_take_one() -> None:
    told = (
        "A PRNG key of shape ``(2,)``. The same key gives the same numbers, on every device "
        "the same. Use ``mx.vmap`` for many keys. Raises a ValueError for another dtype."
    )
    draw = "draw(key: array) -> None"
    text = "Draw.\n\nArgs:\n    key (array): {}\n" + EXAMPLE
    assert found(draw, text.format(told)) == []
    kinds = {(kind, subject) for kind, subject, *_ in found(draw, text.format("A PRNG key."))}
    assert kinds == {(FindingKind.UNSAID, matter.name) for matter in drift.MATTERS}


def test_a_page_that_prints_another_signature() -> None:
    installed = entry(TAKEN, WHOLE)
    page = entry("scoop(depth: int = 3) -> array", WHOLE)
    place = Location("pond.md", 7)
    [one] = drift.signatures(page, installed, place)
    assert (one.kind, one.said, one.where) == (
        FindingKind.SIGNATURE,
        "(depth: int = 3) → array",
        place,
    )
    written = entry(TAKEN.replace("array", "mlx.core.array"), WHOLE)
    assert list(drift.signatures(written, installed, place)) == []


def lookup(name: str) -> Entry:
    """Two functions of a pond."""
    texts = {"scoop": TAKEN, "fill": "fill(key: array, depth: int = 1) -> None"}
    short = name.rpartition(".")[2]
    if short not in texts:
        raise KeysError(f"no {name}")
    return entry(texts[short], WHOLE)


def judged(note: str) -> list[tuple[str, str]]:
    """The parameters that a note on ``fill`` is wrong about, and what is so."""
    written = Written("pond.md", f"one\n\n- {note}\n")
    beside = frozenset({"depth", "stream", "key"})
    notes = curator_notes.notes(Curated((note,)), lookup("fill"), beside, lookup, written)
    found = list(notes)
    assert {one.where for one in found} <= {Location("pond.md", 3)}
    assert {one.kind for one in found} <= {FindingKind.NOTE}
    return [(one.subject, one.so) for one in found]


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
def test_a_note_is_held_against_what_the_function_takes(
    note: str, wrong: list[tuple[str, str]]
) -> None:
    assert judged(note) == wrong


def test_a_curated_example_that_passes_what_is_not_taken() -> None:
    code = "import mlx.core as mx\n\nmx.pond.fill(key, width=2)"
    curated = Curated(examples=(code, "crushed code # that is no Python ("))
    written = Written("pond.md", f"```python\n{code}\n```\n")
    [one] = curator_notes.notes(curated, lookup("fill"), frozenset(), lookup, written)
    assert (one.subject, one.where) == ("width", Location("pond.md", 2))


def listing(body: str, after: str | None = None) -> list[Finding]:
    """What is found on the page of the module ``mlx.core.pond``."""
    page = Page("pond.md", "Pond", body, links=Links(next=after))

    def names(module: str) -> tuple[str, ...]:
        if module != "mlx.core.pond":
            raise KeysError(f"no {module}")
        return "mlx.core.pond.fill", "mlx.core.pond.scoop"

    return list(index.index(page, names, lookup, Written("pond.md", f"# Pond\n\n{body}")))


@pytest.mark.parametrize(
    "link", ["https://a.b/x.html#mlx.core.pond.scoop", "mlx.core.pond.scoop.md"]
)
def test_a_function_that_its_modules_page_does_not_list(link: str) -> None:
    """A rewritten page links to the page beside it."""
    [one] = listing(f"[scoop]({link})")
    assert (one.function, one.kind, one.subject) == ("mlx.core.pond", FindingKind.UNLISTED, "fill")
    assert one.where == Location("pond.md", 1)
    assert listing("See [Linear](https://a.b/x.html#mlx.core.pond.drain).") == []


def test_a_statement_about_all_functions_is_held_against_each() -> None:
    """Where the list itself was lost in scraping, the next page tells the module."""
    said = "However, all functions take an optional\n`key` argument."
    [one] = listing(said, after="mlx.core.pond.fill")
    assert one.kind is FindingKind.CLAIM
    assert one.so == "not taken by `scoop`; required by `fill`"
    assert one.where == Location("pond.md", 3)
    assert listing("All functions take a `depth`.", after="mlx.core.pond.fill") == []
    assert listing(said, after="mlx.nn.Linear") == []
    assert listing(said) == []


def test_each_kind_has_a_meaning_and_a_sentence() -> None:
    for kind in FindingKind:
        assert MEANING[kind]
        sentence = str(Finding("f", kind, "SUBJECT", "SAID", "SO"))
        assert "{" not in sentence


def test_a_finding_as_plain_values_names_its_place() -> None:
    plain = Finding(
        "mlx.core.f", FindingKind.TYPE, "a", "int", "str", Location("p.md", 3)
    ).to_json()
    assert plain == {
        "function": "mlx.core.f",
        "kind": "type",
        "subject": "a",
        "said": "int",
        "so": "str",
        "where": "p.md:3",
    }
    assert Finding("f", FindingKind.GONE).to_json()["where"] == "docstring"


HOSTILE = st.text(
    alphabet="ab \n`'\"()[]{}<>|,.:*=\\0127default optional or is to key", max_size=300
)


@given(HOSTILE, HOSTILE, st.sampled_from([TAKEN, "f(*a, b: int = 1, /, **c) -> array", "f()"]))
def test_no_docstring_makes_it_raise(words: str, inside: str, taken: str) -> None:
    """Odd prose is compared or let be; it warns of nothing and never ends in an exception."""
    about = f"Args:\n    depth ({inside}): {inside}\n    {words}"
    text = f"{words}\n\n{about}\n\nReturns:\n    {inside}: {words}"
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        one = entry(taken, text)
        for finding in drift.entry(one, entry(TAKEN, WHOLE)):
            assert str(finding)
        list(drift.signatures(one, entry(TAKEN, WHOLE), Location("p")))


@given(HOSTILE)
def test_no_note_makes_it_raise(words: str) -> None:
    written = Written("pond.md", words)
    curated = Curated(notes=(words, f"`{words}`"), examples=(words,))
    list(curator_notes.notes(curated, lookup("fill"), frozenset({"a"}), lookup, written))
    page = Page("p.md", words, words, links=Links(next=words))
    list(index.index(page, lambda _: ("mlx.core.pond.fill",), lookup, written))


def test_an_entry_without_a_signature_is_compared_with_nothing() -> None:
    bare = Entry("mlx.core.pond.deep", "property", None, "Depth.")
    assert [one.kind for one in drift.entry(bare, bare)] == [FindingKind.EXAMPLE]


def test_what_is_longer_than_any_documentation_is_not_looked_at() -> None:
    """So that no page, whatever it holds, takes long."""
    end = "No `key=` here."
    curated = Curated(
        notes=("word " * 2000 + end,), examples=("#" * 50_000 + "\nmx.pond.fill(x=1)",)
    )
    written = Written("pond.md", "")
    assert not list(curator_notes.notes(curated, lookup("fill"), frozenset(), lookup, written))
    text = WHOLE.replace("Lift water.", "Lift water.\n\n" + "word " * 20_001)
    assert [kind for kind, *_ in found(TAKEN, text)] == [
        FindingKind.SHAPE_UNSAID,
        FindingKind.DTYPE_UNSAID,
        FindingKind.EXAMPLE,
    ]


def test_findings_are_shared_by_three_functions_or_belong_to_one() -> None:
    three = [Finding(name, FindingKind.EXAMPLE) for name in "abc"]
    two = [Finding(name, FindingKind.UNDOCUMENTED, "x") for name in "ab"]
    shared, own = group_common([*two, *three])
    assert shared == {"no example": ["a", "b", "c"]}
    assert own == {"a": [two[0]], "b": [two[1]]}
