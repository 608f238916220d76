"""A Sphinx extension for a site of a thousand scraped pages: quick to build, and without warnings.

The navigation of a page lists all modules and the pages of its own; it is made once for a module,
where Sphinx would lay out the whole tree for each page. A formula that cannot be converted is shown
as its TeX, code that is not in its announced language is not highlighted, and a type in a signature
links to the one class of that name.
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

# What the converter leaves in MathML where it knows a command of TeX no better.
_UNCONVERTED = re.compile(r"\\[A-Za-z]+|<m.>&</m.>")


class Navigation:
    """The navigation of a site: its modules and the pages of each."""

    def __init__(self, app: Sphinx) -> None:
        self._uri = app.builder.get_target_uri
        self._titles = {page: title.astext() for page, title in app.env.titles.items()}
        self._root = str(app.config.root_doc)
        children = app.env.toctree_includes
        modules = children.get(self._root, [])
        self._modules = {module: children.get(module, []) for module in modules}
        self._module_of = {
            page: module for module, pages in self._modules.items() for page in (module, *pages)
        }
        self._trees: dict[tuple[str, str], str] = {}

    def tree(self, page: str) -> str:
        """The navigation in the sidebar of a page, as HTML."""
        module = self._module_of.get(page, "")
        folder = _folder(page)
        if (folder, module) not in self._trees:
            self._trees[folder, module] = self._tree(page, module)
        item = _item(self._link(folder, page), "").removesuffix("</a>")
        current = item.replace("<li>", '<li class="current-page">')
        return self._trees[folder, module].replace(item, current, 1)

    def sections(self, page: str) -> str:
        """The navigation in the header of a page, as HTML."""
        return f"<ul>{_item(self._link(_folder(page), self._root), 'Modules')}</li></ul>"

    def _tree(self, page: str, module: str) -> str:
        folder = _folder(page)
        items = []
        for name, pages in self._modules.items():
            title, below, current = self._titles[name], "", ""
            if name == module:
                current = " current"
                short = (self._titles[page].removeprefix(f"{title}.") for page in pages)
                links = (self._link(folder, page) for page in pages)
                below = f"<ul>{'</li>'.join([*map(_item, links, short), ''])}</ul>"
            item = _item(self._link(folder, name), title).removeprefix("<li>")
            items.append(f'<li class="toctree-l1{current}">{item}{below}</li>')
        return f"<ul>{''.join(items)}</ul>"

    def _link(self, folder: str, to: str) -> str:
        return relative_uri(f"{folder}/x.html" if folder else "x.html", self._uri(to))


def _folder(page: str) -> str:
    return page.rpartition("/")[0]


def _item(href: str, words: str) -> str:
    return f'<li><a class="reference" href="{escape(href)}">{escape(words)}</a>'


class ClassLinks:
    """Links from types in signatures to classes, which are known by their short names."""

    def __init__(self, env: BuildEnvironment) -> None:
        self._by_short_name: dict[str, list[str]] = {}
        self._objects = env.domains.python_domain.objects
        for name, described in self._objects.items():
            if described.objtype == "class":
                self._by_short_name.setdefault(name.rpartition(".")[2], []).append(name)

    def resolve(
        self, app: Sphinx, _env: BuildEnvironment, node: pending_xref, content: nodes.Element
    ) -> nodes.Node | None:
        """Link a type to the one class of that name; else leave its text."""
        if node.get("refdomain") != "py":
            return None
        names = self._by_short_name.get(str(node["reftarget"]).rpartition(".")[2], [])
        if len(names) != 1:
            return content
        page, place, *_ = self._objects[names[0]]
        return make_refnode(app.builder, node["refdoc"], page, place, content, names[0])


def to_mathml(tex: str, *, display: bool) -> str:
    """Convert a formula to MathML; where that fails, give its TeX as code."""
    from latex2mathml.converter import convert

    try:
        mathml = str(convert(tex, display="block" if display else "inline"))
    except Exception:
        mathml = ""
    return mathml if mathml and not _UNCONVERTED.search(mathml) else f"<code>{escape(tex)}</code>"


def _visit_inline_math(self: HTML5Translator, node: nodes.math) -> None:
    self.body.append(to_mathml(node.astext(), display=False))
    raise nodes.SkipNode


def _visit_math_block(self: HTML5Translator, node: nodes.math_block) -> None:
    mathml = to_mathml(node.astext(), display=True)
    self.body.append(f'<div class="math mk-math">{mathml}</div>\n')
    raise nodes.SkipNode


def drop_wrong_languages(_app: Sphinx, doctree: nodes.document) -> None:
    """Highlight no code that Pygments cannot read in its announced language."""
    for block in doctree.findall(nodes.literal_block):
        try:
            lexer = get_lexer_by_name(block.get("language", "text"))
        except ClassNotFound:
            block["language"] = "text"
            continue
        if any(token is Error for token, _ in lexer.get_tokens(block.astext())):
            block["language"] = "text"


def connect(app: Sphinx, env: BuildEnvironment) -> None:
    """Connect what needs to know all pages, once all are read."""
    navigation = Navigation(app)
    app.connect("missing-reference", ClassLinks(env).resolve)

    def replace_toctree(
        _app: Sphinx, page: str, _name: str, context: dict[str, Any], _: Any
    ) -> None:
        # The theme asks for the whole tree, which it then drops, and the header for one level.
        context["toctree"] = lambda maxdepth=-1, **_: (
            navigation.sections(page) if maxdepth == 1 else ""
        )

    def add_navigation(
        _app: Sphinx, page: str, _name: str, context: dict[str, Any], _: Any
    ) -> None:
        context["furo_navigation_tree"] = navigation.tree(page)

    app.connect("html-page-context", replace_toctree, priority=400)  # before the theme
    app.connect("html-page-context", add_navigation, priority=600)  # after it


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the extension."""
    app.add_html_math_renderer(
        "mathml_or_tex",
        inline_renderers=(_visit_inline_math, None),
        block_renderers=(_visit_math_block, None),
    )
    app.connect("doctree-read", drop_wrong_languages)
    app.connect("env-updated", connect)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
