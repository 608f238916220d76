"""The directives that only this site uses are not registered in other projects."""

from __future__ import annotations

import re
from pathlib import Path

from tests.sphinx_project import build, write

SITE_ONLY = {
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
