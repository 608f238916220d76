"""What a page documents of a function's result, compared with a call of it in every build."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

from ext.jobs.cached_results import cached_results
from ext.jobs.call_result import call_result
from mlx_keys.errors import KeysError, Location
from mlx_keys.examples.execute.job import Job, RunResult
from mlx_keys.sphinxext.diagnostics import report
from mlx_keys.sphinxext.domain import Store


@dataclass(frozen=True)
class ResultSpec:
    """The documented result of a function, and the call that shows it.

    Attributes:
        location: The directive.
        name: The function, in full.
        call: The call to make: ``split(key(7), 3)``.
        shape: The shape, as an expression over the function's parameters.
        dtype: The dtype.
        dtypes: What ``dtype=`` takes.
    """

    location: Location
    name: str
    call: str
    shape: str | None
    dtype: str | None
    dtypes: tuple[str, ...]

    @property
    def job(self) -> Job:
        """The call, for a child to make."""
        payload = {"name": self.name, "call": self.call, "shape": self.shape}
        return Job(call_result, payload | {"dtypes": list(self.dtypes)})

    def faults(self, run: RunResult) -> list[KeysError]:
        """The differences between the call's result and the documented one."""
        if run.ended != "done":
            fault = KeysError(
                f"the call {self.call} fails",
                where=self.location,
                found=run.message or run.ended,
                fix="write in :call: one that runs, such as split(key(7), 3)",
            )
            return [fault]
        return [*self._shape_faults(run.result), *self._dtype_faults(run.result)]

    def _shape_faults(self, result: Mapping[str, Any]) -> list[KeysError]:
        if self.shape is None or result["documented_shape"] == result["shape"]:
            return []
        fault = KeysError(
            f"{self.call} gives another shape",
            where=self.location,
            expected=f"{self.shape} = {result['documented_shape']}",
            found=str(result["shape"]),
            fix="write the shape in :shape:, as an expression over the function's parameters",
        )
        return [fault]

    def _dtype_faults(self, result: Mapping[str, Any]) -> list[KeysError]:
        """What is wrong with the documented dtype, and with those that ``dtype=`` takes."""
        checks = [(f"dtype={name}", name, found, "dtypes") for name, found in result["dtypes"]]
        if self.dtype is not None:
            checks.insert(0, (self.call, self.dtype, result["dtype"], "dtype"))
        return [
            KeysError(
                f"{call} gives another dtype",
                where=self.location,
                expected=expected,
                found=found,
                fix=f"write :dtype: {found}"
                if option == "dtype"
                else f"take {expected} out of :dtypes:",
            )
            for call, expected, found, option in checks
            if expected != found
        ]


#: The documented results on each page.
RESULT_SPECS = Store[list[ResultSpec]]("results")


def check_results(app: Sphinx, env: BuildEnvironment) -> None:
    """Compare every documented result with its call, in every build."""
    specs = [spec for kept in RESULT_SPECS.of(env).values() for spec in kept]
    runs = cached_results(app, [spec.job for spec in specs])
    for spec, run in zip(specs, runs, strict=True):
        for fault in spec.faults(run):
            report(env, fault)


def setup_result_specs(app: Sphinx) -> None:
    """Register the check."""
    app.connect("env-updated", check_results)
