"""``{verified-count}``: how many outputs this build verified, on what, and when, as a sentence.

The numbers are the build's own, so they are filled in when every example has been compared.
"""

from __future__ import annotations

import os
from datetime import UTC, date, datetime

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util.docutils import SphinxDirective

from .domain import Store
from .summary import Tally

#: After every part has said what it verified, and before a fault ends the build.
_AFTER_VERIFYING = 800


#: The sentence on each page that has one, as it was last written.
SENTENCES = Store[str]("counted")


class CountNode(nodes.General, nodes.Element):
    """Where the sentence will stand."""


class VerifiedCountDirective(SphinxDirective):
    """Keep a place for the sentence."""

    def run(self) -> list[nodes.Node]:
        """Note the page, which is written again whenever the sentence changes."""
        SENTENCES.of(self.env)[self.env.docname] = ""
        return [CountNode()]


class Counting:
    """Adds up what one build verifies."""

    def __init__(self) -> None:
        self.tallies: list[Tally] = []

    def add(self, _app: Sphinx, tally: Tally) -> None:
        """Take one part's tally."""
        self.tallies.append(tally)

    def say(self, _app: Sphinx, env: BuildEnvironment) -> list[str]:
        """Put the sentence into the environment; returns the pages to write again."""
        said = sentence(self.tallies, today())
        self.tallies = []
        sentences = SENTENCES.of(env)
        changed = sorted(page for page, before in sentences.items() if before != said)
        sentences.update(dict.fromkeys(changed, said))
        return changed


def today() -> date:
    """The day of the build, or the one that ``SOURCE_DATE_EPOCH`` names."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    now = datetime.fromtimestamp(int(epoch), UTC) if epoch else datetime.now(UTC)
    return now.date()


def sentence(tallies: list[Tally], day: date) -> str:
    """How many outputs were verified, on what, when."""
    outputs = sum(tally.outputs for tally in tallies)
    if not outputs:
        return "No output has been verified."
    where = ", ".join(dict.fromkeys(tally.backend for tally in tallies if tally.backend))
    mlx = ", ".join(dict.fromkeys(tally.mlx for tally in tallies if tally.mlx))
    counted = "1 output" if outputs == 1 else f"{outputs:,} outputs"
    return f"{counted} verified on {where} with mlx {mlx} on {day.isoformat()}."


class PlaceCount(SphinxPostTransform):
    """Put the sentence where the directive keeps its place."""

    default_priority = 300

    def run(self, **_kwargs: object) -> None:
        """Replace the placeholders by a paragraph."""
        said = SENTENCES.of(self.env).get(self.env.docname, "")
        for node in list(self.document.findall(CountNode)):
            node.replace_self(nodes.paragraph(said, said, classes=["mk-verified"]))


def setup_verified(app: Sphinx) -> None:
    """Register the directive and what fills it in."""
    counting = Counting()
    app.add_node(CountNode)
    app.add_directive("verified-count", VerifiedCountDirective)
    app.add_post_transform(PlaceCount)
    app.connect("mlx-keys-verified", counting.add)
    app.connect("env-updated", counting.say, priority=_AFTER_VERIFYING)
