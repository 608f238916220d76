"""``mlx-keys drift``: docstrings, pages and recorded signatures compared with the installed mlx."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from tests.paths import CORPUS, ROOT

from mlx_keys.__main__ import cli
from mlx_keys.commands import drift as drift_command
from mlx_keys.errors import INSTALL_MLX, KeysError, Location
from mlx_keys.upstream.drift.compare import DriftReport, compare_file
from mlx_keys.upstream.drift.finding import FindingKind
from mlx_keys.upstream.drift.runtime_claims import CLAIMS
from mlx_keys.upstream.installed.snapshot import (
    SignatureChange,
    SignatureSnapshot,
    load_snapshot,
    save_snapshot,
    signature_changes,
    take_snapshot,
)

mlx = pytest.importorskip("mlx.core", reason="mlx is not installed")

needs_corpus = pytest.mark.skipif(
    not CORPUS.is_dir(), reason="the corpus of upstream pages is not beside this checkout"
)

#: A page on a function, as scraped. Its signature is the installed one.
SEED = (
    '# mlx.core.random.seed # mlx.core.random.seed[#](https://a.b/#s "Link to this heading") '
    'seed(*seed: int*) → None[#](https://a.b/#mlx.core.random.seed "Link to this definition") '
    "Seed the global PRNG. import mlx.core Parameters: **seed** (*int*) – {prose}"
)
COMPLETE = "Seed. Raises an error for a float. The same on every device."


def drift(*arguments: str) -> tuple[int, str, str]:
    """Exit status, standard output and standard error."""
    done = CliRunner().invoke(cli, ["drift", *arguments], catch_exceptions=False)
    return done.exit_code, done.stdout, done.stderr


def test_what_each_docstring_is_known_to_leave_out_is_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    status, out, _ = drift()
    assert status == 1
    assert "  `stream` is not documented\n      bernoulli, categorical, gumbel, laplace," in out
    assert "  no example\n      bernoulli, categorical, gumbel, key, laplace," in out
    assert out.count("no example") == 1
    wrong = "the default of `shape` is documented as `()`; it is `None`"
    assert f"docstring: mlx.core.random.truncated_normal\n  {wrong}\n" in out
    assert out.rstrip().endswith(f"13 compared with mlx {mlx.__version__}")


def test_findings_are_printed_as_json(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    status, out, _ = drift("--json")
    report = json.loads(out)
    assert (status, report["mlx"], report["compared"]) == (1, mlx.__version__, 13)
    assert {
        "function": "mlx.core.random.permutation",
        "kind": "optional",
        "subject": "x",
        "said": "marked optional",
        "so": "required",
        "where": "docstring",
    } in report["findings"]
    assert (report["changed"], report["skipped"], report["unreadable"]) == ([], [], [])


def test_the_exit_status_is_0_where_nothing_differs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drift_command, "compare_docstrings", lambda _: DriftReport(13))
    monkeypatch.chdir(ROOT)
    status, out, err = drift()
    assert (status, err) == (0, "")
    assert out == f"no difference; 13 compared with mlx {mlx.__version__}\n"


def test_pages_are_compared_and_those_that_cannot_be_read_are_named(tmp_path: Path) -> None:
    (tmp_path / "ok.md").write_text(SEED.format(prose=COMPLETE))
    (tmp_path / "bad.md").write_text(SEED.format(prose="Seed.").replace("*int*", "*str*"))
    page = SEED.format(prose=COMPLETE).replace("seed(*", "{0}(*").replace("random.seed", "{1}.{0}")
    (tmp_path / "gone.md").write_text(page.format("sow", "random"))
    (tmp_path / "nn.md").write_text(page.replace("mlx.core", "mlx").format("Linear", "nn"))
    (tmp_path / "empty.md").write_text("")
    (tmp_path / "none").mkdir()
    status, out, _ = drift(str(tmp_path), str(tmp_path / "none"), "--json")
    report = json.loads(out)
    pages = [
        (Path(one["where"]).name, one["kind"])
        for one in report["findings"]
        if one["where"] != "docstring"
    ]
    assert status == 1
    assert pages == [
        ("bad.md:1", "type"),
        ("bad.md:1", "unsaid"),
        ("bad.md:1", "unsaid"),
        ("bad.md:1", "refuted"),
        ("gone.md:1", "gone"),
        ("ok.md:1", "refuted"),
    ]
    assert [one["why"] for one in report["skipped"]] == ["outside mlx.core"]
    assert [one["problem"] for one in report["unreadable"]] == [
        "no page (.md or .txt) in this folder",
        "the page is empty",
    ]


def test_record_with_json_and_an_unknown_option_are_usage_errors() -> None:
    assert drift("--record", "--json")[0] == 2
    assert drift("--nothing")[0] == 2


def test_without_mlx_the_error_says_how_to_install_it() -> None:
    script = (
        "import sys; sys.modules['mlx'] = sys.modules['mlx.core'] = None\n"
        "sys.argv = ['mlx-keys', 'drift']\n"
        "from mlx_keys.__main__ import main; main()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert f"fix: {INSTALL_MLX}" in done.stderr
    assert "Traceback" not in done.stderr


def test_record_saves_the_installed_signatures(tmp_path: Path) -> None:
    path = tmp_path / "trust" / "signatures.json"
    status, out, _ = drift("--record", "--file", str(path))
    assert status == 0
    assert out == f"{path}: 13 signatures of mlx {mlx.__version__} recorded\n"
    assert load_snapshot(path) == take_snapshot()
    assert load_snapshot(path).functions["mlx.core.random.key"] == ("(seed: int) → array",)


def test_the_snapshot_of_this_project_is_of_the_installed_mlx() -> None:
    """A build compares them too."""
    recorded = load_snapshot(ROOT / "trust" / "signatures.json")
    assert signature_changes(recorded, take_snapshot()) == ()


def test_a_changed_signature_is_reported_with_the_page_to_edit(tmp_path: Path) -> None:
    path = tmp_path / "signatures.json"
    functions = dict(take_snapshot().functions)
    functions["mlx.core.random.key"] = ("(seed: float) → array",)
    functions["mlx.core.random.sow"] = ("() → None",)
    del functions["mlx.core.random.split"]
    save_snapshot(SignatureSnapshot("0.1.0", functions), path)
    status, out, err = drift("--file", str(path))
    assert status == 1
    now = f"mlx {mlx.__version__}"
    assert (
        f"mlx-keys: docs/reference/mlx.core.random.key.md: {now} changed the signature of "
        "mlx.core.random.key\n"
        "  expected: (seed: float) → array  (mlx 0.1.0)\n"
        "  found: (seed: int) → array\n"
        "  fix: curate docs/reference/mlx.core.random.key.md, then mlx-keys drift --record\n"
    ) in err
    assert f"{now} has no mlx.core.random.sow any more" in err
    assert f"{now} has mlx.core.random.split, which is new" in err
    assert "fix: describe it on a page, then mlx-keys drift --record" in err
    assert "fix: take it off the pages that name it, then mlx-keys drift --record" in err
    _, out, _ = drift("--file", str(path), "--json")
    assert {
        "function": "mlx.core.random.key",
        "was": "(seed: float) → array",
        "now": "(seed: int) → array",
    } in json.loads(out)["changed"]


def test_a_change_holds_the_forms_and_releases_of_both_sides() -> None:
    recorded = SignatureSnapshot("1", {"a": ("(x)",), "b": ("()",)})
    installed = SignatureSnapshot("2", {"a": ("(x)", "(y)")})
    assert signature_changes(recorded, installed) == (
        SignatureChange("a", "(x)", "(x)\n(y)", "1", "2"),
        SignatureChange("b", "()", "", "1", "2"),
    )


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"mlx": "1", "functions": {"a": [1]}}'])
def test_a_file_that_holds_no_snapshot_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "signatures.json"
    path.write_text(text)
    with pytest.raises(KeysError, match="the record of signatures cannot be read"):
        load_snapshot(path)
    with pytest.raises(KeysError, match="the record of signatures cannot be read"):
        load_snapshot(tmp_path / "nothing.json")


@needs_corpus
@pytest.mark.parametrize("form", ["gfm", "flat"])
def test_what_upstreams_pages_are_known_to_get_wrong_is_reported(form: str) -> None:
    """All that a person found by reading and that follows from signatures and claims."""
    findings = [
        one
        for path in sorted((CORPUS / form).glob("*random*.md"))
        for one in compare_file(path).findings
    ]
    found = {
        (one.function.removeprefix("mlx.core.random."), one.kind, one.subject) for one in findings
    }
    functions = {name.rpartition(".")[2] for name in take_snapshot().functions}
    assert {name for name, kind, _ in found if kind is FindingKind.EXAMPLE_MISSING} == functions
    streams = {
        name for name, kind, about in found if (kind, about) == (FindingKind.UNDOCUMENTED, "stream")
    }
    assert streams == functions - {"key", "seed"}
    for topic in ("what shape and dtype a key has", "how to pass many keys at once"):
        assert {name for name, _, about in found if about == topic} == functions - {"key", "seed"}
    assert {name for name, _, about in found if about == "what it raises, and when"} == functions
    assert {
        ("truncated_normal", FindingKind.DEFAULT, "shape"),
        ("permutation", FindingKind.OPTIONAL, "x"),
        ("gumbel", FindingKind.OPTIONAL, "shape"),
        ("split", FindingKind.SHAPE_MISSING, ""),
        ("split", FindingKind.DTYPE_MISSING, ""),
        ("key", FindingKind.SHAPE_MISSING, ""),
        ("key", FindingKind.DTYPE_MISSING, ""),
        ("bernoulli", FindingKind.DTYPE_MISSING, ""),
        ("key", FindingKind.NOTE, "stream"),
        ("mlx.core.random", FindingKind.ALL_FUNCTIONS, "key"),
        ("mlx.core.random", FindingKind.UNLISTED, "state"),
    } <= found
    refuted = {name for name, kind, _ in found if kind is FindingKind.REFUTED}
    assert refuted == {one.function.rpartition(".")[2] for one in CLAIMS}
    [claim] = [one for one in findings if one.kind is FindingKind.ALL_FUNCTIONS]
    assert claim.actual == "not taken by `key`, `seed`; required by `split`"


@needs_corpus
def test_the_note_on_stream_of_the_page_on_key_is_reported() -> None:
    """``key`` takes no ``stream``."""
    path = CORPUS / "seed_mlx.core.random.key.txt"
    [note] = [one for one in compare_file(path).findings if one.kind is FindingKind.NOTE]
    assert (note.subject, note.where) == ("stream", Location(str(path), 1))


@needs_corpus
def test_both_forms_of_a_page_give_the_same_findings() -> None:
    """On all pages, but for code, of which the flat form has lost the line ends."""
    by_form = []
    for form in ("gfm", "flat"):
        findings = [
            one
            for path in sorted((CORPUS / form).glob("*.md"))
            for one in compare_file(path).findings
            if one.kind not in (FindingKind.EXAMPLE_MISSING, FindingKind.UNLISTED)
        ]
        by_form.append(
            sorted((one.function, one.kind, one.subject, one.actual) for one in findings)
        )
    assert by_form[0] == by_form[1]
    assert len(by_form[0]) > 300
