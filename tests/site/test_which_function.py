"""The page *Which function do I want?* has every method of NumPy's generator."""

from __future__ import annotations

import re

import numpy as np
from tests.paths import DOCS

PAGE = DOCS / "reference" / "which-function.md"


def test_each_method_of_numpys_generator_has_a_row() -> None:
    text = PAGE.read_text(encoding="utf-8")
    rows = text[text.index("| NumPy |") : text.index("## The order")].splitlines()
    first_cells = [row.split("|")[1] for row in rows if "|" in row]
    in_table = {name for cell in first_cells for name in re.findall(r"`(\w+)`", cell)}
    public = {name for name in dir(np.random.Generator) if not name.startswith("_")}
    assert public - {"bit_generator"} - in_table == set()
