"""Records laid out as clean MyST: the same words in a form that Sphinx, an editor and a diff like.

A rewritten page begins with :data:`MARK` and ends with the name of the page that it was made from,
which is the one to rewrite again. It holds no directive but ``{py:...}``, admonitions and
``{math}``; scraped code stands in plain fences that nothing executes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import asdict

from mlx_keys.upstream.model import Curated, Entry, Page, Parameter, Returns, Signature
from mlx_keys.upstream.text import NOT_TEXT, fold_whitespace

from . import markdown
from .code_language import detect_language, is_python

#: The first line of a rewritten page: a comment of MyST.
MARK = "% Rewritten by mlx-keys: what upstream says, laid out anew."
_CURATED, _GUIDES, _EXAMPLES, _REMARKS = "Curator's notes", "Guides", "Examples", "Remarks"
ORIGIN = "Where this comes from"
_PARAMETERS, _RETURNS, _RAISES, _OVERLOADS = "Parameters", "Returns", "Raises", "Also called as"
_ORIGINAL = re.compile(r"^\* Original: (`+) ?(.{1,300}?) ?\1$", re.MULTILINE)
_PLAIN_YAML = re.compile(r"\w[\w.,|\[\]() ]*")
_DIRECTIVE = re.compile(r"`{3,}\{py:\w+\} ([\w.]+)")
_OPENS_BLOCK = re.compile(r"\* |\d+\. |> |\||```")
# A line such as "(int)=" is a target of MyST.
_TARGET = re.compile(r"\A(\(.*\))=(?=\s*$)", re.MULTILINE)
_DASH = re.compile("[–—]")
_LABELS = re.compile(rf"^\*\*({_PARAMETERS}|{_RETURNS}|{_RAISES}|{_OVERLOADS})\*\*$")
_HEADINGS = re.compile(rf"^#+ ({_CURATED}|{_GUIDES}|{_EXAMPLES}|{_REMARKS}|{ORIGIN})$")


def page_lines(page: Page) -> list[str]:
    """Lay a page out as lines without line ends."""
    parts = [
        MARK,
        markdown.heading(markdown.escape(page_title(page)), 1),
        _demote_labels(page.body),
        *("\n".join(_entry_lines(entry)) for entry in page.entries),
        *_curated(page.curated),
        *_origin(page),
    ]
    return markdown.join_blocks(parts).split("\n")


def is_rewritten(text: str) -> bool:
    """Whether a page is one that this module laid out."""
    return text.startswith(MARK)


def original(text: str) -> str:
    """The name of the page that a rewritten one was made from, or "" where it gives none."""
    names = _ORIGINAL.findall(text, max(text.rfind(f"## {ORIGIN}"), 0))
    return names[0][1] if names else ""


def page_title(page: Page) -> str:
    """What a page is headed: its title, or where it has none the name of its file."""
    return page.title or page.source.partition(".md")[0]


def _entry_lines(entry: Entry) -> list[str]:
    """Lay an entry out as one ``{py:...}`` directive."""
    body = markdown.join_blocks(
        [
            markdown.paragraph(entry.summary),
            _demote_labels(entry.body),
            *_fields(entry),
            *_overloads(entry),
        ]
    )
    head = f"{{py:{entry.kind}}} {entry.name}"
    if entry.signature and entry.kind == "property":
        type_ = fold_whitespace(entry.signature.returns)
        body = f":type: {_yaml_value(type_)}\n\n{body}" if type_ else body
    elif entry.signature:
        head += _signature(entry.signature)
    return markdown.fence(body, head.replace("`", "'")).split("\n")


def described_object(line: str) -> str:
    """The name of the object whose ``{py:...}`` directive a line opens, or ""."""
    found = _DIRECTIVE.match(line)
    return found[1] if found else ""


def _item(parameter: Parameter) -> str:
    """Lay one documented parameter out as an item: ``**num** (int, optional) – Number of ...``."""
    # The first dash of the item separates the description, so the type holds none.
    type_ = f"({markdown.escape(_DASH.sub('-', parameter.type))})" if parameter.type else ""
    name = markdown.emphasis(markdown.escape(parameter.name), "**") if parameter.name else ""
    head = " ".join(part for part in (name, type_) if part)
    if not parameter.description:
        return head
    # A description that opens with a list or a fence stands below the dash.
    gap = "\n\n" if _OPENS_BLOCK.match(parameter.description) else " "
    return _TARGET.sub(r"\1\\=", f"{head} –{gap}{parameter.description}".strip(), count=1)


def _yaml_value(value: str) -> str:
    """A value of a directive's option, which MyST reads as YAML does."""
    return value if _PLAIN_YAML.fullmatch(value) else "'" + value.replace("'", "''") + "'"


def _signature(signature: Signature) -> str:
    return fold_whitespace(str(signature).replace(" → ", " -> "))


def _demote_labels(body: str) -> str:
    """Change labels and headings of upstream's prose that equal those that this module writes.

    ``**Returns**`` alone on a line becomes ``**Returns:**``, and ``## Guides`` becomes bold, so
    that each label and heading of a clean page is ours. Code in fences stays as it is.
    """
    lines, fence = [], ""
    for line in body.split("\n"):
        if fence:
            fence = "" if line == fence else fence
            lines.append(line)
        else:
            fence = "`" * (len(line) - len(line.lstrip("`"))) if line.startswith("```") else ""
            if line.startswith(("*", "#")):
                line = _HEADINGS.sub(r"**\1**", _LABELS.sub(r"**\1:**", line))  # noqa: PLW2901
            lines.append(line)
    return "\n".join(lines)


def _fields(entry: Entry) -> list[str]:
    """The documented parameters, result and exceptions, each as a list under its label."""
    returns = entry.returns or Returns()
    raised = [Parameter(one.type, "", one.description) for one in entry.raises]
    fields: dict[str, Iterable[Parameter]] = {
        _PARAMETERS: entry.parameters,
        _RETURNS: [Parameter("", returns.type, returns.description)],
        _RAISES: raised,
    }
    lists = {label: markdown.item_list(map(_item, items)) for label, items in fields.items()}
    return [part for label, items in lists.items() if items for part in (f"**{label}**", items)]


def _overloads(entry: Entry) -> list[str]:
    if not entry.overloads:
        return []
    name = entry.name.rpartition(".")[2]
    forms = "\n".join(f"{name}{_signature(form)}" for form in entry.overloads)
    parses = is_python("".join(f"def {form}: ...\n" for form in forms.split("\n")))
    return [f"**{_OVERLOADS}**", markdown.fence(forms, "python" if parses else "text")]


def _curated(curated: Curated) -> list[str]:
    """What the curator wrote, under a heading that says whose it is."""
    examples = [
        markdown.fence(code, detect_language(code)) for code in curated.examples if code.strip()
    ]
    guides = markdown.item_list(map(markdown.code_span, curated.guides))
    remarks = markdown.item_list(curated.remarks)
    parts = [markdown.item_list(curated.notes)]
    for title, blocks in ((_GUIDES, [guides]), (_EXAMPLES, examples), (_REMARKS, [remarks])):
        parts += [f"### {title}", *blocks] if any(blocks) else []
    return [f"## {_CURATED}", *parts] if any(parts) else []


def _origin(page: Page) -> list[str]:
    """The section that says which page this one was made from, and where that one came from."""
    labelled = {"Original": NOT_TEXT.sub("", page.source)}
    labelled |= {key.capitalize(): value for key, value in asdict(page.links).items()}
    items = [f"{label}: {markdown.code_span(value)}" for label, value in labelled.items() if value]
    return [f"## {ORIGIN}", markdown.item_list(items)] if items else []
