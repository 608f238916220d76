"""What upstream says about a function: read from scraped pages, or from the installed mlx.

Two sources, one model, and two uses of it::

    scraped page ---Read---> Page --Write--> clean MyST page
    installed mlx -Inspect-> Entry --Compare-> findings, where documentation and mlx disagree

The aliases below are the types of those functions, and mypy checks each function against its alias.
Nothing here imports mlx or Sphinx; :mod:`.installed` imports mlx when it is called.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import TypeAlias

    from mlx_keys.errors import Location

    from .drift.entry import compare_entry
    from .drift.finding import Finding
    from .installed.introspect import entry
    from .model import Entry, Page
    from .read.page import read
    from .write.page import page_lines

    #: The text of a scraped page, and its path, to its record.
    Read: TypeAlias = Callable[[str, str], Page]
    #: The full name of a function of the installed mlx to its record.
    Inspect: TypeAlias = Callable[[str], Entry]
    #: A record to the lines of a clean page.
    Write: TypeAlias = Callable[[Page], list[str]]
    #: A documented entry, the installed one, and where the first was documented, to differences.
    Compare: TypeAlias = Callable[[Entry, Entry, Location | None], Iterator[Finding]]

    def stages() -> tuple[Read, Inspect, Write, Compare]:
        """The functions that are the stages."""
        return read, entry, page_lines, compare_entry
