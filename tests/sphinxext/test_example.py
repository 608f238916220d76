"""``{example}`` in a page: one box in three parts, and a build that stops where one is untrue."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from tests.paths import ROOT
from tests.sphinx_project import CONF, build, write

PAGE = """# A page

```{example}
print(6 * 7)
print("done")
```
```{output}
42
done
```

After it.
"""

RST = """A page
======

.. example::

   print(6 * 7)

.. output::

   42
"""


def test_an_example_is_one_box_in_three_parts(tmp_path: Path) -> None:
    write(tmp_path, {"page.md": PAGE})
    built = build(tmp_path)
    assert (built.warnings, built.stopped) == ("", "")
    html = built.html("page")
    box = html[html.index('<div class="mk-example') : html.index("<p>After it.")]
    code, printed, status = (box.index(part) for part in ("mk-code", "mk-output", "mk-status"))
    assert code < printed < status
    assert "<summary>verified" in box
    assert "SHA-256 of the output" in box
    assert "sha256" not in (built.out / "searchindex.js").read_text().lower()


def test_the_message_of_an_exception_may_wrap_and_printed_output_may_not(tmp_path: Path) -> None:
    raises = PAGE.replace("```{example}\n", "```{example}\n:raises: ZeroDivisionError\n")
    raises = raises.replace('print("done")', "1 / 0").replace(
        "done", "ZeroDivisionError: division by zero"
    )
    write(tmp_path, {"page.md": PAGE, "raises.md": raises})
    built = build(tmp_path)
    assert (built.warnings, built.stopped) == ("", "")
    assert "mk-message" in built.html("raises")
    assert "mk-message" not in built.html("page")


def test_an_example_in_restructuredtext_is_verified_too(tmp_path: Path) -> None:
    write(tmp_path, {"page.rst": RST})
    built = build(tmp_path)
    assert (built.warnings, built.stopped) == ("", "")
    assert "<summary>verified" in built.html("page")


def test_a_builder_without_html_gets_the_status_as_a_line(tmp_path: Path) -> None:
    write(tmp_path, {"page.md": PAGE})
    built = build(tmp_path, "text")
    assert built.warnings == ""
    text = (built.out / "page.txt").read_text()
    assert "42\n   done\n\nverified on" in text


def test_an_output_that_varies_is_not_counted_as_verified(tmp_path: Path) -> None:
    page = PAGE.replace("print(6 * 7)", ":varies: it asks the clock\n\nprint(6 * 7)")
    write(tmp_path, {"page.md": page})
    built = build(tmp_path)
    assert "<summary>varies: it asks the clock" in built.html("page")
    assert "1 example executed (1 now), 0 outputs verified" in built.status


@pytest.mark.parametrize(
    ("name", "text", "line"),
    [("page.md", PAGE.replace("42", "43"), 8), ("page.rst", RST.replace("42", "43"), 10)],
)
def test_a_wrong_digit_ends_the_build_at_its_line_before_anything_is_written(
    tmp_path: Path, name: str, text: str, line: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path, {name: text})
    built = build(tmp_path)
    assert built.stopped.startswith("1 error;")
    assert built.warnings.startswith(f"{name}:{line}: ERROR: this is not what the example")
    for part in ("expected:", "43", "found:", "42", "fix: mlx-keys verify"):
        assert part in built.warnings
    assert "Traceback" not in built.warnings
    assert not list(built.out.glob("*.html"))


def test_every_fault_is_named_not_only_the_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    bad = PAGE.replace("42", "43")
    write(tmp_path, {"one.md": bad, "two.md": bad, "three.md": PAGE})
    built = build(tmp_path)
    assert built.stopped.startswith("2 errors;")
    assert [line.split(":")[0] for line in built.warnings.splitlines() if "ERROR" in line] == [
        "one.md",
        "two.md",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "# A page\n\n:::{note}\n" + PAGE.partition("\n\n")[2] + "\n:::\n",
        "# A page\n\n- a list\n\n  ```{example}\n  print(1)\n  ```\n",
        "# A page\n\n```{output}\n42\n```\n",
    ],
    ids=["in a note", "in a list", "an output alone"],
)
def test_an_example_that_verify_would_not_see_is_a_fault_at_its_line(
    tmp_path: Path, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path, {"page.md": text})
    built = build(tmp_path)
    line = 1 + next(
        n for n, part in enumerate(text.splitlines()) if "{example}" in part or "{output}" in part
    )
    assert built.stopped
    assert f"page.md:{line}: ERROR:" in built.warnings


def test_an_example_of_an_included_file_is_a_fault(tmp_path: Path) -> None:
    write(tmp_path, {"page.rst": "A page\n======\n\n.. include:: part.txt\n", "part.txt": RST[14:]})
    built = build(tmp_path)
    assert built.stopped
    assert "mlx-keys verify does not see this example" in built.warnings


@pytest.mark.parametrize("code", ["   <0>", "   0", "   :raises: E"])
def test_an_example_of_an_included_file_does_not_show_one_of_the_page(
    tmp_path: Path, code: str
) -> None:
    """Not even where its first line looks like the number of one."""
    part = f".. example::\n\n{code}\n"
    write(tmp_path, {"page.rst": f"{RST}\n.. include:: part.txt\n", "part.txt": part})
    built = build(tmp_path)
    assert built.stopped
    assert "mlx-keys verify does not see this example" in built.warnings


def test_the_examples_of_a_deleted_page_are_no_longer_verified(tmp_path: Path) -> None:
    write(tmp_path, {"good.md": PAGE, "other.md": PAGE})
    assert "2 examples" in build(tmp_path).status
    (tmp_path / "other.md").unlink()
    write(tmp_path, {"good.md": PAGE})
    built = build(tmp_path)
    assert "1 example executed (0 now), 1 output verified" in built.status
    assert not (built.out / "other.html").exists()


def test_an_unchanged_example_is_compared_again_and_not_run_again(tmp_path: Path) -> None:
    write(tmp_path, {"page.md": PAGE})
    assert "1 example executed (1 now), 1 output verified" in build(tmp_path).status
    assert "1 example executed (0 now), 1 output verified" in build(tmp_path).status
    write(tmp_path, {"page.md": PAGE.replace("42", "41")})
    assert build(tmp_path).stopped


def test_all_pages_read_in_parallel_are_verified(tmp_path: Path) -> None:
    write(tmp_path, {f"page{n}.md": PAGE.replace("6 * 7", f"{n}").replace("42", f"{n}")
                     for n in range(8)})  # fmt: skip
    built = build(tmp_path, parallel=2)
    assert (built.warnings, built.stopped) == ("", "")
    assert "8 examples executed (8 now), 8 outputs verified" in built.status
    assert all("<summary>verified" in built.html(f"page{n}") for n in range(8))


def test_the_examples_of_a_readme_are_verified_with_the_site(tmp_path: Path) -> None:
    readme = "<!-- example -->\n```python\nprint(1)\n```\n```text\n2\n```\n"
    docs = tmp_path / "docs"
    write(docs, {"page.md": PAGE}, CONF + 'mlx_keys_also = ["../README.md"]\n')
    (tmp_path / "README.md").write_text(readme)
    built = build(docs)
    assert built.stopped
    assert "README.md:6: ERROR:" in built.warnings
    (tmp_path / "README.md").write_text(readme.replace("\n2\n", "\n1\n"))
    assert "2 outputs verified" in build(docs).status


def test_sphinx_does_not_import_mlx_in_its_own_process(tmp_path: Path) -> None:
    page = PAGE.replace("print(6 * 7)", "import mlx.core as mx\nprint(mx.array(42).item())")
    write(tmp_path, {"page.md": page})
    code = (
        "import sys; from pathlib import Path; from tests.sphinx_project import build\n"
        "built = build(Path(sys.argv[1]))\n"
        "print(built.stopped, '1 output verified' in built.status, 'mlx' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
    )
    assert done.stdout.split() == ["True", "False"]
