"""What examples do: each is run in a child, once, unless what it does is known."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path

from mlx_keys.examples.gallery import script_example
from mlx_keys.examples.model import Example, Form

from . import run_code
from .backend import Backend, ask
from .cache import Cache, CacheContext, lock_digest, project_roots
from .imports import modules
from .pool import PLOTTING, Job, Pool, RunResult

#: Endings that are kept for later runs; a hang or a flood may have been the machine's load.
_KEPT = ("done", "raised", "exited", "killed")


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

    def start(self, examples: Iterable[Example]) -> None:
        """Run what is not known of these examples while the caller does something else.

        To :meth:`see` it makes no difference but of time.
        """
        missing = self._missing([(self._key(one), one) for one in examples])
        if missing and self._ahead is None:
            self._ahead = threading.Thread(target=self._run_ahead, args=(missing,), daemon=True)
            self._ahead.start()

    def results(self, examples: Sequence[Example]) -> list[RunResult]:
        """What each example does."""
        keyed = [(self._key(one), one) for one in examples]
        if self._ahead is not None:
            self._ahead.join()
            self._ahead = None
        self._run(self._missing(keyed))
        return [self._seen[key] for key, _ in keyed]

    def _missing(self, keyed: Sequence[tuple[str, Example]]) -> dict[str, Example]:
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

    def _run_ahead(self, missing: dict[str, Example]) -> None:
        # What has not been seen for an error here is run again by `see`, which tells of it.
        with contextlib.suppress(Exception):
            self._run(missing)

    def _run(self, missing: dict[str, Example]) -> None:
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

    def _job(self, example: Example) -> Job:
        if example.form is Form.SCRIPT:
            job = script_example.job(example, self.device)
        else:
            payload = {"code": example.code, "device": self.device}
            drawing = any(name.split(".")[0] == "matplotlib" for name in modules(example.code))
            preload = PLOTTING if drawing else ()
            job = Job(run_code.run, payload, example.options.timeout, preload=preload)
        return replace(job, timeout=job.timeout * self.patience)

    def _key(self, example: Example) -> str:
        """The example's key in the cache. A gallery script may import what stands beside it."""
        beside = Path(example.location.path).parent if example.form is Form.SCRIPT else None
        told = (example.code, example.form, example.options.timeout, beside)
        if told not in self._keys:
            around = self.surroundings
            if beside is not None:
                around = replace(around, roots=(*around.roots, beside.resolve()))
            more = {"form": example.form.name, "timeout": example.options.timeout}
            self._keys[told] = around.key(example.code, **more)
        return self._keys[told]
