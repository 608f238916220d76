"""``{threefry-rounds}`` shows blocks of the reference generator, as pictures and as text."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tests.sphinx_project import SITE_CONF, Built, build, write

from mlx_keys.prng import threefry2x32


def page_of(folder: Path, directive: str, builder: str = "html") -> Built:
    """A project of one page that holds this directive, built."""
    write(folder, {"index.md": f"# Rounds\n\n{directive}\n"}, SITE_CONF)
    return build(folder, builder)


def test_the_words_of_both_counters_are_shown_after_each_number_of_rounds(
    tmp_path: Path,
) -> None:
    built = page_of(tmp_path, "```{threefry-rounds} 7\n:after: 0 1 20\n```")
    assert (built.warnings, built.stopped) == ("", "")
    html = built.html("index")
    words = re.findall(r"<code>([0-9a-f]{8} [0-9a-f]{8})</code>", html)
    assert words == [
        "{:08x} {:08x}".format(*threefry2x32.block((0, 7), counter, rounds))
        for rounds in (0, 1, 20)
        for counter in ((0, 0), (0, 1))
    ]
    assert re.findall(r"<b>(\d+)</b> of 64 bits differ", html) == ["4", "12", "34"]


def test_a_builder_without_pictures_shows_text(tmp_path: Path) -> None:
    built = page_of(tmp_path, "```{threefry-rounds} 7\n:after: 1\n```", "text")
    line = "1 round: 00000007 0000e007, 00000008 00010008: 12 of 64 bits differ"
    assert line in built.text("index")


@pytest.mark.parametrize(
    ("page", "message"),
    [
        ("```{threefry-rounds} -1\n```", "key: seed is out of range"),
        ("```{threefry-rounds} 7\n:after: 2 -1\n```", "block: rounds is negative"),
        ("```{threefry-rounds} seven\n```", "{threefry-rounds} takes a seed"),
    ],
)
def test_a_bad_seed_or_number_of_rounds_stops_the_build_at_its_line(
    tmp_path: Path, page: str, message: str
) -> None:
    built = page_of(tmp_path, page)
    assert f"index.md:3: ERROR: {message}" in built.warnings
    assert built.stopped
