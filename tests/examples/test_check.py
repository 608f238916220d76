"""An example is checked: how it ended, and whether its page shows what it printed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from tests.paths import DATA

from mlx_keys.errors import Location
from mlx_keys.examples import compare
from mlx_keys.examples.check import CheckedExample, check_example
from mlx_keys.examples.compare import Outcome, Tolerance, Verdict
from mlx_keys.examples.execute.job import RunResult
from mlx_keys.examples.gallery import golden_file
from mlx_keys.examples.gallery.script_example import ScriptExample
from mlx_keys.examples.model import Example, Options, Output
from mlx_keys.examples.page_example import Form, PageExample
from mlx_keys.examples.ulp import Distance

PAGE = "page.md"
DONE = RunResult("done")
RAISED = RunResult(
    "raised", error=("pkg.sub.Odd", "builtins.ValueError"), message="pkg.sub.Odd: no", line=3
)
EXITED = RunResult("exited", error=("builtins.SystemExit",), message="SystemExit: 2", line=2)
KILLED = RunResult("killed", signal="SIGFPE", line=2)


def page_example(
    shown: str | None = None, form: Form = Form.MYST, **options: object
) -> PageExample:
    """An example whose fence is line 10, its code line 11, and its output line 20."""
    return PageExample(
        location=Location(PAGE, 10),
        code_line=11,
        code="x\n",
        options=Options(**options),
        expected=None if shown is None else Output(shown, 20, (18, 22)),
        form=form,
        end=18,
    )


def script_example(path: str, golden: str | None = None) -> ScriptExample:
    expected = None if golden is None else Output(golden, 1, (0, 0))
    return ScriptExample(Location(path, 1), 1, "x\n", Options(), expected)


def check(example: Example, run: RunResult, tolerance: Tolerance = compare.EXACT) -> CheckedExample:
    checked = check_example(example, run, tolerance)
    assert (checked.example, checked.run) == (example, run)
    assert checked.printed == example.output(run)
    return checked


#: Each bad end: the example, what it did, and the line and the problem of the one fault.
BAD_ENDS = {
    "too slow": (
        page_example(timeout=2.5),
        RunResult("timeout", line=3),
        13,
        "this example was stopped after 2.5 s",
    ),
    "flood": (
        page_example(),
        RunResult("output_limit", stdout="\nx\n", stderr="err"),
        11,
        "this example was stopped: it prints without end",
    ),
    "flood of errors": (
        page_example(),
        RunResult("output_limit", stderr="y" * 601),
        11,
        "this example was stopped: it prints without end",
    ),
    "flood of errors, as long as an excerpt": (
        page_example(),
        RunResult("output_limit", stderr="y" * 600),
        11,
        "this example was stopped: it prints without end",
    ),
    "its worker killed": (
        page_example(),
        RunResult("worker_died", line=2, stderr="not reported"),
        12,
        "this example killed the process that watched it",
    ),
    "no report": (
        page_example(),
        RunResult("no_report", line=2, status=3, stderr="not reported"),
        12,
        "this example left its interpreter without an end, with status 3",
    ),
    "raises": (
        page_example(),
        RAISED,
        13,
        "this example raises",
    ),
    "raises another": (
        page_example(raises="KeyError"),
        RAISED,
        13,
        "this example raises",
    ),
    "raises one of another name that ends alike": (
        page_example(raises="dd"),
        RAISED,
        13,
        "this example raises",
    ),
    "exits": (
        page_example(),
        EXITED,
        12,
        "this example exits its interpreter",
    ),
    "raises nothing": (
        page_example(raises="KeyError"),
        RunResult("done", line=3),
        10,
        "this example raises nothing",
    ),
    "kills": (
        page_example(),
        KILLED,
        12,
        "this example kills its interpreter",
    ),
    "kills by another signal": (
        page_example(signal="SIGABRT"),
        KILLED,
        12,
        "this example kills its interpreter",
    ),
    "is killed where it should raise": (
        page_example(raises="ValueError"),
        KILLED,
        12,
        "this example kills its interpreter",
    ),
    "is not killed": (
        page_example(signal="SIGFPE"),
        RunResult("done", line=3),
        10,
        "this example is not killed",
    ),
    "bytes that are no text": (
        page_example(),
        RunResult("done", stdout="\\xff\n", utf8=False),
        11,
        "this example prints bytes that are not UTF-8",
    ),
    "standard output closed": (
        page_example(),
        RunResult("done", kept_stdout=False),
        11,
        "this example closes or replaces standard output",
    ),
    "processes left running": (
        page_example(),
        RunResult("done", left_processes=True),
        11,
        "this example leaves processes running behind it",
    ),
    "writes to standard error": (
        page_example(),
        RunResult("done", stderr="careful\n", line=2),
        12,
        "this example writes to standard error, which its page does not show",
    ),
}


@pytest.mark.parametrize("end", BAD_ENDS)
def test_a_bad_end_is_one_fault_and_nothing_is_compared(end: str) -> None:
    example, run, line, problem = BAD_ENDS[end]
    checked = check(example, run)
    (fault,) = checked.faults
    assert (fault.where, fault.problem) == (Location(PAGE, line), problem)
    assert fault.fix
    assert checked.verdict is None


def test_the_messages_of_bad_ends_are_worded_as_accepted() -> None:
    messages = []
    for end, (example, run, *_) in BAD_ENDS.items():
        (fault,) = check(example, run).faults
        messages.append(f"## {end}\n{fault}\n")
    assert "\n".join(messages) == (DATA / "bad_ends.txt").read_text(encoding="utf-8")


def test_a_message_holds_600_characters_of_an_output_at_most() -> None:
    (fault,) = check(page_example(), RunResult("output_limit", stderr="y" * 601)).faults
    assert fault.found == f"{'y' * 600} ... (601 characters)"
    (fault,) = check(page_example(), RunResult("output_limit", stderr="y" * 600)).faults
    assert fault.found == "y" * 600


def test_each_thing_that_is_wrong_with_an_end_is_a_fault() -> None:
    run = replace(RAISED, stderr="e", utf8=False, kept_stdout=False, left_processes=True)
    faults = check(page_example(signal="SIGFPE"), run).faults
    assert [(str(fault.where), fault.problem) for fault in faults] == [
        ("page.md:13", "this example raises"),
        ("page.md:10", "this example is not killed"),
        ("page.md:13", "this example prints bytes that are not UTF-8"),
        ("page.md:13", "this example closes or replaces standard output"),
        ("page.md:13", "this example leaves processes running behind it"),
        ("page.md:13", "this example writes to standard error, which its page does not show"),
    ]


def test_blanks_on_standard_error_are_no_fault() -> None:
    assert check(page_example(), RunResult("done", stderr=" \n")).faults == ()


def test_an_example_with_invalid_options_is_not_checked() -> None:
    example = replace(page_example("2", raises="KeyError"), has_invalid_options=True)
    checked = check(example, RAISED)
    assert (checked.verdict, checked.faults) == (None, ())


@pytest.mark.parametrize("declared", ["Odd", "pkg.sub.Odd", "ValueError", "builtins.ValueError"])
def test_an_exception_is_declared_by_its_name_or_a_base_class(declared: str) -> None:
    example = page_example("1\npkg.sub.Odd: no", raises=declared)
    checked = check(example, replace(RAISED, stdout="1\n"))
    assert (checked.verdict, checked.faults) == (Verdict(Outcome.EQUAL), ())
    assert checked.printed == "1\npkg.sub.Odd: no"


@pytest.mark.parametrize(
    ("example", "run", "printed"),
    [
        (page_example(), replace(DONE, stdout="a \n\n", message="m", signal="s"), "a"),
        (page_example(raises="E"), replace(DONE, stdout="a", message="m"), "a"),
        (page_example(raises="SystemExit"), replace(EXITED, stdout="a\n\n"), "a\nSystemExit: 2"),
        (page_example(raises="Odd"), RAISED, "pkg.sub.Odd: no"),
        (page_example(), replace(RAISED, stdout="a"), "a"),
        (page_example(signal="SIGFPE"), replace(KILLED, stdout="a\n"), "a\nkilled by SIGFPE"),
        (page_example(signal="SIGFPE"), DONE, ""),
        (page_example(raises="SystemExit"), replace(EXITED, stdout="aX\n"), "aX\nSystemExit: 2"),
        (page_example(), KILLED, ""),
        (page_example(form=Form.RST), replace(DONE, stdout="  a\n   b\n"), "a\n b"),
    ],
)
def test_an_output_is_standard_output_and_how_a_declared_end_shows(
    example: PageExample, run: RunResult, printed: str
) -> None:
    assert example.output(run) == printed


def test_a_declared_signal_is_a_good_end() -> None:
    checked = check(page_example("killed by SIGFPE", signal="SIGFPE"), KILLED)
    assert (checked.verdict, checked.faults) == (Verdict(Outcome.EQUAL), ())


def test_an_example_that_prints_nothing_needs_no_output() -> None:
    checked = check(page_example(), replace(DONE, stdout="\n"))
    assert (checked.printed, checked.verdict, checked.faults) == ("", Verdict(Outcome.EQUAL), ())


def test_an_output_that_was_not_accepted_is_a_fault() -> None:
    checked = check(page_example(), replace(DONE, stdout="1\n", line=4))
    assert checked.verdict is None
    (fault,) = checked.faults
    assert fault.problem == "nobody has accepted what this example prints"
    assert (fault.where, fault.found) == (Location(PAGE, 10), "1")
    assert fault.fix == "mlx-keys verify page.md --bless"


def test_the_command_that_accepts_an_output_can_be_pasted_into_a_shell() -> None:
    example = replace(page_example(), location=Location("my pages/a.md", 1))
    (fault,) = check(example, replace(DONE, stdout="1\n")).faults
    assert fault.fix == "mlx-keys verify 'my pages/a.md' --bless"


@pytest.mark.parametrize(
    ("shown", "printed", "line"),
    [
        ("1\n2\n3", "1\n2\n4", 22),
        ("1\n2\n3", "1", 21),
        ("1", "1\n2\n3", 20),
        ("9", "1\n2\n3", 20),
        ("1\n2", "1\n2\n3", 21),
    ],
)
def test_a_difference_is_at_the_first_line_that_differs_within_what_is_shown(
    shown: str, printed: str, line: int
) -> None:
    (fault,) = check(page_example(shown), replace(DONE, stdout=printed)).faults
    assert fault.where == Location(PAGE, line)
    assert fault.expected == shown
    assert fault.found == f"{printed}\n\n{compare.diff(shown, printed)}"


def test_two_single_lines_are_shown_without_a_diff() -> None:
    (fault,) = check(page_example("2"), replace(DONE, stdout="3\n")).faults
    assert fault.problem == "this is not what the example at page.md:11 prints"
    assert (fault.where, fault.expected, fault.found) == (Location(PAGE, 20), "2", "3")
    assert fault.fix == "mlx-keys verify page.md --bless, if the new output is right"


def test_a_difference_without_floats_names_no_distance() -> None:
    (fault,) = check(page_example("a"), replace(DONE, stdout="b")).faults
    assert fault.problem == "this is not what the example at page.md:11 prints"


def test_a_difference_of_nearly_equal_floats_names_their_distance_in_each_unit() -> None:
    shown, printed = "0.5 array(0.25, dtype=float16)", "0.5001 array(0.2501, dtype=float16)"
    checked = check(page_example(shown), replace(DONE, stdout=printed))
    assert checked.verdict is not None
    first, second = checked.verdict.distances
    assert checked.faults[0].problem.endswith(f" prints, floats by up to {first}, {second}")
    far = check(page_example("0.5"), replace(DONE, stdout="0.7"))
    assert far.faults[0].problem.endswith(" prints")


def test_floats_may_be_off_by_the_tolerance_of_the_backend() -> None:
    run, example = replace(DONE, stdout="0.5002\n"), page_example("0.5001")
    last_place = (Distance(1.0, "in the last place"),)
    assert check(example, run).verdict == Verdict(Outcome.DIFFERS, last_place)
    within = check(example, run, Tolerance(last_place))
    assert (within.verdict, within.faults) == (Verdict(Outcome.WITHIN, last_place), ())


def test_an_output_that_varies_is_compared_in_its_shape_alone() -> None:
    example = page_example("1 s", varies="the clock")
    assert check(example, replace(DONE, stdout="2 s\n")).verdict == Verdict(Outcome.VARIES)
    (fault,) = check(example, replace(DONE, stdout="2 ms\n")).faults
    assert (fault.expected, fault.found) == ("1 s", "2 ms")


def test_an_output_in_rst_is_compared_without_its_indent() -> None:
    example = page_example("  1\n  2", form=Form.RST)
    assert check(example, replace(DONE, stdout="1\n2\n")).verdict == Verdict(Outcome.EQUAL)


SCRIPT_ENDS = {
    "too slow": (
        RunResult("timeout"),
        "this example was stopped after 30 s",
        "# sphinx_gallery_timeout = SECONDS, if it only needs longer",
    ),
    "raises": (
        RAISED,
        "this example raises",
        "fix it, or show it as a page can: an {example} with :raises: pkg.sub.Odd",
    ),
    "kills": (
        KILLED,
        "this example kills its interpreter",
        "fix it, or show it as a page can: an {example} with :signal: SIGFPE",
    ),
    "processes left running": (
        RunResult("done", left_processes=True, result=[]),
        "this example leaves processes running behind it",
        "wait for each process that it starts",
    ),
}


@pytest.mark.parametrize("end", SCRIPT_ENDS)
def test_the_fix_of_a_scripts_bad_end_is_one_that_a_script_can_take(end: str) -> None:
    run, problem, fix = SCRIPT_ENDS[end]
    checked = check(script_example("plot.py", ""), run)
    (fault,) = checked.faults
    assert checked.verdict is None
    assert (fault.problem, fault.fix) == (problem, fix)
    assert fault.where == Location("plot.py", run.line or 1)
    (of_page,) = check(page_example(), replace(run, result=None)).faults
    assert (fault.expected, fault.found) == (of_page.expected, of_page.found)


def test_a_script_is_compared_with_its_golden_file(tmp_path: Path) -> None:
    path = str(tmp_path / "plot.py")
    golden = golden_file.render_golden_file("plot.py", ())
    run = replace(DONE, result=[])
    accepted = script_example(path, golden)
    assert accepted.output(run) == golden.rstrip("\n")
    assert check(accepted, run).verdict == Verdict(Outcome.EQUAL)
    changed = check(accepted, replace(DONE, result=[["x", 3, [["text", "new"]]]]))
    assert changed.verdict == Verdict(Outcome.DIFFERS)
    unaccepted = check(script_example(path), run)
    assert unaccepted.verdict is None
    (fault,) = unaccepted.faults
    assert fault.problem == "nobody has accepted what this script shows"
    assert fault.fix == f"mlx-keys verify {path} --bless"


def test_a_picture_without_a_text_alternative_is_a_fault_of_its_block() -> None:
    run = replace(DONE, result=[["plot", 7, [["picture", ""]]]])
    checked = check(script_example("plot.py"), run)
    assert checked.verdict is None
    (fault,) = checked.faults
    assert fault.where == Location("plot.py", 7)
    assert fault.problem == "this picture says nothing to a reader who cannot see it"
