"""Records laid out as clean MyST: the same words in a form that Sphinx, an editor and a diff like.

A rewritten page begins with :data:`MARK` and ends with the name of the page that it was made from,
which is the one to rewrite again. It holds no directive but ``{py:...}``, admonitions and
``{math}``; scraped code stands in plain fences that nothing executes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from mlx_keys.upstream.model import Curated, Entry, Page, Parameter, Returns, Signature
from mlx_keys.upstream.text import NOT_TEXT, fold_whitespace

from . import markdown
from .code_language import detect_language, is_python

#: The first line of a rewritten page: a comment of MyST.
MARK = "% Rewritten by mlx-keys: what upstream says, laid out anew."
CURATED, GUIDES, EXAMPLES, REMARKS = "Curator's notes", "Guides", "Examples", "Remarks"
ORIGIN = "Where this comes from"
PARAMETERS, RETURNS, RAISES, OVERLOADS = "Parameters", "Returns", "Raises", "Also called as"
LINK_NAMES = {
    "source": "Source",
    "repository": "Repository",
    "previous": "Previous",
    "next": "Next",
}
#: How YAML quotes, and doubles what it quotes.
QUOTE = "'"
_ORIGINAL = re.compile(r"^\* Original: (`+) ?(.{1,300}?) ?\1$", re.MULTILINE)
_PLAIN = re.compile(r"\w[\w.,|\[\]() ]*")
_HEAD = re.compile(r"`{3,}\{py:\w+\} ([\w.]+)")
_BLOCK = re.compile(r"\* |\d+\. |> |\||```")
# What begins with a type and ends so would be a target.
_TARGET = re.compile(r"\A(\(.*\))=(?=\s*$)", re.MULTILINE)
_DASH = re.compile("[–—]")
_LABELS = re.compile(rf"^\*\*({PARAMETERS}|{RETURNS}|{RAISES}|{OVERLOADS})\*\*$")
_HEADINGS = re.compile(rf"^#+ ({CURATED}|{GUIDES}|{EXAMPLES}|{REMARKS}|{ORIGIN})$")


def page_lines(page: Page) -> list[str]:
    """Lay a page out.

    Returns:
        Its lines, without line ends.
    """
    parts = [
        MARK,
        markdown.heading(markdown.escape(title(page)), 1),
        _own(page.body),
        *("\n".join(entry_lines(entry)) for entry in page.entries),
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


def title(page: Page) -> str:
    """What a page is headed: its title, or where it has none the name of its file."""
    return page.title or page.source.partition(".md")[0]


def entry_lines(entry: Entry) -> list[str]:
    """Lay an entry out as one ``{py:...}`` directive."""
    body = markdown.join_blocks(
        [
            markdown.paragraph(entry.summary),
            _own(entry.body),
            *_fields(entry),
            *_overloads(entry),
        ]
    )
    head = f"{{py:{entry.kind}}} {entry.name}"
    if entry.signature and entry.kind == "property":
        kind = fold_whitespace(entry.signature.returns)
        body = f":type: {_option(kind)}\n\n{body}" if kind else body
    elif entry.signature:
        head += _signature(entry.signature)
    return markdown.fence(body, head.replace("`", "'")).split("\n")


def entry_head(line: str) -> str:
    """The object whose directive a line of a page opens, or ""."""
    found = _HEAD.match(line)
    return found.group(1) if found else ""


def parameter_line(parameter: Parameter) -> str:
    """Lay one documented parameter out as an item: ``**num** (int, optional) – Number of ...``."""
    # The first dash is ours.
    kind = f"({markdown.escape(_DASH.sub('-', parameter.type))})" if parameter.type else ""
    name = markdown.emphasis(markdown.escape(parameter.name), "**") if parameter.name else ""
    head = " ".join(part for part in (name, kind) if part)
    if not parameter.description:
        return head
    # A description that opens with a list or a fence stands below the dash.
    gap = "\n\n" if _BLOCK.match(parameter.description) else " "
    return _TARGET.sub(r"\1\\=", f"{head} –{gap}{parameter.description}".strip(), count=1)


def _option(value: str) -> str:
    """A value as MyST reads the values of options, which is as YAML does."""
    return value if _PLAIN.fullmatch(value) else f"'{value.replace(QUOTE, QUOTE * 2)}'"


def _signature(signature: Signature) -> str:
    return fold_whitespace(str(signature).replace(" → ", " -> "))


def _own(body: str) -> str:
    """Keep prose from passing for one of the labels and headings that this module writes.

    What stands in a fence is as it stands on the page.
    """
    lines, fence = [], ""
    for line in body.split("\n"):
        if fence:
            fence = "" if line == fence else fence
            lines.append(line)
        else:
            fence = "`" * (len(line) - len(line.lstrip("`"))) if line.startswith("```") else ""
            marked = line.startswith(("*", "#"))
            lines.append(
                _HEADINGS.sub(r"**\1**", _LABELS.sub(r"**\1:**", line)) if marked else line
            )
    return "\n".join(lines)


def _fields(entry: Entry) -> list[str]:
    said = entry.returns or Returns()
    raised = [Parameter(one.type, "", one.description) for one in entry.raises]
    return [
        *_labelled(PARAMETERS, entry.parameters),
        *_labelled(RETURNS, [Parameter("", said.type, said.description)]),
        *_labelled(RAISES, raised),
    ]


def _labelled(label: str, parameters: Iterable[Parameter]) -> list[str]:
    items = markdown.item_list(map(parameter_line, parameters))
    return [f"**{label}**", items] if items else []


def _overloads(entry: Entry) -> list[str]:
    if not entry.overloads:
        return []
    name = entry.name.rpartition(".")[2]
    forms = "\n".join(f"{name}{_signature(form)}" for form in entry.overloads)
    read = is_python("".join(f"def {form}: ...\n" for form in forms.split("\n")))
    return [f"**{OVERLOADS}**", markdown.fence(forms, "python" if read else "text")]


def _curated(curated: Curated) -> list[str]:
    """The curator's words, under a heading that says whose they are."""
    examples = [
        markdown.fence(code, detect_language(code)) for code in curated.examples if code.strip()
    ]
    done = [
        markdown.item_list(curated.notes),
        *_headed(GUIDES, [markdown.item_list(map(markdown.code_span, curated.guides))]),
        *_headed(EXAMPLES, examples),
        *_headed(REMARKS, [markdown.item_list(curated.remarks)]),
    ]
    return [f"## {CURATED}", *done] if any(done) else []


def _headed(heading: str, parts: list[str]) -> list[str]:
    return [f"### {heading}", *parts] if any(parts) else []


def _origin(page: Page) -> list[str]:
    """The section that says which page this one was made from, and where that one came from."""
    labelled = {"Original": NOT_TEXT.sub("", page.source)}
    labelled |= {label: getattr(page.links, key) for key, label in LINK_NAMES.items()}
    items = [f"{label}: {markdown.code_span(value)}" for label, value in labelled.items() if value]
    return [f"## {ORIGIN}", markdown.item_list(items)] if items else []
