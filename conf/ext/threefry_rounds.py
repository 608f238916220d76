"""``{threefry-rounds} SEED``: how two neighbouring counters part, round after round.

The blocks are the reference generator's: no MLX is evaluated in Sphinx's process.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from docutils import nodes
from sphinx.application import Sphinx

from mlx_keys.errors import KeysError
from mlx_keys.keytree.glyph import SIDE, glyph
from mlx_keys.prng import threefry2x32
from mlx_keys.prng.threefry2x32 import Pair
from mlx_keys.sphinxext.diagnostics import StrictDirective
from mlx_keys.sphinxext.nodes import HtmlOrTextNode

COUNTERS: tuple[Pair, Pair] = ((0, 0), (0, 1))
DEFAULT_ROUNDS = "0 1 2 3 4 8 12 20"


class ThreefryRoundsDirective(StrictDirective):
    """The blocks of the counters (0, 0) and (0, 1) after some rounds, and the bits that differ.

    ``:after:`` lists the numbers of rounds.
    """

    required_arguments = 1
    option_spec: ClassVar = {"after": str}

    def render(self) -> list[nodes.Node]:
        """Compute the blocks."""
        key = threefry2x32.key(_integer(self.arguments[0]))
        after = [_integer(part) for part in self.options.get("after", DEFAULT_ROUNDS).split()]
        steps = [
            _Step(rounds, *(threefry2x32.block(key, counter, rounds) for counter in COUNTERS))
            for rounds in after
        ]
        items = "".join(step.html() for step in steps)
        listed = HtmlOrTextNode(
            html=f'<ol class="mk-rounds">\n{items}</ol>\n',
            text="\n".join(str(step) for step in steps),
        )
        self.set_source_info(listed)
        return [listed]


@dataclass(frozen=True)
class _Step:
    """The blocks of the two counters after some rounds."""

    rounds: int
    first: Pair
    second: Pair

    @property
    def differing(self) -> int:
        """How many of the 64 bits differ."""
        pairs = zip(self.first, self.second, strict=True)
        return sum((a ^ b).bit_count() for a, b in pairs)

    @property
    def title(self) -> str:
        match self.rounds:
            case 0:
                return "key added"
            case 1:
                return "1 round"
        return f"{self.rounds} rounds"

    def __str__(self) -> str:
        words = f"{_hex(self.first)}, {_hex(self.second)}"
        return f"{self.title}: {words}: {self.differing} of 64 bits differ"

    def html(self) -> str:
        return (
            f"<li><span>{self.title}</span>{_glyph_html(self.first)}{_glyph_html(self.second)}"
            f"<span><b>{self.differing}</b> of 64 bits differ</span></li>\n"
        )


def _integer(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise KeysError(
            "{threefry-rounds} takes a seed and, in :after:, numbers of rounds",
            expected="integers",
            found=text,
            fix="write it as {threefry-rounds} 7, with :after: 0 1 20 below",
        ) from None


def _glyph_html(words: Pair) -> str:
    return (
        f'<span class="mk-key-face"><svg viewBox="0 0 {SIDE} {SIDE}" aria-hidden="true">'
        f"{glyph(words, 0, 0, SIDE)}</svg><code>{_hex(words)}</code></span>"
    )


def _hex(words: Pair) -> str:
    return "{:08x} {:08x}".format(*words)


def setup_threefry_rounds(app: Sphinx) -> None:
    """Register the directive and its style."""
    app.add_directive("threefry-rounds", ThreefryRoundsDirective)
    app.add_css_file("mlx-keys-threefry-rounds.css")
