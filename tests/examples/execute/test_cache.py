"""What a cached result depends on, and what happens where the cache is broken."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from mlx_keys.examples.execute.backend import Backend
from mlx_keys.examples.execute.cache import Cache, CacheContext, digest_lock, find_import_roots
from mlx_keys.examples.execute.job import RunResult

HERE = Backend("cpu", "linux", "x86_64", "glibc 2.36", "Chip", "0.32.4", "3.11.7")
RESULT = RunResult("raised", "é\n", error=("builtins.KeyError",), message="KeyError: 1", line=3)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with a package ``ours`` and modules ``alone`` and ``both``."""
    for name, text in {
        "src/ours/__init__.py": "",
        "src/ours/draw.py": "import numpy as np, alone\n",
        "src/ours/lazy/__init__.py": "def f():\n    from deep import thing\n",
        "src/deep/__init__.py": "",
        "src/ours/lazy/kernel.h": "",
        "src/alone.py": "import numpy\n",
        "src/both.py": "from ours import draw\n",
        "docs/page.md": "",
        "gallery/beside.py": "import both\n",
    }.items():
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return tmp_path


def key(project: Path, code: str, *beside: str) -> str:
    """The key of a program, as a new run makes it."""
    roots = (*find_import_roots(project), *(project / name for name in beside))
    return CacheContext(HERE, roots, "lock").key(code)


@pytest.mark.parametrize(
    ("code", "changed"),
    [
        ("import ours", "src/ours/draw.py"),
        ("import ours", "src/ours/lazy/kernel.h"),
        ("from ours.draw import thing", "src/ours/__init__.py"),
        ("import ours", "src/alone.py"),
        ("import ours", "src/deep/__init__.py"),
        ("def f():\n    import numpy, ours.draw as d", "src/ours/lazy/kernel.h"),
        ("import alone", "src/alone.py"),
        ("import both", "src/both.py"),
        ("import both", "src/ours/draw.py"),
        ("import beside", "gallery/beside.py"),
        ("import beside", "src/ours/draw.py"),
        ("import gallery.beside", "gallery/beside.py"),
    ],
)
def test_the_key_changes_with_any_file_of_a_package_that_is_imported(
    project: Path, code: str, changed: str
) -> None:
    before = key(project, code, "gallery")
    file = project / changed
    file.write_text(file.read_text() + "# changed\n")
    assert key(project, code, "gallery") != before


@pytest.mark.parametrize(
    ("code", "changed"),
    [
        ("import alone", "src/both.py"),
        ("import alone", "src/ours/__init__.py"),
        ("print('import alone')", "src/alone.py"),
        ("from .alone import x", "src/alone.py"),
        ("import docs", "docs/page.md"),
        ("import numpy, mlx.core", "src/alone.py"),
        ("1 +", "src/alone.py"),
        ("import beside", "gallery/beside.py"),
    ],
)
def test_the_key_does_not_change_with_what_is_not_imported(
    project: Path, code: str, changed: str
) -> None:
    before = key(project, code)
    file = project / changed
    file.write_text(file.read_text() + "# changed\n")
    assert key(project, code) == before


def test_the_key_does_not_change_with_a_files_date_or_what_an_interpreter_leaves(
    project: Path,
) -> None:
    before = key(project, "import ours")
    os.utime(project / "src/ours/draw.py", (0, 0))
    (project / "src/ours/__pycache__").mkdir()
    (project / "src/ours/__pycache__/draw.pyc").touch()
    assert key(project, "import ours") == before


def test_of_two_roots_the_first_that_has_a_name_counts(project: Path) -> None:
    (project / "alone.py").write_text("import ours\n")
    before = key(project, "import alone")
    (project / "alone.py").write_text("import both\n")
    assert key(project, "import alone") == before


def test_the_key_changes_with_all_else_that_can_change_what_is_printed(project: Path) -> None:
    context = CacheContext(HERE, find_import_roots(project), "lock")
    code = "import alone"
    others = [
        context.key("import alone\n"),
        context.key(code, form="SCRIPT"),
        replace(context, lock_digest="other").key(code),
        *(
            replace(context, backend=replace(HERE, **{name: value})).key(code)
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
    assert len({context.key(code), *others}) == 1 + len(others)


def test_what_is_put_is_got(tmp_path: Path) -> None:
    cache = Cache(tmp_path / "deep" / "cache")
    assert cache.get("key") is None
    cache.put("key", RESULT)
    assert cache.get("key") == RESULT
    assert [file.name for file in (tmp_path / "deep" / "cache").iterdir()] == ["key.json"]


def test_no_folder_keeps_nothing() -> None:
    cache = Cache(None)
    cache.put("key", RESULT)
    assert cache.get("key") is None


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "null", "{}", '{"ended": "done"}', "\x00"],
)
def test_a_broken_file_counts_as_absent_and_is_written_anew(tmp_path: Path, text: str) -> None:
    cache = Cache(tmp_path)
    (tmp_path / "key.json").write_text(text)
    assert cache.get("key") is None
    cache.put("key", RESULT)
    assert cache.get("key") == RESULT


def test_a_field_of_another_type_counts_as_broken(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    cache.put("key", RESULT)
    file = tmp_path / "key.json"
    file.write_text(file.read_text().replace('"left_processes": false', '"left_processes": "no"'))
    assert cache.get("key") is None


def test_a_cache_that_can_not_be_written_is_done_without(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    cache = Cache(tmp_path / "file")
    cache.put("key", RESULT)
    assert cache.get("key") is None


def test_without_a_lock_what_is_installed_counts(tmp_path: Path) -> None:
    lock = tmp_path / "lock"
    installed = digest_lock(lock)
    lock.write_text("mlx==1\n")
    assert digest_lock(lock) != installed
    lock.unlink()
    assert digest_lock(lock) == installed
