"""What an observation depends on, and what becomes of a cache that is broken."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from tests.paths import ROOT

from mlx_keys.examples.execute import imports
from mlx_keys.examples.execute.backend import Backend
from mlx_keys.examples.execute.cache import Cache, CacheContext, lock_digest
from mlx_keys.examples.execute.job import RunResult

HERE = Backend("cpu", "linux", "x86_64", "glibc 2.36", "Chip", "0.32.4", "3.11.7")
SEEN = RunResult("raised", "é\n", error=("builtins.KeyError",), message="KeyError: 1", line=3)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with a package ``ours`` and a module ``alone``."""
    for name, text in {
        "src/ours/__init__.py": "",
        "src/ours/draw.py": "from . import block\nfrom .lazy import late\n",
        "src/ours/block.py": "import alone\n",
        "src/ours/lazy/__init__.py": "def __getattr__(name): ...\n",
        "src/ours/lazy/part.py": "",
        "src/ours/lazy/kernel.h": "",
        "src/ours/other.py": "",
        "src/alone.py": "import numpy\n",
    }.items():
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return tmp_path


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("import numpy, mlx.core", []),
        ("import alone", ["alone.py"]),
        ("from ours import other", ["ours/__init__.py", "ours/other.py"]),
        ("from ours.other import thing", ["ours/__init__.py", "ours/other.py"]),
        ("from ours.lazy import thing", ["ours/__init__.py", "ours/lazy/__init__.py",
                                         "ours/lazy/kernel.h", "ours/lazy/part.py"]),
        ("def f():\n    import ours.draw", ["alone.py", "ours/__init__.py", "ours/block.py",
                                            "ours/draw.py", "ours/lazy/__init__.py",
                                            "ours/lazy/kernel.h", "ours/lazy/part.py"]),
        ("1 +", []),
    ],
)  # fmt: skip
def test_a_program_depends_on_the_projects_files_that_it_imports(
    project: Path, code: str, expected: list[str]
) -> None:
    src = project / "src"
    found = imports.files(code, [src])
    assert sorted(str(Path(file).relative_to(src)) for file in found) == expected


def test_the_key_changes_with_all_that_can_change_what_is_printed(project: Path) -> None:
    around = CacheContext(HERE, (project / "src",), "lock")
    code = "import alone"
    others = [
        around.key("import alone\n"),
        around.key(code, form="SCRIPT"),
        replace(around, lock="other").key(code),
        *(
            replace(around, backend=replace(HERE, **{name: value})).key(code)
            for name, value in (
                ("device", "cuda"),
                ("system", "darwin"),
                ("machine", "arm64"),
                ("libc", "glibc 2.37"),
                ("chip", "Other chip"),
                ("mlx", "0.32.5"),
                ("python", "3.11.8"),
            )
        ),
    ]
    first = around.key(code)
    (project / "src/alone.py").write_text("import numpy  # changed\n")
    others.append(replace(around, sources=imports.Sources()).key(code))
    assert len({first, *others}) == 1 + len(others)


def test_the_key_does_not_change_with_what_is_not_imported(project: Path) -> None:
    around = CacheContext(HERE, (project / "src",), "lock")
    before = around.key("import alone")
    (project / "src/ours/other.py").write_text("changed = 1\n")
    (project / "src/alone.py").touch()
    assert replace(around, sources=imports.Sources()).key("import alone") == before


def test_what_is_put_is_got(tmp_path: Path) -> None:
    kept = Cache(tmp_path / "deep" / "cache")
    assert kept.get("key") is None
    kept.put("key", SEEN)
    assert kept.get("key") == SEEN
    assert [file.name for file in (tmp_path / "deep" / "cache").iterdir()] == ["key.json"]


def test_no_folder_keeps_nothing() -> None:
    kept = Cache(None)
    kept.put("key", SEEN)
    assert kept.get("key") is None


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "null", "{}", '{"ended": "done"}', "\x00"],
)
def test_a_broken_file_counts_as_absent_and_is_written_anew(tmp_path: Path, text: str) -> None:
    kept = Cache(tmp_path)
    (tmp_path / "key.json").write_text(text)
    assert kept.get("key") is None
    kept.put("key", SEEN)
    assert kept.get("key") == SEEN


def test_a_field_of_another_type_counts_as_broken(tmp_path: Path) -> None:
    kept = Cache(tmp_path)
    kept.put("key", SEEN)
    file = tmp_path / "key.json"
    file.write_text(file.read_text().replace('"left": false', '"left": "no"'))
    assert kept.get("key") is None


def test_a_cache_that_can_not_be_written_is_done_without(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    kept = Cache(tmp_path / "file")
    kept.put("key", SEEN)
    assert kept.get("key") is None


def test_without_a_lock_what_is_installed_counts(tmp_path: Path) -> None:
    lock = tmp_path / "lock"
    installed = lock_digest(lock)
    lock.write_text("mlx==1\n")
    assert lock_digest(lock) != installed
    assert lock_digest(None) == installed


@pytest.mark.parametrize("file", sorted((ROOT / "src").rglob("*.py")), ids=lambda path: path.stem)
def test_a_file_read_for_its_imports_alone_misses_none(file: Path) -> None:
    code = file.read_text(encoding="utf-8")
    assert set(imports.modules(code)) <= set(imports.modules(imports._imports(code)))


def test_imports_are_found_in_every_way_to_write_them() -> None:
    code = """
def late():
    from a import (b,
                   c)
    from .d import e; import f.g as h
if late: import i, \\
    j
"""
    named = {"a.b", "a.c", "pkg.d.e", "f.g", "i", "j"}
    assert set(imports.modules(code, "pkg")) == named
    assert set(imports.modules(imports._imports(code), "pkg")) == named


def test_prose_that_looks_like_an_import_hides_none() -> None:
    code = '"""See:\n    import this (and that\n"""\nimport real\n'
    assert "real" in set(imports.modules(imports._imports(code)))
