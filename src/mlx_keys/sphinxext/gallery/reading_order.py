"""The order of the scripts in a chapter of the gallery, as the chapter's header lists them.

``GALLERY_HEADER.rst`` may hold a comment, which no page shows::

    .. order: split_a_key reuse_a_key no_prefix

Scripts that the comment does not list follow those that it does, by name.
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
        order = _ORDER.search(header.read_text(encoding="utf-8")) if header.is_file() else None
        self._listed = order[1].split() if order else []

    def __call__(self, filename: str) -> tuple[int, str]:
        """The sort key of a script among the others of its chapter."""
        name = Path(filename).stem
        position = self._listed.index(name) if name in self._listed else len(self._listed)
        return position, name
