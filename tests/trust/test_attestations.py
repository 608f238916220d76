"""Records of backends: what they allow, what a page may say, and how they are made."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from mlx_keys.errors import KeysError, Location
from mlx_keys.examples.check import CheckedExample, check_example
from mlx_keys.examples.compare import EXACT, Tolerance
from mlx_keys.examples.execute.backend import Backend, ask
from mlx_keys.examples.execute.job import RunResult
from mlx_keys.examples.model import Example
from mlx_keys.examples.parse.extract import extract
from mlx_keys.examples.ulp import Distance
from mlx_keys.trust import attestations
from mlx_keys.trust.attest import MEASURING, attest
from mlx_keys.trust.attestations import Attestations, BackendRecord, text_digest
from mlx_keys.trust.status import example_status

CPU = Backend("cpu", "linux", "x86_64", "glibc 2.36", "AMD EPYC", "0.32.4", "3.11.7")
CUDA = Backend("cuda", "linux", "x86_64", "glibc 2.39", "NVIDIA H100", "0.32.4", "3.12.3")
METAL = Backend("metal", "darwin", "arm64", "libSystem", "Apple M4", "0.32.4", "3.13.1")
SHOWN = "array([1.0], dtype=float32)"
ON_CUDA = "array([1.0000002384185791], dtype=float32)"
TWO = (Distance(2.0, "ulp of float32"),)


def example_of(shown: str | None = SHOWN, code: str = "print(x)", options: str = "") -> Example:
    output = "" if shown is None else f"```{{output}}\n{shown}\n```\n"
    (example,) = extract(f"```{{example}}\n{options}{code}\n```\n{output}", "page.md").examples
    return example


def checked(example: Example, printed: str, allowed: Tolerance = MEASURING) -> CheckedExample:
    return check_example(example, RunResult("done", printed), allowed)


def record(backend: Backend, printed: str, example: Example | None = None) -> BackendRecord:
    return attest([checked(example or example_of(), printed)], backend, "2026-11-22").record


TRUST = Attestations({CUDA.name: record(CUDA, ON_CUDA), CPU.name: record(CPU, SHOWN)}, CPU.name)


@pytest.mark.parametrize(
    ("trust", "example", "backend", "expected"),
    [
        (Attestations(), example_of(), METAL, EXACT),
        (TRUST, example_of(), CPU, EXACT),
        (TRUST, example_of(), CUDA, Tolerance(TWO)),
        (TRUST, example_of(), replace(CUDA, mlx="0.33.0"), Tolerance(report=True)),
        (TRUST, example_of(), METAL, Tolerance(report=True)),
        (TRUST, example_of("array([2.0], dtype=float32)"), CUDA, Tolerance(report=True)),
        (TRUST, example_of(code="print(y)"), CUDA, Tolerance(report=True)),
        (TRUST.blessed_on(METAL, [example_of()]), example_of(), METAL, EXACT),
        (TRUST.blessed_on(METAL, [example_of()]), example_of(), CPU, Tolerance()),
    ],
    ids=["no records", "reference", "attested", "another mlx", "not attested", "another output",
         "another code", "blessed elsewhere", "attested equal"],
)  # fmt: skip
def test_floats_may_be_off_by_what_was_measured_for_this_output_on_this_backend(
    trust: Attestations, example: Example, backend: Backend, expected: Tolerance
) -> None:
    assert trust.tolerance(example, backend) == expected


def test_blessing_on_the_reference_backend_again_removes_the_override() -> None:
    away = TRUST.blessed_on(METAL, [example_of()])
    assert away.overrides == {text_digest("print(x)\n"): METAL.name}
    assert away.blessed_on(CPU, [example_of()]) == TRUST


def test_the_first_blessing_names_the_reference_backend() -> None:
    assert Attestations().blessed_on(CPU, [example_of()]) == Attestations({}, CPU.name, {})


@pytest.mark.parametrize(
    ("trust", "example", "printed", "line"),
    [
        (Attestations(), example_of(), SHOWN, "verified on CPU, mlx 0.32.4"),
        (
            Attestations({CUDA.name: record(CUDA, SHOWN)}),
            example_of(),
            SHOWN,
            "verified on CPU and CUDA, mlx 0.32.4",
        ),
        (
            Attestations({CUDA.name: record(replace(CUDA, mlx="0.32.1"), SHOWN)}),
            example_of(),
            SHOWN,
            "verified on CPU, mlx 0.32.4; CUDA, mlx 0.32.1",
        ),
        (
            TRUST,
            example_of(),
            SHOWN,
            "equal on CPU, mlx 0.32.4; within 2 ulp of float32 on CUDA, mlx 0.32.4",
        ),
        (
            Attestations(),
            example_of(),
            ON_CUDA,
            "within 2 ulp of float32 on CPU, mlx 0.32.4, not attested here",
        ),
        (
            TRUST,
            example_of("1 s", options=":varies: the clock\n"),
            "2 s",
            "varies: the clock; its shape was checked on CPU, mlx 0.32.4",
        ),
        (TRUST, example_of(None, "x = 1"), "", "verified on CPU, mlx 0.32.4"),
    ],
)
def test_a_status_names_each_backend_and_how_closely_it_agrees(
    trust: Attestations, example: Example, printed: str, line: str
) -> None:
    assert example_status(checked(example, printed), CPU, trust).line == line


def test_only_attested_evidence_names_a_chip_and_a_day() -> None:
    known = Attestations({CUDA.name: record(CUDA, SHOWN)})
    here, cuda = example_status(checked(example_of(), SHOWN), METAL, known).evidence
    assert (here.label, here.system, here.chip, here.date, here.attested) == (
        "Metal",
        "Darwin arm64, libSystem",
        "",
        "",
        False,
    )
    assert (cuda.label, cuda.system, cuda.chip, cuda.date, cuda.attested) == (
        "CUDA",
        "Linux x86_64, glibc 2.39",
        "NVIDIA H100",
        "2026-11-22",
        True,
    )
    assert cuda.digest == text_digest(SHOWN)


def test_this_build_takes_the_day_from_a_record_of_its_backend_with_the_same_output() -> None:
    (first, *_) = example_status(checked(example_of(), SHOWN), CPU, TRUST).evidence
    assert (first.chip, first.date, first.attested) == ("AMD EPYC", "2026-11-22", True)


def test_records_are_loaded_as_they_were_saved(tmp_path: Path) -> None:
    for one in TRUST.records.values():
        attestations.save_record(tmp_path, one)
    trust = TRUST.blessed_on(METAL, [example_of()])
    attestations.save_blessed(tmp_path, trust)
    assert attestations.load_attestations(tmp_path) == trust
    assert [file.name for file in sorted((tmp_path / "backends").iterdir())] == [
        "cpu-linux-x86_64-glibc-2.36.json",
        "cuda-linux-x86_64-glibc.json",
    ]
    text = (tmp_path / "backends" / "cuda-linux-x86_64-glibc.json").read_text()
    assert json.loads(text)["pages"]["page.md"][0]["apart"] == {"ulp of float32": 2.0}


def test_a_missing_folder_holds_no_records(tmp_path: Path) -> None:
    assert attestations.load_attestations(tmp_path / "none") == Attestations()


@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("blessed.json", "the name of the reference backend cannot be read"),
        ("backends/cpu.json", "the attestations of a backend cannot be read"),
    ],
)
@pytest.mark.parametrize("text", ["{", "[]", "{}", '{"pages": 1}'])
def test_a_broken_record_is_an_error_at_its_file(
    tmp_path: Path, name: str, what: str, text: str
) -> None:
    (tmp_path / "backends").mkdir()
    (tmp_path / name).write_text(text)
    with pytest.raises(KeysError) as caught:
        attestations.load_attestations(tmp_path)
    assert caught.value.problem == what
    assert caught.value.where == Location(str(tmp_path / name))


def test_examples_with_faults_are_not_attested_and_those_that_lack_a_module_are_skipped() -> None:
    missing = RunResult(
        "raised", error=("builtins.ModuleNotFoundError",), message="No module named 'x'"
    )
    wrong, lacking = checked(example_of("1"), "2"), check_example(example_of(), missing)
    varying = checked(example_of("1 s", options=":varies: the clock\n"), "2 s")
    made = attest([wrong, lacking, varying, checked(example_of(), ON_CUDA)], CUDA, "2026-11-22")
    (entry,) = made.record.pages["page.md"]
    assert (entry.printed, entry.shown, entry.max_difference) == (
        text_digest(ON_CUDA),
        text_digest(SHOWN),
        TWO,
    )
    assert made.skipped == (lacking,)


def test_attesting_some_pages_keeps_the_other_pages_of_the_same_mlx() -> None:
    before = replace(record(CPU, SHOWN), pages={"other.md": record(CPU, SHOWN).pages["page.md"]})
    again = attest([checked(example_of(), SHOWN)], CPU, "2026-11-23", before).record
    assert sorted(again.pages) == ["other.md", "page.md"]
    newer = attest([checked(example_of(), SHOWN)], replace(CPU, mlx="1"), "2026-11-23", before)
    assert sorted(newer.record.pages) == ["page.md"]


def test_an_attested_backend_verifies_within_what_was_measured_on_it(tmp_path: Path) -> None:
    code = "import mlx.core as mx\nprint(mx.array(1.0).item())"
    page = f"```{{example}}\n{code}\n```\n```{{output}}\n1.0\n```\n"
    (tmp_path / "page.md").write_text(page)
    name = ask().name

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "mlx_keys", *arguments],
            cwd=tmp_path,
            env=os.environ,
            capture_output=True,
            text=True,
            check=False,
        )

    done = run("attest", "page.md")
    assert (done.returncode, done.stderr) == (0, "")
    path = f"trust/backends/{name}.json"
    assert done.stdout.startswith(f"{path}: 1 examples attested, 1 equal to the letter, 0 left out")
    blessed = tmp_path / "trust" / "blessed.json"
    assert json.loads(blessed.read_text()) == {"backend": name, "elsewhere": {}}

    (tmp_path / "page.md").write_text(page.replace("\n1.0\n", "\n1.1\n"))
    assert run("verify", "page.md").returncode == 1
    blessed.write_text(json.dumps({"backend": "another", "elsewhere": {}}))
    reported = run("verify", "page.md")
    assert reported.returncode == 0
    assert "1 differs on a backend that was not attested" in reported.stdout
    assert run("attest", "page.md").returncode == 0
    assert "1 within what was measured on this backend" in run("verify", "page.md").stdout
    assert json.loads((tmp_path / path).read_text())["pages"].keys() == {"page.md"}
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "other.md").write_text(page)
    assert run("attest").returncode == 0
    assert json.loads((tmp_path / path).read_text())["pages"].keys() == {"docs/other.md"}
    assert run("attest", "page.md").returncode == 0
    (tmp_path / "page.md").write_text(page.replace("\n1.0\n", "\n1.2\n"))
    assert "1 differs on a backend" in run("verify", "page.md").stdout
