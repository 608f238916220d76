"""The runner: gives what each program does, from a child or from the cache of earlier runs."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Protocol

from .backend import Backend, ask
from .cache import Cache, CacheContext, digest_lock, find_import_roots
from .job import Job, RunResult
from .pool import Pool

#: Endings that are cached; a time-out, say, may have come from the machine's load.
_CACHED = ("done", "raised", "exited", "killed")


class Runnable(Protocol):
    """A program that a :class:`Runner` can run: an example of a page, or a gallery script."""

    @property
    def code(self) -> str:
        """The program's text."""

    @property
    def import_folders(self) -> tuple[Path, ...]:
        """The folders beside the project's own from which the program can import modules."""

    def job(self, device: str | None) -> Job:
        """The job that runs the program, on ``cpu``, ``gpu`` or MLX's default device."""


class Runner:
    """Runs programs, each once, and remembers their results.

    Args:
        pool: The children to run them in.
        project: The project's folder, for its packages and its lock; by default the current one.
        cache: Where results are kept for later runs; None keeps none.
        device: ``cpu`` or ``gpu``; by default MLX's own choice.
        timeout_factor: Multiplies each program's timeout, for a machine that starts slowly.

    Attributes:
        executed: How many programs have run; the results of the others were cached.
        progress: Called with how many have run, and how many are to run.
    """

    def __init__(
        self,
        pool: Pool,
        *,
        project: Path | None = None,
        cache: Path | None = None,
        device: str | None = None,
        timeout_factor: float = 1.0,
    ) -> None:
        self.pool = pool
        self.project = project or Path.cwd()
        self.device = device
        self.timeout_factor = timeout_factor
        self.executed = 0
        self.progress: Callable[[int, int], None] = lambda _done, _total: None
        self._cache = Cache(cache)
        self._keys: dict[tuple[object, ...], str] = {}
        self._results: dict[str, RunResult] = {}
        self._total = 0
        self._background: threading.Thread | None = None

    @property
    def lock(self) -> Path:
        """The project's lock."""
        return self.project / "conf" / "requirements.txt"

    @cached_property
    def backend(self) -> Backend:
        """Where the programs run."""
        return ask(self.device)

    @cached_property
    def cache_context(self) -> CacheContext:
        """What the cache's keys of all programs have in common."""
        return CacheContext(self.backend, find_import_roots(self.project), digest_lock(self.lock))

    def start(self, programs: Iterable[Runnable]) -> None:
        """Run programs in the background, so that :meth:`results` has less to wait for."""
        missing = self._without_result([(self._key(program), program) for program in programs])
        if missing and self._background is None:
            self._background = threading.Thread(
                target=self._run_in_background, args=(missing,), daemon=True
            )
            self._background.start()

    def results(self, programs: Sequence[Runnable]) -> list[RunResult]:
        """The result of each program."""
        keyed = [(self._key(program), program) for program in programs]
        if self._background is not None:
            self._background.join()
            self._background = None
        self._run(self._without_result(keyed))
        return [self._results[key] for key, _ in keyed]

    def _without_result(self, keyed: Sequence[tuple[str, Runnable]]) -> dict[str, Runnable]:
        """Of programs with their keys, those that are to run; of several alike, the first."""
        missing = {}
        for key, program in reversed(keyed):
            if key not in self._results:
                cached = self._cache.get(key)
                if cached is None:
                    missing[key] = program
                else:
                    self._results[key] = cached
        return missing

    def _run_in_background(self, missing: dict[str, Runnable]) -> None:
        # A program without a result is run again by `results`, which raises the error then.
        with contextlib.suppress(Exception):
            self._run(missing)

    def _run(self, missing: dict[str, Runnable]) -> None:
        """Run programs; the result of each is kept as soon as it has ended."""
        jobs = {key: self._job(program) for key, program in missing.items()}
        keys = {id(job): key for key, job in jobs.items()}
        self._total += len(jobs)
        self.pool.run(jobs.values(), lambda job, result: self._keep(keys[id(job)], result))

    def _keep(self, key: str, result: RunResult) -> None:
        self._results[key] = result
        self.executed += 1
        if result.ended in _CACHED:
            self._cache.put(key, result)
        self.progress(self.executed, self._total)

    def _job(self, program: Runnable) -> Job:
        job = program.job(self.device)
        return replace(job, timeout=job.timeout * self.timeout_factor)

    def _key(self, program: Runnable) -> str:
        """The program's key in the cache."""
        job, folders = program.job(self.device), program.import_folders
        parts = (program.code, job.function, job.timeout, folders)
        if parts not in self._keys:
            context = self.cache_context
            context = replace(context, import_roots=(*context.import_roots, *folders))
            details = {"function": job.function.__qualname__, "timeout": job.timeout}
            self._keys[parts] = context.key(program.code, **details)
        return self._keys[parts]
