"""Sphinx's configuration of a site made from rewritten pages: ``make whole-api PAGES=DIR``.

It has the look of the site, and none of its directives: what a stranger's page holds is never run.
"""

from __future__ import annotations

import sys
from pathlib import Path

import mlx_keys

_CONF = Path(__file__).parents[1]
sys.path[:0] = [str(_CONF), str(_CONF / "whole_api")]  # for ink.py, page.py and light.py

project = "The whole API"
version = mlx_keys.__version__
release = f"rewritten by mlx-keys {version}"
root_doc = "index"

extensions = ["myst_parser", "sphinx_copybutton", "page", "light"]

nitpicky = True

python_maximum_signature_line_length = 66
toc_object_entries = False
highlight_language = "python"
pygments_style = "ink.Paper"
pygments_dark_style = "ink.Slate"

myst_enable_extensions = ["dollarmath"]
myst_update_mathjax = False

copybutton_prompt_text = r">>> |\.\.\. "
copybutton_prompt_is_regexp = True
copybutton_only_copy_prompt_lines = True

html_math_renderer = "shown"
html_theme = "furo"
html_title = project
html_static_path = ["../static"]
templates_path = ["../templates", "../static"]
html_favicon = "../static/favicon.svg"
html_css_files = ["site.css"]
html_js_files = [("site.js", {"defer": "defer"})]
html_copy_source = False
html_show_sourcelink = False
html_show_sphinx = False
html_use_index = False
html_domain_indices = False
html_last_updated_fmt = None
html_permalinks_icon = "#"
