"""*Which function do I want?*: nobody who knows a name from NumPy looks for it in vain."""

from __future__ import annotations

import re

import numpy as np
from tests.paths import DOCS

PAGE = DOCS / "reference" / "which-function.md"


def test_each_method_of_numpys_generator_has_its_row() -> None:
    text = PAGE.read_text(encoding="utf-8")
    rows = text[text.index("| NumPy |") : text.index("## The order")].splitlines()
    named = {
        name
        for row in rows
        for name in re.findall(r"`(\w+)`", row.split("|")[1] if "|" in row else "")
    }
    methods = {
        name
        for name in dir(np.random.Generator)
        if not name.startswith("_") and name != "bit_generator"
    }
    assert methods <= named
