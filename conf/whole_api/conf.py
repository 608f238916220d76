"""Sphinx's configuration of a site made from rewritten pages: ``make whole-api PAGES=DIR``.

It has the look of the site and none of its directives: what a scraped page holds is never run.
"""

from __future__ import annotations

import sys
from pathlib import Path

import mlx_keys

_CONF = Path(__file__).parents[1]
# The first holds look.py, ink.py and page.py, the second large_site.py.
sys.path[:0] = [str(_CONF), str(_CONF / "whole_api")]

from look import *  # noqa: E402, F403 - its names are configuration

project = "The whole API"
version = mlx_keys.__version__
release = f"rewritten by mlx-keys {version}"
root_doc = "index"

extensions = ["myst_parser", "sphinx_copybutton", "page", "large_site"]

myst_enable_extensions = ["dollarmath"]
myst_update_mathjax = False

copybutton_prompt_text = r">>> |\.\.\. "

html_math_renderer = "mathml_or_tex"
html_title = project
html_use_index = False
html_domain_indices = False
