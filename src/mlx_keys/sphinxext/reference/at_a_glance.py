"""*At a glance*: the facts about a function of mlx, a row each, none of them typed in.

What follows from the signature is read off it; how long the numbers have been the same is measured
(``trust/history.json``); where they are the same is what this page's own examples were seen to do.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform

from mlx_keys.sphinxext.example import EXAMPLES
from mlx_keys.trust import history
from mlx_keys.trust.probes import PROBES
from mlx_keys.trust.status import Status
from mlx_keys.upstream.installed import introspect
from mlx_keys.upstream.model import Entry, Signature


class AgreementNode(nodes.Inline, nodes.Element):
    """Where the backends stand on which a page's examples agree; known when they have run."""


def glance(entry: Entry, options: Mapping[str, object], trust: Path) -> nodes.Element:
    """The table of a function's facts.

    Args:
        entry: The function, as the installed mlx has it.
        options: ``shape``, ``dtype`` and ``dtypes``, where the author gives them.
        trust: The folder of attestations and history.
    """
    signature = entry.signature or Signature()
    by_name = {parameter.name: parameter for parameter in signature.parameters}
    rows: list[tuple[str, list[nodes.Node]]] = []
    if "shape" in options or "dtype" in options:
        rows.append(("Gives", _gives(options)))
    if listed := options.get("dtypes"):
        rows.append(("Dtypes", _listed(str(name) for name in listed)))  # type: ignore[attr-defined]
    key = by_name.get("key")
    if key is None:
        said = "takes none"
    elif key.default is None:
        said = "required"
    else:
        said = "optional; without one, the thread's own state gives it"
    rows.append(("Key", [nodes.Text(said)]))
    rows.append(("Stream", [nodes.Text("optional" if "stream" in by_name else "takes none")]))
    rows.append(("Outputs equal on", [AgreementNode()]))
    if moved := _moved(entry.name.rpartition(".")[2], trust / "history.json"):
        rows.append(("Last changed", moved))
    rows.append(("Read from", [nodes.Text(f"mlx {introspect.version()}")]))
    return _table("At a glance", rows)


def _gives(options: Mapping[str, object]) -> list[nodes.Node]:
    parts: list[nodes.Node] = []
    if "shape" in options:
        parts += [nodes.Text("shape "), _code(options["shape"])]
    if "dtype" in options:
        parts += [nodes.Text(", dtype " if parts else "dtype "), _code(options["dtype"])]
    return parts


def _listed(words: Iterable[str]) -> list[nodes.Node]:
    parts: list[nodes.Node] = []
    for word in words:
        parts += [nodes.Text(", ")] if parts else []
        parts.append(_code(word))
    return parts


def _moved(function: str, path: Path) -> list[nodes.Node]:
    """In which release the function's numbers last changed, as far as that was measured."""
    if function not in PROBES or not path.is_file():
        return []
    known = history.load_history(path)
    first, last = known.versions[0], known.versions[-1]
    changes = known.changes(function)
    if not changes:
        text = f"not in {len(known.versions)} releases, mlx {first} to {last} ({known.platform})"
        return [nodes.Text(text)]
    newest = changes[-1]
    return [nodes.Text(f"in mlx {newest.since}: "), *_listed(newest.calls)]


def _code(text: object) -> nodes.literal:
    return nodes.literal(str(text), str(text))


def _table(title: str, rows: list[tuple[str, list[nodes.Node]]]) -> nodes.Element:
    """A table of two columns, its first naming the rows."""
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


def agreement(statuses: Iterable[Status]) -> str:
    """Where all examples of a page printed the same, in words.

    Args:
        statuses: What is known of each example of the page.
    """
    known = [status.evidence for status in statuses if not status.line.startswith("varies")]
    if not known:
        return "no example on this page yet"
    labels = list(dict.fromkeys(one.label for evidence in known for one in evidence))
    said = []
    for label in labels:
        seen = [one for evidence in known for one in evidence if one.label == label]
        equal = sum(one.agreement == "equal" for one in seen)
        every = "every example" if equal == len(known) else f"{equal} of {len(known)} examples"
        said.append(f"{label} ({every} on this page)")
    return ", ".join(said)


class FillAgreement(SphinxPostTransform):
    """Put the backends where the table keeps a place for them."""

    default_priority = 300

    def run(self, **_kwargs: object) -> None:
        """Replace the placeholder."""
        for node in list(self.document.findall(AgreementNode)):
            page = EXAMPLES.of(self.env).get(self.env.docname)
            node.replace_self(nodes.Text(agreement(page.statuses if page else ())))


def setup_glance(app: Sphinx) -> None:
    """Register the placeholder and what fills it."""
    app.add_node(AgreementNode)
    app.add_post_transform(FillAgreement)
