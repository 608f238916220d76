"""``{errata}`` and ``{upstream-says}``: what mlx's docstrings leave out, and what they claim.

Both read the docstrings of the mlx that the site is built with, so that a page of errata cannot
outlive the errors: what upstream has fixed is gone from the lists at the next build, and a quote
that is no longer in the docstring stops it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from docutils import nodes
from sphinx.addnodes import pending_xref
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

from mlx_keys.errors import KeysError
from mlx_keys.sphinxext.diagnostics import StrictDirective
from mlx_keys.upstream.drift.compare import compare_docstrings
from mlx_keys.upstream.drift.entry import entry_prose
from mlx_keys.upstream.drift.finding import Finding, FindingKind, group_common
from mlx_keys.upstream.installed import introspect

#: A finding that concerns all functions but this many names those that it does not concern.
_MOST_EXCEPTIONS = 2


class ErrataDirective(StrictDirective):
    """The findings on a module's docstrings: first what many functions share, then each one's.

    A claim that an ``{upstream-says}`` above has quoted, to show what refutes it, is left out.
    """

    required_arguments = 1

    def render(self) -> list[nodes.Node]:
        """Make the two lists."""
        module = self.arguments[0]
        findings = compare_docstrings(module).findings
        functions = introspect.names(module)
        quotes = _quotes(self.env)
        common, own = group_common(each for each in findings if not is_quoted(each, quotes))
        items = [
            _item(_sentence(text), _concerned(names, functions)) for text, names in common.items()
        ]
        items += [
            _item(
                [nodes.literal(name, name) if name == module else function_link(name)],
                [_paragraph(_sentence(str(finding))) for finding in of_name],
            )
            for name, of_name in own.items()
        ]
        definitions = nodes.definition_list("", *items, classes=["mk-errata"])
        self.set_source_info(definitions)
        return [definitions] if items else [_paragraph([nodes.Text("Nothing differs.")])]


class UpstreamSaysDirective(StrictDirective):
    """A few words of a function's docstring, which must still be there."""

    required_arguments = 1
    has_content = True

    def render(self) -> list[nodes.Node]:
        """Quote them."""
        quote = " ".join(" ".join(self.content).split())
        name = self.arguments[0]
        if not quote or _folded(quote) not in _folded(entry_prose(introspect.entry(name))):
            raise KeysError(
                f"the documentation of {name} does not say this",
                expected=quote or "a few words of its docstring",
                fix="quote what it says now, or remove the item that upstream has fixed",
            )
        _quotes(self.env).append((name, _folded(quote)))
        head = [nodes.Text("The documentation of "), function_link(name)]
        words = [nodes.Text(" says: \u201c"), *with_code(quote), nodes.Text("\u201d.")]
        paragraph = _paragraph([*head, *words])
        self.set_source_info(paragraph)
        return [paragraph]


def is_quoted(finding: Finding, quotes: Iterable[tuple[str, str]]) -> bool:
    """Whether a finding is a refuted claim of which the page has quoted a part.

    Args:
        finding: Any finding.
        quotes: The functions and quotes of the page, as :func:`_folded` makes them.
    """
    claim = _folded(finding.documented)
    return finding.kind is FindingKind.REFUTED and any(
        name == finding.function and (quote in claim or claim in quote) for name, quote in quotes
    )


def _quotes(env: BuildEnvironment) -> list[tuple[str, str]]:
    """The functions and quotes of the page that is being read, so far."""
    env.temp_data.setdefault("mlx_keys_quoted", [])
    quotes: list[tuple[str, str]] = env.temp_data["mlx_keys_quoted"]
    return quotes


def with_code(text: str) -> list[nodes.Node]:
    """A text as nodes, with code where it has backticks."""
    parts = re.split(r"`([^`]+)`", text)
    return [
        nodes.literal(part, part) if number % 2 else nodes.Text(part)
        for number, part in enumerate(parts)
        if part
    ]


def _sentence(text: str) -> list[nodes.Node]:
    return with_code(f"{text[0].upper()}{text[1:]}.")


def function_link(name: str) -> nodes.Node:
    """A function's short name in code, linked to its page where there is one."""
    short = name.rpartition(".")[2]
    xref = pending_xref("", nodes.literal(short, short), refdomain="py", reftype="func")
    xref.update_all_atts({"reftarget": name, "mk-optional": True})
    return xref


def _concerned(names: list[str], functions: tuple[str, ...]) -> list[nodes.Node]:
    """The functions that a finding concerns, in a sentence: all, all but a few, or each."""
    others = [name for name in functions if name not in names]
    if not others:
        return [_paragraph([nodes.Text(f"All {len(functions)} functions.")])]
    if len(others) <= _MOST_EXCEPTIONS:
        return [_paragraph([nodes.Text("All but "), *_joined(others, " and "), nodes.Text(".")])]
    return [_paragraph([*_joined(names, ", "), nodes.Text(".")])]


def _joined(names: list[str], between: str) -> Iterator[nodes.Node]:
    for number, name in enumerate(names):
        if number:
            yield nodes.Text(between)
        yield function_link(name)


def _item(term: list[nodes.Node], definition: list[nodes.Node]) -> nodes.definition_list_item:
    return nodes.definition_list_item(
        "", nodes.term("", "", *term), nodes.definition("", *definition)
    )


def _paragraph(content: Iterable[nodes.Node]) -> nodes.paragraph:
    return nodes.paragraph("", "", *content)


def _folded(text: str) -> str:
    """A text without spaces and marks: a quote is the same text, set otherwise."""
    return re.sub(r"[\s`\\*]+", "", text)


def leave_unlinked(
    _app: Sphinx, _env: BuildEnvironment, node: pending_xref, content: nodes.Element
) -> nodes.Node | None:
    """Leave the name of a function that has no page of its own."""
    return content if node.get("mk-optional") else None


def setup_errata(app: Sphinx) -> None:
    """Register the directives, and the names of functions that have no page."""
    app.add_directive("errata", ErrataDirective)
    app.add_directive("upstream-says", UpstreamSaysDirective)
    app.connect("missing-reference", leave_unlinked)
