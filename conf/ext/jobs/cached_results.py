"""The results of jobs that directives ask for: from the examples' cache, or run in children.

What a job returns is kept from build to build, never whether a page is right about it: each
directive compares in every build.
"""

from __future__ import annotations

from collections.abc import Sequence

from sphinx.application import Sphinx

from mlx_keys.examples.execute.cache import Cache
from mlx_keys.examples.execute.job import Job, RunResult
from mlx_keys.sphinxext.config import cache_folder
from mlx_keys.sphinxext.runner import runner_of

#: Endings that are kept; what hung or was killed may have met with the machine's load.
_KEPT = ("done", "raised")


def cached_results(app: Sphinx, jobs: Sequence[Job]) -> list[RunResult]:
    """The result of each job.

    A result is known by all that can change it: the job, its payload, mlx and this package
    (``mlx_keys_made_by``), and what the examples' cache goes by: backend, Python and lock.

    Args:
        app: The build.
        jobs: The jobs; their payloads are JSON.
    """
    if not jobs:
        return []
    cache = Cache(cache_folder(app))
    keys = [_key(app, job) for job in jobs]
    results = {key: result for key in keys if (result := cache.get(key)) is not None}
    missing = {key: job for key, job in zip(keys, jobs, strict=True) if key not in results}
    for key, result in zip(missing, runner_of(app).pool.run(missing.values()), strict=True):
        results[key] = result
        if result.ended in _KEPT:
            cache.put(key, result)
    return [results[key] for key in keys]


def _key(app: Sphinx, job: Job) -> str:
    function = f"{job.function.__module__}:{job.function.__qualname__}"
    made_by = app.config.mlx_keys_made_by
    return runner_of(app).cache_context.key("", job=[function, job.payload], made_by=made_by)
