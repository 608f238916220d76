"""The claims of documentation that running mlx refutes: each claim of the list, and the runner."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest
from tests.paths import DOCS

from mlx_keys.errors import KeysError, Location
from mlx_keys.upstream.drift.finding import Finding, FindingKind
from mlx_keys.upstream.drift.runtime_claims import CLAIMS, Claim, refuted_claims, run_programs
from mlx_keys.upstream.installed import introspect

pytest.importorskip("mlx.core", reason="mlx is not installed")

ERRATA = DOCS / "explain" / "errata.md"
SPLIT = "mlx.core.random.split"


def claim(words: str, program: str) -> Claim:
    return Claim(SPLIT, re.compile(words), program)


def refuted(words: str, program: str) -> list[Finding]:
    """The findings if the words are all that ``split`` claims."""
    where = Location("split.md", 3)
    return list(refuted_claims(introspect.entry(SPLIT), where, (claim(words, program),)))


def refutation(claim: Claim) -> Finding:
    [found] = refuted_claims(introspect.entry(claim.function))
    return found


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda one: one.function)
def test_the_installed_mlx_makes_each_claim_and_refutes_it(claim: Claim) -> None:
    found = refutation(claim)
    assert (found.kind, found.where) == (FindingKind.REFUTED, None)
    assert claim.words.fullmatch(found.documented)
    assert found.actual
    assert "raises" not in found.actual


def test_a_refuted_claim_is_a_finding_with_its_words_its_place_and_what_was_printed() -> None:
    [found] = refuted("PRNG key into", "print(mx.random.split(key)[0, 0].item())")
    assert (found.function, found.kind) == (SPLIT, FindingKind.REFUTED)
    assert (found.documented, found.actual) == ("PRNG key into", "4146024105")
    assert found.where == Location("split.md", 3)


def test_a_claim_that_is_true_is_no_finding() -> None:
    assert refuted("PRNG key into", "mx.random.split(key)") == []


def test_a_claim_that_the_documentation_does_not_make_is_no_finding() -> None:
    assert refuted("PRNG key onto", "print('false')") == []


def test_a_program_that_raises_is_a_finding_with_the_error_in_one_line() -> None:
    """A new mlx may not take the program's arguments any more: that does not make a claim true."""
    [found] = refuted("PRNG key into", "mx.random.split(keys=7)\n")
    assert found.actual.startswith("trying it raises TypeError: split(): incompatible")
    assert "\n" not in found.actual


@pytest.mark.parametrize(
    ("program", "timeout", "found"),
    [
        ("import sys; print('no mlx', file=sys.stderr, flush=True); os._exit(1)", 60, "no mlx"),
        ("os._exit(3)", 60, "exit status 3"),
        ("import time; time.sleep(60)", 0.1, "no answer in 0.1 s"),
    ],
)
def test_an_interpreter_that_gives_no_answer_is_an_error_with_what_it_wrote(
    program: str, timeout: float, found: str
) -> None:
    with pytest.raises(KeysError, match="cannot be tested") as caught:
        run_programs((claim("", f"import os; {program}"),), timeout)
    assert caught.value.found == found


def test_nothing_is_evaluated_in_this_process() -> None:
    """It may fork later, and a child of a process that has evaluated hangs."""
    script = """
import os
import mlx.core as mx
from mlx_keys.upstream.drift.compare import compare_docstrings

assert compare_docstrings("mlx.core.random").findings
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


def test_the_errata_page_quotes_each_refuted_claim_above_an_example_that_shows_it() -> None:
    quoted = re.findall(
        r"^```\{upstream-says\} (\S+)\n(.*?)\n```\n(.*?)^##",
        ERRATA.read_text(encoding="utf-8"),
        re.MULTILINE | re.DOTALL,
    )
    for claim in CLAIMS:
        words = refutation(claim).documented
        below = [
            rest
            for function, quote, rest in quoted
            if function == claim.function and words in quote.replace("`", "")
        ]
        assert len(below) == 1, claim.function
        assert "```{output}" in below[0], claim.function
