"""A mlx that takes other parameters than recorded stops the build."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from tests.sphinx_project import SITE_CONF, build, write

from mlx_keys.upstream.installed import snapshot

KEY = """# key

```{mlx-function} mlx.core.random.key
Makes a key.
```
"""


def changed_record(folder: Path) -> None:
    """Record other signatures than the installed ones."""
    path = folder / "trust" / "signatures.json"
    snapshot.save_snapshot(snapshot.take_snapshot(), path)
    plain = json.loads(path.read_text())
    plain["functions"]["mlx.core.random.key"] = ["(seed: float) → array"]
    plain["functions"]["mlx.core.random.seed"] = ["(seed: float) → None"]
    path.write_text(json.dumps(plain))


def test_a_changed_signature_ends_the_build_at_the_page_to_curate(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where nothing else changed; and at the record, for a function that no page describes."""
    monkeypatch.chdir(tmp_path)
    write(tmp_path, {"key.md": KEY}, SITE_CONF + 'mlx_keys_trust = "trust"\n')
    assert build(tmp_path).stopped == ""
    changed_record(tmp_path)
    built = build(tmp_path)
    assert built.stopped.startswith("2 errors;")
    assert re.search(
        r"^key\.md:1: ERROR: mlx \S+ changed the signature of mlx\.core\.random\.key\n"
        r"  expected: \(seed: float\) → array  \(mlx \S+\)\n"
        r"  found: \(seed: int\) → array\n"
        r"  fix: curate key\.md, then mlx-keys drift --record$",
        built.warnings,
        re.MULTILINE,
    )
    assert "trust/signatures.json:1: ERROR" in built.warnings
    snapshot.save_snapshot(snapshot.take_snapshot(), tmp_path / "trust" / "signatures.json")
    assert build(tmp_path).stopped == ""


def test_a_record_that_cannot_be_read_ends_the_build(tmp_path: Path) -> None:
    write(tmp_path, {"key.md": KEY}, SITE_CONF + 'mlx_keys_trust = "trust"\n')
    (tmp_path / "trust").mkdir()
    (tmp_path / "trust" / "signatures.json").write_text("[]")
    warnings = build(tmp_path).warnings
    assert re.search(r"signatures\.json:1: ERROR: the record of .*cannot be read", warnings)
