"""The progress bar of whatever runs examples or scripts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tqdm import tqdm


@contextmanager
def progress_bar(unit: str) -> Iterator[Callable[[int, int], None]]:
    """Show a bar on standard error while the block runs, where that is a terminal.

    Args:
        unit: What is counted, such as ``examples``.

    Yields:
        A function that takes how many are done, and how many there are.
    """
    with tqdm(unit=f" {unit}", leave=False, delay=0.5, disable=None) as bar:

        def advance(done: int, total: int) -> None:
            bar.total = total
            bar.update(done - bar.n)

        yield advance
