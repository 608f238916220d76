"""``{threefry-rounds}``: real states of the reference, as a picture and as text."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from sphinx.testing.util import SphinxTestApp

from mlx_keys.prng import threefry2x32


@pytest.fixture
def build(tmp_path: Path):
    apps = []

    def run(page: str, builder: str) -> tuple[str, str]:
        source = tmp_path / "source"
        source.mkdir()
        (source / "conf.py").write_text('extensions = ["myst_parser", "ext"]\n')
        (source / "index.md").write_text(f"# Rounds\n\n{page}\n")
        app = SphinxTestApp(builder, srcdir=source, builddir=tmp_path / "build")
        apps.append(app)
        app.build()
        suffix = {"html": "html", "text": "txt"}[builder]
        return (Path(app.outdir) / f"index.{suffix}").read_text(), app.warning.getvalue()

    yield run
    for app in apps:
        app.cleanup()


def test_the_picture_says_the_words_of_both_counters_after_each_round(build) -> None:
    html, warnings = build("```{threefry-rounds} 7\n:after: 0 1 20\n```", "html")
    assert warnings == ""
    shown = re.findall(r"<code>([0-9a-f]{8} [0-9a-f]{8})</code>", html)
    assert shown == [
        "{:08x} {:08x}".format(*threefry2x32.block((0, 7), counter, rounds))
        for rounds in (0, 1, 20)
        for counter in ((0, 0), (0, 1))
    ]
    assert re.findall(r"<b>(\d+)</b> of 64 bits differ", html) == ["4", "12", "34"]


def test_a_builder_without_pictures_shows_text(build) -> None:
    text, _ = build("```{threefry-rounds} 7\n:after: 1\n```", "text")
    assert "1 round: 00000007 0000e007, 00000008 00010008: 12 of 64 bits differ" in text


@pytest.mark.parametrize(
    ("page", "message"),
    [
        ("```{threefry-rounds} -1\n```", "key: seed is out of range"),
        ("```{threefry-rounds} 7\n:after: 2 -1\n```", "block: rounds is negative"),
        ("```{threefry-rounds} seven\n```", "{threefry-rounds} takes a seed"),
    ],
)
def test_what_can_not_be_read_is_reported_at_its_line(build, page: str, message: str) -> None:
    _, warnings = build(page, "html")
    assert f"index.md:3: ERROR: {message}" in re.sub(r"\x1b\[[0-9;]*m", "", warnings)
