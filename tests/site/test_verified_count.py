"""``{verified-count}`` shows what this build verified, on the day of the build."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from tests.sphinx_project import SITE_CONF, build, write

from ext.verified_count import build_day


def test_a_build_that_can_be_repeated_has_the_day_that_its_environment_names(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "86400")
    assert build_day() == date(1970, 1, 2)


def test_a_page_that_did_not_change_still_shows_what_this_build_verified(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "86400")
    verify = (
        "\nimport os\nfrom mlx_keys.sphinxext.summary import Tally\n"
        "def verify(app):\n"
        "    number = int(os.environ['OUTPUTS'])\n"
        "    app.emit('mlx-keys-verified', Tally(number, 0, number, 'CPU', '0.32.4'))\n"
        "def setup(app):\n    app.connect('builder-inited', verify)\n"
    )
    write(tmp_path, {"page.md": "# Page\n\n```{verified-count}\n```\n"}, SITE_CONF + verify)
    for outputs in (7, 8):
        monkeypatch.setenv("OUTPUTS", str(outputs))
        built = build(tmp_path)
        assert built.read == ({"index", "page"} if outputs == 7 else set())
        sentence = f"{outputs} outputs verified on CPU with mlx 0.32.4 on 1970-01-02."
        assert sentence in built.html("page")
        assert built.warnings == ""
