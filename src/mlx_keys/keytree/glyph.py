"""The glyph of a key: its 64 bits as a grid of 8 x 8, word 0 above, word 1 below.

Each row is a byte, the most significant first, so that a glyph reads like the key in hexadecimal:
its first row is ``word0 >> 24``, its last ``word1 & 0xff``. A bit that is set is filled; one that
is not is a faint dot on the ground, so that the empty glyph of ``key(0)`` is still a glyph.
"""

from __future__ import annotations

import re

#: The grid, in cells.
SIDE = 8


def bit_rows(words: tuple[int, int]) -> list[list[bool]]:
    """The bits of a key, row by row from the top, each from the left."""
    return [
        [bool(word >> (31 - 8 * row - column) & 1) for column in range(SIDE)]
        for word in words
        for row in range(SIDE // 2)
    ]


def glyph(words: tuple[int, int], x: float, y: float, size: float) -> str:
    """A glyph as an SVG group.

    Args:
        words: The two words of the key.
        x: The left edge.
        y: The upper edge.
        size: The length of a side; a multiple of 8 keeps the edges of the bits sharp.
    """
    rows = bit_rows(words)
    half = SIDE // 2
    return (
        f'<g transform="translate({x:g} {y:g}) scale({size / SIDE:g})">'
        f'<rect class="mk-ground" width="{SIDE}" height="{SIDE}"/>'
        f'<path class="mk-bit-off" d="{_dots_path(rows)}"/>'
        f'<path class="mk-bit-0" d="{_bars_path(rows[:half], 0)}"/>'
        f'<path class="mk-bit-1" d="{_bars_path(rows[half:], half)}"/></g>'
    )


def inline_glyph(words: tuple[int, int]) -> str:
    """A glyph as an ``<svg>`` element for a line of text, hidden from screen readers.

    The words must be given beside it. Its bits have the classes ``mk-bit-off``, ``mk-bit-0`` and
    ``mk-bit-1``, for a page to style.
    """
    return f'<svg viewBox="0 0 {SIDE} {SIDE}" aria-hidden="true">{glyph(words, 0, 0, SIDE)}</svg>'


def _bars_path(rows: list[list[bool]], top: int) -> str:
    """Lines as thick as a cell along the bits that are set; ``top`` is the number of row 0."""
    return "".join(
        f"M{run.start()} {top + row}.5h{len(run[0])}"
        for row, bits in enumerate(rows)
        for run in re.finditer("1+", "".join("1" if bit else "0" for bit in bits))
    )


def _dots_path(rows: list[list[bool]]) -> str:
    """A line shorter than it is thick at each bit that is not set."""
    return "".join(
        f"M{column}.4 {row}.5h.2"
        for row, bits in enumerate(rows)
        for column, is_set in enumerate(bits)
        if not is_set
    )
