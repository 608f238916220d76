"""The one place that knows sphinx-gallery's private API, pinned to :data:`SERIES`.

It uses

- of ``gen_rst``: ``generate_file_rst``, ``execute_code_block``, ``jupyter_notebook``,
  ``_LoggingTee``, ``md5sum_is_current``, the pages that they write and the files beside them;
- of ``gen_gallery``: ``get_subsections``, ``_import_matplotlib``;
- of ``utils``: ``_collect_gallery_files``.

A test fails when one of them changes.
"""

from __future__ import annotations

import hashlib
import logging
import re
import sys
import warnings
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.errors import ExtensionError

from mlx_keys.examples.gallery import alt_text, run_script
from mlx_keys.examples.gallery.golden_file import normalize_shown_text

from .script import Script

#: The series of sphinx-gallery whose private API this file was written and tested against.
SERIES = "0.22"

_SECTION = re.compile(r"^\.\. GENERATED FROM PYTHON SOURCE LINES (\d+)-\d+$", re.MULTILINE)
_SHOWN = re.compile(
    r"^\.\. (?P<what>image|rst-class|raw):: (?P<argument>.*)\n"
    r"(?P<body>(?:(?:[ ].*)?\n)*)",
    re.MULTILINE,
)
_ALT = re.compile(r"^   :alt: (.*)$", re.MULTILINE)
_FIXED_DATE = (1980, 1, 1, 0, 0, 0)


def leave_pyplot_out(app: Sphinx, _config: Config) -> None:
    """Spare Sphinx's own process the half second of importing pyplot: no script runs in it."""
    if "sphinx_gallery.gen_gallery" in app.extensions:
        from sphinx_gallery import gen_gallery  # type: ignore[import-untyped]

        gen_gallery._import_matplotlib = lambda: None


def find_scripts(srcdir: Path, conf: dict[str, Any]) -> list[Script]:
    """Find the scripts that sphinx-gallery, so configured, is about to make pages of."""
    from sphinx_gallery.gen_gallery import get_subsections  # type: ignore[import-untyped]
    from sphinx_gallery.utils import _collect_gallery_files  # type: ignore[import-untyped]

    scripts = []
    for examples, pages in zip(conf["examples_dirs"], conf["gallery_dirs"], strict=True):
        root = (srcdir / examples).resolve()
        sections = ["", *get_subsections(str(srcdir), str(root), conf, check_for_header=True)]
        for section in sections:
            names = sorted(_collect_gallery_files([root / section], conf))
            folder = srcdir / pages / section
            scripts += [Script(root / section / name, folder) for name in names]
    return scripts


def is_current(script: Script, key: str) -> bool:
    """Whether a script's page was made with this cache key, and sphinx-gallery will keep it."""
    from sphinx_gallery.gen_rst import md5sum_is_current  # type: ignore[import-untyped]

    page_key = script.key.read_text(encoding="utf-8") if script.key.exists() else None
    exists = script.page.exists() and script.copy.exists()
    return page_key == key and exists and bool(md5sum_is_current(script.copy, mode="t"))


def generate(payload: dict[str, Any]) -> None:
    """In a child: let sphinx-gallery run one script and write its page.

    Args:
        payload: ``script``, the :class:`Script`; ``conf``, the gallery's configuration; ``roles``,
            the script's roles in Markdown.
    """
    from sphinx_gallery import gen_rst

    # A script ends in plt.show() for those who download it. Here it shows nothing and warns.
    warnings.filterwarnings("ignore", message=".*non-interactive", category=UserWarning)
    # What the script prints is also written out, so that the parent sees and stops a flood.
    logs = logging.getLogger("sphinx.sphinx-gallery")
    logs.setLevel(logging.DEBUG)
    handler = logging.StreamHandler(sys.stdout)
    handler.addFilter(lambda record: record.msg == "%s")  # a line that the script printed
    logs.addHandler(handler)
    script: Script = payload["script"]
    script.target.mkdir(parents=True, exist_ok=True)
    script.checksum.unlink(missing_ok=True)
    gen_rst.execute_code_block = _announce_blocks(gen_rst.execute_code_block, script.source)
    gen_rst.jupyter_notebook = _convert_roles(gen_rst.jupyter_notebook, payload["roles"])
    gen_rst._LoggingTee = _capture_stdout_alone(gen_rst._LoggingTee)
    folders = str(script.target), str(script.source.parent)
    gen_rst.generate_file_rst(script.source.name, *folders, payload["conf"])
    fix_dates(script.copy.with_suffix(".zip"))


def _announce_blocks(execute: Callable[..., str], script: Path) -> Callable[..., str]:
    """Wrap the function that runs a block: before each block, announce its line to the parent."""
    out = sys.stdout
    lines = {
        code.line: code.last_statement[0]
        for code in run_script.split_blocks(script.read_text(encoding="utf-8"))
    }

    def execute_announced(compiler: object, block: Any, *rest: object) -> str:
        if block.type == "code":
            run_script.announce_block(lines[block.lineno], out)
        return execute(compiler, block, *rest)

    return execute_announced


def _capture_stdout_alone(tee: Any) -> Any:
    """Make a subclass of sphinx-gallery's capture that leaves standard error alone.

    Otherwise a page would show standard error as output, with this machine's paths in warnings.
    """

    class StdoutTee(tee):  # type: ignore[misc]
        def set_std_and_reset_position(self) -> Any:
            super().set_std_and_reset_position()
            sys.stderr = self.origs[1]
            return self

        def restore_std(self) -> None:
            super().restore_std()
            # What is written from here on comes from saving the pictures, not from the script.
            print(run_script.END, end="", file=sys.stderr, flush=True)

    return StdoutTee


def _convert_roles(notebook: Callable[..., Any], roles: dict[str, str]) -> Callable[..., Any]:
    """Wrap the function that makes a notebook: first replace the roles in the prose by Markdown."""

    def make_notebook(blocks: list[Any], *rest: object) -> Any:
        converted = []
        for block in blocks:
            content = block.content
            for role, markdown in roles.items() if block.type == "text" else ():
                content = content.replace(role, markdown)
            converted.append(block._replace(content=content))
        return notebook(converted, *rest)

    return make_notebook


def fix_dates(archive: Path) -> None:
    """Rewrite a zip file with one date, so that the same files always give the same bytes."""
    with zipfile.ZipFile(archive) as old:
        entries = [(name, old.read(name)) for name in sorted(old.namelist())]
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as new:
        for name, data in entries:
            info = zipfile.ZipInfo(name, _FIXED_DATE)
            info.external_attr = 0o644 << 16
            new.writestr(info, data, zipfile.ZIP_DEFLATED)


def read_generated_page(page: str, script: str) -> list[Any]:
    """What a generated page shows under each code block, in the form of ``run_script.run_blocks``.

    Args:
        page: The reStructuredText that sphinx-gallery wrote.
        script: The script that it was made of.
    """
    codes = {code.line: code.last_statement for code in run_script.split_blocks(script)}
    pieces = _SECTION.split(page)
    return [
        [codes[int(first)][1], codes[int(first)][0], list(_shown_parts(section))]
        for first, section in zip(pieces[1::2], pieces[2::2], strict=True)
        if int(first) in codes
    ]


def _shown_parts(section: str) -> Iterator[list[str]]:
    """The output and the pictures of one code block: ``["text", ...]`` or ``["picture", alt]``."""
    for directive in _SHOWN.finditer(section):
        what, body = directive["what"], directive["body"]
        if what == "image":
            alternative = _ALT.search(body)
            yield ["picture", alternative[1] if alternative else ""]
        elif what == "raw":
            yield ["picture", alt_text.html_alt_text(_unindented(body))]
        elif directive["argument"] == "sphx-glr-script-out":
            _, _, printed = body.partition(".. code-block:: none\n")
            yield ["text", normalize_shown_text(_unindented(printed))]


def _unindented(text: str) -> str:
    return "\n".join(line[4:] for line in text.splitlines())


def remove_stale(scripts: list[Script], folders: list[Path]) -> None:
    """Remove what was generated from scripts that are gone, and the index of an empty chapter.

    Args:
        scripts: The scripts that exist.
        folders: The folders that sphinx-gallery generates into.
    """
    copies = {checksum.with_suffix("") for root in folders for checksum in root.rglob("*.py.md5")}
    for copy in copies - {script.copy for script in scripts}:
        pages, images = f"{copy.stem}.*", f"images/**/sphx_glr_{copy.stem}_*"
        for path in [*copy.parent.glob(pages), *copy.parent.glob(images)]:
            path.unlink()
    chapters = {script.target for script in scripts}
    for index in (index for root in folders for index in root.glob("*/index.rst")):
        if index.parent not in chapters:
            index.unlink()


def skip(script: Script) -> None:
    """Make sphinx-gallery skip a script that failed in its child.

    Otherwise it would run the script in this process. The build stops later, but before that
    sphinx-gallery asks for the script's page and thumbnail: both are empty ones, if missing.
    """
    text = script.source.read_text(encoding="utf-8")
    script.copy.write_text(text, encoding="utf-8")
    script.checksum.write_text(hashlib.md5(text.encode(), usedforsecurity=False).hexdigest())
    script.key.unlink(missing_ok=True)
    if not script.page.exists():
        title = f"{script.source.name} failed"
        script.page.write_text(f"{title}\n{'=' * len(title)}\n", encoding="utf-8")
    thumbnails = script.target / "images" / "thumb"
    thumbnails.mkdir(parents=True, exist_ok=True)
    if not list(thumbnails.glob(f"sphx_glr_{script.source.stem}_thumb.*")):
        name = f"sphx_glr_{script.source.stem}_thumb.svg"
        (thumbnails / name).write_text('<svg xmlns="http://www.w3.org/2000/svg"/>\n')


def require_series() -> None:
    """Refuse a sphinx-gallery whose private API this file was not written against.

    Raises:
        ExtensionError: The installed sphinx-gallery is of another series.
    """
    from sphinx_gallery import __version__

    if not __version__.startswith(f"{SERIES}."):
        raise ExtensionError(
            f"mlx_keys.sphinxext knows sphinx-gallery {SERIES}, and this is {__version__}\n"
            f'  fix: pip install "sphinx-gallery=={SERIES}.*"'
        )
