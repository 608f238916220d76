"""Pages verified as a whole: each kind of bad example is one fault at its line among good ones."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.paths import DOCS

from mlx_keys.errors import INSTALL_MLX, KeysError, Location
from mlx_keys.examples.execute.host import Method
from mlx_keys.examples.execute.pool import Pool
from mlx_keys.examples.execute.runner import Runner
from mlx_keys.examples.verify import Report, find_pages, verify_paths

METHODS: list[Method] = ["forkserver", "spawn"] if sys.platform == "linux" else ["spawn"]

#: Options and code of a bad example, what is shown under it, the line of the fault counted from
#: the example's fence, and the fault.
BAD = {
    "changed": ("print(2)", "3", 4, "this is not what the example at {page}:{code} prints"),
    "not accepted": ("print(2)", None, 0, "nobody has accepted what this example prints"),
    "raises": ("x = 1\n1 / 0", None, 2, "this example raises"),
    "does not parse": ("x = 1\n1 +", None, 2, "this example raises"),
    "raises nothing": (":raises: KeyError\nx = 1", "KeyError", 0, "this example raises nothing"),
    "raises another": (
        ":raises: KeyError\n[][1]",
        "IndexError: list index out of range",
        2,
        "this example raises",
    ),
    "hangs": (
        ":timeout: 2\nimport time\ntime.sleep(60)",
        None,
        3,
        "this example was stopped after 2 s",
    ),
    "exits": ("import sys\nsys.exit(0)", None, 2, "this example exits its interpreter"),
    "leaves": (
        "import os\nos._exit(0)",
        None,
        1,
        "this example left its interpreter without an end, with status 0",
    ),
    "floods": (
        "while True:\n    print('x' * 1000)",
        None,
        1,
        "this example was stopped: it prints without end",
    ),
    "kills itself": (
        "import mlx.core as mx\nkeys = mx.zeros((0, 2), mx.uint32)\n"
        "mx.eval(mx.vmap(lambda k: mx.random.uniform(key=k))(keys))",
        None,
        3,
        "this example kills its interpreter",
    ),
    "is not killed": (
        ":signal: SIGFPE\nx = 1",
        "killed by SIGFPE",
        0,
        "this example is not killed",
    ),
    "leaves a process": (
        "import subprocess\nsubprocess.Popen(['sleep', '60'])",
        None,
        1,
        "this example leaves processes running behind it",
    ),
    "closes stdout": (
        "import sys\nsys.stdout.close()",
        None,
        1,
        "this example closes or replaces standard output",
    ),
    "warns": (
        "import warnings\nwarnings.warn('careful')",
        None,
        1,
        "this example writes to standard error, which its page does not show",
    ),
    "prints bytes": (
        "import sys\nsys.stdout.buffer.write(b'\\xff')",
        None,
        1,
        "this example prints bytes that are not UTF-8",
    ),
    "of another shape": (
        ":varies: the clock\nprint('1 s')",
        "1 ms",
        5,
        "this is not what the example at {page}:{code} prints",
    ),
}

GOOD = [
    ("import mlx.core as mx\nprint(mx.random.key(7))", "array([0, 7], dtype=uint32)"),
    (":raises: ValueError\nprint(1)\nraise ValueError('no')", "1\nValueError: no"),
    (":raises: SystemExit\nraise SystemExit(2)", "SystemExit: 2"),
    (
        ":signal: SIGFPE\nimport mlx.core as mx\nkeys = mx.zeros((0, 2), mx.uint32)\n"
        "mx.eval(mx.vmap(lambda k: mx.random.uniform(key=k))(keys))",
        "killed by SIGFPE",
    ),
    (":varies: the clock\nimport time\nprint(f'{time.time():.1f} s')", "0.5 s"),
    ("x = 1", None),
]


def fences(code: str, shown: str | None) -> str:
    output = "" if shown is None else f"```{{output}}\n{shown}\n```\n"
    return f"```{{example}}\n{code}\n```\n{output}\n"


@pytest.fixture(scope="module", params=METHODS)
def pool(request: pytest.FixtureRequest) -> Iterator[Pool]:
    with Pool(method=request.param) as pool:
        yield pool


def verified(page: Path, pool: Pool, cache: Path | None = None) -> Report:
    return verify_paths([page], Runner(pool, project=page.parent, cache=cache))


def test_each_bad_example_is_a_fault_at_its_line_and_the_good_ones_verify(
    pool: Pool, tmp_path: Path
) -> None:
    page, text, expected = tmp_path / "page.md", "# Page\n\n", []
    for code, shown in GOOD:
        text += fences(code, shown)
    for code, shown, offset, problem in BAD.values():
        fence = text.count("\n") + 1
        first = fence + 1 + code.startswith(":")
        text += fences(code, shown)
        expected.append((f"{page}:{fence + offset}", problem.format(page=page, code=first)))
    page.write_text(text)
    report = verified(page, pool)
    assert [(str(fault.where), fault.problem) for fault in report.faults] == expected
    assert [fault.problem for fault in report.faults if not fault.fix] == []
    assert len(report.checked) == len(GOOD) + len(BAD)
    assert [one.faults for one in report.checked[: len(GOOD)]] == [()] * len(GOOD)


def test_an_example_with_a_wrong_option_is_one_fault_and_is_not_blessed(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(fences(":raise: ValueError\nprint(1)\n1 / 0", None))
    before = page.read_text()
    done = command("verify", "page.md", "--bless", cwd=tmp_path)
    assert done.stderr.startswith("page.md:2: an example has no option 'raise'\n")
    assert "1 fault (" in done.stdout
    assert page.read_text() == before


@pytest.mark.parametrize(
    ("shown", "ending"),
    [("0.5", ""), ("0.58630", ", floats by up to 1 in the last place")],
    ids=["plainly another", "close"],
)
def test_a_fault_names_the_distance_of_floats_that_are_nearly_equal(
    pool: Pool, tmp_path: Path, shown: str, ending: str
) -> None:
    page = tmp_path / "page.md"
    page.write_text(fences("print('0.58629')", shown))
    (fault,) = verified(page, pool).faults
    assert fault.problem == f"this is not what the example at {page}:2 prints{ending}"


def test_a_changed_digit_shows_both_outputs_and_the_command_that_accepts_it(
    pool: Pool, tmp_path: Path
) -> None:
    page = tmp_path / "page.md"
    page.write_text(fences("print(1)\nprint(2)", "1\n3"))
    (fault,) = verified(page, pool).faults
    assert (fault.where, fault.expected) == (Location(str(page), 7), "1\n3")
    assert fault.problem == f"this is not what the example at {page}:2 prints"
    assert fault.found is not None
    assert fault.found.startswith("1\n2\n\n--- page\n+++ printed\n")
    assert fault.found.endswith("\n 1\n-3\n+2")
    assert fault.fix == f"mlx-keys verify {page} --bless, if the new output is right"


def test_what_a_run_did_is_cached_and_its_verdict_is_not(pool: Pool, tmp_path: Path) -> None:
    page, cache = tmp_path / "page.md", tmp_path / "observed"
    page.write_text(fences("print(1)", "1"))
    assert verified(page, pool, cache).ran == 1
    assert verified(page, pool, cache).ran == 0
    page.write_text("Moved.\n\n" + fences("print(1)", "2"))
    report = verified(page, pool, cache)
    assert (report.ran, len(report.faults)) == (0, 1)
    for file in cache.iterdir():
        file.write_text(file.read_text()[:-9])
    assert verified(page, pool, cache).ran == 1
    assert verified(page, pool, cache).ran == 0


def test_a_program_that_is_shown_three_times_runs_once(pool: Pool, tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(fences("print(1)", "1") * 3)
    report = verified(page, pool)
    assert (report.ran, len(report.checked), report.faults) == (1, 3, ())


def test_pages_are_found_by_name_and_in_folders_each_once(tmp_path: Path) -> None:
    for name in ("a.md", "b/c.rst", "b/d.txt", ".e/f.md", "_g/h.md"):
        file = tmp_path / name
        file.parent.mkdir(exist_ok=True)
        file.write_text("")
    again = tmp_path / "b" / ".." / "a.md"
    assert find_pages([tmp_path, again]) == [tmp_path / "a.md", tmp_path / "b/c.rst"]
    with pytest.raises(KeysError, match="there is no such page"):
        find_pages([tmp_path / "none.md"])


def command(*arguments: str, cwd: Path, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "mlx_keys", *arguments],
        cwd=cwd,
        env=os.environ | env,
        capture_output=True,
        text=True,
        check=False,
    )


def test_blessing_prints_what_it_accepts_and_the_page_then_verifies(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(fences("print(1)", None) + fences("print(id(object()))", None))
    first = command("verify", "page.md", "--bless", cwd=tmp_path)
    assert "+1\n" in first.stdout
    assert "differs from run to run" in first.stderr
    assert first.returncode == 1
    page.write_text(page.read_text().replace("print(id(object()))", "x = 1"))
    second = command("verify", "page.md", cwd=tmp_path)
    assert (second.returncode, second.stderr) == (0, "")
    assert second.stdout.startswith("2 examples, 1 run now; 1 of 1 outputs verified (CPU, mlx ")


def test_an_output_that_depends_on_the_hash_seed_is_one_fault(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(
        fences("print(1)", None)
        + fences("print({'a', 'b', 'c', 'd'})", None)
        + fences("print(sorted({'a', 'b', 'c', 'd'}))", None)
    )
    done = command("verify", "page.md", "--bless", cwd=tmp_path)
    first, *others = done.stderr.strip().split("\n\n")
    assert first.startswith(
        "page.md:9: what this example prints differs from run to run, so it cannot be accepted\n"
    )
    assert others == []
    assert "1 fault (" in done.stdout
    assert page.read_text() == (
        fences("print(1)", "1")
        + fences("print({'a', 'b', 'c', 'd'})", None)
        + fences("print(sorted({'a', 'b', 'c', 'd'}))", "['a', 'b', 'c', 'd']")
    )


def test_the_report_can_be_printed_as_json(tmp_path: Path) -> None:
    (tmp_path / "page.md").write_text(fences("print(1)", "1") + fences("print(1)", "2"))
    done = command("verify", "page.md", "--json", cwd=tmp_path)
    report = json.loads(done.stdout)
    assert [one["verdict"] for one in report["examples"]] == ["equal", "differs"]
    assert [fault["where"] for fault in report["faults"]] == ["page.md:12"]
    assert report["faults"][0]["mend"] == (
        "mlx-keys verify page.md --bless, if the new output is right"
    )
    assert done.returncode == 1


@pytest.mark.parametrize(
    ("arguments", "status", "message"),
    [
        (["verify", "none.md"], 1, "mlx-keys: none.md: there is no such page\n"),
        (["verify"], 1, "mlx-keys: there is nothing to verify here\n"),
        (["verify", "--device", "tpu"], 2, "'tpu' is not one of 'cpu', 'gpu'"),
        (["verify", "binary.md"], 1, "binary.md: this page cannot be read\n"),
        (["verify", "page.txt"], 1, "page.txt: no examples can be read from this kind of file\n"),
    ],
)
def test_a_path_that_cannot_be_verified_is_an_error_without_a_traceback(
    tmp_path: Path, arguments: list[str], status: int, message: str
) -> None:
    (tmp_path / "binary.md").write_bytes(b"\xff\xfe\x00")
    (tmp_path / "page.txt").write_text("")
    done = command(*arguments, cwd=tmp_path)
    assert done.returncode == status
    assert message in done.stderr
    assert "Traceback" not in done.stderr


def without_mlx(folder: Path) -> str:
    """A folder whose ``mlx`` stands before the installed one and cannot be imported."""
    (folder / "shadow" / "mlx").mkdir(parents=True)
    (folder / "shadow" / "mlx" / "__init__.py").write_text(
        "raise ModuleNotFoundError(\"No module named 'mlx'\")\n"
    )
    return os.pathsep.join(filter(None, [str(folder / "shadow"), os.environ.get("PYTHONPATH")]))


def test_without_mlx_the_first_example_that_needs_it_is_the_error(tmp_path: Path) -> None:
    (tmp_path / "page.md").write_text(fences("import mlx.core as mx", None))
    done = command("verify", "page.md", cwd=tmp_path, PYTHONPATH=without_mlx(tmp_path))
    assert done.stderr.startswith("mlx-keys: page.md:2: mlx is not installed")
    assert done.stderr.endswith(f"fix: {INSTALL_MLX}\n")
    assert done.returncode == 1


def test_without_mlx_other_examples_are_verified(tmp_path: Path) -> None:
    (tmp_path / "page.md").write_text(fences("print(1)", "1"))
    done = command("verify", "page.md", cwd=tmp_path, PYTHONPATH=without_mlx(tmp_path))
    assert (done.returncode, done.stderr) == (0, "")
    assert "(no mlx, Python 3." in done.stdout


def test_an_installed_mlx_that_the_lock_does_not_hold_is_noted(tmp_path: Path) -> None:
    (tmp_path / "conf").mkdir()
    (tmp_path / "conf" / "requirements.txt").write_text("mlx==0.0.1 \\\n    --hash=sha256:00\n")
    (tmp_path / "page.md").write_text(fences("print(1)", "1"))
    done = command("verify", "page.md", cwd=tmp_path)
    assert "note: mlx 0." in done.stderr
    assert "is installed here, and requirements.txt holds mlx 0.0.1" in done.stderr
    assert done.returncode == 0


HOW_TO = DOCS / "howto" / "write-an-example.md"


def test_the_how_to_shows_what_the_command_prints(tmp_path: Path) -> None:
    page = tmp_path / "docs" / "my-page.md"
    page.parent.mkdir()
    guide = HOW_TO.read_text()
    page_text, output, *_ = re.findall(r"^````markdown\n(.*?)^````$", guide, re.M | re.S)
    page.write_text(page_text)
    accepted = command("verify", "--bless", cwd=tmp_path).stdout.partition("\n\n")[0]
    assert f"$ make bless\n{accepted}\n" in guide
    assert page.read_text() == page_text + output
    page.write_text(page.read_text().replace("[0, 7]", "[0, 8]"))
    assert command("verify", cwd=tmp_path).stderr.strip() in guide
