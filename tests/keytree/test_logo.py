"""The project's own pictures are those that the generator draws, and are well-formed."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest
from tests.paths import ROOT

from mlx_keys.keytree import KeyTree
from mlx_keys.keytree.glyph import glyph
from mlx_keys.keytree.logo import favicon, logo, pictures

PROJECT = ROOT


@pytest.mark.parametrize("name", pictures())
def test_a_picture_in_the_project_is_the_one_that_is_drawn(name: str) -> None:
    drawn = pictures()[name]
    fix = "run python -m mlx_keys.keytree.logo"
    assert PROJECT.joinpath(name).read_text(encoding="utf-8") == drawn, fix
    ET.fromstring(drawn)  # noqa: S314


def test_the_logo_is_key_zero_split_in_two() -> None:
    one, other = KeyTree(0).split()
    assert glyph(one.words, 0, 0, 8) in logo()
    assert glyph(other.words, 10, 0, 8) in logo()


def test_in_the_favicon_at_16_pixels_a_bit_is_a_pixel() -> None:
    assert 'viewBox="0 0 16 16"' in favicon()
    one, other = KeyTree(0).split()
    assert glyph(one.words, 0, 0, 8) in favicon()
    assert glyph(other.words, 8, 8, 8) in favicon()
