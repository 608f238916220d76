"""A block of code has a language only if it parses as that."""

from __future__ import annotations

import pytest

from mlx_keys.upstream.write.code_language import detect_language


@pytest.mark.parametrize(
    ("code", "announced", "expected"),
    [
        ("x = f(1)  # one", "", "python"),
        ("x = f(1)", "default", "python"),
        ("  for a in b:\n    c", "python", "text"),
        (">>> f(1)\n[1, 2] -> ?\n>>> for a in b:\n...     c\n", "default", "pycon"),
        (">>> f(1) array(1)", "python", "text"),
        ("sudo sysctl x=<n>", "default", "text"),
        ("int f() { return 0; }", "cpp", "cpp"),
        ("x = 1", "klingon", "text"),
        ("'\\d'", "python", "python"),
        ("(" * 9000, "python", "text"),
        ("a = 1\n" * 9000, "python", "text"),
    ],
)
def test_code_has_the_announced_language_if_it_parses_as_that(
    code: str, announced: str, expected: str
) -> None:
    assert detect_language(code, announced) == expected
