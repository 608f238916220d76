"""The runner: each example runs once, early or late, and later runs take it from the cache."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from mlx_keys.examples.execute.job import Job, RunResult
from mlx_keys.examples.execute.pool import Pool
from mlx_keys.examples.execute.runner import Runner
from mlx_keys.examples.model import Example
from mlx_keys.examples.parse.extract import extract

#: Leaves a line in a file, so that a second run shows.
COUNTED = "with open({path!r}, 'a') as file:\n    file.write('ran ')\nprint({number})\n"


def examples(*codes: str, options: str = "") -> list[Example]:
    page = "".join(f"```{{example}}\n{options}{code}```\n" for code in codes)
    return list(extract(page, "page.md").examples)


def counted(folder: Path, numbers: Iterable[int]) -> list[Example]:
    return examples(*(COUNTED.format(path=str(folder / f"{n}"), number=n) for n in numbers))


@pytest.mark.parametrize("ahead", [[], [0], [0, 1, 2]])
def test_each_example_runs_once_however_many_were_started_early(
    tmp_path: Path, ahead: list[int]
) -> None:
    wanted = counted(tmp_path, range(3))
    reports: list[tuple[int, int]] = []
    with Pool(workers=2) as pool:
        runner = Runner(pool, project=tmp_path, cache=tmp_path / "kept")
        runner.start(wanted[number] for number in ahead)
        runner.progress = lambda done, total: reports.append((done, total))
        results = runner.results([*wanted, wanted[0]])
        assert [one.stdout for one in results] == ["0\n", "1\n", "2\n", "0\n"]
        assert runner.results(wanted) == results[:3]
    assert [(tmp_path / str(n)).read_text() for n in range(3)] == ["ran "] * 3
    assert runner.executed == 3
    assert all(done <= total <= 3 for done, total in reports)


def test_a_second_runner_takes_results_from_the_cache(tmp_path: Path) -> None:
    wanted = counted(tmp_path, range(2))
    ran = []
    for _ in range(2):
        with Pool(workers=1) as pool:
            runner = Runner(pool, project=tmp_path, cache=tmp_path / "kept")
            runner.start(wanted)
            assert [one.stdout for one in runner.results(wanted)] == ["0\n", "1\n"]
            ran.append(runner.executed)
    assert ran == [2, 0]


def test_a_timeout_is_not_cached(tmp_path: Path) -> None:
    path = str(tmp_path / "ran")
    (hang,) = examples(
        COUNTED.format(path=path, number=1) + "import time\ntime.sleep(60)\n",
        options=":timeout: 0.5\n\n",
    )
    for times in (1, 2):
        with Pool(workers=1) as pool:
            runner = Runner(pool, project=tmp_path, cache=tmp_path / "kept")
            runner.start([hang])
            assert [one.ended for one in runner.results([hang])] == ["timeout"]
        assert Path(path).read_text() == "ran " * times


def test_an_error_of_an_early_run_is_raised_when_results_are_asked_for(tmp_path: Path) -> None:
    class Broken(Pool):
        def run(
            self, jobs: Iterable[Job], done: Callable[[Job, RunResult], None] | None = None
        ) -> list[RunResult]:
            raise OSError("no more processes")

    wanted = counted(tmp_path, range(1))
    with Broken() as pool:
        runner = Runner(pool, project=tmp_path)
        runner.start(wanted)
        with pytest.raises(OSError, match="no more processes"):
            runner.results(wanted)


def test_a_caller_that_exits_does_not_wait_for_what_it_started(tmp_path: Path) -> None:
    begun, page = tmp_path / "begun", tmp_path / "page.md"
    page.write_text(
        "```{example}\n:timeout: 600\n\n"
        f"import time\nopen({str(begun)!r}, 'w')\ntime.sleep(600)\n```\n"
    )
    caller = f"""
import sys, time
from pathlib import Path
from mlx_keys.examples.parse.extract import extract
from mlx_keys.examples.execute.runner import Runner
from mlx_keys.examples.execute.pool import Pool
Runner(Pool(workers=1)).start(extract(Path({str(page)!r}).read_text(), "page.md").examples)
while not Path({str(begun)!r}).exists():
    time.sleep(0.05)
sys.exit(3)
"""
    # A caller that waited would run into the limit, and raise here.
    done = subprocess.run([sys.executable, "-c", caller], timeout=100, check=False)
    assert done.returncode == 3
