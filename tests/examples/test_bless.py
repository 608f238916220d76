"""Blessing writes outputs and nothing else, and refuses an output that differs from run to run."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import example as hypothesis_example
from hypothesis import given
from hypothesis import strategies as st

from mlx_keys.errors import KeysError
from mlx_keys.examples import bless
from mlx_keys.examples.check import CheckedExample, check_example
from mlx_keys.examples.compare import Tolerance
from mlx_keys.examples.execute.job import RunResult
from mlx_keys.examples.gallery.script_example import read_script_example
from mlx_keys.examples.model import Example
from mlx_keys.examples.parse.extract import extract

MYST = "# Page\n\n```{example}\nprint(1)\n```\n\nMore.\n"
MYST_BLESSED = "# Page\n\n```{example}\nprint(1)\n```\n```{output}\n1\n```\n\nMore.\n"


def accept(text: str, printed: list[str], path: str = "page.md") -> str:
    found = extract(text, path)
    assert [str(fault) for fault in found.faults] == []
    for example, output in reversed(list(zip(found.examples, printed, strict=True))):
        text = example.accept(text, example.normalize(output))
    return text


@pytest.mark.parametrize(
    ("path", "text", "printed", "expected"),
    [
        ("page.md", MYST, "1\n", MYST_BLESSED),
        ("page.md", MYST.replace("\n", "\r\n"), "1\n", MYST_BLESSED.replace("\n", "\r\n")),
        ("page.md", MYST_BLESSED.replace("\n1\n", "\n2\n3\n"), "1\n", MYST_BLESSED),
        ("page.md", MYST_BLESSED, "", MYST),
        (
            "page.md",
            "```{example}\nprint('`' * 4)\n```",
            "````\n",
            "```{example}\nprint('`' * 4)\n```\n`````{output}\n````\n`````",
        ),
        (
            "page.md",
            "<!-- example -->\n```python\nprint(1)\n```\n\n```text\n0\n```\n\n```text\nkeep\n```\n",
            "1\n",
            "<!-- example -->\n```python\nprint(1)\n```\n\n```text\n1\n```\n\n```text\nkeep\n```\n",
        ),
        (
            "page.rst",
            ".. example::\n\n   print(1)\n\nMore.\n",
            "1\n\n  2\n",
            ".. example::\n\n   print(1)\n\n.. output::\n\n   1\n\n     2\n\nMore.\n",
        ),
        (
            "page.rst",
            ".. example::\n\n   print(1)\n\n.. output::\n\n   0\n\nMore.\n",
            "1\n",
            ".. example::\n\n   print(1)\n\n.. output::\n\n   1\n\nMore.\n",
        ),
    ],
    ids=["new", "new, windows", "changed", "gone", "backticks, no last line end", "marker",
         "new in rst", "changed in rst"],
)  # fmt: skip
def test_an_accepted_output_is_written_right_after_its_code(
    path: str, text: str, printed: str, expected: str
) -> None:
    assert accept(text, [printed], path) == expected


PROSE = st.lists(
    st.sampled_from(["", "Text.", "  indented", "```python\nx\n```", "- item", "\ttab", "é\x0b"]),
    max_size=4,
).map(lambda lines: "\n".join(["", *lines, "", ""]))
PRINTED = st.text(
    st.characters(exclude_categories=["Cs"]) | st.sampled_from("`~:-.\n #"), max_size=40
)


@st.composite
def pages(draw: st.DrawFn) -> tuple[str, list[str], list[str]]:
    """A page, the prose around its examples, and what each example is to print."""
    between = draw(st.lists(PROSE, min_size=2, max_size=4))
    count = len(between) - 1
    printed = draw(st.lists(PRINTED, min_size=count, max_size=count))
    page = between[0] + "".join(
        f"```{{example}}\nprint({number})\n```\n{prose}" for number, prose in enumerate(between[1:])
    )
    return page, between, printed


@given(pages())
def test_a_blessed_page_shows_what_was_printed_and_keeps_its_prose(
    page: tuple[str, list[str], list[str]],
) -> None:
    text, between, printed = page
    new = accept(text, printed)
    examples = extract(new, "page.md").examples
    for example, one in zip(examples, printed, strict=True):
        checked = check_example(example, RunResult("done", one))
        assert checked.faults == ()
    at = 0
    for prose in between:
        assert prose in new[at:]
        at = new.index(prose, at) + len(prose)
    assert accept(new, printed) == new
    assert accept(new, [""] * len(printed)) == text


@given(PRINTED)
@hypothesis_example("  all\n    indented")
def test_a_blessed_rst_page_shows_what_was_printed(printed: str) -> None:
    text = "Title\n=====\n\n.. example::\n\n   print(1)\n\nMore.\n"
    new = accept(text, [printed], "page.rst")
    (example,) = extract(new, "page.rst").examples
    assert check_example(example, RunResult("done", printed)).faults == ()
    assert accept(new, [printed], "page.rst") == new


def example_of(options: str = "") -> Example:
    (example,) = extract(f"```{{example}}\n{options}print(1)\n```\n", "page.md").examples
    return example


def showing(text: str) -> Example:
    page = f"```{{example}}\nprint(1)\n```\n```{{output}}\n{text}\n```\n"
    (example,) = extract(page, "page.md").examples
    return example


def test_two_runs_that_print_the_same_are_deterministic() -> None:
    assert (
        bless.nondeterminism(example_of(), RunResult("done", "1\n"), RunResult("done", "1\n"))
        is None
    )


def test_an_output_that_differs_between_two_runs_is_refused_with_its_lines() -> None:
    fault = bless.nondeterminism(
        example_of(), RunResult("done", "a\nb\nc\n"), RunResult("done", "a\nB\nc\nd\n")
    )
    assert fault is not None
    assert str(fault.where) == "page.md:2"
    assert (
        fault.problem
        == "what this example prints differs from run to run, so it cannot be accepted"
    )
    assert fault.found is not None
    assert fault.found.startswith("line 2, 4 of its output differed between two runs\n")


def test_a_bad_end_of_the_second_run_is_a_fault() -> None:
    fault = bless.nondeterminism(example_of(), RunResult("done", ""), RunResult("timeout"))
    assert fault is not None
    assert fault.problem == "this example was stopped after 30 s"


def test_an_example_that_declares_varies_may_differ_between_runs() -> None:
    example = example_of(":varies: the clock\n")
    assert bless.nondeterminism(example, RunResult("done", "1\n"), RunResult("done", "2\n")) is None


@pytest.mark.parametrize(
    ("checked", "expected"),
    [
        (check_example(example_of(), RunResult("done", "1\n")), True),
        (check_example(example_of(), RunResult("done", "")), False),
        (check_example(example_of(), RunResult("timeout", "1\n")), False),
        (check_example(showing("1.5"), RunResult("done", "1.6\n")), True),
        (check_example(showing("1.5"), RunResult("done", "1.6\n"), Tolerance(report=True)), False),
        (check_example(showing("1.5"), RunResult("done", "")), True),
    ],
    ids=["new", "silent", "failed", "changed", "off elsewhere", "gone"],
)
def test_only_an_output_that_would_then_hold_needs_an_update(
    checked: CheckedExample, expected: bool
) -> None:
    assert bless.needs_update(checked) is expected


def test_a_page_that_changed_while_its_examples_ran_is_not_written(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(MYST)
    (example,) = extract(MYST, str(page)).examples
    checked = check_example(example, RunResult("done", "1\n"))
    page.write_text("New line.\n" + MYST)
    with pytest.raises(KeysError, match="this file changed while its examples ran"):
        bless.write_outputs([checked])
    assert page.read_text() == "New line.\n" + MYST
    page.write_text(MYST)
    bless.write_outputs([checked])
    assert page.read_text() == MYST_BLESSED


def test_a_script_that_changed_while_it_ran_is_not_blessed(tmp_path: Path) -> None:
    script = tmp_path / "plot_it.py"
    script.write_text('"""Title"""\nprint(1)\n')
    run = RunResult("done", result=[["print(1)", 2, [["text", "1"]]]])
    checked = check_example(read_script_example(script), run)
    golden = tmp_path / "golden" / "plot_it.txt"
    script.write_text('"""Title"""\nprint(2)\n')
    with pytest.raises(KeysError, match="this file changed while its examples ran") as caught:
        bless.write_outputs([checked])
    assert caught.value.fix == f"mlx-keys verify {script} --bless, once more"
    assert not golden.exists()
    script.write_text('"""Title"""\nprint(1)\n')
    bless.write_outputs([checked])
    assert golden.read_text().endswith("\n\n>>> print(1)\n    1\n")


def test_all_outputs_of_a_page_are_written_at_once(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(MYST_BLESSED + MYST)
    examples = extract(page.read_text(), str(page)).examples
    outputs = [check_example(example, RunResult("done", "2\n3\n")) for example in examples]
    bless.write_outputs(outputs)
    assert page.read_text() == 2 * MYST_BLESSED.replace("\n1\n", "\n2\n3\n")
