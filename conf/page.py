"""What a page loads, only what it uses; and a fix of what Sphinx writes."""

from __future__ import annotations

import re
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx

#: sphinx-gallery's look, for which site.css has another, and its script for tags, which we lack.
UNUSED = ("_static/sg_gallery", "_static/sg-tags.js")
#: Needed for what a reader copies; a page without code has nothing to copy.
FOR_CODE = ("_static/copybutton", "_static/clipboard.min.js")

_SIGNATURE = re.compile(r'<dt class="sig .*?</dt>', re.DOTALL)
_TAG = re.compile(r"</?dl>\s*")


def dress(
    _app: Sphinx,
    _pagename: str,
    _templatename: str,
    context: dict[str, Any],
    _doctree: nodes.document | None,
) -> None:
    """Leave out what the page has no use for, and fix what no list may look like."""
    context["body"] = _SIGNATURE.sub(_without_list, context.get("body", ""))
    left_out = UNUSED if 'class="highlight"' in context["body"] else UNUSED + FOR_CODE
    for kind in ("css_files", "script_files"):
        context[kind] = [file for file in context[kind] if not _name(file).startswith(left_out)]


def _without_list(signature: re.Match[str]) -> str:
    """A signature over several lines: Sphinx writes a list of definitions that define nothing."""
    text = _TAG.sub("", signature[0])
    return text.replace("<dd>", '<span class="mk-parameter">').replace("</dd>", "</span>")


def _name(file: Any) -> str:
    return str(getattr(file, "filename", file))


def setup(app: Sphinx) -> None:
    """Register it, after every extension has had its say."""
    app.connect("html-page-context", dress, priority=900)
