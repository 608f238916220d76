"""Which files of this project a program depends on, read off its imports and theirs."""

from __future__ import annotations

import ast
import hashlib
import os
import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from pathlib import Path


class Sources:
    """The project's files as one run finds them: each is looked for, and looked at, once.

    Files and roots are text here: paths as objects take ten times as long to look up.
    """

    def __init__(self) -> None:
        self._tops: dict[str, set[str]] = {}
        self._files: dict[tuple[str, str], tuple[str, ...]] = {}
        self._contents: dict[str, tuple[str, tuple[str, ...]]] = {}
        self._imported: dict[tuple[str, tuple[str, ...]], set[str]] = {}
        self._reached: dict[tuple[frozenset[str], tuple[str, ...]], frozenset[str]] = {}

    def reached(self, names: frozenset[str], roots: tuple[str, ...]) -> frozenset[str]:
        """The files that stand for names and for all that these files import in turn."""
        if (names, roots) not in self._reached:
            found: set[str] = set()
            waiting = [file for name in names for file in self._files_of(name, roots)]
            while waiting:
                file = waiting.pop()
                if file not in found:
                    found.add(file)
                    waiting += self._imports_of(file, roots)
            self._reached[names, roots] = frozenset(found)
        return self._reached[names, roots]

    def _imports_of(self, file: str, roots: tuple[str, ...]) -> set[str]:
        """The files that a file imports itself."""
        if (file, roots) not in self._imported:
            names = self.content(file)[1]
            self._imported[file, roots] = {
                one for name in names for one in self._files_of(name, roots)
            }
        return self._imported[file, roots]

    def _files_of(self, name: str, roots: tuple[str, ...]) -> tuple[str, ...]:
        """The files that stand for one name, in the first of the roots that holds it."""
        for root in roots:
            if (name, root) not in self._files:
                held = name.partition(".")[0] in self._top(root)
                found = _files_of(name, Path(root)) if held else ()
                self._files[name, root] = tuple(map(str, found))
            if self._files[name, root]:
                return self._files[name, root]
        return ()

    def _top(self, root: str) -> set[str]:
        """The names of modules and packages right in a root."""
        if root not in self._tops:
            self._tops[root] = {name.removesuffix(".py") for name in os.listdir(root)}  # noqa: PTH208
        return self._tops[root]

    def content(self, file: str) -> tuple[str, tuple[str, ...]]:
        """A file's digest and, for a Python file, the modules that it imports."""
        if file not in self._contents:
            self._contents[file] = _content(Path(file))
        return self._contents[file]


def digest(code: str, roots: Sequence[Path], sources: Sources) -> str:
    """One digest over the content of all project files that a program imports, in the end.

    Args:
        code: The program.
        roots: Folders that hold the project's packages, such as ``src``.
        sources: What is known of the files in them.
    """
    total = hashlib.sha256()
    for file in sorted(files(code, roots, sources)):
        total.update(file.encode() + b"\0" + sources.content(file)[0].encode())
    return total.hexdigest()


def files(code: str, roots: Sequence[Path], sources: Sources | None = None) -> frozenset[str]:
    """The project's files that a program imports, directly or through others.

    A package that is imported as such counts with all that lies in it, since it may load its
    parts late, or read data from beside them.
    """
    return (sources or Sources()).reached(frozenset(modules(code)), tuple(map(str, roots)))


def modules(code: str, package: str = "") -> Iterable[str]:
    """All names that a program imports, relative ones made absolute.

    ``from a import b`` gives ``a.b``, whether that is a module or not.
    """
    try:
        tree = ast.parse(code)
    except SyntaxError:
        return
    for node in _statements(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package.split(".") if node.level else []
            above = above[: len(above) - node.level + 1]
            base = [*above, *filter(None, [node.module])]
            yield from (".".join([*base, alias.name]) for alias in node.names)


def _statements(node: ast.AST) -> Iterable[ast.AST]:
    """All statements in a tree, whose expressions are not looked into: no import is in them."""
    for name in ("body", "orelse", "finalbody", "handlers", "cases"):
        for inner in getattr(node, name, ()):
            yield inner
            yield from _statements(inner)


def _files_of(name: str, root: Path) -> Iterable[Path]:
    """The file of the longest module that a name begins with, and its parents' ``__init__.py``.

    Where that module is a package, what the name asks of it may come from anywhere in it.
    """
    parts = name.split(".")
    for count in range(len(parts), 0, -1):
        module = root.joinpath(*parts[:count])
        package = (module / "__init__.py").is_file()
        if package or module.with_suffix(".py").is_file():
            for above in range(1, count):
                yield from _existing(root.joinpath(*parts[:above], "__init__.py"))
            yield from _within(module) if package else [module.with_suffix(".py")]
            return


def _within(package: Path) -> Iterable[Path]:
    """All files of a package."""
    for file in package.rglob("*"):
        if file.is_file() and "__pycache__" not in file.parts:
            yield file


def _existing(file: Path) -> Iterable[Path]:
    if file.is_file():
        yield file


def _content(file: Path) -> tuple[str, tuple[str, ...]]:
    """A file's digest and, for a Python file, the modules that it imports."""
    stat = file.stat()
    return _read(file, stat.st_mtime_ns, stat.st_size)


@lru_cache(maxsize=4096)
def _read(file: Path, _changed: int, _size: int) -> tuple[str, tuple[str, ...]]:
    data = file.read_bytes()
    names: tuple[str, ...] = ()
    if file.suffix == ".py":
        names = tuple(modules(_imports(data.decode("utf-8", "replace")), _package(file)))
    return hashlib.sha256(data).hexdigest(), names


#: What begins like an import, up to where it ends; some of it may be prose in a docstring.
_IMPORT = re.compile(
    r"(?:^|[:;])[ \t]*((?:from[ \t]+[.\w]+[ \t]+)?import\b[ \t]*(?:\([^()]*\)|(?:[^\n\\(]|\\\n)*))",
    re.MULTILINE,
)


def _imports(code: str) -> str:
    """The imports of a program alone, which cost a tenth of the whole to parse.

    Where they cannot be told apart in this way, it is the program as it stands.
    """
    found = "\n".join(_IMPORT.findall(code))
    try:
        ast.parse(found)
    except SyntaxError:
        return code
    return found


def _package(file: Path) -> str:
    """The package that a file belongs to, as its relative imports mean it."""
    parts: list[str] = []
    folder = file.parent
    while (folder / "__init__.py").is_file():
        parts.insert(0, folder.name)
        folder = folder.parent
    return ".".join(parts)
