"""How fast draws were on a chip: ``trust/speed/NAME.json``, a row a line.

It is measured, never typed: ``mlx-keys bench prng --record`` writes it. Two files may lie beside
it: ``NAME.ncu.csv``, a profile of the kernels as Nsight Compute writes it, and
``NAME.variants.csv``, the times of other ways to write a kernel, by the GPU's own clock.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from mlx_keys.errors import KeysError, Location
from mlx_keys.examples.execute.backend import Backend
from mlx_keys.files import read_record, write_atomic

_MEASURE = "mlx-keys bench prng --record"


@dataclass(frozen=True)
class SpeedRecord:
    """What one run measured.

    Attributes:
        backend: Where, on which chip, with which versions.
        date: The day, ISO 8601.
        command: What measures it anew.
        libraries: The versions of the others that were measured.
        rows: The measurements as ``mlx-keys bench prng --json`` prints them.
    """

    backend: Backend
    date: str
    command: str
    libraries: Mapping[str, str]
    rows: Sequence[Mapping[str, Any]]

    def measurements(self, draw: str, values: int, batch: int = 1) -> dict[str, Mapping[str, Any]]:
        """The measurements of one draw of one size, by implementation.

        Args:
            draw: What was drawn.
            values: How many values.
            batch: How many calls were made before they were waited for.

        Raises:
            KeysError: No such draw was measured.
        """
        wanted = draw, values, batch
        rows = {row["who"]: row for row in self.rows if _identity(row) == wanted}
        if rows:
            return rows
        raise KeysError(
            f"nothing was measured of {_describe(*wanted)} on {self.backend.label}",
            expected=", ".join(_describe(*row) for row in sorted(set(map(_identity, self.rows)))),
            fix=self.command,
        )

    def largest_batch(self, values: int) -> int:
        """The most calls of one size that were made before they were waited for."""
        batches = (batch for _, n, batch in map(_identity, self.rows) if n == values)
        return max(batches, default=1)

    @property
    def draws(self) -> tuple[str, ...]:
        """What was drawn, in the order of the run."""
        return tuple(dict.fromkeys(row["draw"] for row in self.rows))

    @property
    def sizes(self) -> tuple[int, ...]:
        """The numbers of values, smallest first."""
        return tuple(sorted({row["values"] for row in self.rows}))


def _identity(row: Mapping[str, Any]) -> tuple[str, int, int]:
    """What a row measured: the draw, how many values, and the batch (the JSON's ``in_a_row``)."""
    return row["draw"], row["values"], row.get("in_a_row", 1)


def _describe(draw: str, values: int, batch: int) -> str:
    return f"{draw} with {values} values" + (f", {batch} in a row" if batch > 1 else "")


def save_speed(folder: Path, speed: SpeedRecord) -> Path:
    """Write a record, in place of an older one of that backend and GPU."""
    head = asdict(speed)
    rows = ",\n".join(f"    {json.dumps(row)}" for row in head.pop("rows"))
    lines = json.dumps(head, indent=2).removesuffix("\n}")
    path = folder / "speed" / f"{_record_name(speed.backend)}.json"
    write_atomic(path, f'{lines},\n  "rows": [\n{rows}\n  ]\n}}\n')
    return path


def _record_name(backend: Backend) -> str:
    """The name of a record: the backend's, and a GPU's, since GPUs differ in speed."""
    if backend.device == "cpu":
        return backend.name
    chip = backend.chip.partition(",")[0]  # the driver follows
    return f"{backend.name}-{chip.lower().replace(' ', '-')}"


def speed_files(folder: Path, where: str) -> list[Path]:
    """The records with a word in their names, sorted."""
    paths = (folder / "speed").glob("*.json")
    return sorted(path for path in paths if where in path.stem.split("-"))


def load_speed(folder: Path, where: str) -> SpeedRecord:
    """Read the record of a device or a chip.

    Args:
        folder: The folder of records.
        where: A word of the record's name: a device, such as ``cpu``, or a chip, such as ``h100``.

    Raises:
        KeysError: There is no such record, or more than one, or it cannot be read.
    """
    paths = speed_files(folder, where)
    if len(paths) != 1:
        fix = "remove those that are not to be shown" if paths else f"{_MEASURE} on such a machine"
        raise KeysError(
            f"{len(paths)} records of speed on {where}",
            expected=f"one file in trust/speed with {where} in its name",
            found=", ".join(path.name for path in paths) or "none",
            fix=fix,
        )
    return read_record(
        paths[0],
        lambda stored: SpeedRecord(**stored | {"backend": Backend(**stored["backend"])}),
        "the record of speed",
        _MEASURE,
    )


def _beside(folder: Path, where: str, suffix: str) -> Path:
    """A file beside the one record of a device or a chip, which differs in its suffix."""
    (record,) = speed_files(folder, where)
    path = record.with_suffix(suffix)
    if not path.is_file():
        raise KeysError(
            f"no such thing was measured on {where}",
            expected=f"trust/speed/{path.name}",
            fix=f"name a chip that has one, or write trust/speed/{path.name} with ncu --csv",
        )
    return path


def load_kernel_profile(
    folder: Path, where: str, metrics: Iterable[str]
) -> dict[str, dict[str, str]]:
    """What Nsight Compute measured of the kernels.

    Args:
        folder: The folder of records.
        where: As :func:`load_speed` takes it.
        metrics: Which metrics; one that is missing is an error.

    Returns:
        By the name of the kernel, each metric with its unit.
    """
    path = _beside(folder, where, ".ncu.csv")
    with path.open(encoding="utf-8", newline="") as file:
        units, *measured = csv.DictReader(file)
    kernels = {}
    for row in measured:
        try:
            kernels[row["Kernel Name"]] = {m: f"{row[m]} {units[m]}" for m in metrics}
        except KeyError as error:
            raise KeysError(
                f"a metric was not measured: {error}",
                where=Location(str(path)),
                expected=", ".join(metrics),
                fix="ncu --metrics, with the metric that is missing",
            ) from None
    return kernels


def load_kernel_variants(folder: Path, where: str) -> dict[str, float]:
    """How long 2**28 words took, in milliseconds, by the way in which their kernel was written."""
    with _beside(folder, where, ".variants.csv").open(encoding="utf-8", newline="") as file:
        return {row["variant"]: float(row["milliseconds"]) for row in csv.DictReader(file)}
