"""The directives that only this site has are its own, and its pages follow their code."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

from tests.paths import ROOT
from tests.sphinx_project import SITE_CONF, build, write

SITE_ONLY = {
    *("mlx-function", "mlx-parameters", "mlx-draws", "verified-count"),
    *("attested-backends", "errata", "upstream-says", "threefry-rounds"),
    *("speed", "speed-table", "speed-kernels", "speed-variants", "speed-machine"),
    *("batteries", "batteries-controls", "batteries-marked", "batteries-plot"),
    *("batteries-together", "batteries-when"),
}


def test_another_project_has_no_directive_of_this_site(tmp_path: Path) -> None:
    page = "# Page\n\n" + "".join(f"```{{{name}}} x\n```\n\n" for name in sorted(SITE_ONLY))
    write(tmp_path, {"page.md": page})
    warnings = build(tmp_path).warnings
    assert set(re.findall(r"Unknown directive type: '([a-z-]+)'", warnings)) == SITE_ONLY


def test_pages_are_read_again_when_the_code_of_a_directive_changes(tmp_path: Path) -> None:
    """Sphinx would compare the pages' files, which are the same."""
    ext, project = tmp_path / "conf" / "ext", tmp_path / "docs"
    shutil.copytree(ROOT / "conf" / "ext", ext)
    path = f"import sys\nsys.path.insert(0, {str(ext.parent)!r})\n"
    write(project, {"index.md": "# Rounds\n\n```{threefry-rounds} 7\n```\n"}, path + SITE_CONF)

    def html() -> str:
        command = [sys.executable, "-m", "sphinx", "-q", "-W", str(project), str(tmp_path / "out")]
        subprocess.run(command, check=True)
        return (tmp_path / "out" / "index.html").read_text(encoding="utf-8")

    assert "key added" in html()
    code = (ext / "threefry_rounds.py").read_text(encoding="utf-8")
    (ext / "threefry_rounds.py").write_text(code.replace("key added", "no round"), encoding="utf-8")
    assert "no round" in html()
