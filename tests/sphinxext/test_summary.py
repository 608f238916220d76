"""A build's summary as text, and as the sentence that ``{verified-count}`` shows on a page."""

from __future__ import annotations

from datetime import date

from mlx_keys.sphinxext.summary import Summary, Tally

DAY = date(2026, 11, 22)
EXAMPLES = Tally(1200, 3, 1230, "CPU", "0.32.4", ("the lock holds another mlx",))
SCRIPTS = Tally(12, 0, 12, "CPU", "0.32.4")
NONE = Tally(0, 0, 0)


def test_the_sentence_adds_up_the_outputs_and_names_each_backend_once() -> None:
    summary = Summary(7, [EXAMPLES, SCRIPTS, NONE])
    assert summary.sentence(DAY) == ("1,242 outputs verified on CPU with mlx 0.32.4 on 2026-11-22.")


def test_one_output_is_singular_and_none_is_a_sentence_of_its_own() -> None:
    one = Summary(1, [Tally(1, 1, 1, "CPU", "0.32.4")])
    assert one.sentence(DAY) == "1 output verified on CPU with mlx 0.32.4 on 2026-11-22."
    assert Summary(1, [NONE]).sentence(DAY) == "No output has been verified."


def test_the_summary_names_pages_examples_and_outputs_and_ends_with_notes() -> None:
    assert str(Summary(1, [EXAMPLES, SCRIPTS])) == (
        "1 page, 1212 examples executed (3 now), 1242 outputs verified, on CPU with mlx 0.32.4\n"
        "note: the lock holds another mlx"
    )
    assert str(Summary(2, [NONE])) == "2 pages, 0 examples executed (0 now), 0 outputs verified"
