"""Sphinx's configuration of a site made from rewritten pages: ``make whole-api PAGES=DIR``.

It has the look of the site, and none of its directives: what a stranger's page holds is never run.
"""

from __future__ import annotations

import sys
from pathlib import Path

import mlx_keys

_CONF = Path(__file__).parents[1]
# For look.py, ink.py and page.py, and for light.py.
sys.path[:0] = [str(_CONF), str(_CONF / "whole_api")]

from look import *  # noqa: E402, F403 - what is named there is configuration

project = "The whole API"
version = mlx_keys.__version__
release = f"rewritten by mlx-keys {version}"
root_doc = "index"

extensions = ["myst_parser", "sphinx_copybutton", "page", "light"]


myst_enable_extensions = ["dollarmath"]
myst_update_mathjax = False

copybutton_prompt_text = r">>> |\.\.\. "

html_math_renderer = "shown"
html_title = project
html_use_index = False
html_domain_indices = False
