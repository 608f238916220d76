"""The batteries' runner names each test by a command that anyone can run, and reads its output."""

from __future__ import annotations

import pytest
from tests.batteries.run import jobs, results

DIEHARDER = """\
#=============================================================================#
#        test_name   |ntup| tsamples |psamples|  p-value |Assessment
#=============================================================================#
        diehard_runs|   0|    100000|     100|0.88486998|  PASSED
    rgb_lagged_sum|  31|   1000000|     100|0.99817192|   WEAK
79691776 bytes
"""


def test_a_job_is_a_command_that_anyone_can_run() -> None:
    commands = [job.command for job in jobs(["dieharder:fold:20:15,203/8"], 5)]
    assert commands == [
        "mlx-keys stream fold --seed 5 | dieharder -g 200 -d 203 -n 8",
        "mlx-keys stream fold --seed 5 | dieharder -g 200 -d 15",
    ]


def test_dieharder_makes_the_words_of_aes_by_itself() -> None:
    commands = [job.command for job in jobs(["dieharder:AES:20:15,203/8"], 5)]
    assert commands == [
        "dieharder -g 205 -S 5 -d 203 -n 8",
        "dieharder -g 205 -S 5 -d 15",
    ]


def test_a_stream_of_fewer_rounds_is_made_by_the_c_program() -> None:
    (job,) = jobs(["SmallCrush:split:8"], 5)
    assert job.command == "./stream split 5 8 | ./testu01 SmallCrush"


@pytest.mark.parametrize(("wanted", "count"), [("dieharder:draw", 80), ("Crush:draw", 96)])
def test_a_battery_is_all_of_its_tests(wanted: str, count: int) -> None:
    assert len({job.command for job in jobs([wanted], 0)}) == count


def test_what_dieharder_prints_is_read() -> None:
    assert list(results("dieharder", DIEHARDER)) == [
        {"test": "diehard_runs 0", "p": 0.88486998, "assessment": "passed"},
        {"test": "rgb_lagged_sum 31", "p": 0.99817192, "assessment": "weak"},
    ]


def test_what_testu01_prints_is_read() -> None:
    printed = "Gap\t0.25\nRandomWalk1 H\t1e-300\nwords read\t226836480\n907345920 bytes\n"
    found = [
        {"test": "Gap", "p": 0.25, "assessment": "passed"},
        {"test": "RandomWalk1 H", "p": 1e-300, "assessment": "suspect"},
    ]
    assert list(results("SmallCrush", printed)) == found
