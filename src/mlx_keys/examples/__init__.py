"""Examples in pages: found, run alone, and held against what the page says they print.

Pages go through :mod:`.extract`; each example runs in a child of its own (:mod:`.run`), and
:mod:`.compare` judges what it printed. :mod:`.bless` writes down what an author accepts, and
:mod:`.verify` is the whole, used by the command line and by Sphinx alike.
"""
