"""Pages to examples: the one extraction that the command line and Sphinx share.

A Markdown page goes through :mod:`.markdown`, a reStructuredText page through :mod:`.rst`.
What is written wrongly is returned as a fault beside the examples, so that one bad block hides
none of the others.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import PurePath

from mlx_keys.errors import KeysError, Location
from mlx_keys.examples.page_example import PageExample

from .pairing import pair_blocks

#: The suffixes of pages that can contain examples.
PAGE_SUFFIXES = (".md", ".rst")


@dataclass(frozen=True)
class Extraction:
    """The examples that a page holds.

    Attributes:
        examples: In the order of the page.
        faults: What is written so that it means nothing, each at its line.
    """

    examples: tuple[PageExample, ...]
    faults: tuple[KeysError, ...]


# A build asks for each page twice: before Sphinx reads, to run early, and when it reads the page.
@lru_cache(maxsize=256)
def extract(text: str, path: str) -> Extraction:
    """All examples of a page, with the outputs right after them.

    Args:
        text: The page.
        path: Its path, as messages should name it; the suffix says which language it is in.

    Raises:
        KeysError: For a file that is neither Markdown nor reStructuredText.
    """
    suffix = PurePath(path).suffix
    if suffix == ".md":
        from .markdown import parse_markdown_blocks as parse_blocks
    elif suffix == ".rst":
        from .rst import parse_rst_blocks as parse_blocks
    else:
        raise KeysError(
            "no examples can be read from this kind of file",
            where=Location(path),
            expected=" or ".join(PAGE_SUFFIXES),
            found=suffix or "no suffix",
            fix="mlx-keys verify, with the path of a page, a script or a folder",
        )
    examples, faults = pair_blocks(parse_blocks(text), path)
    return Extraction(tuple(examples), tuple(faults))
