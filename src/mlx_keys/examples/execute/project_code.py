"""The project's own code that a program imports, as one digest.

The unit is what a top-level name stands for: a module, or a package with its whole folder, as it
may load its parts late, or read data from beside them. Each counts with the modules and packages
that it imports in turn.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from mlx_keys.files import digest_files, files_below


def imported_packages(code: str) -> set[str]:
    """The top-level names that a program imports; none where it is not Python."""
    try:
        tree = ast.parse(code)
    except (SyntaxError, ValueError):
        return set()
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module.partition(".")[0])
    return names


#: A line that may import something; in a text it is a line that does no harm.
_IMPORT = re.compile(r"^[ \t]*(?:from[ \t]+(\w+)|import[ \t]+([\w., \t]+))", re.MULTILINE)


def mentioned_packages(text: str) -> set[str]:
    """The top-level names in lines that look like imports: quicker than parsing a whole package."""
    names = set()
    for source, several in _IMPORT.findall(text):
        for name in [source] if source else several.split(","):
            names.add(name.strip().partition(" ")[0].partition(".")[0])
    return names


@dataclass
class ProjectCode:
    """The code below a project's roots. A run reads each package and module once."""

    _digests: dict[Path, str] = field(default_factory=dict)
    _imports: dict[Path, set[str]] = field(default_factory=dict)

    def digest(self, code: str, roots: Sequence[Path]) -> str:
        """Digest the packages and modules that a program imports from the roots.

        Args:
            code: The program.
            roots: Folders with the project's packages; the first that has a name counts.
        """
        paths: set[Path] = set()
        waiting = imported_packages(code)
        while waiting:
            path = _find(waiting.pop(), roots)
            if path is None or path in paths:
                continue
            paths.add(path)
            if path not in self._digests:
                self._read(path)
            waiting |= self._imports[path]
        return "".join(self._digests[path] for path in sorted(paths))

    def _read(self, path: Path) -> None:
        files = files_below(path) if path.is_dir() else [str(path)]
        self._digests[path] = digest_files(files)
        self._imports[path] = set().union(
            *(
                mentioned_packages(Path(file).read_text("utf-8", "replace"))
                for file in files
                if file.endswith(".py")
            )
        )


def _find(name: str, roots: Sequence[Path]) -> Path | None:
    """The folder or file that a top-level name stands for; a folder without modules is none."""
    for root in roots:
        if any((root / name).glob("*.py")):
            return root / name
        if (root / f"{name}.py").is_file():
            return root / f"{name}.py"
    return None
