"""Claims of mlx's documentation, each with a short program that shows whether it is false.

A signature cannot show that an interval documented as half open includes ``high``; a call can. Each
program prints what it saw if the claim is false, and nothing if it is true: once a new mlx makes a
claim true, its finding disappears. The programs run in a separate interpreter, as this process may
fork later and must not evaluate anything.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from textwrap import dedent

from mlx_keys.errors import KeysError, Location
from mlx_keys.upstream.model import Entry

from .entry import MAX_PROSE, entry_prose
from .finding import Finding, FindingKind

#: Seconds that all programs together may take; they take less than one.
_TIMEOUT = 120.0


@dataclass(frozen=True)
class Claim:
    """Words of a function's documentation, matched in prose without marks, and what tests them.

    The program finds ``mx`` and a ``key``, and prints in one line what refutes them, or nothing.
    """

    function: str
    words: re.Pattern[str]
    program: str


# For each function the words of a claim, as a regular expression, and below them its program.
_CLAIMS = r"""
bernoulli: array of random integers
    dtype = mx.random.bernoulli(0.5, (3,), key=key).dtype
    if not mx.issubdtype(dtype, mx.integer):
        print(f"`bernoulli(0.5, (3,))` has dtype `{dtype}`")
uniform: half-open interval \[low, high\)
    drawn = mx.random.uniform(1, 2, (10_000,), mx.bfloat16, key=key)
    if high := mx.sum(drawn == 2).item():
        print(f"{high} of 10000 draws of `uniform(1, 2, dtype=mx.bfloat16)` are 2")
randint: with equal probability
    odd = mx.sum(mx.random.randint(0, 2**25, (10_000,), key=key) % 2).item()
    if abs(odd - 5000) > 500:  # ten standard deviations
        print(f"of 10000 draws of `randint(0, 2**25)`, {odd} are odd")
truncated_normal: on the domain \(lower, upper\)
    drawn = mx.random.truncated_normal(6, 7, (4,), key=key)
    if mx.any((drawn == 6) | (drawn == 7)).item():
        print(f"four draws of `truncated_normal(6, 7)` are `{drawn.tolist()}`")
multivariate_normal: output shape must be broadcast-compatible with mean\.shape\[:-1\]
    mean = mx.zeros((3, 2))
    shape = mx.random.multivariate_normal(mean, mx.eye(2), (3,), key=key, stream=mx.cpu).shape
    if shape != (3,):
        print(f"`shape=(3,)` and a mean of shape `(3, 2)` give an output of shape `{shape}`")
categorical: sampled from the categorical distribution
    row = mx.log(mx.array([0.6, 0.3, 0.1]))
    alone = mx.random.categorical(row, num_samples=10, key=key)
    among = mx.random.categorical(mx.stack([row, row]), num_samples=10, key=key)[0]
    if not mx.array_equal(alone, among).item():
        print("by either of two algorithms: a row alone gives other draws than as the first of two")
permutation: of mx\.arange\(x\) is returned
    ours, theirs = mx.random.permutation(4, key=key).dtype, mx.arange(4).dtype
    if ours != theirs:
        print(f"`permutation(4)` has dtype `{ours}`, `arange(4)` has `{theirs}`")
seed: the global PRNG
    import threading

    def worker():
        starts.append(mx.random.state[0].tolist())

    starts = []
    for seed in (1, 2):
        mx.random.seed(seed)
        thread = threading.Thread(target=worker)
        thread.start()
        thread.join()
    if starts[0] == starts[1]:
        print("new threads start from the same state after `seed(1)` and after `seed(2)`")
"""
_CLAIM = re.compile(r"^(\w+): (.+)\n((?: {4}.*\n|\n)+)", re.MULTILINE)

CLAIMS = tuple(
    Claim(f"mlx.core.random.{function}", re.compile(words, re.IGNORECASE), dedent(program))
    for function, words, program in _CLAIM.findall(_CLAIMS)
)

#: Runs the programs. It ends without taking down what threads have left, which can abort.
_RUNNER = """
import contextlib, io, json, os, sys
import mlx.core as mx

outputs = []
for program in json.load(sys.stdin):
    output = io.StringIO()
    try:
        with contextlib.redirect_stdout(output):
            exec(program, {"mx": mx, "key": mx.random.key(0)})
        outputs.append(output.getvalue().strip().replace("mlx.core.", ""))
    except Exception as error:
        outputs.append(f"trying it raises {type(error).__name__}: {error}".splitlines()[0])
print(json.dumps(outputs), flush=True)
os._exit(0)
"""


def refuted_claims(
    documented: Entry, where: Location | None = None, claims: tuple[Claim, ...] = CLAIMS
) -> Iterator[Finding]:
    """Find the claims in the prose on a function that running the installed mlx refutes.

    Args:
        documented: From a page, or the installed entry itself.
        where: The place of the documentation; None for a docstring.
        claims: The known claims. All are tested at once, when the first is found.

    Raises:
        KeysError: mlx is not installed, or the programs cannot be run.
    """
    of_function = [claim for claim in claims if claim.function == documented.name]
    if not of_function:
        return
    prose = " ".join(re.sub(r"[`*\\]", "", entry_prose(documented)[:MAX_PROSE]).split())
    for claim in of_function:
        words = claim.words.search(prose)
        if words and (output := run_programs(claims)[claim]):
            yield Finding(
                documented.name,
                FindingKind.REFUTED,
                documented=words[0],
                actual=output,
                where=where,
            )


@cache
def run_programs(claims: tuple[Claim, ...], timeout: float = _TIMEOUT) -> dict[Claim, str]:
    """Run the program of each claim, once for a process.

    Returns:
        What each program printed; "" where the claim is true.

    Raises:
        KeysError: The interpreter gives no answer, or none in ``timeout`` seconds.
    """
    command = [sys.executable, "-c", _RUNNER]
    programs = json.dumps([claim.program for claim in claims])
    try:
        done = subprocess.run(
            command, input=programs, capture_output=True, text=True, timeout=timeout, check=False
        )
        outputs = json.loads(done.stdout)
    except subprocess.TimeoutExpired:
        reason = f"no answer in {timeout:g} s"
    except ValueError:
        reason = (done.stderr.strip().splitlines() or [f"exit status {done.returncode}"])[-1]
    else:
        return dict(zip(claims, outputs, strict=True))
    raise KeysError(
        "the claims of mlx's documentation cannot be tested",
        found=reason,
        fix=f"run {sys.executable} -c 'import mlx.core', and fix what it reports",
    )
