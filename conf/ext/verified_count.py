"""``{verified-count}``: how many outputs this build verified, on what, and when, as a sentence.

The numbers are the build's own, so the sentence is filled in when every example was compared.
"""

from __future__ import annotations

import os
from datetime import UTC, date, datetime

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.transforms.post_transforms import SphinxPostTransform

from mlx_keys.sphinxext.diagnostics import StrictDirective
from mlx_keys.sphinxext.domain import Store
from mlx_keys.sphinxext.summary import Summary

#: After every part has emitted its tally, and before a fault ends the build.
_AFTER_VERIFYING = 800

#: The sentence on each page that has one, as it was last written.
SENTENCES = Store[str]("counted")


class CountNode(nodes.General, nodes.Element):
    """The place of the sentence."""


class VerifiedCountDirective(StrictDirective):
    """Keeps a place for the sentence; it takes neither argument nor content."""

    def render(self) -> list[nodes.Node]:
        """Note the page, which is written again whenever the sentence changes."""
        SENTENCES.of(self.env)[self.env.docname] = ""
        return [CountNode()]


class FillCounts(SphinxPostTransform):
    """Replaces each place by a paragraph with the sentence."""

    default_priority = 300

    def run(self, **_kwargs: object) -> None:
        """Replace the places of a page."""
        sentence = SENTENCES.of(self.env).get(self.env.docname, "")
        for node in list(self.document.findall(CountNode)):
            node.replace_self(nodes.paragraph(sentence, sentence, classes=["mk-verified"]))


def build_day() -> date:
    """The day of the build, or the one that ``SOURCE_DATE_EPOCH`` names."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    now = datetime.fromtimestamp(int(epoch), UTC) if epoch else datetime.now(UTC)
    return now.date()


def setup_verified_count(app: Sphinx) -> None:
    """Register the directive, and what fills it in from the tallies of the build."""
    summary = Summary()

    def set_sentences(_app: Sphinx, env: BuildEnvironment) -> list[str]:
        """Put the sentence into the environment; returns the pages on which it has changed."""
        sentence = summary.sentence(build_day())
        sentences = SENTENCES.of(env)
        changed = sorted(page for page, before in sentences.items() if before != sentence)
        sentences.update(dict.fromkeys(changed, sentence))
        return changed

    app.connect("mlx-keys-verified", summary.add)
    app.add_node(CountNode)
    app.add_directive("verified-count", VerifiedCountDirective)
    app.add_post_transform(FillCounts)
    app.connect("env-updated", set_sentences, priority=_AFTER_VERIFYING)
