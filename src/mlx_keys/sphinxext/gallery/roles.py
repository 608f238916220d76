"""Sphinx's roles in the prose of a gallery script, as Markdown for its notebook.

sphinx-gallery's own conversion leaves roles as they stand, and a notebook is read outside the
site: so a page is linked by its full address, or named by its title where the site has none.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

_ROLE = re.compile(r"(?:\\ )?:(?P<role>[a-z]+(?::[a-z]+)*):`(?P<body>[^`]+)`(?:\\ )?")
_COMMENT = re.compile(r"^# ?", re.MULTILINE)  # a role may go on in the next line
_TITLED = re.compile(r"(?P<text>.+?)\s*<(?P<target>[^<>]+)>", re.DOTALL)
_HEADING = re.compile(r"^# (.+)$|^(?P<rst>\S.*)\n(?P<line>[=#*-])(?P=line)+$", re.MULTILINE)


@dataclass(frozen=True)
class Pages:
    """The pages that roles lead to.

    Attributes:
        srcdir: Sphinx's source folder.
        url: The site's address with a slash at its end, or nothing.
        scripts: The gallery's scripts by the names of their pages.
    """

    srcdir: Path
    url: str
    scripts: Mapping[str, Path]

    def title(self, docname: str) -> str:
        """A page's first heading; its name where it has none."""
        sources = [self.srcdir / f"{docname}{suffix}" for suffix in (".md", ".rst")]
        if docname in self.scripts:
            sources = [self.scripts[docname]]
        for source in sources:
            if source.is_file() and (found := _HEADING.search(source.read_text("utf-8"))):
                return (found[1] or found["rst"]).strip()
        return docname

    def labelled(self, label: str) -> str | None:
        """The name of the page in Markdown that holds a label."""
        mark = re.compile(rf"^\({re.escape(label)}\)=$", re.MULTILINE)
        for page in sorted(self.srcdir.rglob("*.md")):
            if mark.search(page.read_text("utf-8")):
                return page.relative_to(self.srcdir).with_suffix("").as_posix()
        return None


def in_markdown(text: str, docname: str, pages: Pages) -> dict[str, str]:
    """Each role in a script, as it stands there, with the Markdown for it.

    Formulas are left out: sphinx-gallery converts them.

    Args:
        text: The script.
        docname: The name of its page.
        pages: What its roles may lead to.
    """
    return {
        found[0]: _markdown(found["role"], " ".join(found["body"].split()), docname, pages)
        for found in _ROLE.finditer(_COMMENT.sub("", text))
        if found["role"] != "math"
    }


def _markdown(role: str, body: str, docname: str, pages: Pages) -> str:
    if role in ("sup", "sub"):
        return f"<{role}>{body}</{role}>"
    titled = _TITLED.fullmatch(body)
    target, said = (titled["target"], titled["text"]) if titled else (body, "")
    if role == "doc":
        folder = posixpath.dirname(docname)
        page = posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/")
        return _link(said or pages.title(page), f"{page}.html", pages.url)
    if role == "ref":
        holder = pages.labelled(target)
        return _link(said or target, f"{holder}.html#{target}", pages.url if holder else "")
    # A thing in code, whose last part alone is shown where a tilde says so.
    name = target.lstrip("!")
    return said or f"`{name[1:].rpartition('.')[2] if name.startswith('~') else name}`"


def _link(text: str, path: str, url: str) -> str:
    return f"[{text}]({url}{path})" if url else text
