"""The findings on a module's own page."""

from __future__ import annotations

import pytest
from hypothesis import given
from tests.upstream.drift.pond import Pond
from tests.upstream.drift.strategies import PROSE

from mlx_keys.errors import Location
from mlx_keys.upstream.drift.finding import Finding, FindingKind, SourceText
from mlx_keys.upstream.drift.module import compare_index
from mlx_keys.upstream.model import Links, Page


def findings(body: str, after: str | None = None) -> list[Finding]:
    """The findings on the page of the module ``mlx.core.pond``; ``after`` is the next page."""
    page = Page("pond.md", "Pond", body, links=Links(next=after))
    return list(compare_index(page, Pond(), SourceText("pond.md", f"# Pond\n\n{body}")))


@pytest.mark.parametrize(
    "link", ["https://a.b/x.html#mlx.core.pond.scoop", "mlx.core.pond.scoop.md"]
)
def test_a_function_that_its_modules_page_does_not_list_is_found(link: str) -> None:
    """A rewritten page links to the page beside it."""
    [one] = findings(f"[scoop]({link})")
    assert (one.function, one.kind, one.subject) == ("mlx.core.pond", FindingKind.UNLISTED, "fill")
    assert one.where == Location("pond.md", 1)
    assert findings("See [Linear](https://a.b/x.html#mlx.core.pond.drain).") == []


def test_a_claim_about_all_functions_is_compared_with_each() -> None:
    """Where the list itself was lost in scraping, the next page names the module."""
    claim = "However, all functions take an optional\n`key` argument."
    [one] = findings(claim, after="mlx.core.pond.fill")
    assert one.kind is FindingKind.ALL_FUNCTIONS
    assert one.actual == "not taken by `scoop`; required by `fill`"
    assert one.where == Location("pond.md", 3)
    assert findings("All functions take a `depth`.", after="mlx.core.pond.fill") == []
    assert findings(claim, after="mlx.nn.Linear") == []
    assert findings(claim) == []


@given(PROSE)
def test_an_odd_page_gives_findings_on_what_it_claims_or_none(words: str) -> None:
    body = f"{words} [fill](#mlx.core.pond.fill)"
    for one in findings(body):
        assert one.function == "mlx.core.pond"
        if one.kind is FindingKind.UNLISTED:
            assert one.actual not in body
        else:
            assert one.kind is FindingKind.ALL_FUNCTIONS
            assert one.documented in " ".join(body.split())
    assert findings(words, after=words) == []
