"""How the numbers of each function moved across mlx's releases: ``trust/history.json``.

The file is measured, never typed: ``mlx-keys history --measure VERSION...`` installs each release
into a folder of its own, runs :mod:`mlx_keys.trust.probes` beside it on the CPU and records what
the draws digest to.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mlx_keys.errors import KeysError, Location
from mlx_keys.files import read_record, write_atomic
from mlx_keys.trust import probes

_MEASURE = "mlx-keys history --measure VERSION..."


@dataclass(frozen=True)
class Release:
    """What one release of mlx draws.

    Attributes:
        mlx: Its number, such as ``0.31.2``.
        functions: By function of ``mlx.core.random``, a digest of each of its probes.
    """

    mlx: str
    functions: Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class NumbersChange:
    """Between two measured releases a function's probes gave other bytes.

    Attributes:
        before: The last measured release that gave the old numbers.
        since: The first that gave the new ones.
        calls: The probes that differ, with the names of ``mlx.core.random`` and ``mx``.
    """

    before: str
    since: str
    calls: tuple[str, ...]


@dataclass(frozen=True)
class History:
    """The measured releases, oldest first.

    Attributes:
        measured: The day of the last measurement, ISO 8601.
        platform: What they were measured on.
        releases: The releases, oldest first.
    """

    measured: str
    platform: str
    releases: tuple[Release, ...]

    @property
    def versions(self) -> tuple[str, ...]:
        """The measured releases of mlx, oldest first."""
        return tuple(release.mlx for release in self.releases)

    def changes(self, function: str) -> tuple[NumbersChange, ...]:
        """Each time that a function of ``mlx.core.random`` changed its numbers, oldest first.

        Args:
            function: Its short name, such as ``"split"``; one without probes is an error.
        """
        if function not in probes.PROBES:
            raise KeysError(
                f"no probe measures mlx.core.random.{function}",
                expected="one of " + ", ".join(probes.PROBES),
                fix="name a function that has probes",
            )
        changes = []
        for old, new in zip(self.releases, self.releases[1:], strict=False):
            digests = zip(old.functions[function], new.functions[function], strict=True)
            calls = tuple(
                _as_written(call)
                for call, (before, after) in zip(probes.PROBES[function], digests, strict=True)
                if before != after
            )
            if calls:
                changes.append(NumbersChange(old.mlx, new.mlx, calls))
        return tuple(changes)


def _as_written(probe: str) -> str:
    """A probe as a reader writes it: ``split(key(7))`` for ``r.split(k)``."""
    return re.sub(r"\bk\b", "key(7)", re.sub(r"\br\.", "", probe))


def load_history(path: Path) -> History:
    """Read a history file.

    Raises:
        KeysError: It is missing, or is no history, or answers other probes than today's.
    """
    history = read_record(path, _decode_history, "the history of mlx's releases", _MEASURE)
    probed = {name: len(calls) for name, calls in probes.PROBES.items()}
    for release in history.releases:
        if {name: len(digests) for name, digests in release.functions.items()} != probed:
            raise KeysError(
                f"the record of mlx {release.mlx} answers other probes than today's",
                where=Location(str(path)),
                fix=_MEASURE,
            )
    return history


def _decode_history(stored: Any) -> History:
    releases = tuple(map(_decode_release, stored["releases"]))
    return History(stored["measured"], stored["platform"], releases)


def _decode_release(stored: Any) -> Release:
    functions = {name: tuple(digests) for name, digests in stored["functions"].items()}
    return Release(stored["mlx"], functions)


def measure_release(version: str) -> Release:
    """Install one release of mlx into a folder of its own, and digest what its draws give.

    Args:
        version: Such as ``"0.31.2"``.

    Raises:
        KeysError: It cannot be installed, or does not run on this machine.
    """
    package = f"mlx[cpu]=={version}" if sys.platform == "linux" else f"mlx=={version}"
    with tempfile.TemporaryDirectory(prefix="mlx-keys-") as folder:
        _run(
            _installer(folder, package),
            f"mlx {version} cannot be installed here",
            fix="name a release that is published for this Python; uv or pip must be there",
        )
        done = _run(
            [sys.executable, str(Path(probes.__file__))],
            f"mlx {version} does not run here",
            fix="name a release that runs on this machine's processor and system",
            env={**os.environ, "PYTHONPATH": folder},
        )
    release = _decode_release(json.loads(done))
    if release.mlx != version:
        raise KeysError(
            "another release of mlx answered",
            expected=version,
            found=release.mlx,
            fix="take the folder of that mlx out of PYTHONPATH, and measure again",
        )
    return release


def _installer(folder: str, package: str) -> list[str]:
    """The command that installs a package and numpy into a folder: uv where it is, else pip."""
    uv = shutil.which("uv")
    if uv:
        start = [uv, "pip", "install", "--quiet", "--python", sys.executable]
    else:
        start = [sys.executable, "-m", "pip", "install", "--quiet"]
    return [*start, "--target", folder, package, "numpy"]


def _run(command: list[str], problem: str, *, fix: str, env: dict[str, str] | None = None) -> str:
    """What a command prints on standard output.

    Raises:
        KeysError: It fails: with this problem and this fix.
    """
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=env)
    if done.returncode:
        found = done.stderr.strip() or f"exit status {done.returncode}"
        raise KeysError(problem, found=found, fix=fix)
    return done.stdout


def merge_releases(known: History | None, new: list[Release], day: str, platform: str) -> History:
    """The history with newly measured releases in it, in order of their numbers."""
    releases = {release.mlx: release for release in (known.releases if known else ())}
    releases |= {release.mlx: release for release in new}

    def number(version: str) -> tuple[int, ...]:  # 0.10.0 comes after 0.9.0
        return tuple(int(part) for part in version.split(".") if part.isdigit())

    return History(day, platform, tuple(releases[mlx] for mlx in sorted(releases, key=number)))


def save_history(history: History, path: Path) -> None:
    """Write a history so that a person can read its diff: a line a function."""
    releases = []
    for release in history.releases:
        body = ",\n".join(
            f"      {json.dumps(name)}: {json.dumps([*digests])}"
            for name, digests in release.functions.items()
        )
        releases.append(f'  {{"mlx": {json.dumps(release.mlx)}, "functions": {{\n{body}\n  }}}}')
    measured, where = json.dumps(history.measured), json.dumps(history.platform)
    head = f'{{"measured": {measured},\n"platform": {where},\n"releases": [\n'
    write_atomic(path, head + ",\n".join(releases) + "\n]}\n")
