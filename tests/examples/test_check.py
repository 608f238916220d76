"""What is held against an example: how it ended, and what its page does not show of it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from mlx_keys.errors import Location
from mlx_keys.examples import compare
from mlx_keys.examples.check import CheckedExample, check_example, output
from mlx_keys.examples.compare import Outcome, Tolerance, Verdict
from mlx_keys.examples.execute.pool import RunResult
from mlx_keys.examples.gallery import golden_file
from mlx_keys.examples.model import Example, Form, Options, Output
from mlx_keys.examples.ulp import Distance

PAGE = "page.md"
DONE = RunResult("done")
RAISED = RunResult(
    "raised", error=("pkg.sub.Odd", "builtins.ValueError"), message="pkg.sub.Odd: no", line=3
)
EXITED = RunResult("exited", error=("builtins.SystemExit",), message="SystemExit: 2", line=2)
KILLED = RunResult("killed", signal="SIGFPE", line=2)


def example(shown: str | None = None, form: Form = Form.MYST, **options: object) -> Example:
    """An example whose fence is line 10, its code line 11, and its output line 20."""
    expected = None if shown is None else Output(shown, 20, (18, 22))
    return Example(Location(PAGE, 10), 11, "x\n", Options(**options), expected, form, 18)


def judged_of(of: Example, run: RunResult, allowed: Tolerance = compare.EXACT) -> CheckedExample:
    judged = check_example(of, run, allowed)
    assert judged == replace(judged, example=of, run=run)
    assert isinstance(judged.faults, tuple)
    return judged


def said(of: Example, run: RunResult, allowed: Tolerance = compare.EXACT) -> list[str]:
    return [str(fault) for fault in judged_of(of, run, allowed).faults]


ENDS = {
    "time": (
        example(timeout=2.5),
        RunResult("timeout", line=3),
        "page.md:13: this example was stopped after 2.5 s\n"
        "  expected: an end\n"
        "  fix: :timeout: SECONDS, if it only needs longer",
    ),
    "flood": (
        example(),
        RunResult("flood", stdout="\nx\n", stderr="err"),
        "page.md:11: this example was stopped: it prints without end\n"
        "  expected: at most a mebibyte\n"
        "  found: x\n"
        "  fix: give its loop an end, or print less",
    ),
    "flood of errors": (
        example(),
        RunResult("flood", stderr="y" * 601),
        "page.md:11: this example was stopped: it prints without end\n"
        "  expected: at most a mebibyte\n"
        f"  found: {'y' * 600} ... (601 characters)\n"
        "  fix: give its loop an end, or print less",
    ),
    "flood of as much as an excerpt holds": (
        example(),
        RunResult("flood", stderr="y" * 600),
        "page.md:11: this example was stopped: it prints without end\n"
        "  expected: at most a mebibyte\n"
        f"  found: {'y' * 600}\n"
        "  fix: give its loop an end, or print less",
    ),
    "lost": (
        example(),
        RunResult("lost", line=2, stderr="not told"),
        "page.md:12: this example killed the process that watched it\n"
        "  fix: signal no process but its own and those that it started",
    ),
    "vanished": (
        example(),
        RunResult("vanished", line=2, status=3, stderr="not told"),
        "page.md:12: this example left its interpreter without an end, with status 3\n"
        "  expected: no os._exit, and no closing of descriptors that it did not open\n"
        "  fix: raise SystemExit where os._exit stands, and close only what it opened",
    ),
    "raises": (
        example(),
        RAISED,
        "page.md:13: this example raises\n"
        "  found: pkg.sub.Odd: no\n"
        "  fix: :raises: pkg.sub.Odd, if that is its point",
    ),
    "raises another": (
        example(raises="KeyError"),
        RAISED,
        "page.md:13: this example raises\n"
        "  expected: KeyError, as it declares\n"
        "  found: pkg.sub.Odd: no\n"
        "  fix: :raises: pkg.sub.Odd, if that is its point",
    ),
    "raises one of another name that ends alike": (
        example(raises="dd"),
        RAISED,
        "page.md:13: this example raises\n"
        "  expected: dd, as it declares\n"
        "  found: pkg.sub.Odd: no\n"
        "  fix: :raises: pkg.sub.Odd, if that is its point",
    ),
    "exits": (
        example(),
        EXITED,
        "page.md:12: this example exits its interpreter\n"
        "  found: SystemExit: 2\n"
        "  fix: :raises: SystemExit, if that is its point",
    ),
    "raises nothing": (
        example(raises="KeyError"),
        RunResult("done", line=3),
        "page.md:10: this example raises nothing\n"
        "  expected: KeyError\n"
        "  fix: take :raises: away, or raise it",
    ),
    "kills": (
        example(),
        KILLED,
        "page.md:12: this example kills its interpreter\n"
        "  found: SIGFPE\n"
        "  fix: :signal: SIGFPE, if that is its point",
    ),
    "kills by another signal": (
        example(signal="SIGABRT"),
        KILLED,
        "page.md:12: this example kills its interpreter\n"
        "  expected: SIGABRT, as it declares\n"
        "  found: SIGFPE\n"
        "  fix: :signal: SIGFPE, if that is its point",
    ),
    "is killed where it should raise": (
        example(raises="ValueError"),
        KILLED,
        "page.md:12: this example kills its interpreter\n"
        "  found: SIGFPE\n"
        "  fix: :signal: SIGFPE, if that is its point",
    ),
    "is not killed": (
        example(signal="SIGFPE"),
        RunResult("done", line=3),
        "page.md:10: this example is not killed\n"
        "  expected: SIGFPE\n"
        "  fix: take :signal: away, or do what it is killed for",
    ),
    "bytes": (
        example(),
        RunResult("done", stdout="\\xff\n", utf8=False),
        "page.md:11: this example prints bytes that are not UTF-8\n"
        "  found: \\xff\n"
        "  fix: print text, or the repr of the bytes",
    ),
    "closed": (
        example(),
        RunResult("done", kept_stdout=False),
        "page.md:11: this example closes or replaces standard output\n"
        "  fix: write to a file, or to contextlib.redirect_stdout, and leave sys.stdout open",
    ),
    "left": (
        example(),
        RunResult("done", left=True),
        "page.md:11: this example leaves processes running behind it\n"
        "  fix: wait for each process that it starts",
    ),
    "warns": (
        example(),
        RunResult("done", stderr="careful\n", line=2),
        "page.md:12: this example writes to standard error, which its page does not show\n"
        "  expected: nothing there, as for a warning that is caught and printed\n"
        "  found: careful\n"
        "  fix: end what causes it; or catch it and print it: warnings.catch_warnings",
    ),
}


@pytest.mark.parametrize("end", ENDS)
def test_a_bad_end_is_one_fault_and_nothing_is_compared(end: str) -> None:
    of, seen, told = ENDS[end]
    judged = judged_of(of, seen)
    assert [str(fault) for fault in judged.faults] == [told]
    assert judged.verdict is None


def test_all_that_is_wrong_at_an_end_is_told() -> None:
    seen = replace(RAISED, stderr="e", utf8=False, kept_stdout=False, left=True)
    assert [line.partition("\n")[0] for line in said(example(signal="SIGFPE"), seen)] == [
        "page.md:13: this example raises",
        "page.md:10: this example is not killed",
        "page.md:13: this example prints bytes that are not UTF-8",
        "page.md:13: this example closes or replaces standard output",
        "page.md:13: this example leaves processes running behind it",
        "page.md:13: this example writes to standard error, which its page does not show",
    ]


def test_blanks_on_standard_error_are_nothing() -> None:
    assert said(example(), RunResult("done", stderr=" \n")) == []


def test_what_is_declared_wrongly_is_told_once_where_it_was_read() -> None:
    judged = judged_of(replace(example("2", raises="KeyError"), has_invalid_options=True), RAISED)
    assert (judged.verdict, judged.faults) == (None, ())


@pytest.mark.parametrize("declared", ["Odd", "pkg.sub.Odd", "ValueError", "builtins.ValueError"])
def test_an_exception_goes_by_its_names_and_by_those_of_its_bases(declared: str) -> None:
    judged = judged_of(
        example("1\npkg.sub.Odd: no", raises=declared), replace(RAISED, stdout="1\n")
    )
    assert (judged.verdict, judged.faults) == (Verdict(Outcome.EQUAL), ())
    assert judged.printed == "1\npkg.sub.Odd: no"


@pytest.mark.parametrize(
    ("of", "run", "printed"),
    [
        (example(), replace(DONE, stdout="a \n\n", message="m", signal="s"), "a"),
        (example(raises="E"), replace(DONE, stdout="a", message="m"), "a"),
        (example(raises="SystemExit"), replace(EXITED, stdout="a\n\n"), "a\nSystemExit: 2"),
        (example(raises="Odd"), RAISED, "pkg.sub.Odd: no"),
        (example(), replace(RAISED, stdout="a"), "a"),
        (example(signal="SIGFPE"), replace(KILLED, stdout="a\n"), "a\nkilled by SIGFPE"),
        (example(signal="SIGFPE"), DONE, ""),
        (example(raises="SystemExit"), replace(EXITED, stdout="aX\n"), "aX\nSystemExit: 2"),
        (example(), KILLED, ""),
        (example(form=Form.RST), replace(DONE, stdout="  a\n   b\n"), "a\n b"),
    ],
)
def test_an_output_is_what_was_printed_and_how_a_declared_end_shows(
    of: Example, run: RunResult, printed: str
) -> None:
    assert output(of, run) == printed


def test_a_declared_signal_is_a_good_end() -> None:
    judged = judged_of(example("killed by SIGFPE", signal="SIGFPE"), KILLED)
    assert (judged.verdict, judged.faults) == (Verdict(Outcome.EQUAL), ())


def test_what_prints_nothing_needs_no_output() -> None:
    judged = judged_of(example(), replace(DONE, stdout="\n"))
    assert (judged.printed, judged.verdict, judged.faults) == ("", Verdict(Outcome.EQUAL), ())


def test_what_was_printed_and_not_accepted_is_a_fault() -> None:
    judged = judged_of(example(), replace(DONE, stdout="1\n", line=4))
    assert judged.verdict is None
    assert [str(fault) for fault in judged.faults] == [
        "page.md:10: nobody has accepted what this example prints\n"
        "  expected: an {output} after it\n"
        "  found: 1\n"
        "  fix: make bless"
    ]


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
    (fault,) = judged_of(example(shown), replace(DONE, stdout=printed)).faults
    assert fault.where == Location(PAGE, line)
    assert fault.expected == shown
    assert fault.found == f"{printed}\n\n{compare.diff(shown, printed)}"


def test_two_single_lines_are_shown_without_a_diff() -> None:
    assert said(example("2"), replace(DONE, stdout="3\n")) == [
        "page.md:20: this is not what the example at page.md:11 prints\n"
        "  expected: 2\n"
        "  found: 3\n"
        "  fix: make bless, if the new output is right"
    ]


def test_of_texts_without_floats_no_distance_is_told() -> None:
    (fault,) = judged_of(example("a"), replace(DONE, stdout="b")).faults
    assert fault.problem == "this is not what the example at page.md:11 prints"


def test_how_far_floats_are_apart_is_told_in_each_unit_where_they_are_close() -> None:
    shown, printed = "0.5 array(0.25, dtype=float16)", "0.5001 array(0.2501, dtype=float16)"
    judged = judged_of(example(shown), replace(DONE, stdout=printed))
    assert judged.verdict is not None
    first, second = judged.verdict.distances
    assert f"prints, floats by up to {first}, {second}\n" in str(judged.faults[0])
    apart = judged_of(example("0.5"), replace(DONE, stdout="0.7"))
    assert "prints\n" in str(apart.faults[0])


def test_floats_may_be_off_by_what_the_backend_allows() -> None:
    seen, off = replace(DONE, stdout="0.5002\n"), example("0.5001")
    assert judged_of(off, seen).verdict == Verdict(
        Outcome.DIFFERS, (Distance(1.0, "in the last place"),)
    )
    within = judged_of(off, seen, Tolerance((Distance(1.0, "in the last place"),)))
    assert (within.verdict, within.faults) == (
        Verdict(Outcome.WITHIN, (Distance(1.0, "in the last place"),)),
        (),
    )


def test_what_varies_is_compared_in_its_shape_alone() -> None:
    of = example("1 s", varies="the clock")
    assert judged_of(of, replace(DONE, stdout="2 s\n")).verdict == Verdict(Outcome.VARIES)
    (fault,) = judged_of(of, replace(DONE, stdout="2 ms\n")).faults
    assert (fault.expected, fault.found) == ("1 s", "2 ms")


def test_what_a_page_shows_is_read_in_its_own_form() -> None:
    of = example("  1\n  2", form=Form.RST)
    assert judged_of(of, replace(DONE, stdout="1\n2\n")).verdict == Verdict(Outcome.EQUAL)


SCRIPT_ENDS = {
    "time": (
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
    "left": (
        RunResult("done", left=True, result=[]),
        "this example leaves processes running behind it",
        "wait for each process that it starts",
    ),
}


@pytest.mark.parametrize("end", SCRIPT_ENDS)
def test_a_script_mends_a_bad_end_as_a_script_can(end: str) -> None:
    seen, problem, fix = SCRIPT_ENDS[end]
    script = replace(example("", Form.SCRIPT), location=Location("plot.py", 1), code_line=1)
    judged = judged_of(script, seen)
    (fault,) = judged.faults
    assert judged.verdict is None
    assert (fault.problem, fault.fix) == (problem, fix)
    assert fault.where == Location("plot.py", seen.line or 1)
    (of_page,) = judged_of(example(), replace(seen, result=None)).faults
    assert (fault.expected, fault.found) == (of_page.expected, of_page.found)


def test_a_script_is_compared_as_its_golden_file_writes_it(tmp_path: Path) -> None:
    location = Location(str(tmp_path / "plot.py"), 1)
    script = replace(example(None, Form.SCRIPT), location=location)
    shown = golden_file.render_golden_file("plot.py", ())
    seen = replace(DONE, result=[])
    assert output(script, seen) == shown.rstrip("\n")
    accepted = replace(script, expected=Output(shown, 1, (0, 0)))
    assert judged_of(accepted, seen).verdict == Verdict(Outcome.EQUAL)
    judged = judged_of(accepted, replace(DONE, result=[["x", 3, [["text", "new"]]]]))
    assert judged.verdict == Verdict(Outcome.DIFFERS)
    judged = judged_of(script, seen)
    assert judged.verdict is None
    assert [fault.problem for fault in judged.faults] == [
        "nobody has accepted what this script shows"
    ]


def test_a_picture_without_words_is_a_bad_end_of_a_script() -> None:
    script = replace(example(None, Form.SCRIPT), code_line=1)
    judged = judged_of(script, replace(DONE, result=[["plot", 7, [["picture", ""]]]]))
    assert judged.verdict is None
    assert [(str(fault.where), fault.problem) for fault in judged.faults] == [
        ("page.md:7", "this picture says nothing to a reader who cannot see it")
    ]
