"""The project's logo, favicon and README picture: ``python conf/logo.py`` writes them.

The logo is ``key(0)`` split in two: two glyphs side by side. The favicon is the same two, corner to
corner, so that at 16 pixels a bit is a pixel. The README's picture is a small key tree.
"""

from __future__ import annotations

import sys
from pathlib import Path

from mlx_keys.keytree import KeyTree
from mlx_keys.keytree.glyph import SIDE, glyph
from mlx_keys.keytree.svg import DARK, LIGHT, NAMESPACE

#: The gap between the two glyphs of the logo, in bits.
GAP = 2


def logo() -> str:
    """Two glyphs side by side. In a page the colours are the theme's, so that it may be inlined."""
    return _key_pair("mk-logo", 2 * SIDE + GAP, SIDE, (0, 0), (SIDE + GAP, 0))


def favicon() -> str:
    """Two glyphs, corner to corner."""
    return _key_pair("mk-favicon", 2 * SIDE, 2 * SIDE, (0, 0), (SIDE, SIDE))


def readme_tree() -> str:
    """The tree that the README shows."""
    root = KeyTree(7, name="root")
    model, data = root.split(names=["model", "data"])
    weights, bias = model.split(names=["w", "b"])
    weights.draw("normal((784, 10))")
    bias.draw("uniform((10,))")
    data.draw("permutation(60000)")
    return root.svg()


def pictures() -> dict[str, str]:
    """The text of each file, by its path from the project's folder."""
    return {
        "conf/static/logo.svg": logo(),
        "conf/static/favicon.svg": favicon(),
        "docs/readme-tree.svg": readme_tree(),
    }


def _key_pair(
    name: str, width: int, height: int, left: tuple[int, int], right: tuple[int, int]
) -> str:
    """The children of ``key(0)``, each with its left upper corner at a position in bits."""
    left_key, right_key = KeyTree(0).split()
    light, dark = _colours(name, LIGHT), _colours(name, DARK)
    return (
        f'<svg class="{name}" xmlns="{NAMESPACE}" viewBox="0 0 {width} {height}">\n'
        f"<title>MLX Keys</title>\n"
        f"<style>\n.{name} path{{fill:none;stroke-width:1;shape-rendering:crispEdges}}\n"
        f".{name} .mk-bit-off{{stroke:none}}.{name} .mk-ground{{fill-opacity:.12}}\n"
        f"{light}@media (prefers-color-scheme:dark){{\n{dark}}}\n</style>\n"
        f"{glyph(left_key.words, *left, SIDE)}\n{glyph(right_key.words, *right, SIDE)}\n</svg>\n"
    )


def _colours(name: str, theme: dict[str, str]) -> str:
    return (
        f".{name} .mk-ground{{fill:var(--mk-ink,{theme['ink']})}}\n"
        f".{name} .mk-bit-0{{stroke:var(--mk-ink,{theme['ink']})}}\n"
        f".{name} .mk-bit-1{{stroke:var(--mk-accent,{theme['accent']})}}\n"
    )


if __name__ == "__main__":
    for name, text in pictures().items():
        Path(name).write_text(text, encoding="utf-8")
        sys.stdout.write(f"{name}\n")
