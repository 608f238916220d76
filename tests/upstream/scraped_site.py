"""A tiny site about a pond, as a scraper would have taken it, and its pages rewritten."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

SITE = "https://a.b/html/"


def scraped_page(name: str, prose: str, kind: str = "", members: str = "") -> str:
    """A page in the flat form, about a function or, with ``kind="class "``, a class.

    Args:
        name: The full name of the object.
        prose: What its page says of it.
        kind: Stands before the signature.
        members: The signatures and the prose of its members.
    """
    short = name.rpartition(".")[2]
    return (
        f'[ .rst]({SITE}_sources/python/{name}.rst "Download source file") # {name} ## Contents '
        f"- [`{short}()`]({SITE}#{name}) # {name}"
        f'[#]({SITE}#{name} "Link to this heading") '
        f'{kind}{short}(*depth: int*)[#]({SITE}#{name} "Link to this definition") {prose}{members}'
    )


def member(name: str, prose: str) -> str:
    """A method of a class, for ``members``."""
    short = name.rpartition(".")[2]
    return f' {short}(*n: int*)[#]({SITE}#{name} "Link to this definition") {prose}'


def link_to(name: str) -> str:
    """A link to the page of an object, as the site has it."""
    return f"[{name}]({SITE}python/{name}.html#{name})"


def rewrite_folder(pages: Path, out: Path) -> dict[str, str]:
    """Rewrite a folder and read what was written, by the path below ``out``."""
    command = [sys.executable, "-m", "mlx_keys", "rewrite", str(pages), "-o", str(out)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return {path.relative_to(out).as_posix(): path.read_text() for path in out.rglob("*.md")}
