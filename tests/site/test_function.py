"""``{mlx-function}`` and ``{mlx-parameters}``: what they say of mlx is what the mlx here says."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from sphinx.util.inventory import InventoryFile
from tests.paths import TRUST
from tests.sphinx_project import SITE_CONF, build, write

from ext.reference.at_a_glance import where_outputs_are_equal
from mlx_keys.trust.status import BackendEvidence, Status

LISTS = SITE_CONF + f'myst_enable_extensions = ["deflist"]\nmlx_keys_trust = {str(TRUST)!r}\n'

SPLIT = """# split

```{mlx-function} mlx.core.random.split
:call: split(key(7), 3)
:shape: (num, 2)
:dtype: uint32

One key in, `num` keys out.
```

See {py:func}`mlx.core.random.split`.

```{mlx-parameters} mlx.core.random.split
key
: What to split.

num
: How many.

stream
: Where.
```

```{example}
print(6 * 7)
```
```{output}
42
```
"""


def text_of(html: str) -> str:
    """A page's words, without its tags."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", "", html[html.index("<h1>") :]))


@pytest.fixture(scope="module")
def split_page(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("split")
    write(folder, {"split.md": SPLIT}, LISTS)
    built = build(folder)
    assert (built.warnings, built.stopped) == ("", "")
    inventory = (built.out / "objects.inv").read_bytes()
    assert "mlx.core.random.split" in InventoryFile.loads(inventory, uri="").data["py:function"]
    return built.html("split")


def test_the_signature_is_the_installed_one_and_its_types_link(split_page: str) -> None:
    words = text_of(split_page)
    assert "split(key: array, num: int = 2, stream: StreamOrDevice = None)" in words
    for address in ("_autosummary/mlx.core.array.html", "functions.html#int"):
        assert address in split_page


def test_the_module_is_above_the_title_and_not_in_the_navigation(split_page: str) -> None:
    assert '<h1><span class="mk-eyebrow">mlx.core.random</span>split' in split_page
    assert "<title>split" in split_page


def test_the_table_of_facts_holds_what_was_read_off_called_and_measured(split_page: str) -> None:
    words = text_of(split_page)
    facts = words[words.index("At a glance") :]
    assert "Gives shape (num, 2), dtype uint32 Key required Stream optional" in facts
    assert re.search(r"Outputs equal on \w+ \(every example on this page\)", facts)
    assert "Last changed not in" in facts
    assert "Read from mlx" in facts


def test_parameters_get_their_types_and_defaults(split_page: str) -> None:
    assert re.search(r"num int, by default 2\s*How many\.", text_of(split_page))


@pytest.mark.parametrize(
    ("old", "new", "parts"),
    [
        ("(num, 2)", "(num, 3)", ("split(key(7), 3) gives another shape", "[3, 3]", "[3, 2]")),
        ("uint32", "int32", ("gives another dtype", "expected: int32", "found: uint32")),
        ("split(key(7), 3)", "split(key(7), [])", ("the call split(key(7), []) fails",)),
        ("mlx.core.random.split\n:call", "mlx.core.random.spilt\n:call", ("has no", "spilt")),
        (":call: split(key(7), 3)\n", "", ("no call shows the documented result",)),
        ("num\n: How many.\n\n", "", ("are not the parameters", "key, num, stream")),
    ],
)
def test_a_wrong_page_stops_the_build_at_the_directive(
    tmp_path: Path, old: str, new: str, parts: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert SPLIT.count(old) >= 1
    text = SPLIT.replace(old, new, 1).replace("See {py:func}`mlx.core.random.split`.", "")
    write(tmp_path, {"split.md": text}, LISTS)
    built = build(tmp_path)
    assert built.stopped
    line = (
        3
        if "are not the parameters" not in parts
        else 1 + text[: text.index("{mlx-par")].count("\n")
    )
    assert f"split.md:{line}: ERROR" in built.warnings
    for part in parts:
        assert part in built.warnings
    assert not list(built.out.glob("*.html"))


def test_a_result_is_kept_from_build_to_build_and_compared_in_each(tmp_path: Path) -> None:
    """A result in the cache is believed, and what follows from it is not: the build stops."""
    write(tmp_path, {"split.md": SPLIT}, LISTS)
    assert build(tmp_path).stopped == ""
    (kept,) = (
        path
        for path in (tmp_path / "_build" / "doctrees" / "observed").glob("*.json")
        if json.loads(path.read_text())["result"]
    )
    stored = json.loads(kept.read_text())
    kept.write_text(json.dumps(stored | {"result": stored["result"] | {"dtype": "int8"}}))
    built = build(tmp_path)
    assert (built.read, built.stopped) == (set(), "1 error; nothing was written")
    assert "found: int8" in built.warnings


def test_another_documented_shape_is_compared_with_the_same_call(tmp_path: Path) -> None:
    write(tmp_path, {"split.md": SPLIT}, LISTS)
    build(tmp_path)
    write(tmp_path, {"split.md": SPLIT.replace("(num, 2)", "(2, num)")}, LISTS)
    assert "gives another shape" in build(tmp_path).warnings


def test_a_history_that_cannot_be_read_stops_the_build_at_the_directive(tmp_path: Path) -> None:
    write(tmp_path, {"split.md": SPLIT}, SITE_CONF + 'myst_enable_extensions = ["deflist"]\n')
    (tmp_path / "trust").mkdir()
    (tmp_path / "trust" / "history.json").write_text("[]")
    built = build(tmp_path)
    assert "history.json:1: ERROR: " in built.warnings
    assert built.stopped


def test_a_backend_is_named_with_how_many_examples_are_equal_on_it() -> None:
    def evidence(label: str, agreed: str = "equal") -> BackendEvidence:
        return BackendEvidence(label, "", agreed, "0.32.4", "", "", "", attested=True)

    statuses = [
        Status("a", (evidence("CPU"), evidence("CUDA"))),
        Status("b", (evidence("CPU"), evidence("CUDA", "within 2 ulp"))),
    ]
    assert where_outputs_are_equal(statuses) == (
        "CPU (every example on this page), CUDA (1 of 2 examples on this page)"
    )
    assert where_outputs_are_equal([]) == "no example on this page yet"
