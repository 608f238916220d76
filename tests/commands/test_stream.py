"""``mlx-keys stream`` writes what the calls of its kind give, and ends when its reader does."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from array import array
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path

import mlx.core as mx
import pytest
from tests.paths import ROOT

from mlx_keys.commands import stream
from mlx_keys.prng import threefry2x32 as reference

COMMAND = [sys.executable, "-m", "mlx_keys", "stream"]
SOURCE = ROOT / "tests" / "batteries" / "stream.c"
SEED = 2**40 + 7


def run(*arguments: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run([*COMMAND, *arguments], capture_output=True, check=False)


def words(written: bytes) -> list[int]:
    array_of_words = array("I", written)
    if sys.byteorder == "big":
        array_of_words.byteswap()
    return array_of_words.tolist()


def flat(chunk: mx.array) -> list[int]:
    return chunk.reshape(-1).tolist()


def leftmost(key: reference.Pair, levels: int) -> reference.Pair:
    for _ in range(levels):
        key = reference.split(key)[0]
    return key


def beginning(kind: str, seed: int) -> list[int]:
    """The first six words of a kind, in plain integers."""
    key = reference.key(seed)
    match kind:
        case "draw":
            return reference.words(key, 2**32, 0, 6)
        case "split":
            above = leftmost(key, 38)
            leaves = [pair for child in reference.split(above) for pair in reference.split(child)]
            return [word for pair in leaves for word in pair][:6]
        case "fold":
            return [word for number in range(3) for word in reference.fold_in(key, number)]
        case "seeds":
            keys = map(reference.key, range(seed, seed + 3))
            return [word for each in keys for word in reference.words(each, 2)]
        case _:
            return reference.words(reference.split(key)[1], 2**18, 0, 6)


@pytest.mark.parametrize("kind", stream.KINDS)
def test_a_stream_begins_with_the_words_of_its_calls(kind: str) -> None:
    done = run(kind, "--seed", str(SEED), "--bytes", "24")
    assert (done.returncode, done.stderr) == (0, b"")
    assert words(done.stdout) == beginning(kind, SEED)


def test_the_default_seed_is_0() -> None:
    assert run("fold", "--bytes", "8").stdout == run("fold", "--seed", "0", "--bytes", "8").stdout


@pytest.mark.parametrize("size", [0, 3, 2**19 - 1, 2**19, 2**19 + 1])
def test_as_many_bytes_are_written_as_are_asked_for(size: int) -> None:
    """A chunk has 2**19 bytes."""
    whole = run("fold", "--bytes", str(2**20)).stdout
    assert run("fold", "--bytes", str(size)).stdout == whole[:size]


def second(chunks: Iterator[mx.array]) -> list[int]:
    return flat(next(islice(chunks, 1, None)))[:4]


def test_a_chunk_goes_on_where_the_one_before_it_ended() -> None:
    key = reference.key(SEED)
    chunk = stream.CHUNK
    folds = [reference.fold_in(key, number) for number in (chunk, chunk + 1)]
    seeded = [reference.words(reference.key(SEED + chunk + more), 2) for more in (0, 1)]
    above = leftmost(key, 23)
    right = reference.split(leftmost(reference.split(above)[1], 15))
    epoch = reference.split(reference.split(key)[0])[1]
    assert second(stream.draw(SEED)) == reference.words(key, 2**32, chunk, chunk + 4)
    assert second(stream.fold(SEED)) == [word for pair in folds for word in pair]
    assert second(stream.seeds(SEED)) == [word for pair in seeded for word in pair]
    assert second(stream.split(SEED)) == [word for pair in right for word in pair]
    assert second(stream.epochs(SEED)) == reference.words(epoch, 2**18, 0, 4)


def test_a_long_draw_and_all_folds_are_followed_by_those_of_the_next_seed() -> None:
    following = reference.key(0)
    draws = stream.draw(2**64 - 1, shape=(1, stream.CHUNK))
    folds = stream.fold(2**64 - 1, folds=stream.CHUNK)
    assert second(draws) == reference.words(following, stream.CHUNK, 0, 4)
    assert second(folds)[:2] == list(reference.fold_in(following, 0))


def test_seeds_begin_again_after_the_last() -> None:
    made = flat(next(stream.seeds(2**64 - 1)))[:4]
    assert made == [*reference.words(reference.key(2**64 - 1), 2), *reference.words((0, 0), 2)]


def test_a_reader_that_closes_the_pipe_ends_it_without_an_error() -> None:
    with subprocess.Popen(
        [*COMMAND, "seeds"], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as writer:
        assert writer.stdout is not None
        assert writer.stderr is not None
        assert len(writer.stdout.read(100)) == 100
        writer.stdout.close()
        assert writer.stderr.read() == b""
    assert writer.returncode == 0


def test_a_terminal_is_refused() -> None:
    ours, theirs = os.openpty()
    done = subprocess.run(
        [*COMMAND, "draw"], stdout=theirs, stderr=subprocess.PIPE, text=True, check=False
    )
    os.close(theirs)
    os.close(ours)
    assert done.returncode == 1
    assert "a terminal can't show raw words" in done.stderr
    assert "mlx-keys stream draw | xxd | head" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        ((), "Missing argument"),
        (("leaves",), "'leaves' is not one of"),
        (("draw", "--seed", "-1"), "-1 is not in the range"),
        (("draw", "--bytes", "-1"), "-1 is not in the range"),
    ],
)
def test_a_mistake_is_a_usage_error(arguments: tuple[str, ...], problem: str) -> None:
    done = run(*arguments)
    assert done.returncode == 2
    assert problem in done.stderr.decode()


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    compiler = shutil.which("cc")
    if compiler is None:
        pytest.skip("there is no C compiler to build the batteries' generator")
    path = tmp_path_factory.mktemp("stream") / "stream"
    subprocess.run([compiler, "-O2", "-Wall", "-Werror", "-o", path, SOURCE], check=True)
    return path


def from_c(program: Path, *arguments: str) -> bytes:
    with subprocess.Popen(
        [program, *arguments], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as writer:
        assert writer.stdout is not None
        start = writer.stdout.read(2**21)
        writer.stdout.close()
    return start


@pytest.mark.parametrize("kind", stream.KINDS)
def test_the_batteries_read_the_stream_of_the_command(kind: str, program: Path) -> None:
    """Two megabytes: the second epoch, and the fourth chunk of each other kind."""
    chunks: Callable[[int], Iterator[mx.array]] = stream.KINDS[kind]
    ours = bytearray()
    for chunk in chunks(SEED):
        ours += memoryview(chunk).cast("B")
        if len(ours) >= 2**21:
            break
    assert from_c(program, kind, str(SEED)) == bytes(ours[: 2**21])


def test_the_batteries_get_the_number_of_rounds_asked_for(program: Path) -> None:
    start = words(from_c(program, "fold", "7", "6"))[:4]
    made = [reference.block((0, 7), (0, number), rounds=6) for number in (0, 1)]
    assert start == [word for pair in made for word in pair]
