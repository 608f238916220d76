"""What examples do: each is run in a child, once, unless what it does is known."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Protocol

from .backend import Backend, ask
from .cache import Cache, CacheContext, lock_digest, project_roots
from .job import Job, RunResult
from .pool import Pool

#: Endings that are kept for later runs; a hang or a flood may have been the machine's load.
_KEPT = ("done", "raised", "exited", "killed")


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
    """Runs examples, and remembers what each of them did.

    Args:
        pool: The children to run them in.
        project: The project's folder, for its packages and its lock; the current one unless said.
        cache: Where observations are kept for later runs; None keeps none.
        device: ``cpu`` or ``gpu``; MLX's default unless said.
        patience: How many times its own time an example gets, for a machine that starts slowly.

    Attributes:
        ran: How many have run; the others were known.
        progress: Called with how many have run, and how many are to run.
    """

    def __init__(
        self,
        pool: Pool,
        *,
        project: Path | None = None,
        cache: Path | None = None,
        device: str | None = None,
        patience: float = 1.0,
    ) -> None:
        self.pool = pool
        self.project = project or Path.cwd()
        self.device = device
        self.patience = patience
        self.ran = 0
        self.progress: Callable[[int, int], None] = lambda _done, _total: None
        self._cache = Cache(cache)
        self._keys: dict[tuple[object, ...], str] = {}
        self._seen: dict[str, RunResult] = {}
        self._total = 0
        self._ahead: threading.Thread | None = None

    @property
    def lock(self) -> Path:
        """The project's lock."""
        return self.project / "conf" / "requirements.txt"

    @cached_property
    def backend(self) -> Backend:
        """Where the examples run."""
        return ask(self.device)

    @cached_property
    def surroundings(self) -> CacheContext:
        """What all examples have in common."""
        return CacheContext(
            self.backend, tuple(project_roots(self.project)), lock_digest(self.lock)
        )

    def start(self, examples: Iterable[Runnable]) -> None:
        """Run what is not known of these examples while the caller does something else.

        To :meth:`see` it makes no difference but of time.
        """
        missing = self._missing([(self._key(one), one) for one in examples])
        if missing and self._ahead is None:
            self._ahead = threading.Thread(target=self._run_ahead, args=(missing,), daemon=True)
            self._ahead.start()

    def results(self, examples: Sequence[Runnable]) -> list[RunResult]:
        """What each example does."""
        keyed = [(self._key(one), one) for one in examples]
        if self._ahead is not None:
            self._ahead.join()
            self._ahead = None
        self._run(self._missing(keyed))
        return [self._seen[key] for key, _ in keyed]

    def _missing(self, keyed: Sequence[tuple[str, Runnable]]) -> dict[str, Runnable]:
        """Of examples with their keys, those that are to run; of several alike, the first."""
        missing = {}
        for key, example in reversed(keyed):
            if key not in self._seen:
                known = self._cache.get(key)
                if known is None:
                    missing[key] = example
                else:
                    self._seen[key] = known
        return missing

    def _run_ahead(self, missing: dict[str, Runnable]) -> None:
        # What has not been seen for an error here is run again by `see`, which tells of it.
        with contextlib.suppress(Exception):
            self._run(missing)

    def _run(self, missing: dict[str, Runnable]) -> None:
        """Run examples; what is seen of each is kept as soon as it has ended."""
        jobs = {key: self._job(example) for key, example in missing.items()}
        keys = {id(job): key for key, job in jobs.items()}
        self._total += len(jobs)
        self.pool.run(jobs.values(), lambda job, seen: self._keep(keys[id(job)], seen))

    def _keep(self, key: str, seen: RunResult) -> None:
        self._seen[key] = seen
        self.ran += 1
        if seen.ended in _KEPT:
            self._cache.put(key, seen)
        self.progress(self.ran, self._total)

    def _job(self, example: Runnable) -> Job:
        job = example.job(self.device)
        return replace(job, timeout=job.timeout * self.patience)

    def _key(self, example: Runnable) -> str:
        """The example's key in the cache."""
        job, folders = example.job(self.device), example.import_folders
        parts = (example.code, job.function, job.timeout, folders)
        if parts not in self._keys:
            context = self.surroundings
            context = replace(context, roots=(*context.roots, *folders))
            how = {"function": job.function.__qualname__, "timeout": job.timeout}
            self._keys[parts] = context.key(example.code, **how)
        return self._keys[parts]
