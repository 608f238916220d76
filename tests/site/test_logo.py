"""The project's own pictures are those that their module makes now, and are well-formed."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest
from tests.paths import ROOT

from logo import favicon, logo, pictures
from mlx_keys.keytree import KeyTree
from mlx_keys.keytree.glyph import glyph


@pytest.mark.parametrize("name", pictures())
def test_a_picture_in_the_repository_is_up_to_date(name: str) -> None:
    made = pictures()[name]
    fix = "run python conf/logo.py"
    assert ROOT.joinpath(name).read_text(encoding="utf-8") == made, fix
    ET.fromstring(made)  # noqa: S314


def test_the_logo_is_key_zero_split_in_two() -> None:
    left, right = KeyTree(0).split()
    assert glyph(left.words, 0, 0, 8) in logo()
    assert glyph(right.words, 10, 0, 8) in logo()


def test_in_the_favicon_at_16_pixels_a_bit_is_a_pixel() -> None:
    assert 'viewBox="0 0 16 16"' in favicon()
    left, right = KeyTree(0).split()
    assert glyph(left.words, 0, 0, 8) in favicon()
    assert glyph(right.words, 8, 8, 8) in favicon()
