"""``{threefry-rounds} SEED`` shows two neighbouring counters being scrambled, round after round.

The states are the reference generator's: no MLX is evaluated in Sphinx's process.
"""

from __future__ import annotations

from typing import ClassVar

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

from mlx_keys.errors import KeysError
from mlx_keys.keytree.face import SIDE, face
from mlx_keys.prng import threefry2x32
from mlx_keys.prng.threefry2x32 import Pair

from .key_tree import KeyTreeNode

logger = logging.getLogger(__name__)

COUNTERS: tuple[Pair, Pair] = ((0, 0), (0, 1))
DEFAULT_ROUNDS = "0 1 2 3 4 8 12 20"


class ThreefryRoundsDirective(SphinxDirective):
    """The states of the counters (0, 0) and (0, 1) after some rounds, and the bits that differ."""

    required_arguments = 1
    option_spec: ClassVar = {"after": str}

    def run(self) -> list[nodes.Node]:
        """Draw the states, or report what can't be read, at its line."""
        try:
            key = threefry2x32.key(int(self.arguments[0]))
            after = [int(part) for part in self.options.get("after", DEFAULT_ROUNDS).split()]
            states = [[threefry2x32.block(key, c, rounds) for c in COUNTERS] for rounds in after]
        except (KeysError, ValueError) as error:
            logger.error("%s", error, location=self.get_location())
            return []
        items = zip(after, states, strict=True)
        drawn = KeyTreeNode(
            html="".join(
                (
                    '<ol class="mk-rounds">\n',
                    *(_item(rounds, first, second) for rounds, (first, second) in items),
                    "</ol>\n",
                )
            ),
            text="\n".join(
                f"{_title(rounds)}: {_hex(first)}, {_hex(second)}: {differing(first, second)} differ"
                for rounds, (first, second) in zip(after, states, strict=True)
            ),
        )
        self.set_source_info(drawn)
        return [drawn]


def differing(first: Pair, second: Pair) -> int:
    """How many of the 64 bits of two states differ."""
    return sum((a ^ b).bit_count() for a, b in zip(first, second, strict=True))


def _item(rounds: int, first: Pair, second: Pair) -> str:
    return (
        f"<li><span>{_title(rounds)}</span>{_state(first)}{_state(second)}"
        f"<span><b>{differing(first, second)}</b> of 64 bits differ</span></li>\n"
    )


def _state(words: Pair) -> str:
    return (
        f'<span class="mk-key-face"><svg viewBox="0 0 {SIDE} {SIDE}" aria-hidden="true">'
        f"{face(words, 0, 0, SIDE)}</svg><code>{_hex(words)}</code></span>"
    )


def _hex(words: Pair) -> str:
    return "{:08x} {:08x}".format(*words)


def _title(rounds: int) -> str:
    match rounds:
        case 0:
            return "key added"
        case 1:
            return "1 round"
    return f"{rounds} rounds"


def setup_threefry_rounds(app: Sphinx) -> None:
    """Register the directive and its style."""
    app.add_directive("threefry-rounds", ThreefryRoundsDirective)
    app.add_css_file("mlx-keys-threefry-rounds.css")
