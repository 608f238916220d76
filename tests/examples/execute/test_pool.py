"""The pool: no job holds up its caller, hides how it ended, or outlives its caller."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from mlx_keys.examples.execute import run_code
from mlx_keys.examples.execute.host import Method
from mlx_keys.examples.execute.interpreter import environment
from mlx_keys.examples.execute.job import Job, RunResult
from mlx_keys.examples.execute.pool import Pool

METHODS: list[Method] = ["forkserver", "spawn"] if sys.platform == "linux" else ["spawn"]


@pytest.fixture(scope="module", params=METHODS)
def pool(request: pytest.FixtureRequest) -> Iterator[Pool]:
    with Pool(method=request.param) as pool:
        yield pool


def run(pool: Pool, *codes: str, timeout: float = 20.0) -> list[RunResult]:
    return pool.run([Job(run_code.run, {"code": code}, timeout) for code in codes])


def run_one(pool: Pool, code: str, timeout: float = 20.0) -> RunResult:
    (result,) = run(pool, code, timeout=timeout)
    return result


SPLIT = "import mlx.core as mx\nprint(mx.random.split(mx.random.key(7)).tolist())\n"
SPLIT_PRINTED = "[[966301609, 989289821], [1948237315, 1058547403]]\n"


def test_jobs_end_in_their_order_with_what_they_printed(pool: Pool) -> None:
    result = run(pool, *[f"print({n})" for n in range(6)], SPLIT)
    assert result == [RunResult("done", f"{n}\n") for n in range(6)] + [
        RunResult("done", SPLIT_PRINTED)
    ]


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (
            "x = 1\nraise KeyError('k')",
            RunResult(
                "raised",
                error=(
                    "builtins.KeyError",
                    "builtins.LookupError",
                    "builtins.Exception",
                    "builtins.BaseException",
                    "builtins.object",
                ),
                message="KeyError: 'k'",
                line=2,
            ),
        ),
        ("import os\nos._exit(0)", RunResult("no_report")),
        ("import os\nos._exit(7)", RunResult("no_report", status=7)),
        (
            "import os, signal\n\nos.kill(os.getpid(), signal.SIGKILL)",
            RunResult("killed", signal="SIGKILL", status=-9),
        ),
        (
            "import mlx.core as mx\nprint('before', flush=True)\n"
            "mx.eval(mx.vmap(lambda k: mx.random.uniform(key=k))(mx.zeros((0, 2), mx.uint32)))",
            RunResult("killed", "before\n", signal="SIGFPE", status=-8, line=3),
        ),
        ("import sys\nsys.stdout.close()", RunResult("done", kept_stdout=False)),
        ("import os\nos.close(1)", RunResult("done", kept_stdout=False)),
        ("import os\nos.closerange(0, 1000)", RunResult("no_report")),
        (
            "import sys\nsys.stdout.buffer.write(b'\\xff\\n')",
            RunResult("done", "\\xff\n", utf8=False),
        ),
        ("import sys\nprint('careful', file=sys.stderr)", RunResult("done", stderr="careful\n")),
    ],
    ids=["raises", "leaves", "leaves with 7", "killed", "no keys", "closes stdout", "closes 1",
         "closes all", "bytes", "stderr"],
)  # fmt: skip
def test_each_bad_end_gives_another_result(pool: Pool, code: str, expected: RunResult) -> None:
    assert run_one(pool, code) == expected


def test_a_call_of_exit_gives_its_status_and_line(pool: Pool) -> None:
    result = run_one(pool, "import sys\nprint('bye')\nsys.exit(3)")
    assert (result.ended, result.stdout, result.message, result.line) == (
        "exited",
        "bye\n",
        "SystemExit: 3",
        3,
    )


def test_a_syntax_error_is_at_its_line(pool: Pool) -> None:
    result = run_one(pool, "x = 1\ny = = 2\n")
    assert (result.ended, result.message, result.line) == (
        "raised",
        "SyntaxError: invalid syntax",
        2,
    )


def test_a_job_out_of_time_is_killed_and_its_line_is_known(pool: Pool) -> None:
    result = run_one(pool, "import time\nprint('on', flush=True)\ntime.sleep(60)\n", timeout=2.0)
    assert (result.ended, result.stdout, result.line) == ("timeout", "on\n", 3)


def test_a_job_waits_for_its_threads_until_it_is_out_of_time(pool: Pool) -> None:
    code = "import threading, time\nthreading.Thread(target=time.sleep, args=(60,)).start()\n"
    assert run_one(pool, code, timeout=2.0).ended == "timeout"


def test_a_job_that_prints_without_end_is_killed(pool: Pool) -> None:
    result = run_one(pool, "while True:\n    print('x' * 1000)\n")
    assert result.ended == "output_limit"
    assert 1 << 20 < len(result.stdout) < 2 << 20


def test_a_process_left_in_the_jobs_group_is_killed(pool: Pool, tmp_path: Path) -> None:
    code = (
        "import pathlib, subprocess\n"
        "child = subprocess.Popen(['sleep', '60'])\n"
        f"pathlib.Path({str(tmp_path / 'pid')!r}).write_text(str(child.pid))\n"
    )
    result = run_one(pool, code)
    assert (result.ended, result.left_processes) == ("done", True)
    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "pid").read_text()), 0)


def test_the_others_run_to_their_end_where_a_job_kills_its_parent(
    pool: Pool,
) -> None:
    kill = "import os, signal\nos.kill(os.getppid(), signal.SIGKILL)\n"
    results = run(pool, kill, "print(1)", kill, "print(2)", "print(3)")
    assert [(each.ended, each.stdout) for each in results] == [
        ("worker_died", ""), ("done", "1\n"), ("worker_died", ""), ("done", "2\n"), ("done", "3\n"),
    ]  # fmt: skip


def test_a_program_runs_as_a_file_that_was_started(pool: Pool) -> None:
    code = """
import inspect, multiprocessing, pathlib, sys

class Square:
    def of(self, x):
        return x * x

def square(x):
    return Square().of(x)

if __name__ == "__main__":
    print(inspect.getsource(square).splitlines()[0], inspect.getsource(Square).splitlines()[0])
    here = pathlib.Path(__file__)
    print(here.name, sys.argv == [__file__], pathlib.Path.cwd() == here.parent)
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        print(pool.map(square, [2, 3]))
"""
    assert run_one(pool, code) == RunResult(
        "done", "def square(x): class Square:\nexample.py True True\n[4, 9]\n"
    )


def test_each_program_runs_in_a_new_folder(pool: Pool) -> None:
    code = "import os\nprint(sorted(os.listdir()))\nopen('new', 'w').close()\n"
    assert [result.stdout for result in run(pool, code, code)] == ["['example.py']\n"] * 2


def test_a_program_has_empty_input_and_the_same_environment_each_time(pool: Pool) -> None:
    code = (
        "import os, sys, time\nprint(repr(sys.stdin.read()), hash('key'), time.tzname[0],"
        " sys.stdout.encoding, os.environ['COLUMNS'])\n"
    )
    first, second = run(pool, code, code)
    assert first == second
    assert first.stdout.startswith("'' ")
    assert first.stdout.endswith(" UTC utf-8 80\n")


def test_hashes_of_strings_follow_from_the_pools_seed(pool: Pool) -> None:
    with Pool(method=pool.method, workers=1, hash_seed=1) as other:
        code = "print(hash('key'))\n"
        assert run_one(pool, code) == run_one(pool, code)
        assert run_one(other, code) == run_one(other, code)
        assert run_one(other, code) != run_one(pool, code)


def test_exit_functions_and_threads_end_before_the_job_does(pool: Pool) -> None:
    code = (
        "import atexit, threading, time\natexit.register(print, 'last')\n"
        "threading.Thread(target=lambda: (time.sleep(0.2), print('thread'))).start()\n"
        "print('main')\n"
    )
    assert run_one(pool, code) == RunResult("done", "main\nthread\nlast\n")


def echo(payload: Any) -> Any:
    """A job of the tests' own."""
    print("printed")
    return {"got": payload}


def test_any_function_can_be_a_job(pool: Pool) -> None:
    with Pool(method=pool.method, workers=1) as own:
        (result,) = own.run([Job(echo, [1, "ü" * 100_000])])
    assert result == RunResult("done", "printed\n", result={"got": [1, "ü" * 100_000]})


def test_a_relative_python_path_reaches_jobs_in_folders_of_their_own(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", "here")
    assert environment()["PYTHONPATH"] == str(tmp_path / "here")


def test_the_callback_is_called_after_each_job(pool: Pool) -> None:
    called: list[str] = []
    jobs = [Job(run_code.run, {"code": f"print({n})"}) for n in range(4)]
    pool.run(jobs, lambda job, result: called.append(job.payload["code"] + result.stdout))
    assert sorted(called) == [f"print({n}){n}\n" for n in range(4)]


def test_output_is_limited_also_where_a_job_ends_before_it_is_looked_at(pool: Pool) -> None:
    codes = [f"import os\nos.write({fd}, b'x' * (1 << 21))\nos._exit(0)" for fd in (1, 2)]
    assert [result.ended for result in run(pool, *codes)] == ["output_limit"] * 2


def test_a_job_that_ignores_signals_is_stopped_all_the_same(pool: Pool) -> None:
    code = (
        "import signal, time\nfor name in ('SIGUSR2', 'SIGTERM', 'SIGINT'):\n"
        "    signal.signal(getattr(signal, name), signal.SIG_IGN)\ntime.sleep(60)\n"
    )
    assert run_one(pool, code, timeout=2.0).ended == "timeout"


def test_a_program_is_the_main_process_to_multiprocessing(pool: Pool) -> None:
    code = (
        "import multiprocessing\nprint(multiprocessing.current_process().name)\n"
        "print(multiprocessing.parent_process())\nmultiprocessing.set_start_method('spawn')\n"
    )
    assert run_one(pool, code) == RunResult("done", "MainProcess\nNone\n")


def test_changes_of_the_environment_reach_the_jobs_after_them(
    pool: Pool, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "beside.py").write_text("VALUE = 42\n")
    code = "import os\nprint(os.environ.get('POND'))\nimport beside\nprint(beside.VALUE)\n"
    monkeypatch.setenv("POND", "deep")
    before = run_one(pool, code)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.delenv("POND")
    after = run_one(pool, code)
    assert (before.stdout, before.message) == (
        "deep\n",
        "ModuleNotFoundError: No module named 'beside'",
    )
    assert after == RunResult("done", "None\n42\n")


def test_jobs_with_another_preload_leave_the_fork_server_of_the_first_alone() -> None:
    if "forkserver" not in METHODS:
        pytest.skip("only Linux has a fork server")
    with Pool(workers=1, method="forkserver", preload=()) as pool:
        payload = {"code": "import os, sys\nprint(os.getppid(), 'wave' in sys.modules)"}
        plain = Job(run_code.run, payload)
        wave = Job(run_code.run, payload, preload=("wave",))
        first, second, third, fourth = [pool.run([job])[0].stdout for job in (plain, wave) * 2]
    assert (first, second) == (third, fourth)
    assert [line.split()[1] for line in (first, second)] == ["False", "True"]
    assert first.split()[0] != second.split()[0]


CALLER = """
import pathlib, sys
with open(sys.argv[2], "a") as ran:
    ran.write("caller ")
{before}
from mlx_keys.examples.execute.job import Job
from mlx_keys.examples.execute.pool import Pool
from mlx_keys.examples.execute.run_code import run
with Pool(workers=1, method=sys.argv[1]) as pool:
    (result,) = pool.run([Job(run, {{"code": {code!r}}}, {timeout})])
print(result.ended, result.stdout.strip(), result.message, flush=True)
"""


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("start", ["file", "module", "without stdin"])
def test_a_caller_is_not_run_again_in_its_children(
    method: Method, start: str, tmp_path: Path
) -> None:
    code = "import sys\nprint(sys.argv[0].endswith('example.py'), repr(sys.stdin.read()))"
    caller = tmp_path / "caller.py"
    caller.write_text(CALLER.format(before="", code=code, timeout=20.0))
    command = {
        "file": [sys.executable, str(caller)],
        "module": [sys.executable, "-m", "caller"],
        "without stdin": ["sh", "-c", 'exec "$0" "$@" <&-', sys.executable, str(caller)],
    }[start]
    ran = tmp_path / "ran"
    done = subprocess.run(
        [*command, method, str(ran)], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert (done.stdout, done.stderr) == ("done True '' \n", "")
    assert ran.read_text() == "caller "


@pytest.mark.parametrize("method", METHODS)
def test_a_default_timeout_of_sockets_in_the_caller_stops_no_job(
    method: Method, tmp_path: Path
) -> None:
    caller = CALLER.format(
        before="import socket\nsocket.setdefaulttimeout(0.1)",
        code="import socket, time\ntime.sleep(1)\nprint(socket.getdefaulttimeout())",
        timeout=20.0,
    )
    done = subprocess.run(
        [sys.executable, "-c", caller, method, str(tmp_path / "ran")],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert (done.stdout, done.stderr) == ("done None \n", "")


@pytest.mark.parametrize("method", METHODS)
def test_an_interrupt_at_the_terminal_ends_the_caller_and_the_job(
    method: Method, tmp_path: Path
) -> None:
    begun = tmp_path / "pid"
    code = (
        f"import os, pathlib, time\npathlib.Path({str(begun)!r}).write_text(str(os.getpid()))\n"
        "time.sleep(600)\n"
    )
    caller = subprocess.Popen(
        [
            sys.executable, "-c", CALLER.format(before="", code=code, timeout=600.0), method,
            str(tmp_path / "ran"),
        ],
        start_new_session=True, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    wait_until(lambda: begun.exists() and begun.read_text() != "")
    os.killpg(caller.pid, signal.SIGINT)
    _, stderr = caller.communicate(timeout=100)
    assert stderr.rstrip().endswith("KeyboardInterrupt")
    wait_until(lambda: not alive(int(begun.read_text())))


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline, "it did not come about"
        time.sleep(0.05)


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_what_the_callback_raises_is_raised() -> None:
    def stop(_job: Job, _result: RunResult) -> None:
        raise KeyboardInterrupt

    jobs = [Job(run_code.run, {"code": "print(1)"}) for _ in range(3)]
    with Pool(workers=1) as pool, pytest.raises(KeyboardInterrupt):
        pool.run(jobs, stop)


@pytest.mark.parametrize("method", METHODS)
def test_children_die_with_a_caller_that_is_killed(method: Method, tmp_path: Path) -> None:
    code = (
        "import os, pathlib, time\n"
        f"pathlib.Path({str(tmp_path / 'pid')!r}).write_text(str(os.getpid()))\n"
        "time.sleep(60)\n"
    )
    caller = subprocess.Popen(
        [
            sys.executable, "-c", CALLER.format(before="", code=code, timeout=60.0), method,
            str(tmp_path / "ran"),
        ],
        env=os.environ | {"TMPDIR": str(tmp_path)},
    )  # fmt: skip
    begun = tmp_path / "pid"
    wait_until(lambda: begun.exists() and begun.read_text() != "")
    caller.kill()
    caller.wait()
    wait_until(lambda: not alive(int(begun.read_text())))
    wait_until(lambda: not list(tmp_path.glob("mlx-keys-*")))


def test_results_that_differ_in_their_seconds_alone_are_equal() -> None:
    assert RunResult("done", seconds=1.0) == replace(RunResult("done"), seconds=2.0)
