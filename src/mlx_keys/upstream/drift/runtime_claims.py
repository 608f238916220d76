"""What documentation promises and running the code refutes: a short program for each promise.

A signature cannot tell that ``high`` comes out of an interval said to be half open; a call can.
Each program prints what it saw if the promise is broken, and nothing if it is kept, so that what
mlx comes to keep is a finding no more. They run in an interpreter of their own: nothing is ever
evaluated in the process that asks, which may fork later.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from mlx_keys.errors import KeysError, Location
from mlx_keys.upstream.model import Entry

from . import entry
from .finding import Finding, FindingKind

#: Seconds that all programs together may take; they take less than one.
_PATIENCE = 120

#: Characters of prose that are looked at.
_LIMIT = 100_000


@dataclass(frozen=True)
class Promise:
    """Words of documentation, and the program that tries them.

    Attributes:
        function: In full.
        words: Finds them in prose from which marks and line ends were taken.
        program: Prints what refutes them, in one line, or nothing. ``mx`` and a ``key`` are there.
    """

    function: str
    words: re.Pattern[str]
    program: str


def _promise(function: str, words: str, program: str) -> Promise:
    return Promise(f"mlx.core.random.{function}", re.compile(words, re.IGNORECASE), program)


PROMISES = (
    _promise(
        "bernoulli",
        r"array of random integers",
        """
dtype = mx.random.bernoulli(0.5, (3,), key=key).dtype
if not mx.issubdtype(dtype, mx.integer):
    print(f"`bernoulli(0.5, (3,))` has dtype `{dtype}`")
""",
    ),
    _promise(
        "uniform",
        r"half-open interval \[low, high\)",
        """
drawn = mx.random.uniform(1, 2, (10_000,), mx.bfloat16, key=key)
if high := mx.sum(drawn == 2).item():
    print(f"{high} of 10000 draws of `uniform(1, 2, dtype=mx.bfloat16)` are 2")
""",
    ),
    _promise(
        "randint",
        r"with equal probability",
        """
odd = mx.sum(mx.random.randint(0, 2**25, (10_000,), key=key) % 2).item()
if abs(odd - 5000) > 500:  # ten standard deviations
    print(f"of 10000 draws of `randint(0, 2**25)`, {odd} are odd")
""",
    ),
    _promise(
        "truncated_normal",
        r"on the domain \(lower, upper\)",
        """
drawn = mx.random.truncated_normal(6, 7, (4,), key=key)
if mx.any((drawn == 6) | (drawn == 7)).item():
    print(f"four draws of `truncated_normal(6, 7)` are `{drawn.tolist()}`")
""",
    ),
    _promise(
        "multivariate_normal",
        r"output shape must be broadcast-compatible with mean\.shape\[:-1\]",
        """
mean = mx.zeros((3, 2))
shape = mx.random.multivariate_normal(mean, mx.eye(2), (3,), key=key, stream=mx.cpu).shape
if shape != (3,):
    print(f"`shape=(3,)` and a mean of shape `(3, 2)` give an output of shape `{shape}`")
""",
    ),
    _promise(
        "categorical",
        r"sampled from the categorical distribution",
        """
row = mx.log(mx.array([0.6, 0.3, 0.1]))
alone = mx.random.categorical(row, num_samples=10, key=key)
among = mx.random.categorical(mx.stack([row, row]), num_samples=10, key=key)[0]
if not mx.array_equal(alone, among).item():
    print("by either of two algorithms: a row alone gives other draws than as the first of two")
""",
    ),
    _promise(
        "permutation",
        r"of mx\.arange\(x\) is returned",
        """
ours, theirs = mx.random.permutation(4, key=key).dtype, mx.arange(4).dtype
if ours != theirs:
    print(f"`permutation(4)` has dtype `{ours}`, `arange(4)` has `{theirs}`")
""",
    ),
    _promise(
        "seed",
        r"the global PRNG",
        """
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
""",
    ),
)

#: Ends without taking down what threads have left, which can abort an interpreter.
_RUNNER = """
import contextlib, io, json, os, sys
import mlx.core as mx

seen = []
for program in json.load(sys.stdin):
    printed = io.StringIO()
    try:
        with contextlib.redirect_stdout(printed):
            exec(program, {"mx": mx, "key": mx.random.key(0)})
        seen.append(printed.getvalue().strip().replace("mlx.core.", ""))
    except Exception as error:
        seen.append(f"trying it raises {type(error).__name__}: {error}".splitlines()[0])
print(json.dumps(seen), flush=True)
os._exit(0)
"""


def broken(documented: Entry, place: Location | None = None) -> Iterator[Finding]:
    """The promises in what is said of a function that running the installed mlx refutes.

    Args:
        documented: From a page, or the installed entry itself.
        place: Where the documentation stands; None for a docstring.

    Raises:
        KeysError: mlx is not installed.
    """
    made = [one for one in PROMISES if one.function == documented.name]
    if not made:
        return
    words = " ".join(re.sub(r"[`*\\]", "", entry.prose(documented)[:_LIMIT]).split())
    for promise in made:
        said = promise.words.search(words)
        if said and (so := _tried()[promise]):
            yield Finding(
                documented.name, FindingKind.REFUTED, said=said.group(0), so=so, where=place
            )


@cache
def _tried() -> dict[Promise, str]:
    """What each program saw; "" where the promise is kept."""
    command = [sys.executable, "-c", _RUNNER]
    given = json.dumps([one.program for one in PROMISES])
    try:
        done = subprocess.run(
            command, input=given, capture_output=True, text=True, timeout=_PATIENCE, check=False
        )
        seen = json.loads(done.stdout)
    except subprocess.TimeoutExpired:
        found = f"no answer in {_PATIENCE} s"
    except ValueError:
        found = (done.stderr.strip().splitlines() or [f"exit status {done.returncode}"])[-1]
    else:
        return dict(zip(PROMISES, seen, strict=True))
    raise KeysError(
        "what mlx promises cannot be tried",
        found=found,
        fix=f"{sys.executable} -c 'import mlx.core', and what that says",
    )
