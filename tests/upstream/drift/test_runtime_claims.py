"""What upstream promises and running mlx refutes: each promise tried, and what becomes of it."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator

import pytest
from tests.paths import DOCS

from mlx_keys.errors import KeysError, Location
from mlx_keys.upstream.drift import module, runtime_claims
from mlx_keys.upstream.drift.finding import Finding, FindingKind
from mlx_keys.upstream.drift.runtime_claims import PROMISES, Promise
from mlx_keys.upstream.installed import introspect
from mlx_keys.upstream.model import Entry
from mlx_keys.upstream.signature_parser import definition

pytest.importorskip("mlx.core", reason="mlx is not installed")

ERRATA = DOCS / "explain" / "errata.md"
SPLIT = "mlx.core.random.split"


@pytest.fixture(autouse=True)
def tried_anew() -> Iterator[None]:
    """What the programs saw is kept for a process; here each test has programs of its own."""
    runtime_claims._tried.cache_clear()
    yield
    runtime_claims._tried.cache_clear()


def made(monkeypatch: pytest.MonkeyPatch, words: str, program: str) -> list[Finding]:
    """What is found if that is all that is promised, of ``split``."""
    one = Promise(SPLIT, re.compile(words), program)
    monkeypatch.setattr(runtime_claims, "PROMISES", (one,))
    return list(runtime_claims.broken(introspect.entry(SPLIT), Location("split.md", 3)))


@pytest.mark.parametrize("promise", PROMISES, ids=lambda one: one.function)
def test_the_installed_mlx_makes_each_promise_and_breaks_it(promise: Promise) -> None:
    [found] = runtime_claims.broken(introspect.entry(promise.function))
    assert (found.kind, found.where) == (FindingKind.REFUTED, None)
    assert promise.words.fullmatch(found.said)
    assert found.so
    assert "raises" not in found.so


def test_what_was_seen_is_told_with_the_words_and_their_place(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    [found] = made(monkeypatch, "PRNG key into", "print(mx.random.split(key)[0, 0].item())")
    assert found == Finding(
        SPLIT,
        FindingKind.REFUTED,
        said="PRNG key into",
        so="4146024105",
        where=Location("split.md", 3),
    )
    assert str(found) == "\u201cPRNG key into\u201d; in fact 4146024105"


def test_a_promise_that_is_kept_is_no_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    assert made(monkeypatch, "PRNG key into", "mx.random.split(key)") == []


def test_a_promise_that_is_not_made_is_no_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    assert made(monkeypatch, "PRNG key onto", "print('broken')") == []


def test_a_promise_that_cannot_be_tried_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """A new mlx may take the program's arguments no longer: that is no promise kept."""
    [found] = made(monkeypatch, "PRNG key into", "mx.random.split(keys=7)\n")
    assert found.so.startswith("trying it raises TypeError: split(): incompatible")
    assert "\n" not in found.so


def test_an_interpreter_that_gives_no_answer_is_told_with_what_it_said(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(runtime_claims, "_RUNNER", "raise ImportError('no mlx here')")
    with pytest.raises(KeysError, match="cannot be tried") as told:
        made(monkeypatch, "PRNG key into", "print(1)")
    assert told.value.found == "ImportError: no mlx here"
    monkeypatch.setattr(runtime_claims, "_RUNNER", "raise SystemExit(3)")
    with pytest.raises(KeysError) as told:
        made(monkeypatch, "PRNG key into", "print(1)")
    assert told.value.found == "exit status 3"
    monkeypatch.setattr(runtime_claims, "_RUNNER", "import time; time.sleep(60)")
    monkeypatch.setattr(runtime_claims, "_PATIENCE", 0.1)
    with pytest.raises(KeysError) as told:
        made(monkeypatch, "PRNG key into", "print(1)")
    assert told.value.found == "no answer in 0.1 s"


def test_nothing_is_evaluated_in_the_process_that_asks() -> None:
    """It may fork later, and a child of a process that has evaluated hangs."""
    script = """
import os
import mlx.core as mx
from mlx_keys.upstream.drift import compare as comparison

assert comparison.docstrings("mlx.core.random").findings
child = os.fork()
if child == 0:
    mx.eval(mx.random.uniform(key=mx.random.key(0)))
    os._exit(0)
print(os.waitpid(child, 0)[1])
"""
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.stdout == "0\n", done.stderr


def test_the_errata_page_shows_each_promise_that_is_broken() -> None:
    """Each is quoted there, above the example that shows it."""
    quoted = re.findall(
        r"^```\{upstream-says\} (\S+)\n(.*?)\n```\n(.*?)^##",
        ERRATA.read_text(encoding="utf-8"),
        re.MULTILINE | re.DOTALL,
    )
    for promise in PROMISES:
        shown = [
            rest
            for function, quote, rest in quoted
            if function == promise.function
            and any(words in quote.replace("`", "") for words in _parts(promise))
        ]
        assert len(shown) == 1, promise.function
        assert "```{output}" in shown[0], promise.function


def _parts(promise: Promise) -> list[str]:
    [found] = runtime_claims.broken(introspect.entry(promise.function))
    return [found.said]


def pond(*calls: str) -> list[Entry]:
    """Functions of a module ``pond``."""
    return [
        Entry(f"pond.{name}", "function", first, "")
        for name, first in (definition(call) for call in calls)
    ]


def test_a_parameter_that_is_first_here_and_later_there() -> None:
    entries = pond("fill(depth: int)", "pour(depth: int)", "scoop(a: int, depth: int)", "dry()")
    [found] = module.order("pond", entries)
    assert (found.function, found.kind, found.subject) == ("pond", FindingKind.FIRST, "depth")
    assert str(found) == "`depth` comes first in `fill` and `pour`, and later in others"


def test_functions_that_agree_on_what_comes_first_give_nothing() -> None:
    entries = pond("fill(a: int, b: int)", "pour(a: int)")
    assert list(module.order("pond", entries)) == []


def test_what_a_module_has_beside_functions_is_not_documented() -> None:
    found = list(module.module("mlx.core.random", []))
    assert [(one.kind, one.subject) for one in found] == [(FindingKind.UNDOCUMENTED, "state")]
    assert introspect.attributes("mlx.core.linalg") == ()
