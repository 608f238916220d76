"""Where tests find what they read."""

from pathlib import Path

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
TRUST = ROOT / "trust"
DATA = ROOT / "tests" / "data"
#: Small scraped pages of a library that does not exist.
PAGES = DATA / "pages"
#: Real scraped pages, which stand beside the project and may be absent.
CORPUS = ROOT.parent / "shared" / "upstream"
