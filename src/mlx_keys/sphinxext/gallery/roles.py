"""Sphinx's roles in the prose of a gallery script, converted to Markdown for its notebook.

sphinx-gallery's own conversion leaves roles as they are. A notebook is read outside the site, so a
role that links to a page becomes a link with the full address, or the page's title where the site
has no address::

    :doc:`/learn/start`     becomes     [Start here](https://keys.example/learn/start.html)
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
class LinkTargets:
    """The pages that roles link to.

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
            if source.is_file() and (heading := _HEADING.search(source.read_text("utf-8"))):
                return (heading[1] or heading["rst"]).strip()
        return docname

    def labelled(self, label: str) -> str | None:
        """The name of the Markdown page that holds a label, or None."""
        target = re.compile(rf"^\({re.escape(label)}\)=$", re.MULTILINE)
        for page in sorted(self.srcdir.rglob("*.md")):
            if target.search(page.read_text("utf-8")):
                return page.relative_to(self.srcdir).with_suffix("").as_posix()
        return None


def roles_in_markdown(text: str, docname: str, targets: LinkTargets) -> dict[str, str]:
    """Each role in a script, as it is written there, with the Markdown for it.

    Formulas are left out: sphinx-gallery converts them.

    Args:
        text: The script.
        docname: The name of its page.
        targets: The pages that its roles may link to.
    """
    return {
        match[0]: _markdown(match["role"], " ".join(match["body"].split()), docname, targets)
        for match in _ROLE.finditer(_COMMENT.sub("", text))
        if match["role"] != "math"
    }


def _markdown(role: str, body: str, docname: str, targets: LinkTargets) -> str:
    """The Markdown for one role; its body may be ``target`` or ``title <target>``."""
    if role in ("sup", "sub"):
        return f"<{role}>{body}</{role}>"
    titled = _TITLED.fullmatch(body)
    target, title = (titled["target"], titled["text"]) if titled else (body, "")
    if role == "doc":
        folder = posixpath.dirname(docname)
        page = posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/")
        return _link(title or targets.title(page), f"{page}.html", targets.url)
    if role == "ref":
        page = targets.labelled(target) or ""
        return _link(title or target, f"{page}.html#{target}", targets.url if page else "")
    # The name of an object, in code. With a tilde, its last part alone is shown.
    name = target.lstrip("!")
    return title or f"`{name[1:].rpartition('.')[2] if name.startswith('~') else name}`"


def _link(text: str, path: str, url: str) -> str:
    """A link with the full address, or the text alone where the site has no address."""
    return f"[{text}]({url}{path})" if url else text
