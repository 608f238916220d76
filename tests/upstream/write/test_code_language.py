"""Code is called by a language only if it can be read as that."""

from __future__ import annotations

import pytest

from mlx_keys.upstream.write.code_language import detect_language


@pytest.mark.parametrize(
    ("code", "said", "name"),
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
def test_a_language_is_what_can_be_read_as_it(code: str, said: str, name: str) -> None:
    assert detect_language(code, said) == name
