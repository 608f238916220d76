"""A wrong use of any directive or role of ours stops a plain build at its line."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from unittest.mock import Mock

import pytest
from tests.sphinx_project import SITE_CONF, build, write

import ext
from mlx_keys import sphinxext

#: A wrong use of each directive and role, on the third line of a page.
WRONG_USES = {
    "example": "> ```{example}\n> print(1)\n> ```",
    "output": "```{output}\n42\n```",
    "key-tree": "```{key-tree} seven\n```",
    "key-face": "{key-face}`split(key(7))`",
    "mlx-function": "```{mlx-function} mlx.core.random.nothing\n```",
    "mlx-parameters": "```{mlx-parameters} mlx.core.random.split\nNo list.\n```",
    "mlx-draws": "```{mlx-draws} normal((9,), key=key(7))\n:between: 4 -4\n```",
    "verified-count": "```{verified-count} 7\n```",
    "attested-backends": "```{attested-backends} cpu\n```",
    "errata": "```{errata} mlx.core.nothing\n```",
    "upstream-says": "```{upstream-says} mlx.core.random.split\nIt sorts an array.\n```",
    "threefry-rounds": "```{threefry-rounds} seven\n```",
    "speed": "```{speed} cpu\n```",
    "speed-table": "```{speed-table} cpu\n:values: many\n```",
    "speed-kernels": "```{speed-kernels} z80\n```",
    "speed-variants": "```{speed-variants}\n```",
    "speed-machine": "```{speed-machine} z80\n```",
    "batteries": "```{batteries} Crush\n```",
    "batteries-together": "```{batteries-together} Crush\n```",
    "batteries-marked": "```{batteries-marked}\n:seed: 1\n```",
    "batteries-controls": "```{batteries-controls}\nCrush\n```",
    "batteries-plot": "```{batteries-plot} Crush\n```",
    "batteries-when": "```{batteries-when} Crush\n```",
}


def test_each_directive_and_role_has_a_wrong_use_here() -> None:
    app = Mock()
    sphinxext.setup(app)
    ext.setup(app)
    calls = [*app.add_directive.call_args_list, *app.add_role.call_args_list]
    assert {call.args[0] for call in calls} == WRONG_USES.keys()


@pytest.mark.parametrize("name", WRONG_USES)
def test_a_wrong_use_stops_the_build_at_its_line(tmp_path: Path, name: str) -> None:
    write(tmp_path, {"index.md": f"# Page\n\n{WRONG_USES[name]}\n"}, SITE_CONF)
    built = build(tmp_path)
    assert built.stopped.endswith("; nothing was written")
    fault = rf"{re.escape(str(tmp_path))}/index\.md:3: ERROR: .*\n(?:  .*\n)*  fix: "
    assert re.search(fault, built.warnings)
    assert not list(built.out.glob("*.html"))


@pytest.mark.parametrize(
    ("use", "reason"),
    [
        (".. speed:: cpu", "2 argument(s) required, 1 supplied"),
        (".. threefry-rounds:: 7\n   :befor: 1", 'unknown option: "befor"'),
        (
            ".. speed-table:: cpu\n   :values: many",
            "invalid option value: (option: \"values\"; value: 'many')",
        ),
        (".. batteries::\n\n   Crush", "no content permitted"),
    ],
)
def test_a_use_that_docutils_refuses_stops_a_page_in_restructuredtext_too(
    tmp_path: Path, use: str, reason: str
) -> None:
    write(tmp_path, {"index.rst": f"Page\n====\n\n{use}\n"}, SITE_CONF)
    built = build(tmp_path)
    assert built.stopped == "1 error; nothing was written"
    assert f"  found: {reason}" in built.warnings


def test_a_refused_use_of_somebody_elses_directive_is_theirs_to_judge(tmp_path: Path) -> None:
    write(tmp_path, {"index.md": "# Page\n\n```{image}\n```\n"}, SITE_CONF)
    built = build(tmp_path)
    assert "'image': 1 argument(s) required" in built.warnings
    assert not built.stopped
    assert (built.out / "index.html").exists()


@pytest.mark.parametrize("name", ["key-tree", "key-face", "verified-count"])
def test_a_stopped_build_has_exit_status_1(tmp_path: Path, name: str) -> None:
    write(tmp_path, {"index.md": f"# Page\n\n{WRONG_USES[name]}\n"}, SITE_CONF)
    conf = Path(ext.__file__).parents[1]
    command = [sys.executable, "-m", "sphinx", tmp_path, tmp_path / "out"]
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, env={"PYTHONPATH": str(conf)}
    )
    assert done.returncode == 1
    assert "index.md:3: ERROR: " in done.stderr
    assert not list((tmp_path / "out").glob("*.html"))
