"""Extraction: which blocks of a page are examples, their options, and what is written wrongly."""

from __future__ import annotations

import pytest

from mlx_keys.errors import KeysError
from mlx_keys.examples.model import Options
from mlx_keys.examples.page_example import Form, PageExample
from mlx_keys.examples.parse.extract import Extraction, extract


def only(text: str, path: str = "page.md") -> PageExample:
    found = extract(text, path)
    assert [str(fault) for fault in found.faults] == []
    (example,) = found.examples
    return example


def problems(found: Extraction) -> list[tuple[int | None, str]]:
    assert [fault.problem for fault in found.faults if not fault.fix] == []
    return [(fault.where.line if fault.where else None, fault.problem) for fault in found.faults]


def test_an_example_has_its_code_its_output_and_their_lines() -> None:
    text = "# Title\n\n```{example}\n:timeout: 5\n\nprint(1)\n```\n\n```{output}\n1\n```\n"
    example = only(text)
    assert str(example.location) == "page.md:3"
    assert (example.code, example.code_line) == ("print(1)\n", 6)
    assert example.options == Options(timeout=5.0)
    assert example.expected is not None
    assert (example.expected.text, example.expected.line) == ("1", 10)
    assert example.expected.block == (8, 11)
    assert [str(example.location_of(line)) for line in (1, 2, None)] == [
        "page.md:6",
        "page.md:7",
        "page.md:6",
    ]


def test_an_example_in_rst_has_its_code_its_output_and_their_lines() -> None:
    text = (
        "Title\n=====\n\n.. example::\n   :raises: ValueError\n\n   if True:\n"
        "       raise ValueError\n\n.. output::\n\n   ValueError\n\nMore.\n"
    )
    example = only(text, "page.rst")
    assert str(example.location) == "page.rst:4"
    assert (example.code, example.code_line) == ("if True:\n    raise ValueError\n", 7)
    assert example.options == Options(raises="ValueError")
    assert example.expected is not None
    assert (example.expected.text, example.expected.line) == ("ValueError", 12)
    assert example.form is Form.RST


def test_a_marker_makes_an_example_of_an_ordinary_fence() -> None:
    text = (
        "```python\nnot_run()\n```\n\n<!-- example :timeout: 9 :raises: KeyError -->\n"
        "```python\nprint(2)\n```\n\n```text\n2\n```\n\n```text\nnothing of it\n```\n"
    )
    example = only(text)
    assert str(example.location) == "page.md:6"
    assert example.code == "print(2)\n"
    assert example.options == Options(timeout=9.0, raises="KeyError")
    assert example.expected is not None
    assert example.expected.text == "2"
    assert example.form is Form.MARKER


def test_a_marker_takes_options_on_lines_of_their_own() -> None:
    example = only("<!-- example\n:varies: the clock\n-->\n```python\nx = 1\n```\n")
    assert example.options == Options(varies="the clock")


@pytest.mark.parametrize(
    ("path", "text", "line"),
    [
        ("page.md", "```{example}\n\n \nprint('a:b:c')\n\t\n```\n", 4),
        ("page.md", "```{example}\nprint('a:b:c')\n```\n", 2),
        ("page.md", "<!-- example -->\n```python\n\nprint('a:b:c')\n\n\n```\n", 4),
        ("page.rst", ".. example::\n\n\n   print('a:b:c')\n \n\nMore.\n", 4),
        ("page.rst", ".. example::\n   print('a:b:c')", 2),
    ],
    ids=["fence", "fence without blanks", "marker", "directive", "directive that ends the page"],
)
def test_code_is_without_outer_blank_lines_and_may_contain_colons(
    path: str, text: str, line: int
) -> None:
    example = only(text, path)
    assert (example.code, example.code_line) == ("print('a:b:c')\n", line)
    assert example.options == Options()


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"], ids=["unix", "windows", "old mac"])
def test_lines_are_counted_alike_for_all_line_ends(end: str) -> None:
    text = end.join(["a", "", "```{example}", "print(1)", "```", "```{output}", "1", "```", ""])
    example = only(text)
    assert (example.location.line, example.code) == (3, "print(1)\n")
    assert example.expected is not None
    assert example.expected.text == "1"


@pytest.mark.parametrize(
    "text",
    [
        "````markdown\n```{example}\nprint(1)\n```\n````\n",
        "````{code-block} markdown\n```{example}\nprint(1)\n```\n````\n",
        "<!--\n```{example}\nprint(1)\n```\n-->\n",
        "```python\nprint(1)\n```\n",
    ],
    ids=["in a longer fence", "in a code block", "in a comment", "an ordinary fence"],
)
def test_text_about_examples_is_no_example(text: str) -> None:
    assert extract(text, "page.md") == Extraction((), ())


@pytest.mark.parametrize(
    "text",
    [
        "See::\n\n   .. example::\n\n      print(1)\n",
        ".. code-block:: rst\n\n   .. example::\n\n      print(1)\n",
        "..\n   .. example::\n\n      print(1)\n",
    ],
    ids=["literal block", "code block", "comment"],
)
def test_text_about_examples_in_rst_is_no_example(text: str) -> None:
    assert extract(text, "page.rst") == Extraction((), ())


@pytest.mark.parametrize(
    "name",
    ["code", "code-block", "code-cell", "literalinclude", "math", "parsed-literal", "raw",
     "sourcecode"],
)  # fmt: skip
def test_the_content_of_a_literal_directive_is_no_example(name: str) -> None:
    fence = f"````{{{name}}} x\n```{{example}}\nprint(1)\n```\n````\n"
    assert extract(fence, "page.md") == Extraction((), ())
    directive = f".. {name}:: x\n\n   .. example::\n\n      print(1)\n"
    assert extract(directive, "page.rst") == Extraction((), ())


@pytest.mark.parametrize(
    "text",
    [
        ":::{tip}\nText.\n:::\n\n```{example}\nx = 1\n```\n",
        ":::{tip}\n\n::::{note}\nText.\n::::\n\n:::\n\n```{example}\nx = 1\n```\n",
        ":::\n\n```{example}\nx = 1\n```\n",
        "``` {example}\nx = 1\n```\n",
    ],
    ids=["after a tip", "after a note in a tip", "after colons", "after a blank"],
)
def test_an_example_after_a_closed_fence_is_not_inside_it(text: str) -> None:
    assert only(text).code == "x = 1\n"


PLACE = "stands at column 0, outside lists and other directives"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a\n\n```{output}\n1\n```\n", [(3, "this output belongs to no example")]),
        (
            "```{example}\nx = 1\n```\n\nText.\n\n```{output}\n1\n```\n",
            [(7, "this output belongs to no example")],
        ),
        (
            "```{example}\nx = 1\n```\n```{output}\n1\n```\n```{output}\n1\n```\n",
            [(7, "this example already has an output")],
        ),
        (
            "```{example}\nx = 1\n```\n" + "```{output}\n1\n```\n" * 3,
            [
                (7, "this example already has an output"),
                (10, "this example already has an output"),
            ],
        ),
        (
            "- item\n\n  ```{example}\n  x = 1\n  ```\n",
            [(3, f"an {{example}} {PLACE}, fenced with backticks")],
        ),
        (
            "   ```{example}\n   x = 1\n   ```\n",
            [(1, f"an {{example}} {PLACE}, fenced with backticks")],
        ),
        ("    ```{example}\n    x\n    ```\n", [(1, f"an example {PLACE}: this is only text")]),
        (
            "~~~{example}\nx = 1\n~~~\n",
            [(1, f"an {{example}} {PLACE}, fenced with backticks")],
        ),
        (
            "````{tip}\nFirst.\n\n```{example}\nx = 1\n```\n````\n",
            [(4, f"an example with its output {PLACE}")],
        ),
        (
            ":::{tip}\n```{example}\nx = 1\n```\n:::\n",
            [(2, f"an {{example}} {PLACE}, fenced with backticks")],
        ),
        (
            "```{example} now\nx = 1\n```\n",
            [(1, "an {example} has nothing after its name on the first line")],
        ),
        ("```{example}\nx = 1\n", [(1, "this {example} is never closed")]),
        ("```{example}\n\n```\n", [(1, "this example holds no code")]),
        ("<!-- example -->\n\nText.\n", [(1, "no ```python follows this")]),
        ("<!-- example -->\n", [(1, "no ```python follows this")]),
        ("<!-- example -->\n~~~python\nx\n~~~\n", [(1, "no ```python follows this")]),
        ("<!-- example -->\n\n- ```python\n  x\n  ```\n", [(1, "no ```python follows this")]),
    ],
)
def test_a_misplaced_or_unfinished_block_is_a_fault_at_its_line(
    text: str, expected: list[tuple[int, str]]
) -> None:
    assert problems(extract(text, "page.md")) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (".. output::\n\n   1\n", [(1, "this output belongs to no example")]),
        (
            ".. note::\n\n   .. example::\n\n      x = 1\n",
            [(3, "'.. example::' stands at column 0, outside all else")],
        ),
        (".. example:: now\n\n   x\n", [(1, "'.. example::' has nothing after it on its line")]),
        (".. example::\n\nText.\n", [(1, "this example holds no code")]),
        (".. example::\n:timeout: 5\n", [(1, "this example holds no code")]),
        (".. example::", [(1, "this example holds no code")]),
        (
            ".. example::\n   :timeout: 5\n   :colour: red\n\n   x = 1\n",
            [(3, "an example has no option 'colour'")],
        ),
        (
            ".. example::\n\n   x = 1\n\nText.\n\n.. output::\n\n   1\n",
            [(7, "this output belongs to no example")],
        ),
        (
            ".. example::\n\n   x = 1\n\n.. output::\n\n   1\n\n.. output::\n\n   2\n",
            [(9, "this example already has an output")],
        ),
    ],
)
def test_a_misplaced_or_unfinished_directive_in_rst_is_a_fault_at_its_line(
    text: str, expected: list[tuple[int, str]]
) -> None:
    assert problems(extract(text, "page.rst")) == expected


@pytest.mark.parametrize(
    ("option", "problem"),
    [
        (":colour: red", "an example has no option 'colour'"),
        (":timeout: soon", ":timeout: is in seconds, above 0 and up to 600"),
        (":timeout:", ":timeout: is in seconds, above 0 and up to 600"),
        (":timeout: 600.5", ":timeout: is in seconds, above 0 and up to 600"),
        (":timeout: 0", ":timeout: is in seconds, above 0 and up to 600"),
        (":timeout: nan", ":timeout: is in seconds, above 0 and up to 600"),
        (":raises:", ":raises: names an exception, as in ':raises: ValueError'"),
        (":raises: Value Error", ":raises: names an exception, as in ':raises: ValueError'"),
        (":signal: SIGNOTHING", ":signal: names a signal, as in ':signal: SIGFPE'"),
        (":varies:", ":varies: says why the numbers vary, as in ':varies: drawn from the clock'"),
        (":raises:KeyError", "this is not an option of an example"),
    ],
)
def test_a_wrong_option_is_a_fault_and_the_example_is_still_read(option: str, problem: str) -> None:
    found = extract(f"```{{example}}\n{option}\nx = 1\n```\n", "page.md")
    assert problems(found) == [(2, problem)]
    assert [example.code for example in found.examples] == ["x = 1\n"]


@pytest.mark.parametrize("seconds", [0.5, 600])
def test_a_timeout_is_up_to_ten_minutes(seconds: float) -> None:
    example = only(f"```{{example}}\n:timeout: {seconds}\nx = 1\n```\n")
    assert example.options == Options(timeout=seconds)


def test_normalized_text_has_no_blank_lines_at_its_ends() -> None:
    example = only("```{example}\nx = 1\n```\n")
    assert example.normalize("\n \n  a \n\n b\t\n\n") == "  a\n\n b"


def test_options_that_contradict_or_repeat_are_faults() -> None:
    text = "```{example}\n:raises: A\n:signal: SIGFPE\n:raises: B\nx = 1\n```\n"
    assert problems(extract(text, "page.md")) == [
        (4, "the option 'raises' stands here twice"),
        (2, "an example that is killed raises nothing"),
    ]


def test_the_examples_around_a_fault_are_still_read() -> None:
    block = "```{example}\nx = 1\n```\n\n"
    found = extract(f"{block}```{{output}} x\n```\n\n{block}", "page.md")
    assert [example.location.line for example in found.examples] == [1, 8]
    assert len(found.faults) == 1


@pytest.mark.parametrize(("path", "found"), [("page.txt", ".txt"), ("page", "no suffix")])
def test_only_markdown_and_rst_hold_examples(path: str, found: str) -> None:
    with pytest.raises(KeysError, match="no examples can be read") as caught:
        extract("", path)
    assert (caught.value.expected, caught.value.found) == (".md or .rst", found)
