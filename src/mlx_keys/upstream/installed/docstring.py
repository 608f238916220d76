"""The parser of mlx's docstrings: sections in Google's style, prose in reStructuredText.

It understands sections (Args, Returns, Raises, Example, Note, ...), inline markup, code blocks,
maths, admonitions, bullet lists and interpreter sessions. Anything else stays as text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from inspect import cleandoc

from mlx_keys.upstream.model import Parameter, Raised, Returns
from mlx_keys.upstream.text import fold_whitespace
from mlx_keys.upstream.write import markdown

_SECTION = re.compile(
    r"(Args|Arguments|Parameters|Returns|Raises|Examples?|Notes?|Warning|References):$"
)
_FIELD = re.compile(r"(\*{0,2}\w+)\s*(?:\((.*?)\))?\s*:(?:\s+|$|(?=`))(.*)", re.DOTALL)
_DIRECTIVE = re.compile(r"\.\.\s+([\w-]+)::\s*(.*)$")
_INLINE = re.compile(
    r"``(?P<code>.+?)``"
    r"|:(?P<role>[\w:-]+):`(?P<ref>[^`]+)`"
    r"|`(?P<text>[^`<]+?)\s*<(?P<url>[^>`]+)>`__?"
    r"|`(?P<bare>[^`]+)`"
    r"|\$(?P<math>[^$]+)\$"
    r"|\*\*(?P<strong>[^*\s](?:[^*]*[^*\s])?)\*\*"
    r"|(?<![\w*])\*(?P<em>[^*\s](?:[^*]*[^*\s])?)\*(?![\w*])",
    re.DOTALL,
)
_FUNCTION_ROLES = {"func", "meth", "py:func", "py:meth"}
_ADMONITIONS = {"note", "warning"}


@dataclass(frozen=True)
class Docstring:
    """A docstring's parts, as :class:`~mlx_keys.upstream.model.Entry` names them."""

    summary: str = ""
    body: str = ""
    parameters: tuple[Parameter, ...] = ()
    returns: Returns | None = None
    raises: tuple[Raised, ...] = ()


def parse_docstring(text: str) -> Docstring:
    """Parse a docstring."""
    lead, *sections = _split_sections(cleandoc(text).split("\n"))
    prose = list(_render_blocks(lead[1]))
    parameters: list[Parameter] = []
    raises: list[Raised] = []
    returns = None
    for title, lines in sections:
        if title in ("Args", "Arguments", "Parameters"):
            parameters += [_parse_parameter(item) for item in _split_items(lines)]
        elif title == "Returns":
            returns = _parse_returns(lines)
        elif title == "Raises":
            raises += [_parse_raised(item) for item in _split_items(lines)]
        elif title.rstrip("s").lower() in _ADMONITIONS:
            prose.append(_render_admonition(title.rstrip("s").lower(), list(_render_blocks(lines))))
        else:
            prose += [f"**{title}**", *_render_blocks(lines)]
    summary = prose.pop(0) if prose and "\n" not in prose[0] else ""
    return Docstring(
        summary, markdown.join_blocks(prose), tuple(parameters), returns, tuple(raises)
    )


def rst_to_markdown(text: str) -> str:
    """Translate a paragraph of reStructuredText."""
    done, at = [], 0
    text = fold_whitespace(text)
    for found in _INLINE.finditer(text):
        done += [markdown.escape(text[at : found.start()]), _render_markup(found)]
        at = found.end()
    return "".join([*done, markdown.escape(text[at:])])


def _render_markup(found: re.Match[str]) -> str:
    part = found.groupdict()
    if part["role"]:
        if part["role"] == "math":
            return markdown.inline_math(part["ref"])
        # :func:`name`, :func:`words <name>` and :func:`~a.b.name`, as Sphinx shows them.
        name, has_title = re.subn(r"\s*<[^>]*>$", "", part["ref"])
        name = name.rpartition(".")[2] if name.startswith("~") else name.lstrip("!.")
        is_call = part["role"] in _FUNCTION_ROLES and not has_title and not name.endswith(")")
        return markdown.code_span(name + "()" if is_call else name)
    if part["url"]:
        return markdown.link(markdown.escape(part["text"]), part["url"])
    if part["math"]:
        return markdown.inline_math(part["math"])
    if part["strong"] or part["em"]:
        return markdown.emphasis(
            markdown.escape(part["strong"] or part["em"]), "**" if part["strong"] else "*"
        )
    return markdown.code_span(part["code"] or part["bare"])


def _split_sections(lines: list[str]) -> list[tuple[str, list[str]]]:
    sections: list[tuple[str, list[str]]] = [("", [])]
    for line in lines:
        found = _SECTION.match(line)
        if found:
            sections.append((found[1], []))
        else:
            sections[-1][1].append(line)
    return [(title, _dedent(found)) for title, found in sections]


def _split_items(lines: list[str]) -> Iterator[str]:
    """Split a section into fields: each begins at the margin, and its other lines are indented."""
    item: list[str] = []
    for line in lines:
        if line.strip() and not line[0].isspace() and item:
            yield "\n".join(item)
            item = []
        item.append(line)
    if any(line.strip() for line in item):
        yield "\n".join(item)


def _parse_parameter(item: str) -> Parameter:
    found = _FIELD.match(item)
    if found is None:
        return Parameter("", "", rst_to_markdown(item))
    return Parameter(found[1], fold_whitespace(found[2] or ""), rst_to_markdown(found[3]))


def _parse_raised(item: str) -> Raised:
    kind, _, text = item.partition(":")
    return Raised(fold_whitespace(kind), rst_to_markdown(text))


def _parse_returns(lines: list[str]) -> Returns:
    text = fold_whitespace(" ".join(lines))
    kind, sign, rest = text.partition(":")
    if sign and "`" not in kind and len(kind.split()) <= 4:  # noqa: PLR2004 - "tuple of arrays"
        return Returns(kind, rst_to_markdown(rest))
    return Returns("", rst_to_markdown(text))


def _render_blocks(lines: list[str]) -> Iterator[str]:
    """Translate paragraphs, lists, code, maths and admonitions, in order."""
    for part in _split_paragraphs(lines):
        directive = _DIRECTIVE.match(part[0])
        if directive:
            yield _render_directive(directive[1], directive[2], _dedent(part[1:]))
        elif part[0].startswith(">>>"):
            yield markdown.fence("\n".join(part), "pycon")
        elif re.match(r"[*-]\s", part[0]):
            yield markdown.item_list(rst_to_markdown(item[1:]) for item in _split_items(part))
        else:
            yield markdown.paragraph(rst_to_markdown(" ".join(part)))


def _split_paragraphs(lines: list[str]) -> Iterator[list[str]]:
    """Split at blank lines; a directive keeps all lines below it that are indented or blank."""
    part: list[str] = []
    for line in lines:
        in_directive = bool(part) and _DIRECTIVE.match(part[0]) is not None
        if line.strip() and (not in_directive or line[0].isspace()):
            part.append(line)
        elif not line.strip() and in_directive:
            part.append("")
        else:
            if part:
                yield part
            part = [line] if line.strip() else []
    if part:
        yield part


def _render_directive(name: str, argument: str, lines: list[str]) -> str:
    text = "\n".join(lines).strip("\n")
    if name in ("code-block", "code", "sourcecode"):
        return markdown.fence(text, "python")
    if name == "math":
        return markdown.math_block(f"{argument} {text}")
    if name in _ADMONITIONS:
        return _render_admonition(name, [rst_to_markdown(argument), *_render_blocks(lines)])
    return markdown.join_blocks(
        [markdown.escape(f"{name} {argument}".strip()), *_render_blocks(lines)]
    )


def _render_admonition(name: str, parts: list[str]) -> str:
    return markdown.fence(markdown.join_blocks(parts), f"{{{name}}}")


def _dedent(lines: list[str]) -> list[str]:
    margin = min((len(line) - len(line.lstrip()) for line in lines if line.strip()), default=0)
    return [line[margin:] for line in lines]
