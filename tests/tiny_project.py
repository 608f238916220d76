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
    """What one build did.

    Attributes:
        warnings: All that was warned of or named as an error.
        status: What Sphinx says of its work.
        untrue: How the build was ended, if it was.
        out: Where the pages are.
    """

    warnings: str
    status: str
    untrue: str
    out: Path

    def html(self, docname: str) -> str:
        """A page as written."""
        return (self.out / f"{docname}.html").read_text(encoding="utf-8")

    @property
    def read(self) -> set[str]:
        """The documents that this build read."""
        return set(re.findall(r"reading sources\.\.\. \[ *\d+%\] (\S+)", self.status))

    @property
    def wrote(self) -> set[str]:
        """The documents that this build wrote."""
        return set(re.findall(r"writing output\.\.\. \[ *\d+%\] (\S+)", self.status))


def write(folder: Path, pages: dict[str, str], conf: str = CONF) -> None:
    """Lay down pages by file name, each tied to the first one's hidden table of contents."""
    folder.mkdir(exist_ok=True)
    (folder / "conf.py").write_text(conf, encoding="utf-8")
    for name, text in pages.items():
        (folder / name).write_text(text, encoding="utf-8")
    if "index.md" not in pages:
        toc = "\n".join(sorted(Path(name).stem for name in pages if name.endswith((".md", ".rst"))))
        (folder / "index.md").write_text(f"# Index\n\n```{{toctree}}\n{toc}\n```\n")


def build(folder: Path, builder: str = "html", parallel: int = 0) -> Built:
    """Build what was laid down, on top of what earlier builds left."""
    nocolor()
    status, warnings = io.StringIO(), io.StringIO()
    untrue = ""
    out = folder / "_build" / builder
    with patch_docutils(), docutils_namespace():
        app = Sphinx(
            folder,
            folder,
            out,
            folder / "_build" / "doctrees",
            builder,
            status=status,
            warning=warnings,
            parallel=parallel,
            confoverrides={"exclude_patterns": ["_build"]},
        )
        try:
            app.build()
        except SystemExit as end:
            untrue = str(end)
    return Built(warnings.getvalue(), status.getvalue(), untrue, out)
