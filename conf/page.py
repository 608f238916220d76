"""What a page loads: only what it uses."""

from __future__ import annotations

from typing import Any

from docutils import nodes
from sphinx.application import Sphinx

#: sphinx-gallery's look, for which site.css has another, and its script for tags, which we lack.
UNUSED = ("_static/sg_gallery", "_static/sg-tags.js")
#: Needed for what a reader copies; a page without code has nothing to copy.
FOR_CODE = ("_static/copybutton", "_static/clipboard.min.js")


def dress(
    _app: Sphinx,
    _pagename: str,
    _templatename: str,
    context: dict[str, Any],
    _doctree: nodes.document | None,
) -> None:
    """Leave out what the page has no use for."""
    left_out = UNUSED if 'class="highlight"' in context.get("body", "") else UNUSED + FOR_CODE
    for kind in ("css_files", "script_files"):
        context[kind] = [file for file in context[kind] if not _name(file).startswith(left_out)]


def _name(file: Any) -> str:
    return str(getattr(file, "filename", file))


def setup(app: Sphinx) -> None:
    """Register it, after every extension has had its say."""
    app.connect("html-page-context", dress, priority=900)
