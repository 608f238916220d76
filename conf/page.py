"""Lets a page load only the files that it uses, and corrects the markup of long signatures."""

from __future__ import annotations

import re
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx

#: sphinx-gallery's style sheets, which site.css replaces, and its script for tags: we have none.
UNUSED = ("_static/sg_gallery", "_static/sg-tags.js")
#: The copy button's files; a page without code does not load them.
FOR_CODE = ("_static/copybutton", "_static/clipboard.min.js")

_SIGNATURE = re.compile(r'<dt class="sig .*?</dt>', re.DOTALL)
_TAG = re.compile(r"</?dl>\s*")


def trim_page(
    _app: Sphinx,
    _pagename: str,
    _templatename: str,
    context: dict[str, Any],
    _doctree: nodes.document | None,
) -> None:
    """Leave out the files that a page does not use, and correct its signatures."""
    context["body"] = _SIGNATURE.sub(_without_list, context.get("body", ""))
    left_out = UNUSED if 'class="highlight"' in context["body"] else UNUSED + FOR_CODE
    for kind in ("css_files", "script_files"):
        context[kind] = [file for file in context[kind] if not _name(file).startswith(left_out)]


def _without_list(signature: re.Match[str]) -> str:
    """A signature over several lines, of which Sphinx makes a definition list without terms."""
    text = _TAG.sub("", signature[0])
    return text.replace("<dd>", '<span class="mk-parameter">').replace("</dd>", "</span>")


def _name(file: Any) -> str:
    return str(getattr(file, "filename", file))


def setup(app: Sphinx) -> None:
    """Register the handler, after those of every extension."""
    app.connect("html-page-context", trim_page, priority=900)
