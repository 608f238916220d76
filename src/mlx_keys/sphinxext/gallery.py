"""The gallery: each script generated in a child process, its output held to its golden file.

sphinx-gallery runs scripts in Sphinx's own process, where one that kills its interpreter ends the
build, and compares nothing. So before its own event handler, each script that is new, or whose
cache key is, goes through sphinx-gallery's generation in a child; its checksums then let it skip
the script. What the generated pages show, new and old alike, is compared on every build.

This file alone knows sphinx-gallery's private API: ``gen_rst.generate_file_rst`` and the form of
the pages that it writes, ``gen_gallery.get_subsections`` and ``utils._collect_gallery_files``.
It is pinned to :data:`SERIES`.
"""

from __future__ import annotations

import base64
import hashlib
import logging
import pickle
import re
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx
from sphinx.errors import ExtensionError
from sphinx.util.logging import getLogger
from tqdm import tqdm

from mlx_keys.errors import KeysError
from mlx_keys.examples import accepted, gallery, picture
from mlx_keys.examples.backend import ask
from mlx_keys.examples.cache import Surroundings
from mlx_keys.examples.golden import Block, Part, settle
from mlx_keys.examples.run import PRELOAD, Job, Observed, Pool
from mlx_keys.examples.verify import Settings, surroundings

from . import figure
from .figure import setup_figure
from .summary import Tally

#: The series of sphinx-gallery whose private API this file was written and tested against.
SERIES = "0.22"

logger = getLogger(__name__)

_SECTION = re.compile(r"^\.\. GENERATED FROM PYTHON SOURCE LINES (\d+)-\d+$", re.MULTILINE)
_SHOWN = re.compile(
    r"^\.\. (?P<what>image|rst-class|raw):: (?P<argument>.*)\n"
    r"(?P<body>(?:(?:[ ].*)?\n)*)",
    re.MULTILINE,
)
_ALT = re.compile(r"^   :alt: (.*)$", re.MULTILINE)
#: What sphinx-gallery keeps in its configuration that is no configuration.
_STATE = {"titles", "failing_examples", "passing_examples", "stale_examples"}
_FIXED_DATE = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True)
class Script:
    """A script of the gallery and the folder that its page is generated in."""

    source: Path
    target: Path

    @property
    def named(self) -> Path:
        """The script as a terminal opens it: relative to where the build was started, if below."""
        here = Path.cwd()
        return self.source.relative_to(here) if self.source.is_relative_to(here) else self.source

    @property
    def page(self) -> Path:
        """The generated reStructuredText."""
        return self.target / f"{self.source.stem}.rst"

    @property
    def copy(self) -> Path:
        """The script as the page offers it."""
        return self.target / self.source.name

    @property
    def checksum(self) -> Path:
        """By this file sphinx-gallery knows a script that needs not run."""
        return self.target / f"{self.source.name}.md5"

    @property
    def key(self) -> Path:
        """The cache key of the run that made the page."""
        return self.target / f"{self.source.name}.key"


def find_scripts(srcdir: Path, conf: dict[str, Any]) -> list[Script]:
    """The scripts that sphinx-gallery is about to make pages of.

    Args:
        srcdir: Sphinx's source folder.
        conf: The gallery's configuration, filled in.
    """
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


def generate(payload: dict[str, str]) -> None:
    """In a child: let sphinx-gallery run one script and write its page.

    Args:
        payload: ``source``, the script; ``target``, the folder of its page; ``conf``, the
            gallery's configuration, pickled and in base 64.
    """
    from sphinx_gallery import gen_rst  # type: ignore[import-untyped]

    conf = pickle.loads(base64.b64decode(payload["conf"]))  # noqa: S301 - our own parent's
    # What the script prints goes out as well, so that a flood is seen, and stopped, from outside.
    logs = logging.getLogger("sphinx.sphinx-gallery")
    logs.setLevel(logging.DEBUG)
    logs.addHandler(logging.StreamHandler(sys.stdout))
    script = Script(Path(payload["source"]), Path(payload["target"]))
    script.target.mkdir(parents=True, exist_ok=True)
    script.checksum.unlink(missing_ok=True)
    gen_rst.generate_file_rst(
        script.source.name, str(script.target), str(script.source.parent), conf
    )
    fix_dates(script.copy.with_suffix(".zip"))


def fix_dates(archive: Path) -> None:
    """Write a zip file anew so that the same files always give the same bytes."""
    with zipfile.ZipFile(archive) as old:
        entries = [(name, old.read(name)) for name in sorted(old.namelist())]
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as new:
        for name, data in entries:
            info = zipfile.ZipInfo(name, _FIXED_DATE)
            info.external_attr = 0o644 << 16
            new.writestr(info, data, zipfile.ZIP_DEFLATED)


def shown(page: str, script: str) -> tuple[Block, ...]:
    """What a generated page shows under each code block.

    Args:
        page: The reStructuredText that sphinx-gallery wrote.
        script: The script that it was made of.
    """
    codes = {code.line: code.last for code in gallery.split(script)}
    pieces = _SECTION.split(page)
    blocks = []
    for first, section in zip(pieces[1::2], pieces[2::2], strict=True):
        if int(first) in codes:
            line, label = codes[int(first)]
            blocks.append(Block(label, tuple(_parts(section)), line))
    return tuple(blocks)


def _parts(section: str) -> Iterator[Part]:
    for found in _SHOWN.finditer(section):
        what, body = found["what"], found["body"]
        if what == "image":
            alternative = _ALT.search(body)
            yield Part("picture", alternative[1] if alternative else "")
        elif what == "raw":
            yield Part("picture", picture.of_html(_unindented(body)))
        elif found["argument"] == "sphx-glr-script-out":
            _, _, printed = body.partition(".. code-block:: none\n")
            yield Part("text", settle(_unindented(printed)))


def _unindented(text: str) -> str:
    return "\n".join(line[4:] for line in text.splitlines())


def remove_stale(scripts: list[Script], folders: list[Path]) -> None:
    """Remove what was generated of scripts that are gone, and chapters left empty by it.

    Args:
        scripts: The scripts that are there.
        folders: The folders that sphinx-gallery generates into.
    """
    living = {script.copy for script in scripts}
    for root in folders:
        for checksum in [*root.glob("*.py.md5"), *root.glob("*/*.py.md5")]:
            script = checksum.with_suffix("")
            if script in living:
                continue
            for path in [
                *script.parent.glob(f"{script.stem}.*"),
                *script.parent.glob(f"images/**/sphx_glr_{script.stem}_*"),
            ]:
                path.unlink()
        for index in root.glob("*/index.rst"):
            if not any(script.target == index.parent for script in scripts):
                index.unlink()


def skip(script: Script) -> None:
    """Make sphinx-gallery leave a failed script alone, though the build will not be published.

    Otherwise it would run the script in this process. The page says nothing if there was none.
    """
    text = script.source.read_text(encoding="utf-8")
    script.copy.write_text(text, encoding="utf-8")
    script.checksum.write_text(hashlib.md5(text.encode(), usedforsecurity=False).hexdigest())
    script.key.unlink(missing_ok=True)
    if not script.page.exists():
        title = f"{script.source.name} failed"
        script.page.write_text(f"{title}\n{'=' * len(title)}\n", encoding="utf-8")


def require_series() -> None:
    """Refuse a sphinx-gallery whose private API this file does not know.

    Raises:
        ExtensionError: Where it is of another series.
    """
    from sphinx_gallery import __version__

    if not __version__.startswith(f"{SERIES}."):
        raise ExtensionError(
            f"mlx_keys.sphinxext.gallery knows sphinx-gallery {SERIES}, and this is {__version__}\n"
            f'  mend: pip install "sphinx-gallery=={SERIES}.*"'
        )


def generate_new(
    scripts: list[Script], conf: dict[str, Any], around: Surroundings
) -> tuple[int, list[KeysError]]:
    """Run the scripts that are new or whose surroundings are, each in a child.

    Args:
        scripts: All scripts of the gallery.
        conf: The gallery's configuration, filled in.
        around: What the scripts have in common.

    Returns:
        How many ran, and the faults of those that did not reach their end.
    """
    from sphinx_gallery.gen_rst import md5sum_is_current  # type: ignore[import-untyped]

    keys = {script: key_of(script, conf, around) for script in scripts}
    new = [
        script
        for script, key in keys.items()
        if not (script.page.exists() and script.key.exists() and script.key.read_text() == key)
        or not md5sum_is_current(script.copy, mode="t")
    ]
    if not new:
        return 0, []
    packed = base64.b64encode(pickle.dumps(conf)).decode()
    jobs = [
        Job(
            f"{__name__}:generate",
            {"source": str(script.source), "target": str(script.target), "conf": packed},
            accepted.TIMEOUT,
            program=str(script.source),
        )
        for script in new
    ]
    faults = []
    with (
        Pool(preload=(*PRELOAD, "sphinx_gallery.gen_rst", __name__)) as pool,
        tqdm(total=len(jobs), unit=" scripts", leave=False, delay=0.5, disable=None) as bar,
    ):

        def advance(_job: Job, _seen: Observed) -> None:
            bar.update()

        observed = pool.run(jobs, advance)
    for script, seen in zip(new, observed, strict=True):
        failed = accepted.ending(script.named, seen)
        faults += failed
        if failed:
            skip(script)
        else:
            script.key.write_text(keys[script], encoding="utf-8")
    return len(new), faults


def key_of(script: Script, conf: dict[str, Any], around: Surroundings) -> str:
    """What a script's page depends on: the script, its surroundings, and how pages are made."""
    here = replace(around, roots=(*around.roots, script.source.parent))
    made_by = hashlib.sha256(
        b"".join(Path(module.__file__ or "").read_bytes() for module in (figure, picture))
    )
    settled = {name: repr(value) for name, value in conf.items() if name not in _STATE}
    text = script.source.read_text(encoding="utf-8")
    return here.key(text, made_by=made_by.hexdigest(), conf=settled, series=SERIES)


def build(app: Sphinx) -> None:
    """Generate and compare, before sphinx-gallery's own handler and before any page is read."""
    if "sphinx_gallery.gen_gallery" not in app.extensions:
        return
    require_series()
    conf = app.config.sphinx_gallery_conf | {"abort_on_example_error": True}
    scripts = find_scripts(Path(app.srcdir), conf)
    remove_stale(scripts, [Path(app.srcdir) / pages for pages in conf["gallery_dirs"]])
    if not scripts:
        return
    with Pool(preload=("mlx.core",), workers=1) as pool:
        backend = ask(pool)
    around = surroundings(Settings(project=Path(app.confdir).parent), backend)
    ran, faults = generate_new(scripts, conf, around)
    failed = {fault.where.path for fault in faults if fault.where}
    outputs = 0
    for script in scripts:
        if str(script.named) not in failed:
            text = script.source.read_text(encoding="utf-8")
            compared = accepted.check(script.named, shown(script.page.read_text("utf-8"), text))
            faults += compared.faults
            outputs += len(compared.verdicts)
    faults += accepted.orphans(script.named.parent for script in scripts)
    for fault in faults:
        logger.error("%s", fault)
    app.emit(
        "mlx-keys-verified",
        Tally(len(scripts), ran, outputs, backend=backend.label, mlx=backend.mlx),
    )

    def stop(_app: Sphinx, _env: object) -> None:
        raise ExtensionError(f"{len(faults)} things in the gallery do not hold")

    if faults:
        app.connect("env-updated", stop, priority=999)


def setup_gallery(app: Sphinx) -> None:
    """Register the gallery's part; without sphinx-gallery it does nothing."""
    setup_figure(app)
    app.connect("builder-inited", build, priority=400)
