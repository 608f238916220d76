"""``{errata}`` lists what mlx's docstrings leave out; ``{upstream-says}`` quotes them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tests.sphinx_project import SITE_CONF, build, write

PAGE = """# Errata

```{upstream-says} mlx.core.random.uniform
half-open  interval `[low,
high)`
```

```{errata} mlx.core.random
```
"""
KEY = """# key

```{mlx-function} mlx.core.random.key
Makes a key.
```
"""


def text_of(html: str) -> str:
    """A page's words, without its tags."""
    blocks = re.sub(r"</(?:dt|dd|p)>", " ", html[html.index("<h1>") :])
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", "", blocks))


@pytest.fixture(scope="module")
def errata(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("errata")
    write(folder, {"errata.md": PAGE, "key.md": KEY}, SITE_CONF)
    built = build(folder)
    assert (built.warnings, built.stopped) == ("", "")
    return built.html("errata")


def test_a_finding_on_many_functions_is_listed_once(errata: str) -> None:
    words = text_of(errata)
    assert "stream is not documented. All but key and seed." in words
    assert "No example. All 13 functions." in words
    assert words.count("No example.") == 1


def test_the_other_findings_are_listed_by_function(errata: str) -> None:
    words = text_of(errata)
    assert "mlx.core.random state is not documented." in words
    assert "truncated_normal The default of shape is documented as (); it is None." in words
    assert "permutation x is marked optional; it is required." in words


def test_a_function_links_to_its_page_where_there_is_one(errata: str) -> None:
    assert 'href="key.html#mlx.core.random.key"' in errata
    assert "seed.html" not in errata


def test_a_quote_keeps_its_code(errata: str) -> None:
    sentence = "The documentation of uniform says: “half-open interval [low, high)”."
    assert sentence in text_of(errata)


def test_a_claim_that_the_page_has_quoted_is_not_listed_again(errata: str) -> None:
    """Where it is quoted, it is shown to be wrong; the list has the claims that are not quoted."""
    words = text_of(errata)
    assert "\u201carray of random integers\u201d; in fact bernoulli(0.5, (3,)) has" in words
    assert "half-open interval [low, high)\u201d; in fact" not in words


@pytest.mark.parametrize(
    ("old", "new", "problem", "line"),
    [
        (
            "half-open",
            "closed",
            "the documentation of mlx.core.random.uniform does not say this",
            3,
        ),
        ("half-open  interval `[low,\nhigh)`\n", "", "does not say this", 3),
        ("random.uniform", "random.unicorn", "has no mlx.core.random.unicorn", 3),
        ("{errata} mlx.core.random", "{errata} mlx.core.chance", "has no mlx.core.chance", 8),
    ],
)
def test_a_quote_that_is_not_in_the_docstring_stops_the_build(
    tmp_path: Path, old: str, new: str, problem: str, line: int
) -> None:
    assert PAGE.count(old) == 1
    write(tmp_path, {"errata.md": PAGE.replace(old, new)}, SITE_CONF)
    built = build(tmp_path)
    assert built.stopped.startswith("1 error;")
    assert re.search(rf"errata\.md:{line}: ERROR: .*{re.escape(problem)}", built.warnings)
