"""``{example}`` and ``{output}``: code that was run, with what it printed, in MyST and in RST.

A page's examples are taken from its text by the extraction that ``mlx-keys verify`` uses. It gives
each fence a number, by which the directives find theirs:

    ```{example}        becomes        ```{example} <0>

A directive without a number is one that ``mlx-keys verify`` would not see, and a fault. When all
pages have been read, every example is compared with what it prints: the results of running it are
cached, the verdict never is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util.matching import get_matching_files

from mlx_keys.errors import KeysError
from mlx_keys.examples.compare import Outcome
from mlx_keys.examples.page_example import Form, PageExample
from mlx_keys.examples.parse.extract import PAGE_SUFFIXES, Extraction, extract
from mlx_keys.examples.progress import progress_bar
from mlx_keys.examples.verify import Report, read_page_text, verify_examples
from mlx_keys.trust.attestations import Attestations, load_attestations
from mlx_keys.trust.status import Status, example_status

from .config import files_outside, trust_folder
from .diagnostics import StrictDirective, display_path, location_of, report
from .domain import Store
from .incremental import is_unchanged
from .nodes import DetailsNode, StatusNode, status_details
from .runner import runner_of
from .summary import Tally


@dataclass
class Page:
    """What was extracted of a page, and the line under each example when it was last written."""

    extraction: Extraction
    statuses: tuple[Status, ...] = ()


#: The pages that hold examples.
EXAMPLES = Store[Page]("examples")

#: The number that :func:`number_fences` gives a fence. No program begins like this, so it is not
#: mistaken for the first line of a directive that has no number.
_NUMBER = re.compile(r"<(\d+)>(?:\s|$)")


class _NumberedDirective(StrictDirective):
    """A directive that the extraction has given a number.

    Its options and content are the extraction's to read, so that Sphinx and ``mlx-keys verify``
    read the same. In reStructuredText the argument goes on to the first blank line.
    """

    optional_arguments = 1
    final_argument_whitespace = True
    has_content = True

    def number(self) -> int | None:
        """The number of the example; None if the extraction has reported why it has none.

        Raises:
            KeysError: The extraction has not seen the directive.
        """
        if self.arguments and (match := _NUMBER.match(self.arguments[0])):
            return int(match[1])
        page = EXAMPLES.of(self.env).get(self.env.docname)
        faults = page.extraction.faults if page else ()
        if location_of(self).line in [fault.where.line for fault in faults if fault.where]:
            return None
        raise KeysError(
            "mlx-keys verify does not see this example, so nothing would check it",
            expected="an {example}, its {output} right after it, "
            "at column 0 of the page's own file",
            fix="move it out of the list, the directive or the included file that holds it",
        )


class ExampleDirective(_NumberedDirective):
    """An example as one box: the code, what it prints, and a line on where that was verified."""

    def render(self) -> list[nodes.Node]:
        """Make the three parts."""
        number = self.number()
        if number is None:
            return []
        example = EXAMPLES.of(self.env)[self.env.docname].extraction.examples[number]
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
        return [box]


class OutputDirective(_NumberedDirective):
    """What an example prints: the box of the example shows it."""

    def render(self) -> list[nodes.Node]:
        """Add nothing."""
        self.number()
        return []


def extract_examples(app: Sphinx, docname: str, source: list[str]) -> None:
    """Extract the examples of a page that Sphinx has read, and number them in its text."""
    path = Path(app.env.doc2path(docname))
    if path.suffix not in PAGE_SUFFIXES:
        return
    extraction = extract(source[0], display_path(path))
    if extraction.examples or extraction.faults:
        EXAMPLES.of(app.env)[docname] = Page(extraction)
        source[0] = number_fences(source[0], extraction.examples)


def number_fences(text: str, examples: Iterable[PageExample]) -> str:
    """A page's text with each example's number behind its directive and behind its output's.

    Args:
        text: The page, whose lines end in line feeds alone.
        examples: The examples that were extracted from it.
    """
    lines = text.split("\n")
    for number, example in enumerate(examples):
        if example.form is Form.MARKER:
            continue  # its fences are ordinary ones, and no directives
        starts = [(example.location.line or 1) - 1]
        starts += [example.expected.block[0]] if example.expected else []
        for start in starts:
            lines[start] = f"{lines[start].rstrip()} <{number}>"
    return "\n".join(lines)


def start_new_examples(app: Sphinx) -> None:
    """Run the examples of new pages while the gallery is made and the pages are read.

    A page or a file that cannot be read is reported when its turn comes. Where Sphinx forks to
    read, nothing is started: a fork of a process with threads may hang.
    """
    if app.parallel > 1:
        return
    names = get_matching_files(app.srcdir, app.config.include_patterns, app.config.exclude_patterns)
    pages = [Path(app.srcdir) / name for name in names]
    new = [page for page in pages if page.suffix in PAGE_SUFFIXES and not is_unchanged(app, page)]
    examples: list[PageExample] = []
    for path in [*new, *files_outside(app)]:
        with suppress(KeysError):
            examples += _extract_file(path).examples
    with suppress(KeysError):
        runner_of(app).start(examples)


def verify_all(app: Sphinx, env: BuildEnvironment) -> list[str]:
    """Compare every example with what it prints; returns the pages to write again."""
    pages = EXAMPLES.of(env)
    extractions = [page.extraction for page in pages.values()]
    extractions += map(_extract_file, files_outside(app))
    examples = [example for extraction in extractions for example in extraction.examples]
    faults = [fault for extraction in extractions for fault in extraction.faults]
    attestations = Attestations()
    with progress_bar("examples") as progress:
        try:
            attestations = load_attestations(trust_folder(env))
            runner = runner_of(app)
            runner.progress = progress
            verified = verify_examples(examples, runner, attestations.tolerance)
        except KeysError as error:
            verified = Report(None, (), (error,))
    for fault in (*faults, *verified.faults):
        report(env, fault)
    app.emit("mlx-keys-verified", _tally(verified))
    return list(_set_statuses(pages, verified, attestations)) if not verified.faults else []


def _extract_file(path: Path) -> Extraction:
    """The examples of a file as it is on the disk."""
    return extract(read_page_text(path), display_path(path))


def _tally(verified: Report) -> Tally:
    """The counts of what was verified."""
    backend = verified.backend
    if backend is None:
        return Tally(0, 0, 0)
    outputs = verified.count(Outcome.EQUAL) + verified.count(Outcome.WITHIN)
    return Tally(
        len(verified.checked), verified.ran, outputs, backend.label, backend.mlx, verified.notes
    )


def _set_statuses(
    pages: dict[str, Page], verified: Report, attestations: Attestations
) -> Iterator[str]:
    """Return each example its status; returns the pages where one has changed."""
    if verified.backend is None:
        return
    checked = iter(verified.checked)  # the examples of the pages, in order, then those of files
    for docname, page in pages.items():
        statuses = tuple(
            example_status(next(checked), verified.backend, attestations)
            for _ in page.extraction.examples
        )
        if statuses != page.statuses:
            page.statuses = statuses
            yield docname


class WriteStatusHtml(SphinxPostTransform):
    """Replaces the place of each status by ``<details>``, in HTML."""

    default_priority = 300
    formats = ("html",)

    def run(self, **_kwargs: object) -> None:
        """Replace the places of a page."""
        for node, status in _statuses(self.document, self.env):
            node.replace_self(DetailsNode(html=status_details(status)))


class WriteStatusText(SphinxPostTransform):
    """Replaces it by a paragraph for the other builders: in HTML no place is left by then."""

    default_priority = WriteStatusHtml.default_priority + 1

    def run(self, **_kwargs: object) -> None:
        """Replace the places of a page."""
        for node, status in _statuses(self.document, self.env):
            node.replace_self(nodes.paragraph(status.line, status.line))


def _statuses(
    document: nodes.document, env: BuildEnvironment
) -> Iterator[tuple[StatusNode, Status]]:
    """Each place of a status on a page that is about to be written, with the status."""
    for node in list(document.findall(StatusNode)):
        yield node, EXAMPLES.of(env)[node["docname"]].statuses[node["number"]]


def setup_example(app: Sphinx) -> None:
    """Register both directives and what verifies them."""
    app.add_directive("example", ExampleDirective)
    app.add_directive("output", OutputDirective)
    app.add_post_transform(WriteStatusHtml)
    app.add_post_transform(WriteStatusText)
    app.connect("builder-inited", start_new_examples, priority=300)  # before the gallery's scripts
    app.connect("source-read", extract_examples)
    app.connect("env-updated", verify_all)
