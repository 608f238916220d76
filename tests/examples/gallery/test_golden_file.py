"""A golden file: its text, read and written, and what a comparison with it finds."""

from __future__ import annotations

import pytest
from hypothesis import example as hypothesis_example
from hypothesis import given
from hypothesis import strategies as st

from mlx_keys.errors import KeysError
from mlx_keys.examples.compare import Outcome, Tolerance
from mlx_keys.examples.gallery.golden_file import (
    GoldenComparison,
    ShownBlock,
    ShownPart,
    normalize_shown_text,
    parse_golden_file,
    render_golden_file,
)

BLESS = "mlx-keys verify plot_split.py --bless"
GOLDEN = """\
What plot_split.py shows, block by block. `make bless` writes this file.

>>> print(prng.split(prng.key(7)))
    array([[966301609, 989289821],
           [1948237315, 1058547403]], dtype=uint32)

>>> figure
    drawn
  picture:
    Two children.
    x: word
"""
SHOWN = (
    ShownBlock(
        "print(prng.split(prng.key(7)))",
        (
            ShownPart(
                "text",
                "array([[966301609, 989289821],\n       [1948237315, 1058547403]], dtype=uint32)",
            ),
        ),
        5,
    ),
    ShownBlock("silent = 1", (), 9),
    ShownBlock(
        "figure", (ShownPart("text", "drawn"), ShownPart("picture", "Two children.\nx: word")), 12
    ),
)

printed = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"])).map(normalize_shown_text)
parts = st.builds(ShownPart, st.sampled_from(["text", "picture"]), printed.filter(bool))


def without_lines(blocks: tuple[ShownBlock, ...]) -> list[tuple[str, list[tuple[str, str]]]]:
    return [(one.label, [(part.kind, part.text) for part in one.parts]) for one in blocks]


def faults(golden: str, shown: tuple[ShownBlock, ...] = SHOWN) -> list[KeysError]:
    path = "golden/plot_split.txt"
    comparison = GoldenComparison("plot_split.py", path, BLESS)
    _, faults = comparison.compare(parse_golden_file(golden, path, BLESS), shown)
    return [*faults]


def test_a_golden_file_holds_the_blocks_that_show_something_under_their_statements() -> None:
    assert render_golden_file("plot_split.py", SHOWN) == GOLDEN


def test_parsed_blocks_and_parts_know_their_lines() -> None:
    first, second = parse_golden_file(GOLDEN, "golden", BLESS)
    assert (first.line, first.parts[0].line) == (3, 4)
    assert [(part.kind, part.line) for part in second.parts] == [("text", 8), ("picture", 10)]


@given(st.lists(parts, min_size=1, max_size=3))
@hypothesis_example([ShownPart("text", "drawn\n\nwell"), ShownPart("picture", "Two.\n\nx: word")])
def test_a_rendered_golden_file_is_parsed_to_the_same_blocks(shown: list[ShownPart]) -> None:
    # Two texts in a row are one: a block has one text at most, before or after its pictures.
    once = [part for i, part in enumerate(shown) if part.kind == "picture" or i == 0]
    block = ShownBlock("statement", tuple(once), 1)
    assert without_lines(
        parse_golden_file(render_golden_file("s.py", [block]), "golden", BLESS)
    ) == without_lines((block,))


def test_moved_lines_and_code_that_shows_nothing_are_no_difference() -> None:
    moved = tuple(ShownBlock(one.label, one.parts, one.line + 40) for one in SHOWN if one.parts)
    assert faults(GOLDEN, moved) == []


def test_a_rewritten_statement_that_shows_the_same_is_no_difference() -> None:
    renamed = (ShownBlock("print(children)", SHOWN[0].parts, 5), *SHOWN[1:])
    assert faults(GOLDEN, renamed) == []


@pytest.mark.parametrize(
    ("old", "new", "line"), [("966301609", "966301608", 4), ("1058547403", "1058547404", 5)]
)
def test_a_changed_digit_is_a_fault_at_its_line(old: str, new: str, line: int) -> None:
    (fault,) = faults(GOLDEN.replace(old, new))
    assert str(fault.where) == f"golden/plot_split.txt:{line}"
    assert "plot_split.py:5" in fault.problem
    assert new in str(fault.expected)
    assert old in str(fault.found)
    assert fault.fix == f"look at what changed; to accept it: {BLESS}"


def test_a_changed_text_alternative_is_a_fault_at_its_line() -> None:
    (fault,) = faults(GOLDEN.replace("x: word", "x: key"))
    assert str(fault.where) == "golden/plot_split.txt:11"
    assert fault.problem.startswith("the text alternative of the picture")


def test_a_new_block_is_a_fault_at_its_line_of_the_script() -> None:
    new = ShownBlock("print(1)", (ShownPart("text", "1"),), 7)
    (fault,) = faults(GOLDEN, (SHOWN[0], new, *SHOWN[1:]))
    assert str(fault.where) == "plot_split.py:7"
    assert fault.problem == "nobody has accepted what `print(1)` shows"


def test_a_missing_block_is_a_fault_at_its_line_of_the_golden_file() -> None:
    (fault,) = faults(GOLDEN, SHOWN[1:])
    assert str(fault.where) == "golden/plot_split.txt:3"
    assert fault.found == "no such block"


def test_a_picture_where_text_was_is_a_fault() -> None:
    swapped = (ShownBlock(SHOWN[0].label, (ShownPart("picture", "A key."),), 5), *SHOWN[1:])
    (fault,) = faults(GOLDEN, swapped)
    assert str(fault.where) == "golden/plot_split.txt:4"
    assert fault.expected == SHOWN[0].parts[0].text
    assert fault.found == "a picture: A key."


def test_an_added_or_a_missing_part_is_a_fault_at_its_block_or_line() -> None:
    figure = SHOWN[2]
    more = ShownBlock(figure.label, (*figure.parts, ShownPart("text", "done")), figure.line)
    (fault,) = faults(GOLDEN, (*SHOWN[:2], more))
    assert (str(fault.where), fault.found) == ("golden/plot_split.txt:7", "done")
    less = ShownBlock(figure.label, figure.parts[:1], figure.line)
    (fault,) = faults(GOLDEN, (*SHOWN[:2], less))
    assert (str(fault.where), fault.found) == ("golden/plot_split.txt:10", "nothing")


@pytest.mark.parametrize(
    ("old", "new", "expected", "found"),
    [
        ("a\nb\nc", "a\nB\nc", "b\nc", "B\nc"),
        ("a\nb", "a", "b", "(the text ends here)"),
        ("#" + "\n#" * 11, "", "\n".join("#" * 12), "(the text ends here)"),
        ("#" + "\n#" * 12, "a", "\n".join("#" * 12) + "\n(1 more lines)", "a"),
    ],
    ids=["from the line that differs", "to its end", "12 lines", "no more than 12 lines"],
)
def test_a_fault_shows_a_few_lines_of_both_from_the_first_that_differs(
    old: str, new: str, expected: str, found: str
) -> None:
    accepted, shown = (ShownBlock("x", (ShownPart("text", text),), 1) for text in (old, new))
    verdicts, (fault,) = GoldenComparison("s.py", "golden", BLESS).compare((accepted,), (shown,))
    assert verdicts == ()
    assert (fault.expected, fault.found) == (expected, found)


def test_floats_may_be_off_by_the_tolerance() -> None:
    accepted = (ShownBlock("print(x)", (ShownPart("text", "0.500"),), 1),)
    shown = (ShownBlock("print(x)", (ShownPart("text", "0.501"),), 1),)
    exact = GoldenComparison("s.py", "golden", BLESS)
    verdicts, faults = exact.compare(accepted, shown)
    assert (len(verdicts), len(faults)) == (0, 1)
    reporting = GoldenComparison("s.py", "golden", BLESS, Tolerance(report=True))
    (verdict,), faults = reporting.compare(accepted, shown)
    assert verdict.outcome is Outcome.UNATTESTED
    assert faults == ()


def test_a_stray_line_in_a_golden_file_is_an_error_at_that_line() -> None:
    with pytest.raises(KeysError, match="no golden file") as caught:
        parse_golden_file(GOLDEN + "stray\n", "golden", BLESS)
    assert str(caught.value.where) == "golden:12"


def test_colours_tabs_and_outer_blank_lines_are_removed() -> None:
    assert normalize_shown_text("\n\x1b[31ma\tb\x1b[0m  \n\n") == "a       b"
