"""Sphinx's configuration of the MLX Keys site: ``sphinx-build -c conf docs``.

``look.py`` has the look. Paths in ``sphinx_gallery_conf`` are relative to ``docs``.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import mlx_keys

sys.path.insert(0, str(Path(__file__).parent))  # for look.py, ink.py, page.py and ext/

from look import *  # noqa: F403 - what is named there is configuration

project = "MLX Keys"
author = "The MLX Keys authors"
project_copyright = "The MLX Keys authors"
version = release = mlx_keys.__version__

extensions = [
    "myst_parser",
    "sphinx_copybutton",
    "sphinx_gallery.gen_gallery",
    "notfound.extension",
    "mlx_keys.sphinxext",
    "ext",
    "maths",
    "page",
]

# The host sets the address. Without one there is no site map, and no card for links to the site.
html_baseurl = os.environ.get("MLX_KEYS_URL", "")
if html_baseurl:
    html_baseurl = html_baseurl.rstrip("/") + "/"
    extensions += ["sphinx_sitemap", "sphinxext.opengraph"]
    sitemap_url_scheme = "{link}"
    sitemap_show_lastmod = False
    ogp_site_url = html_baseurl
    ogp_social_cards = {"enable": False}
# The 404 page is served at any address, so its links begin with the path of the site's root.
notfound_urls_prefix = "/" + html_baseurl.split("://")[-1].partition("/")[2]

mlx_keys_also = ["../README.md"]
mlx_keys_trust = "../trust"

nitpick_ignore: list[tuple[str, str]] = []

exclude_patterns = ["gallery/**/*.ipynb", "gallery/**/*.py", "gallery/**/*.md5"]
default_role = "py:obj"
add_module_names = False
python_display_short_literal_types = True

myst_enable_extensions = ["colon_fence", "deflist", "dollarmath", "attrs_inline", "attrs_block"]
myst_heading_anchors = 3

# What a reader copies is code alone: no prompt, and nothing from under what was printed. A block of
# the gallery (sphinx-gallery writes "Python") needs those above it: a script is downloaded whole.
copybutton_selector = (
    "div.highlight-python pre, div.highlight-default pre, div.highlight-shell pre, "
    "div.highlight-console pre, div.highlight-bash pre"
)
copybutton_prompt_text = r">>> |\.\.\. |\$ "
copybutton_remove_prompts = True

sphinx_gallery_conf = {
    "examples_dirs": ["../gallery"],
    "gallery_dirs": ["gallery"],
    "subsection_order": ["../gallery/keys", "../gallery/distributions", "../gallery/practice", "*"],
    "within_subsection_order": "mlx_keys.sphinxext.gallery.reading_order.ReadingOrder",
    "filename_pattern": r"\.py$",
    "ignore_pattern": r"^_",
    "download_all_examples": False,
    "show_memory": False,
    "show_signature": False,
    "min_reported_time": 10**9,
    "write_computation_times": False,
    "remove_config_comments": True,
    "copyfile_regex": "",
    "capture_repr": ("_repr_html_",),
    "image_scrapers": ("mlx_keys.sphinxext.gallery.figures.scrape",),
    "reset_modules": ("mlx_keys.sphinxext.gallery.figures.use_style",),
    "inspect_global_variables": False,
}

html_math_renderer = "mathml"
html_title = "MLX Keys"
