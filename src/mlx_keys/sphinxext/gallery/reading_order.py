"""The order in which a chapter of the gallery shows its scripts: the one that its header names.

A chapter's ``GALLERY_HEADER.rst`` may hold a comment, which no page shows::

    .. order: split_a_key reuse_a_key no_prefix

Scripts that it does not name come after those that it does, by name.
"""

from __future__ import annotations

import re
from pathlib import Path

_ORDER = re.compile(r"^\.\. order: (.+)$", re.MULTILINE)


class ReadingOrder:
    """A sort key of sphinx-gallery, for ``within_subsection_order``.

    Args:
        src_dir: The folder of the chapter's scripts.
    """

    def __init__(self, src_dir: str) -> None:
        header = Path(src_dir, "GALLERY_HEADER.rst")
        found = _ORDER.search(header.read_text(encoding="utf-8")) if header.is_file() else None
        self._named = found[1].split() if found else []

    def __call__(self, filename: str) -> tuple[int, str]:
        """Where a script stands among the others of its chapter."""
        name = Path(filename).stem
        place = self._named.index(name) if name in self._named else len(self._named)
        return place, name
