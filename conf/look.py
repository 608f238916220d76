"""The settings that this site and a site of rewritten pages share: the look, and what is off.

Paths are absolute, so that each ``conf.py`` can be in a folder of its own.
"""

from __future__ import annotations

from pathlib import Path

_CONF = Path(__file__).parent

nitpicky = True
toc_object_entries = False
python_maximum_signature_line_length = 66
highlight_language = "python"
pygments_style = "ink.Paper"
pygments_dark_style = "ink.Slate"

copybutton_prompt_is_regexp = True
copybutton_only_copy_prompt_lines = True

html_theme = "furo"
html_static_path = [str(_CONF / "static")]
# The logo is part of the page, so that it takes the theme's colours.
templates_path = [str(_CONF / "templates"), str(_CONF / "static")]
html_favicon = str(_CONF / "static" / "favicon.svg")
html_css_files = ["site.css"]
html_js_files = [("site.js", {"defer": "defer"})]
html_copy_source = False
html_show_sourcelink = False
html_show_sphinx = False
html_last_updated_fmt = None
html_permalinks_icon = "#"
