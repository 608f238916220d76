"""Odd prose, as scraping and people make it."""

from __future__ import annotations

from hypothesis import strategies as st

PROSE = st.text(alphabet="ab \n`'\"()[]{}<>|,.:*=\\0127default optional or is to key", max_size=300)
