"""A Sphinx project of a few pages, made and built within a test."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.util.console import nocolor
from sphinx.util.docutils import docutils_namespace, patch_docutils

CONF = 'extensions = ["myst_parser", "mlx_keys.sphinxext"]\nnitpicky = True\n'
#: With the directives that only this site has.
SITE_CONF = 'extensions = ["myst_parser", "ext"]\nnitpicky = True\n'


@dataclass(frozen=True)
class Built:
    """The result of one build.

    Attributes:
        warnings: Every warning and error.
        status: Sphinx's account of its work.
        stopped: The message that stopped the build, or an empty string.
        out: The folder of the pages.
    """

    warnings: str
    status: str
    stopped: str
    out: Path

    def html(self, docname: str) -> str:
        """The HTML of a page."""
        return (self.out / f"{docname}.html").read_text(encoding="utf-8")

    def text(self, docname: str) -> str:
        """The page as the text builder writes it."""
        return (self.out / f"{docname}.txt").read_text(encoding="utf-8")

    @property
    def read(self) -> set[str]:
        """The documents that this build read."""
        return set(re.findall(r"reading sources\.\.\. \[ *\d+%\] (\S+)", self.status))

    @property
    def wrote(self) -> set[str]:
        """The documents that this build wrote."""
        return set(re.findall(r"writing output\.\.\. \[ *\d+%\] (\S+)", self.status))


def write(folder: Path, pages: dict[str, str], conf: str = CONF) -> None:
    """Write a project: its pages by file name, and an index that lists them unless it is given."""
    folder.mkdir(exist_ok=True, parents=True)
    files = {"conf.py": conf, **pages}
    if not {"index.md", "index.rst"} & pages.keys():
        toc = "\n".join(sorted(Path(name).stem for name in pages if name.endswith((".md", ".rst"))))
        files["index.md"] = f"# Index\n\n```{{toctree}}\n{toc}\n```\n"
    for name, text in files.items():
        path = folder / name
        # A file that stays as it is keeps its time, as an editor and git leave it.
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")


def build(
    folder: Path,
    builder: str = "html",
    parallel: int = 0,
    *,
    conf: Path | None = None,
    below: Path | None = None,
    fresh: bool = False,
) -> Built:
    """Build a project in this process, on top of what earlier builds left.

    Args:
        folder: The folder of the pages.
        builder: The name of Sphinx's builder.
        parallel: How many processes read the pages.
        conf: The folder of ``conf.py``; that of the pages unless given.
        below: The folder of the output and of the doctrees; ``_build`` unless given.
        fresh: Whether to forget what earlier builds have read.
    """
    nocolor()
    status, warnings = io.StringIO(), io.StringIO()
    stopped = ""
    below = below or folder / "_build"
    with patch_docutils(), docutils_namespace():
        app = Sphinx(
            folder,
            conf or folder,
            below / builder,
            below / "doctrees",
            builder,
            status=status,
            warning=warnings,
            parallel=parallel,
            freshenv=fresh,
            confoverrides={"exclude_patterns": ["_build"]},
        )
        try:
            app.build()
        except SystemExit as end:
            stopped = str(end)
    return Built(warnings.getvalue(), status.getvalue(), stopped, below / builder)
