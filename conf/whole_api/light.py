"""What keeps a site of a thousand pages light, and quiet about what its pages cannot know.

Navigation is the modules and one module's pages, made once a module; Sphinx would lay out the whole
tree for each page. Formulas and code that cannot be read are shown as they stand, and a type in a
signature links to the one object of that name.
"""

from __future__ import annotations

import re
from html import escape
from typing import Any

from docutils import nodes
from pygments.lexers import get_lexer_by_name
from pygments.token import Error
from pygments.util import ClassNotFound
from sphinx.addnodes import pending_xref
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util.nodes import make_refnode
from sphinx.util.osutil import relative_uri
from sphinx.writers.html5 import HTML5Translator

_LEFT = re.compile(r"\\[A-Za-z]+|<m.>&</m.>")


class Navigation:
    """The modules of a site and the pages of each."""

    def __init__(self, app: Sphinx) -> None:
        self._uri = app.builder.get_target_uri
        self._titles = {page: title.astext() for page, title in app.env.titles.items()}
        self._root = str(app.config.root_doc)
        below = app.env.toctree_includes
        self._modules = {module: below.get(module, []) for module in below.get(self._root, [])}
        self._module_of = {
            page: module for module, pages in self._modules.items() for page in (module, *pages)
        }
        self._made: dict[tuple[str, str], str] = {}

    def tree(self, page: str) -> str:
        """The navigation of a page: every module, and the pages of its own."""
        module = self._module_of.get(page, "")
        folder = _folder(page)
        if (folder, module) not in self._made:
            self._made[folder, module] = self._tree(page, module)
        here = _item(self._link(folder, page), "").removesuffix("</a>")
        return self._made[folder, module].replace(
            here, here.replace("<li>", '<li class="current-page">'), 1
        )

    def sections(self, page: str) -> str:
        """What stands in the header."""
        return f"<ul>{_item(self._link(_folder(page), self._root), 'Modules')}</li></ul>"

    def _tree(self, page: str, module: str) -> str:
        folder = _folder(page)
        items = []
        for name, pages in self._modules.items():
            title, below, current = self._titles[name], "", ""
            if name == module:
                current = " current"
                listed = (
                    _item(self._link(folder, one), self._titles[one].removeprefix(f"{title}."))
                    for one in pages
                )
                below = f"<ul>{'</li>'.join([*listed, ''])}</ul>"
            item = _item(self._link(folder, name), title).removeprefix("<li>")
            items.append(f'<li class="toctree-l1{current}">{item}{below}</li>')
        return f"<ul>{''.join(items)}</ul>"

    def _link(self, folder: str, to: str) -> str:
        return relative_uri(f"{folder}/x.html" if folder else "x.html", self._uri(to))


def _folder(page: str) -> str:
    return page.rpartition("/")[0]


def _item(href: str, words: str) -> str:
    return f'<li><a class="reference" href="{escape(href)}">{escape(words)}</a>'


class Types:
    """Objects by the last part of their name."""

    def __init__(self, env: BuildEnvironment) -> None:
        self._found: dict[str, list[str]] = {}
        self._objects = env.domains.python_domain.objects
        for name, described in self._objects.items():
            if described.objtype == "class":
                self._found.setdefault(name.rpartition(".")[2], []).append(name)

    def link(
        self, app: Sphinx, _env: BuildEnvironment, node: pending_xref, content: nodes.Element
    ) -> nodes.Node | None:
        """Link a type of a signature to the one class of that name; else leave its words."""
        if node.get("refdomain") != "py":
            return None
        names = self._found.get(str(node["reftarget"]).rpartition(".")[2], [])
        if len(names) != 1:
            return content
        page, place, *_ = self._objects[names[0]]
        return make_refnode(app.builder, node["refdoc"], page, place, content, names[0])


def formula(tex: str, *, display: bool) -> str:
    """A formula as MathML; as it stands where it cannot be read."""
    from latex2mathml.converter import convert

    try:
        made = str(convert(tex, display="block" if display else "inline"))
    except Exception:
        made = ""
    return made if made and not _LEFT.search(made) else f"<code>{escape(tex)}</code>"


def _inline(self: HTML5Translator, node: nodes.math) -> None:
    self.body.append(formula(node.astext(), display=False))
    raise nodes.SkipNode


def _block(self: HTML5Translator, node: nodes.math_block) -> None:
    made = formula(node.astext(), display=True)
    self.body.append(f'<div class="math mk-math">{made}</div>\n')
    raise nodes.SkipNode


def plain(_app: Sphinx, doctree: nodes.document) -> None:
    """Leave code black that Pygments cannot read as what it is called."""
    for block in doctree.findall(nodes.literal_block):
        try:
            lexer = get_lexer_by_name(block.get("language", "text"))
        except ClassNotFound:
            block["language"] = "text"
            continue
        if any(token is Error for token, _ in lexer.get_tokens(block.astext())):
            block["language"] = "text"


def _prepare(app: Sphinx, env: BuildEnvironment) -> None:
    navigation, types = Navigation(app), Types(env)
    app.connect("missing-reference", types.link)

    def light(_app: Sphinx, page: str, _name: str, context: dict[str, Any], _tree: Any) -> None:
        # The theme asks for the whole tree, the header for its first level.
        context["toctree"] = lambda maxdepth=-1, **_: (
            navigation.sections(page) if maxdepth == 1 else ""
        )

    def navigate(_app: Sphinx, page: str, _name: str, context: dict[str, Any], _tree: Any) -> None:
        context["furo_navigation_tree"] = navigation.tree(page)

    app.connect("html-page-context", light, priority=400)
    app.connect("html-page-context", navigate, priority=600)


def setup(app: Sphinx) -> dict[str, bool]:
    """Register it."""
    app.add_html_math_renderer(
        "shown", inline_renderers=(_inline, None), block_renderers=(_block, None)
    )
    app.connect("doctree-read", plain)
    app.connect("env-updated", _prepare)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
