"""What runs the batteries names each test as anyone can run it, and reads what they print."""

from __future__ import annotations

import importlib.util
import sys
from types import ModuleType

import pytest
from tests.paths import ROOT

SOURCE = ROOT / "tests" / "batteries" / "run.py"

DIEHARDER = """\
#=============================================================================#
#        test_name   |ntup| tsamples |psamples|  p-value |Assessment
#=============================================================================#
        diehard_runs|   0|    100000|     100|0.88486998|  PASSED
    rgb_lagged_sum|  31|   1000000|     100|0.99817192|   WEAK
79691776 bytes
"""


@pytest.fixture(scope="module")
def batteries() -> ModuleType:
    spec = importlib.util.spec_from_file_location("batteries_run", SOURCE)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # where dataclasses look for the annotations
    spec.loader.exec_module(module)
    return module


def test_a_job_is_a_command_for_anyone(batteries: ModuleType) -> None:
    commands = [job.command for job in batteries.jobs(["dieharder:fold:20:15,203/8"], 5)]
    assert commands == [
        "mlx-keys stream fold --seed 5 | dieharder -g 200 -d 203 -n 8",
        "mlx-keys stream fold --seed 5 | dieharder -g 200 -d 15",
    ]


def test_dieharder_makes_the_words_of_aes_itself(batteries: ModuleType) -> None:
    commands = [job.command for job in batteries.jobs(["dieharder:AES:20:15,203/8"], 5)]
    assert commands == [
        "dieharder -g 205 -S 5 -d 203 -n 8",
        "dieharder -g 205 -S 5 -d 15",
    ]


def test_a_weakened_stream_is_made_by_the_program(batteries: ModuleType) -> None:
    (job,) = batteries.jobs(["SmallCrush:split:8"], 5)
    assert job.command == "./stream split 5 8 | ./testu01 SmallCrush"


@pytest.mark.parametrize(("wanted", "jobs"), [("dieharder:draw", 80), ("Crush:draw", 96)])
def test_a_battery_is_all_of_its_tests(batteries: ModuleType, wanted: str, jobs: int) -> None:
    assert len({job.command for job in batteries.jobs([wanted], 0)}) == jobs


def test_what_dieharder_prints_is_read(batteries: ModuleType) -> None:
    assert list(batteries.results("dieharder", DIEHARDER)) == [
        {"test": "diehard_runs 0", "p": 0.88486998, "assessment": "passed"},
        {"test": "rgb_lagged_sum 31", "p": 0.99817192, "assessment": "weak"},
    ]


def test_what_testu01_prints_is_read(batteries: ModuleType) -> None:
    printed = "Gap\t0.25\nRandomWalk1 H\t1e-300\nwords read\t226836480\n907345920 bytes\n"
    found = [
        {"test": "Gap", "p": 0.25, "assessment": "passed"},
        {"test": "RandomWalk1 H", "p": 1e-300, "assessment": "suspect"},
    ]
    assert list(batteries.results("SmallCrush", printed)) == found
