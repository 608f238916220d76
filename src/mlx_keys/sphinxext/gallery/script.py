"""A script of the gallery, with the files that its page is made of."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from mlx_keys.sphinxext.diagnostics import display_path


@dataclass(frozen=True)
class Script:
    """A script of the gallery and the folder that its page is generated in."""

    source: Path
    target: Path

    @property
    def display_path(self) -> Path:
        """The script as a terminal opens it: relative to where the build was started, if below."""
        return Path(display_path(self.source))

    def docname(self, srcdir: Path) -> str:
        """The page's document name."""
        return self.page.relative_to(srcdir).with_suffix("").as_posix()

    @property
    def page(self) -> Path:
        """The generated reStructuredText."""
        return self.target / f"{self.source.stem}.rst"

    @property
    def copy(self) -> Path:
        """The copy of the script that the page offers for download."""
        return self.target / self.source.name

    @property
    def checksum(self) -> Path:
        """The file by which sphinx-gallery knows a script that it need not run."""
        return self.target / f"{self.source.name}.md5"

    @property
    def key(self) -> Path:
        """The file that holds the cache key of the run that made the page."""
        return self.target / f"{self.source.name}.key"
