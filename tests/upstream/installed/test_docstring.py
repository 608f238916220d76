"""Docstrings in the style of mlx's, parsed: Google's sections, Sphinx's markup as Markdown."""

from __future__ import annotations

import pytest

from mlx_keys.upstream.installed.docstring import Docstring, parse_docstring, rst_to_markdown
from mlx_keys.upstream.model import Parameter, Raised, Returns

WHOLE = """Lift water.

    Slowly, and
    by hand.

    Args:
        depth (int, optional): How deep.
          Default: ``1``.
        *cups: Cups
          to fill.
        how (str):
          One of two ways.

        calm and wild

    Returns:
        tuple of buckets: All
        of them.

    Raises:
        DroughtError: There is
          no water: none.
        MudError

    Notes:
        Ducks.

    Example:
        >>> scoop(1)
        bucket(1)
"""


def test_each_section_becomes_the_field_of_its_name() -> None:
    assert parse_docstring(WHOLE) == Docstring(
        summary="Lift water.",
        body="Slowly, and by hand.\n\n```{note}\nDucks.\n```\n\n**Example**\n\n"
        "```pycon\n>>> scoop(1)\nbucket(1)\n```",
        parameters=(
            Parameter("depth", "int, optional", "How deep. Default: `1`."),
            Parameter("*cups", "", "Cups to fill."),
            Parameter("how", "str", "One of two ways."),
            Parameter("", "", "calm and wild"),
        ),
        returns=Returns("tuple of buckets", "All of them."),
        raises=(Raised("DroughtError", "There is no water: none."), Raised("MudError", "")),
    )


@pytest.mark.parametrize("title", ["Args", "Arguments", "Parameters"])
def test_the_section_of_parameters_has_one_of_three_names(title: str) -> None:
    assert parse_docstring(f"A.\n\n{title}:\n    a (int): B.\n").parameters == (
        Parameter("a", "int", "B."),
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("array: The key.", Returns("array", "The key.")),
        ("The key.", Returns("", "The key.")),
        ("one two three four: five", Returns("one two three four", "five")),
        ("one two three four five: six", Returns("", "one two three four five: six")),
        ("The ``key``: one.", Returns("", "The `key`: one.")),
    ],
)
def test_a_few_words_before_a_colon_are_the_type_of_the_result(
    text: str, expected: Returns
) -> None:
    assert parse_docstring(f"A.\n\nReturns:\n    {text}\n").returns == expected


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ("* one\n* two\n  and more", "* one\n* two and more"),
        ("- one\n- two", "* one\n* two"),
        (".. code-block:: python\n\n    a = 1\n\n      b\n\nText.",
         "```python\na = 1\n\n  b\n```\n\nText."),
        (".. code:: python\n    a = 1", "```python\na = 1\n```"),
        (".. sourcecode:: python\n    a = 1", "```python\na = 1\n```"),
        (".. math::\n    x_1\n    + 2", "```{math}\nx_1 + 2\n```"),
        (".. math:: x_1", "```{math}\nx_1\n```"),
        (".. note:: Ducks.\n\n    And frogs.", "```{note}\nDucks.\n\nAnd frogs.\n```"),
        (".. warning::\n    Mud.", "```{warning}\nMud.\n```"),
        (".. figure:: a\n    A pond.", "figure a\n\nA pond."),
        ("Two\nlines.\n\nAnd one.", "Two lines.\n\nAnd one."),
    ],
)  # fmt: skip
def test_blocks_keep_their_kind(lines: str, expected: str) -> None:
    assert parse_docstring(f"A.\n\n{lines}\n").body == expected


def test_a_docstring_that_opens_with_a_list_has_no_summary() -> None:
    found = parse_docstring("* one\n* two\n")
    assert (found.summary, found.body) == ("", "* one\n* two")
    assert parse_docstring("") == Docstring()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("``a`` and `b`", "`a` and `b`"),
        (":func:`scoop`", "`scoop()`"),
        (":meth:`scoop`, :py:func:`scoop` and :py:meth:`scoop`",
         "`scoop()`, `scoop()` and `scoop()`"),
        (":func:`scoop()`", "`scoop()`"),
        (":func:`~pond.core.scoop`", "`scoop()`"),
        (":func:`!scoop`", "`scoop()`"),
        (":func:`.scoop`", "`scoop()`"),
        (":func:`pond.scoop`", "`pond.scoop()`"),
        (":func:`to lift <pond.scoop>`", "`to lift`"),
        (":obj:`a <b> c`", "`a <b> c`"),
        (":class:`bucket`", "`bucket`"),
        (":math:`x_1`", "$x_1$"),
        ("$x_1$", "$x_1$"),
        ("`the pond <https://example.org/pond>`_", "[the pond](https://example.org/pond)"),
        ("`the pond <https://example.org/pond>`__.", "[the pond](https://example.org/pond)."),
        ("*a* and **b c**, *de* and **fg**", "*a* and **b c**, *de* and **fg**"),
        ("2*3*4", r"2\*3\*4"),
        ("a_b_c", r"a_b_c"),
        ("two\n  lines", "two lines"),
    ],
)  # fmt: skip
def test_inline_markup_becomes_markdown(text: str, expected: str) -> None:
    assert rst_to_markdown(text) == expected


def test_a_role_without_a_link_shows_the_name_alone() -> None:
    assert rst_to_markdown(":class:`!Odd`") == "`Odd`"
    assert rst_to_markdown(":class:`.Odd`") == "`Odd`"
