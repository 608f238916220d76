"""``{example}`` and ``{output}``: code that was run, with what it printed, in MyST and in RST.

A page's examples are taken from its text by the extraction that ``mlx-keys verify`` uses, so the
directives only look theirs up. When all pages have been read, every example is held against what it
prints: what was observed is cached, what follows from it never. A fault ends the build before
anything is written.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util.docutils import SphinxDirective
from sphinx.util.matching import get_matching_files

from mlx_keys.errors import KeysError, Location
from mlx_keys.examples.compare import Outcome
from mlx_keys.examples.model import Example
from mlx_keys.examples.parse.extract import PAGE_SUFFIXES, extract
from mlx_keys.examples.progress import progress_bar
from mlx_keys.examples.verify import Report, read_page_text, verify_examples
from mlx_keys.trust import attestations
from mlx_keys.trust.status import Status, example_status

from .config import files_outside, trust_folder
from .diagnostics import display_path, report
from .domain import Store
from .incremental import is_unchanged
from .nodes import DetailsNode, StatusNode
from .pool import runner_of
from .status import details
from .summary import Tally


@dataclass
class Page:
    """A page's examples, and the line under each when it was last written.

    Attributes:
        examples: In the page's order.
        faults: What is written so that it means nothing.
        statuses: One for each example, once they have been verified.
    """

    examples: tuple[Example, ...]
    faults: tuple[KeysError, ...]
    statuses: tuple[Status, ...] = field(default=())


#: The pages that hold examples.
EXAMPLES = Store[Page]("examples")


class ExampleDirective(SphinxDirective):
    """An example as one object: the code, what it prints, and a line on where that was verified.

    Options are the extraction's to read, so that both ways to verify know the same.
    """

    has_content = True

    def run(self) -> list[nodes.Node]:
        """Make the three parts."""
        source, line = self.get_source_info()
        page = EXAMPLES.of(self.env).get(self.env.docname)
        for number, example in enumerate(page.examples if page else ()):
            if example.location.line == line and display_path(source) == example.location.path:
                return [self._shown(example, number)]
        if page is None or not any(_line(fault) == line for fault in page.faults):
            report(self.env, misplaced(Location(source, line)))
        return []

    def _shown(self, example: Example, number: int) -> nodes.Element:
        box = nodes.container(classes=["mk-example"])
        self.set_source_info(box)
        code = nodes.literal_block(example.code, example.code, language="python")
        code["classes"].append("mk-code")
        code.source, code.line = example.location.path, example.code_line
        box += code
        if example.expected is not None:
            text = example.normalize(example.expected.text)
            printed = nodes.literal_block(text, text, language="text")
            printed["classes"].append("mk-output")
            if example.options.raises:
                printed["classes"].append("mk-message")
            printed.source, printed.line = example.location.path, example.expected.line
            box += nodes.paragraph("", "It prints:", classes=["mk-says"])
            box += printed
        box += StatusNode(docname=self.env.docname, number=number)
        return box


class OutputDirective(SphinxDirective):
    """What an example prints: shown by the example that it belongs to."""

    has_content = True

    def run(self) -> list[nodes.Node]:
        """Add nothing; one that belongs to no example is a fault of the extraction's."""
        source, line = self.get_source_info()
        page = EXAMPLES.of(self.env).get(self.env.docname)
        known = [
            one.expected.block[0] + 1 for one in (page.examples if page else ()) if one.expected
        ]
        if line not in known and (page is None or not any(_line(f) == line for f in page.faults)):
            report(self.env, misplaced(Location(source, line)))
        return []


def _line(fault: KeysError) -> int | None:
    return fault.where.line if fault.where else None


def misplaced(place: Location) -> KeysError:
    """The fault of a directive that Sphinx sees and the extraction does not."""
    return KeysError(
        "mlx-keys verify would not see what stands here",
        where=place,
        expected="an {example}, its {output} right after it, at column 0 of the page's own file",
        fix="move it out of the list, the directive or the included file that holds it",
    )


def take(app: Sphinx, docname: str, source: list[str]) -> None:
    """Extract a page's examples when Sphinx has read it."""
    path = Path(app.env.doc2path(docname))
    if path.suffix not in PAGE_SUFFIXES:
        return
    found = extract(source[0], display_path(path))
    if found.examples or found.faults:
        EXAMPLES.of(app.env)[docname] = Page(found.examples, found.faults)


def begin(app: Sphinx) -> None:
    """Run what is not known yet while the gallery is made and the pages are read.

    A page or a file that cannot be read is told of when its turn comes. Where Sphinx forks to
    read, nothing is begun: a forked process with threads may stop for good.
    """
    if app.parallel > 1:
        return
    config, found = app.config, list[Example]()
    names = get_matching_files(app.srcdir, config.include_patterns, config.exclude_patterns)
    pages = [Path(app.srcdir) / name for name in names]
    new = [page for page in pages if page.suffix in PAGE_SUFFIXES and not is_unchanged(app, page)]
    for path in [*new, *files_outside(app)]:
        with suppress(KeysError):
            found += extract(read_page_text(path), display_path(path)).examples
    with suppress(KeysError):
        runner_of(app).start(found)


def verify_all(app: Sphinx, env: BuildEnvironment) -> list[str]:
    """Hold every example against what it prints, and name the pages to write again."""
    pages = EXAMPLES.of(env)
    also = [_also(path) for path in files_outside(app)]
    examples = [one for page in (*pages.values(), *also) for one in page.examples]
    faults = [fault for page in (*pages.values(), *also) for fault in page.faults]
    trust = attestations.Attestations()
    with progress_bar("examples") as progress:
        try:
            trust = attestations.load_attestations(trust_folder(env))
            runner = runner_of(app)
            runner.progress = progress
            verified = verify_examples(examples, runner, trust.tolerance)
        except KeysError as error:
            verified = Report(None, (), (error,))
    for fault in (*faults, *verified.faults):
        report(env, fault)
    app.emit("mlx-keys-verified", _tally(verified))
    return list(_restate(pages, verified, trust)) if not verified.faults else []


def _also(path: Path) -> Page:
    """The examples of a file outside the site."""
    found = extract(read_page_text(path), display_path(path))
    return Page(found.examples, found.faults)


def _tally(report: Report) -> Tally:
    outputs = report.count(Outcome.EQUAL) + report.count(Outcome.WITHIN)
    backend = report.backend
    if backend is None:
        return Tally(0, 0, 0)
    return Tally(len(report.checked), report.ran, outputs, backend.label, backend.mlx, report.notes)


def _restate(
    pages: dict[str, Page], report: Report, trust: attestations.Attestations
) -> Iterator[str]:
    """Give each example its status; name the pages where one has changed."""
    if report.backend is None:
        return
    judged = iter(report.checked)
    for docname, page in pages.items():
        statuses = tuple(example_status(next(judged), report.backend, trust) for _ in page.examples)
        if statuses != page.statuses:
            page.statuses = statuses
            yield docname


class StatusesThatOpen(SphinxPostTransform):
    """Puts each status line where its example keeps a place for it, in HTML as ``<details>``."""

    default_priority = 300
    formats = ("html",)

    def run(self, **_kwargs: object) -> None:
        """Replace the placeholders."""
        for node, said in statuses(self.document, self.env):
            node.replace_self(DetailsNode(html=details(said)))


class StatusesAsText(SphinxPostTransform):
    """Puts it there for all other builders, which come to this with the placeholders left."""

    default_priority = StatusesThatOpen.default_priority + 1

    def run(self, **_kwargs: object) -> None:
        """Replace the placeholders."""
        for node, said in statuses(self.document, self.env):
            node.replace_self(nodes.paragraph(said.line, said.line))


def statuses(
    document: nodes.document, env: BuildEnvironment
) -> Iterator[tuple[StatusNode, Status]]:
    """Each placeholder of a page that is about to be written, with what belongs there."""
    for node in list(document.findall(StatusNode)):
        yield node, EXAMPLES.of(env)[node["docname"]].statuses[node["number"]]


def setup_example(app: Sphinx) -> None:
    """Register both directives and what verifies them."""
    app.add_directive("example", ExampleDirective)
    app.add_directive("output", OutputDirective)
    app.add_post_transform(StatusesThatOpen)
    app.add_post_transform(StatusesAsText)
    app.connect("builder-inited", begin, priority=300)  # before the gallery's scripts run
    app.connect("source-read", take)
    app.connect("env-updated", verify_all)
