"""``{key-tree}`` draws a key tree in a page, ``{key-face}`` the glyph of a key in a line of text.

Both compute words with the reference generator: no MLX is evaluated in Sphinx's process.
"""

from __future__ import annotations

from typing import Any, ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxRole

from mlx_keys.errors import KeysError
from mlx_keys.keytree import KeyTree, inline_glyph, read_expression, read_program

from .diagnostics import StrictDirective, location_of, report
from .nodes import HtmlOrTextNode, InlineHtmlOrTextNode


class KeyTreeDirective(StrictDirective):
    """The tree of the keys that lines of code make, or of a seed whose keys are all used alike."""

    optional_arguments = 1
    final_argument_whitespace = True
    has_content = True
    option_spec: ClassVar = {
        "split": directives.unchanged_required,
        "fold_in": directives.unchanged_required,
        "draw": directives.unchanged_required,
        "caption": directives.unchanged_required,
        "name": directives.unchanged,
    }

    def render(self) -> list[nodes.Node]:
        """Build the tree, in a figure where it has a caption."""
        tree = self._tree()
        picture: nodes.Element = HtmlOrTextNode(html=tree.html(), text=str(tree))
        if caption := self.options.get("caption"):
            words, messages = self.parse_inline(caption, lineno=self.lineno)
            picture = nodes.figure("", picture, nodes.caption(caption, "", *words, *messages))
        self.set_source_info(picture)
        self.add_name(picture)
        return [picture]

    def _tree(self) -> KeyTree:
        regular = self.options.keys() & {"split", "fold_in", "draw"}
        if self.content and (self.arguments or regular):
            raise KeysError(
                "a key tree is made from lines of code, or from a seed and options, not from both",
                fix="move the seed into the code: root = key(7)",
            )
        if self.content:
            path, first_line = location_of(self).path, self._first_line()
            return read_program("\n".join(self.content), path=path, first_line=first_line)
        if not self.arguments:
            raise KeysError(
                "a key tree needs a seed, or lines of code",
                expected="{key-tree} 7, say",
                fix="give a seed behind {key-tree}, or lines such as root = key(7) below it",
            )
        return KeyTree.regular(
            _integer("seed", self.arguments[0]),
            split=_integers("split", self.options),
            fold_in=_integers("fold_in", self.options),
            draw=[label.strip() for label in self.options.get("draw", "").split(";") if label],
        )

    def _first_line(self) -> int:
        """The line of the file that the content begins at."""
        # Docutils counts the content's offset from the top of the file, MyST from the directive.
        in_myst = type(self.state).__module__.startswith("myst_parser")
        return self.content_offset + 1 + (self.lineno if in_myst else 0)


class KeyFaceRole(SphinxRole):
    """The glyph and the words of the key that an expression makes."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Show the key, or report why the expression makes none."""
        try:
            key = read_expression(self.text)
        except KeysError as error:
            error.where = None  # the expression has a line of its own; the page's is wanted
            report(self.env, error, location_of(self))
            return [nodes.literal(self.text, self.text)], []
        words = "[{}, {}]".format(*key.words)
        html = f'<span class="mk-key-face">{inline_glyph(key.words)}<code>{words}</code></span>'
        return [InlineHtmlOrTextNode(html=html, text=words)], []


def _integers(name: str, options: dict[str, Any]) -> list[int]:
    """The integers of an option, which are separated by commas."""
    return [_integer(name, part) for part in options[name].split(",")] if name in options else []


def _integer(name: str, text: str) -> int:
    try:
        return int(text, 0)
    except ValueError:
        raise KeysError(
            f"{name} of a key tree is not an integer",
            expected="7, say",
            found=text.strip(),
            fix="write integers, with commas between them where there are several",
        ) from None


def setup_key_tree(app: Sphinx) -> None:
    """Register the directive, the role and their style."""
    app.add_directive("key-tree", KeyTreeDirective)
    app.add_role("key-face", KeyFaceRole())
    app.add_css_file("mlx-keys-key-tree.css")
