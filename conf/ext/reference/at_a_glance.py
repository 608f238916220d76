"""*At a glance*: the table of facts about a function of mlx, none of them typed in.

The signature's facts are read off it. Since when the numbers are the same was measured
(``history.json`` in the folder of ``mlx_keys_trust``); on which backends they are the same, this
page's own examples show.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform

from mlx_keys.sphinxext.example import EXAMPLES
from mlx_keys.trust.history import load_history
from mlx_keys.trust.probes import PROBES
from mlx_keys.trust.status import BackendEvidence, Status
from mlx_keys.upstream.installed import introspect
from mlx_keys.upstream.model import Argument, Entry, Signature


class AgreementNode(nodes.Inline, nodes.Element):
    """The place of the backends on which a page's examples agree; known when they have run."""


def facts_table(entry: Entry, options: Mapping[str, Any], trust: Path) -> nodes.table:
    """The table of a function's facts.

    Args:
        entry: The function, as the installed mlx has it.
        options: ``shape``, ``dtype`` and ``dtypes``, where the author documents them.
        trust: The folder of attestations and history.
    """
    signature = entry.signature or Signature()
    by_name = {parameter.name: parameter for parameter in signature.parameters}
    rows: list[tuple[str, list[nodes.Node]]] = []
    if "shape" in options or "dtype" in options:
        rows.append(("Gives", _gives(options)))
    if dtypes := options.get("dtypes"):
        rows.append(("Dtypes", _code_list(dtypes)))
    rows.append(("Key", [nodes.Text(_key(by_name.get("key")))]))
    rows.append(("Stream", [nodes.Text("optional" if "stream" in by_name else "takes none")]))
    rows.append(("Outputs equal on", [AgreementNode()]))
    if changed := _last_changed(entry.name.rpartition(".")[2], trust / "history.json"):
        rows.append(("Last changed", changed))
    rows.append(("Read from", [nodes.Text(f"mlx {introspect.version()}")]))
    return _table("At a glance", rows)


def _key(parameter: Argument | None) -> str:
    if parameter is None:
        return "takes none"
    if parameter.default is None:
        return "required"
    return "optional; without one, the thread's own state gives it"


def _gives(options: Mapping[str, Any]) -> list[nodes.Node]:
    parts: list[nodes.Node] = []
    if "shape" in options:
        parts += [nodes.Text("shape "), _code(options["shape"])]
    if "dtype" in options:
        parts += [nodes.Text(", dtype " if parts else "dtype "), _code(options["dtype"])]
    return parts


def _code_list(texts: Iterable[str]) -> list[nodes.Node]:
    parts: list[nodes.Node] = []
    for text in texts:
        parts += [nodes.Text(", ")] if parts else []
        parts.append(_code(text))
    return parts


def _last_changed(function: str, path: Path) -> list[nodes.Node]:
    """The release in which the function's numbers last changed, as far as that was measured."""
    if function not in PROBES or not path.is_file():
        return []
    measured = load_history(path)
    first, last = measured.versions[0], measured.versions[-1]
    changes = measured.changes(function)
    if not changes:
        text = (
            f"not in {len(measured.versions)} releases, mlx {first} to {last} ({measured.platform})"
        )
        return [nodes.Text(text)]
    newest = changes[-1]
    return [nodes.Text(f"in mlx {newest.since}: "), *_code_list(newest.calls)]


def _code(text: str) -> nodes.literal:
    return nodes.literal(text, text)


def _table(title: str, rows: list[tuple[str, list[nodes.Node]]]) -> nodes.table:
    """A table of two columns, the first of which names the rows."""
    body = nodes.tbody()
    for name, value in rows:
        row = nodes.row()
        for content in ([nodes.Text(name)], value):
            paragraph = nodes.paragraph()
            paragraph += content
            row += nodes.entry("", paragraph)
        body += row
    group = nodes.tgroup("", nodes.colspec(colwidth=20, stub=1), nodes.colspec(colwidth=80), body)
    group["cols"] = 2
    return nodes.table("", nodes.title(title, title), group, classes=["mk-glance"])


def where_outputs_are_equal(statuses: Iterable[Status]) -> str:
    """The backends on which the examples of a page printed the same, in words.

    An example that varies from run to run does not count.

    Args:
        statuses: The status of each example of the page.
    """
    examples = [status.evidence for status in statuses if not status.line.startswith("varies")]
    if not examples:
        return "no example on this page yet"
    backends: dict[str, list[BackendEvidence]] = {}
    for evidence in (evidence for example in examples for evidence in example):
        backends.setdefault(evidence.label, []).append(evidence)
    parts = []
    for label, evidences in backends.items():
        equal = sum(evidence.agreement == "equal" for evidence in evidences)
        count = (
            "every example" if equal == len(examples) else f"{equal} of {len(examples)} examples"
        )
        parts.append(f"{label} ({count} on this page)")
    return ", ".join(parts)


class PlaceAgreement(SphinxPostTransform):
    """Replaces the place in the table by the backends."""

    default_priority = 300

    def run(self, **_kwargs: object) -> None:
        """Replace the placeholder."""
        for node in list(self.document.findall(AgreementNode)):
            page = EXAMPLES.of(self.env).get(self.env.docname)
            node.replace_self(nodes.Text(where_outputs_are_equal(page.statuses if page else ())))


def setup_at_a_glance(app: Sphinx) -> None:
    """Register the placeholder and what fills it."""
    app.add_node(AgreementNode)
    app.add_post_transform(PlaceAgreement)
