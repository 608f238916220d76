"""A fuzzer of pages that coverage guides; it needs ``pip install atheris``.

``python -m tests.upstream.fuzz_pages -runs=50000 FOUND tests/data/pages``: what
it finds worth keeping goes into the folder FOUND, and a page for which something does not hold into
a file beside it. All options are libFuzzer's.
"""

from __future__ import annotations

import sys

import atheris

with atheris.instrument_imports(include=["mlx_keys.upstream"]):
    from tests.upstream.hostile_pages import PIECES, check

#: Pages longer than this say no more than those that are shorter.
LONGEST = 6000
_cases = 0


def one(data: bytes) -> None:
    """Check one page, and render every fourth."""
    global _cases  # noqa: PLW0603 - the fuzzer calls with nothing but the page
    _cases += 1
    check(data.decode("utf-8", "replace"), rendered=_cases % 4 == 0)


def mutate(data: bytes, most: int, seed: int) -> bytes:
    """Put something in that means something, or let the fuzzer do what it does."""
    if seed % 2:
        return bytes(atheris.Mutate(data, most))
    at = seed // 2 % (len(data) + 1)
    piece = PIECES[seed // 7 % len(PIECES)].encode()
    return (data[:at] + piece + data[at:])[:most]


if __name__ == "__main__":
    atheris.Setup([*sys.argv, f"-max_len={LONGEST}"], one, custom_mutator=mutate)
    atheris.Fuzz()
