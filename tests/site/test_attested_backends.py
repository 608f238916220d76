"""The table of attested machines shows what the records hold."""

from __future__ import annotations

from pathlib import Path

from tests.sphinx_project import SITE_CONF, build, write

from ext.attested_backends import column
from mlx_keys.examples.execute.backend import Backend
from mlx_keys.examples.ulp import Distance
from mlx_keys.trust.attestations import Attestation, BackendRecord, save_record

CUDA = Backend("cuda", "linux", "x86_64", "glibc 2.39", "NVIDIA H100", "0.32.4", "3.12.3")
FAR = (Distance(2.0, "ulp of float32"),)
RECORD = BackendRecord(
    CUDA,
    "2026-11-22",
    {
        "a.md": (Attestation("1", "2", "2"), Attestation("3", "4", "5", FAR)),
        "b.md": (Attestation("6", "7", "7"),),
    },
)


def test_a_column_counts_equal_outputs_and_names_the_largest_distance() -> None:
    assert column(RECORD) == (
        "CUDA",
        "NVIDIA H100",
        "Linux x86_64, glibc 2.39",
        "0.32.4",
        "2026-11-22",
        "3",
        "2",
        "1, within 2 ulp of float32",
    )


def html_of(folder: Path) -> str:
    """The page with the table, built on top of what earlier builds left."""
    page = "# Page\n\n```{attested-backends}\n```\n"
    write(folder, {"page.md": page}, SITE_CONF + 'mlx_keys_trust = "trust"\n')
    built = build(folder)
    assert (built.warnings, built.stopped) == ("", "")
    return built.html("page")


def test_the_table_changes_with_the_records(tmp_path: Path) -> None:
    assert "No machine has been attested yet." in html_of(tmp_path)
    save_record(tmp_path / "trust", RECORD)
    page = html_of(tmp_path)
    assert "NVIDIA H100" in page
    assert "No machine" not in page
    path = tmp_path / "trust" / "backends" / f"{CUDA.name}.json"
    path.write_text(path.read_text().replace("H100", "H200"))
    assert "NVIDIA H200" in html_of(tmp_path)
    path.unlink()
    assert "No machine has been attested yet." in html_of(tmp_path)
