r"""Run batteries of tests over streams, many at once, and record each p-value.

    python tests/batteries/run.py --jobs 16 --minutes 5 -o trust/batteries.jsonl \
        dieharder:split SmallCrush:fold SmallCrush:fold:8 Crush:draw

Each test of a battery runs on a stream of its own, from its beginning: tests run side by side, and
one p-value can be made again alone. dieharder:AES is dieharder over its own AES: what is odd there
too is dieharder's doing. BATTERY:KIND:ROUNDS weakens the generator, and BATTERY:KIND:20:TESTS runs
only some tests, as in dieharder:fold:20:15,203/8. It needs the programs ``stream`` and ``testu01``
(see the heads of stream.c and testu01.c) and ``dieharder``, and no package. The output has a line
for each finished test; one without a p-value, or without time to finish, is named on standard
error.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

#: The tests that ``dieharder -a`` runs, with their numbers and tuples; the longest come first.
LAGGED = [("203", lag) for lag in range(32, -1, -1)]
DIEHARDER = [
    *(("207", None), ("208", 0), ("209", None), ("206", None), ("205", None)),
    *(("102", None), ("17", None), ("204", None), ("2", None)),
    *LAGGED,
    *(("201", dimensions) for dimensions in range(5, 1, -1)),
    *(("202", values) for values in range(5, 1, -1)),
    *(("200", bits) for bits in range(12, 0, -1)),
    *((str(number), None) for number in range(17) if number != 2),
    *(("100", None), ("101", None)),
]

#: How many tests each has, by TestU01's guide.
CRUSH = {"SmallCrush": 10, "Crush": 96}

#: The versions that are recorded with each p-value: Debian 12's.
VERSIONS = {"dieharder": "3.31.1", "SmallCrush": "TestU01 1.2.3", "Crush": "TestU01 1.2.3"}

#: Beyond this, from 0 or from 1, TestU01's summary lists a p-value (gofw_Suspectp).
SUSPECT = 0.001

#: Dieharder's own generator of words, by AES in its output feedback mode.
AES = "AES"

#: A line of dieharder: test, tuple, samples, repetitions, p-value, assessment.
COLUMNS = 6


@dataclass(frozen=True)
class Job:
    """One test, or one short battery, over one stream."""

    battery: str
    kind: str
    seed: int
    rounds: int
    arguments: tuple[str, ...]

    @property
    def source(self) -> str | None:
        """The command that makes the stream; None where the battery makes it."""
        if self.kind == AES:
            return None
        weakened = f" {self.rounds}" if self.rounds != 20 else ""
        return f"./stream {self.kind} {self.seed}{weakened}"

    @property
    def test(self) -> str:
        """The test's number in the battery, and after a slash its tuple's, if it has one."""
        if self.battery == "dieharder":
            return "/".join(self.arguments[self.arguments.index("-d") + 1 :: 2])
        return "".join(self.arguments[2:])

    @property
    def command(self) -> str:
        """The pipeline that makes the result again, for anyone to run."""
        if self.source is None:
            return " ".join(self.arguments)
        whole = f"mlx-keys stream {self.kind} --seed {self.seed}"
        return f"{whole if self.rounds == 20 else self.source} | {' '.join(self.arguments)}"


def jobs(specifications: list[str], seed: int) -> Iterator[Job]:
    """The jobs that specifications of the form BATTERY:KIND[:ROUNDS[:TESTS]] name."""
    for specification in specifications:
        battery, kind, rounds, tests = [*specification.split(":"), "", ""][:4]
        for job in _all_tests(battery, kind, seed, int(rounds or 20)):
            if not tests or job.test in tests.split(","):
                yield job


def _all_tests(battery: str, kind: str, seed: int, rounds: int) -> Iterator[Job]:
    if battery == "dieharder":
        for test, size in DIEHARDER:
            words = ("-g", "205", "-S", str(seed)) if kind == AES else ("-g", "200")
            chosen = ("-d", test) if size is None else ("-d", test, "-n", str(size))
            yield Job(battery, kind, seed, rounds, ("dieharder", *words, *chosen))
    elif battery == "SmallCrush":  # ten seconds: one stream for all its tests
        yield Job(battery, kind, seed, rounds, ("./testu01", battery))
    else:
        for number in range(1, CRUSH[battery] + 1):
            yield Job(battery, kind, seed, rounds, ("./testu01", battery, str(number)))


def results(battery: str, printed: str) -> Iterator[dict[str, str | float]]:
    """The tests, p-values and assessments in what a battery printed.

    TestU01 lists in its summary what is outside of [0.001, 0.999]; this is called suspect here.
    """
    for line in printed.splitlines():
        if battery != "dieharder":
            name, _, value = line.partition("\t")
            if value and name != "words read":
                p = float(value)
                assessment = "passed" if SUSPECT <= p <= 1 - SUSPECT else "suspect"
                yield {"test": name, "p": p, "assessment": assessment}
            continue
        cells = [cell.strip() for cell in line.split("|")]
        if len(cells) == COLUMNS and not line.startswith("#") and cells[1].isdigit():
            p, assessment = float(cells[4]), cells[5].lower()
            yield {"test": f"{cells[0]} {cells[1]}", "p": p, "assessment": assessment}


class Machine:
    """Runs jobs with the programs of a folder, until a deadline."""

    def __init__(self, programs: Path, deadline: float) -> None:
        self.programs = programs
        self.deadline = deadline

    def run(self, job: Job) -> dict[str, object] | None:
        """Run one job; None if it printed no p-value, or did not finish before the deadline."""
        if time.monotonic() > self.deadline:
            return None
        start = time.monotonic()
        reading = " ".join(job.arguments)
        pipeline = reading if job.source is None else f"({job.source} 2>&3 | {reading}) 3>&1"
        with subprocess.Popen(
            ["bash", "-c", pipeline],
            stdout=subprocess.PIPE,
            text=True,
            cwd=self.programs,
            env={**os.environ, "PATH": f"{self.programs}:{os.environ['PATH']}"},
            start_new_session=True,
        ) as process:
            try:
                printed, _ = process.communicate(timeout=max(1, self.deadline - start))
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                return None
        tests = list(results(job.battery, printed))
        if not tests:
            return None
        written = [line for line in printed.splitlines() if line.endswith(" bytes")]
        return {
            "battery": job.battery,
            "version": VERSIONS[job.battery],
            "stream": job.kind,
            "seed": job.seed,
            "rounds": job.rounds,
            "command": job.command,
            "bytes": int(written[-1].split()[0]) if written else 0,
            "seconds": round(time.monotonic() - start, 1),
            "date": datetime.now(UTC).date().isoformat(),
            "tests": tests,
        }


def main() -> None:
    """Run the jobs that the command line names."""
    options = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    options.add_argument("specifications", nargs="+", metavar="BATTERY:KIND[:ROUNDS]")
    options.add_argument("--seed", type=int, default=0)
    options.add_argument("--jobs", type=int, default=os.cpu_count())
    options.add_argument("--minutes", type=float, default=24 * 60)
    options.add_argument("--programs", type=Path, default=Path())
    options.add_argument("-o", "--output", type=Path, required=True)
    arguments = options.parse_args()
    machine = Machine(arguments.programs.resolve(), time.monotonic() + 60 * arguments.minutes)
    queue = list(jobs(arguments.specifications, arguments.seed))
    with ThreadPoolExecutor(arguments.jobs) as pool, arguments.output.open("a") as file:
        for job, result in zip(queue, pool.map(machine.run, queue), strict=True):
            if result is None:
                sys.stderr.write(f"no result: {job.command}\n")
            else:
                file.write(json.dumps(result) + "\n")
                file.flush()


if __name__ == "__main__":
    main()
