"""``{errata}`` and ``{upstream-says}``: what mlx's documentation leaves out, and what it promises.

Both read the docstrings of the mlx that the site is built with, so that a page of errata cannot
outlive the errors: what upstream has mended is gone from the lists at the next build, and a quote
that upstream no longer says stops it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from docutils import nodes
from sphinx.addnodes import pending_xref
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util.docutils import SphinxDirective

from mlx_keys.errors import KeysError, Location
from mlx_keys.sphinxext.diagnostics import report
from mlx_keys.upstream.drift import compare, entry
from mlx_keys.upstream.drift.finding import Finding, FindingKind
from mlx_keys.upstream.drift.grouping import group_common
from mlx_keys.upstream.installed import introspect

#: Up to so many functions, it is shorter to name those that a finding does not concern.
_EXCEPTED = 2


class ErrataDirective(SphinxDirective):
    """The findings on a module's docstrings: first what many functions share, then each one's.

    A refuted promise that the page has quoted by then, to show what refutes it, is not told again.
    """

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Make the two lists."""
        place = Location(*self.get_source_info())
        try:
            found = compare.docstrings(self.arguments[0])
            names = introspect.names(self.arguments[0])
        except KeysError as error:
            error.where = place
            report(self.env, error)
            return []
        quoted = _quoted(self.env)
        shared, own = group_common(one for one in found.findings if not shown(one, quoted))
        items = [_item(_sentence(text), _functions(who, names)) for text, who in shared.items()]
        items += [
            _item(
                [_named(name, module=self.arguments[0])],
                [_paragraph(_sentence(str(one))) for one in findings],
            )
            for name, findings in own.items()
        ]
        listed = nodes.definition_list("", *items, classes=["mk-errata"])
        self.set_source_info(listed)
        return [listed] if items else [_paragraph([nodes.Text("Nothing differs.")])]


class UpstreamSaysDirective(SphinxDirective):
    """A few words of a function's docstring, which must still be there."""

    required_arguments = 1
    has_content = True

    def run(self) -> list[nodes.Node]:
        """Quote them."""
        place = Location(*self.get_source_info())
        quote = " ".join(" ".join(self.content).split())
        name = self.arguments[0]
        try:
            if not quote or _folded(quote) not in _folded(entry.prose(introspect.entry(name))):
                raise KeysError(
                    f"the documentation of {name} does not say this",
                    expected=quote or "a few words of its docstring",
                    fix="take the item off this page if upstream has mended it",
                )
        except KeysError as error:
            error.where = place
            report(self.env, error)
            return []
        _quoted(self.env).append((name, _folded(quote)))
        words = [nodes.Text("The documentation of "), function(name), nodes.Text(" says: \u201c")]
        paragraph = _paragraph([*words, *said(quote), nodes.Text("\u201d.")])
        self.set_source_info(paragraph)
        return [paragraph]


def shown(finding: Finding, quoted: Iterable[tuple[str, str]]) -> bool:
    """Whether a finding is a promise of which the page has quoted a part.

    Args:
        finding: Any finding.
        quoted: Functions and quotes of the page, as :func:`_folded` has them.
    """
    said = _folded(finding.said)
    return finding.kind is FindingKind.REFUTED and any(
        name == finding.function and (quote in said or said in quote) for name, quote in quoted
    )


def _quoted(env: BuildEnvironment) -> list[tuple[str, str]]:
    """What the page that is being read has quoted so far."""
    env.temp_data.setdefault("mlx_keys_quoted", [])
    quotes: list[tuple[str, str]] = env.temp_data["mlx_keys_quoted"]
    return quotes


def said(text: str) -> list[nodes.Node]:
    """Words as nodes, with what stands in backticks as code."""
    parts = re.split(r"`([^`]+)`", text)
    return [
        nodes.literal(part, part) if number % 2 else nodes.Text(part)
        for number, part in enumerate(parts)
        if part
    ]


def _sentence(text: str) -> list[nodes.Node]:
    return said(f"{text[0].upper()}{text[1:]}.")


def function(name: str) -> nodes.Node:
    """A function's short name in code, linked to its page where there is one."""
    short = name.rpartition(".")[2]
    xref = pending_xref("", nodes.literal(short, short), refdomain="py", reftype="func")
    xref.update_all_atts({"reftarget": name, "mk-optional": True})
    return xref


def _named(name: str, module: str) -> nodes.Node:
    """A function as :func:`function` has it; the module itself in full."""
    return nodes.literal(name, name) if name == module else function(name)


def _functions(who: list[str], of: tuple[str, ...]) -> list[nodes.Node]:
    """Names in a sentence: all, all but a few, or each."""
    others = [name for name in of if name not in who]
    if not others:
        return [_paragraph([nodes.Text(f"All {len(of)} functions.")])]
    if len(others) <= _EXCEPTED:
        return [_paragraph([nodes.Text("All but "), *_listed(others, " and "), nodes.Text(".")])]
    return [_paragraph([*_listed(who, ", "), nodes.Text(".")])]


def _listed(names: list[str], between: str) -> Iterator[nodes.Node]:
    for number, name in enumerate(names):
        if number:
            yield nodes.Text(between)
        yield function(name)


def _item(term: list[nodes.Node], definition: list[nodes.Node]) -> nodes.definition_list_item:
    return nodes.definition_list_item(
        "", nodes.term("", "", *term), nodes.definition("", *definition)
    )


def _paragraph(content: Iterable[nodes.Node]) -> nodes.paragraph:
    return nodes.paragraph("", "", *content)


def _folded(text: str) -> str:
    """Letters and signs without marks and spaces."""
    return re.sub(r"[\s`\\*]+", "", text)


def leave_unlinked(
    _app: Sphinx, _env: BuildEnvironment, node: pending_xref, content: nodes.Element
) -> nodes.Node | None:
    """A function that has no page of its own stays a name."""
    return content if node.get("mk-optional") else None


def setup_errata(app: Sphinx) -> None:
    """Register the directives, and what becomes of a function without a page."""
    app.add_directive("errata", ErrataDirective)
    app.add_directive("upstream-says", UpstreamSaysDirective)
    app.connect("missing-reference", leave_unlinked)
