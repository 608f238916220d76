"""What the reader makes of messy pages: small ones of our own, and the corpus if it is here."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from tests.paths import CORPUS, PAGES

from mlx_keys.errors import KeysError
from mlx_keys.upstream.model import WARNING_KINDS, Entry, Page, Parameter, Raised, Returns
from mlx_keys.upstream.read import escaping, page
from mlx_keys.upstream.read.entry_builder import EntryBuilder
from mlx_keys.upstream.write import page as myst

needs_corpus = pytest.mark.skipif(
    not (CORPUS / "truth.json").exists(), reason="the corpus of upstream's pages is not here"
)
GFM = sorted(PAGES.glob("*.gfm.md"))
FLAT = sorted(PAGES.glob("*.flat.txt"))


def escaped(text: str, rounds: int) -> str:
    """Escape punctuation as scrapers do, this many times over."""
    for _ in range(rounds):
        text = re.sub(r"[\\`*_\[\]#]", r"\\\g<0>", text)
    return text


def flat(name: str, rounds: int = 0) -> Page:
    return page.read(escaped((PAGES / name).read_text(), rounds), name)


def only(record: Page) -> Entry:
    (entry,) = record.entries
    return entry


def strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from strings(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from strings(item)


def words(text: str) -> Counter[str]:
    """The words of a text, its addresses left out."""
    text = re.sub(r"\]\(https?:[^\s()]*(?:\s\"[^\"]*\")?\)", "]", text)
    return Counter(re.findall(r"[^\W_]+", re.sub(r"\\", " ", unescape(text)).lower()))


def both() -> list[Page]:
    return [
        page.load(PAGES / "pond.core.scoop.gfm.md"),
        page.load(PAGES / "pond.core.scoop.flat.txt"),
    ]


@pytest.mark.parametrize("record", both(), ids=["gfm", "flat"])
def test_a_function_is_read_alike_from_both_forms(record: Page) -> None:
    """Its name, kind, signature, fields and neighbours do not depend on the form."""
    entry = only(record)
    assert (entry.name, entry.kind) == ("pond.core.scoop", "function")
    assert str(entry.signature) == (
        "(depth: int | None, /, *cups, how: Literal['calm', 'wild'] = 'calm') → bucket"
    )
    assert entry.summary == "Lift water out of the pond, `depth + 1` hands deep."
    assert [(parameter.name, parameter.type) for parameter in entry.parameters] == [
        ("depth", "int, optional"),
        ("*cups", "cup"),
    ]
    assert entry.parameters[1].description == "Cups to fill. Default: `()`."
    assert entry.returns is not None
    assert entry.returns.type == "bucket"
    assert entry.raises == (Raised("DroughtError", "There is no water."),)
    assert (
        record.links.source == "https://example.org/pond/html/_sources/python/pond.core.scoop.rst"
    )
    assert record.links.repository == "https://example.org/pond"
    assert (record.links.previous, record.links.next) == ("pond.core.pour", "pond.core.stir_up")


@pytest.mark.parametrize("record", both(), ids=["gfm", "flat"])
def test_a_curators_words_are_kept_apart(record: Page) -> None:
    """Notes, guides and examples stand in ``curated``; none of them in an entry."""
    assert record.curated.notes == (
        "Pass `rim=` to say how full; it never overflows.",
        "A scoop needs no `ladle=`.",
    )
    assert record.curated.guides == ("../docs_by_hand/README.md", "../docs_by_hand/BUCKETS.md")
    (example,) = record.curated.examples
    assert example.startswith("import pond.core as po")
    assert "rim" not in json.dumps([record.body, only(record).body])


def test_blocks_keep_their_kind() -> None:
    """Maths, a note, code, a prompt's session and a list inside a parameter stay what they are."""
    entry = only(page.load(PAGES / "pond.core.scoop.gfm.md"))
    assert "$h_1 = h_0 - \\frac{v}{A}$" in entry.body
    assert "```{math}\n\\begin{split}v &= 2 * d \\\\ A &= \\pi r^2\\end{split}\n```" in entry.body
    assert "```{note}\nDucks are in the way.\n```" in entry.body
    assert "```python\nfor _ in range(2):\n    scoop(1)\n```" in entry.body
    assert "```pycon\n>>> po.scoop(1)\nbucket(1)\n```" in entry.body
    assert entry.parameters[0].description == "How deep. One of:\n\n* shallow water\n* deep water"
    assert entry.returns == Returns("bucket", "The bucket.\n\nIt may be empty.")


SCOOP = PAGES / "pond.core.scoop.gfm.md"


def changed(old: str, new: str) -> Page:
    """The page of ``scoop``, one thing in it written otherwise."""
    text = SCOOP.read_text()
    assert text.count(old) == 1
    return page.read(text.replace(old, new), "p")


def test_a_note_without_its_title_keeps_its_first_words() -> None:
    record = changed("Note\n\nDucks are in the way.", "Ducks are in the way.\n\nFrogs too.")
    assert "```{note}\nDucks are in the way.\n\nFrogs too.\n```" in only(record).body


@pytest.mark.parametrize(
    "label", ["Parameters", "Keyword Arguments", "Other Parameters", "Variables"]
)
def test_parameters_stand_under_each_of_sphinxs_labels(label: str) -> None:
    record = changed('Parameters<span class="colon">', f'{label}<span class="colon">')
    assert [parameter.name for parameter in only(record).parameters] == ["depth", "*cups"]


def test_what_is_bold_beside_a_parameters_name_is_left_out_with_a_warning() -> None:
    record = changed("**depth** (", "**depth of it** (")
    assert [parameter.name for parameter in only(record).parameters] == ["depth", "*cups"]
    assert [(warning.kind, warning.message) for warning in record.warnings] == [
        ("unplaced", "'depth of it' is no parameter of pond.core.scoop")
    ]


def test_a_list_below_a_fields_words_belongs_to_them() -> None:
    record = changed("The bucket.\n\nIt may be empty.", "One of:\n\n- a bucket\n- a pail")
    assert only(record).returns == Returns("bucket", "One of:\n\n* a bucket\n* a pail")


@pytest.mark.parametrize(
    ("put", "expected"),
    [
        ("<p>{}</p>", "$x_1$ and `a*b` &"),
        ("<table><tr><td>{}</td></tr></table>", "| $x_1$ and `a*b` & |\n| --- |"),
        ("<blockquote>{}</blockquote>", "> $x_1$ and `a*b` &"),
        ("<b title='{}'>x</b>", "**x**"),
    ],
)
def test_formulas_and_code_in_html_blocks_are_themselves(put: str, expected: str) -> None:
    """What stands for them while Markdown is read is no text, and was once taken for such."""
    markup = put.format('<span class="math">x_1</span> and <code>a*b</code> &amp;&#2;')
    record = changed("To scoop twice:", f"\n\n{markup}\n\nTo scoop twice:")
    assert expected in only(record).body


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        ("<ul>a<li>b</li><i>c</i>d</ul>", "* a\n* b\n* *c*d"),
        ("<table>a<tr>b<td>c</td></tr></table>", "ab\n\n| c |\n| --- |"),
        ("<table>a<td>b</td><tbody><tr><td>c</td></tr></tbody></table>", "ab\n\n| c |\n| --- |"),
    ],
)
def test_what_stands_between_items_or_cells_is_not_lost(markup: str, expected: str) -> None:
    record = changed("To scoop twice:", f"\n\n{markup}\n\nTo scoop twice:")
    assert expected in only(record).body


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        ("<table><caption>a<a class='headerlink'>#</a></caption><tr><td>b</td></tr></table>", "a"),
        ("<table><colgroup>\n<col style='x' />\n</colgroup><tr><td>a</td></tr></table>", "| a |"),
        ("<figure>\n\n<img alt='a'>\n\n<figcaption>\n\nb\n\n</figcaption>\n\n</figure>", "a\n\nb"),
        ("<details><summary>a</summary>b <mark>c</mark></details>", "a\n\nb c"),
        ("<angle>", r"\<angle>"),
    ],
)
def test_elements_that_only_lay_out_vanish_and_their_words_stay(markup: str, expected: str) -> None:
    record = changed("To scoop twice:", f"\n\n{markup}\n\nTo scoop twice:")
    assert f"\n\n{expected}\n" in only(record).body
    assert "#" not in only(record).body
    assert record.warnings == ()


def test_the_number_beside_a_formula_is_none_of_it() -> None:
    number = '<span class="eqno">(1)<a href="#a" class="headerlink">#</a></span>'
    markup = f'<div id="a" class="math notranslate">\n\n{number}\\\\a \\* b\\\\\n\n</div>'
    record = changed("To scoop twice:", f"{markup}\n\nTo scoop twice:")
    assert "\\(1)\n\n```{math}\na * b\n```\n\nTo" in only(record).body


def test_the_themes_links_and_a_lost_table_on_one_line_are_no_words() -> None:
    markup = '[TABLE] A caption[\\#](https://a.b/#id "Link to this table") after.'
    text = (PAGES / "pond.core.scoop.flat.txt").read_text().replace("Lift water out", markup)
    entry = only(page.read(text, "p"))
    assert "A caption after." in entry.summary + entry.body
    assert "TABLE" not in entry.summary + entry.body
    assert "lost-table" in [warning.kind for warning in page.read(text, "p").warnings]


@pytest.mark.parametrize(("markup", "expected"), [("Note\n\n", "Note\n\n"), ("", "")])
def test_a_note_with_nothing_in_it_is_none(markup: str, expected: str) -> None:
    record = changed("Note\n\nDucks are in the way.\n", markup)
    assert "{note}" not in only(record).body
    assert f"```\n\n{expected}To scoop twice:" in only(record).body


def test_code_in_no_language_is_text() -> None:
    record = changed("highlight-python notranslate", "highlight-none notranslate")
    assert "```text\nfor _ in range(2):\n    scoop(1)\n```" in only(record).body


def test_an_entry_and_a_warning_say_their_line() -> None:
    """Lines are the page's own, though tags wrapped over lines were joined before parsing."""
    text = (PAGES / "pond.core.scoop.gfm.md").read_text()
    line = text[: text.index('<span class="sig-name')].count("\n") + 1
    assert only(page.read(text, "p")).line == line
    odd = text.replace("**\\*cups**", "**(two \\*cups**")
    (warning,) = page.read(odd, "p").warnings
    assert (warning.kind, warning.line) == ("unplaced", line)
    assert "(two *cups" in warning.message


def test_members_of_a_class_are_entries_of_their_own() -> None:
    """Each with its full name and kind; the tables of members belong to the class."""
    record = page.load(PAGES / "pond.core.bucket.gfm.md")
    assert [(entry.name, entry.kind) for entry in record.entries] == [
        ("pond.core.bucket", "class"),
        ("pond.core.bucket.__init__", "method"),
        ("pond.core.bucket.full", "property"),
    ]
    assert str(record.entries[1].signature) == "(self, **how)"
    assert str(record.entries[2].signature) == "() → bool"
    assert "Make a bucket \\| pail." in record.entries[0].body
    assert "[`__init__`](" in record.entries[0].body


def test_an_index_page_keeps_its_sections_and_tables() -> None:
    record = page.load(PAGES / "pond.gfm.md")
    assert record.entries == ()
    assert record.title == "The Pond"
    assert "## Sizes" in record.body
    assert "| `small_` | 1 |" in record.body
    assert "{#id2" not in record.body


def test_two_signatures_in_a_row_are_one_entry_with_an_overload() -> None:
    """The second form bears no link; it stands under the first one's name, in either form."""
    text = (PAGES / "pond.core.bucket.flat.txt").read_text()
    link = '"Link to this definition") Something'
    doubled = page.read(
        text.replace(link, link.replace("Something", "bucket(*size: str*) → pail Something"))
        .replace("class bucket", "bucket")
        .replace("pond.core.bucket.full", "pond.core.full"),
        "p",
    )
    assert [str(form) for form in doubled.entries[0].overloads] == ["(size: str) → pail"]
    assert doubled.entries[0].body.startswith("Something to carry water in.") or (
        doubled.entries[0].summary == "Something to carry water in."
    )


def test_a_title_with_marks_above_the_text_is_the_one_printed_before_it() -> None:
    text = (PAGES / "pond.core.scoop.flat.txt").read_text()
    marked = text.replace("# pond.core.scoop[", "# [`pond.core`](https://a.b/#x) *.scoop*[")
    assert marked != text
    assert page.read(marked, "p") == page.read(text, "p")


@pytest.mark.parametrize("form", ["gfm.md", "flat.txt"])
def test_the_value_of_an_attribute_is_not_its_type(form: str) -> None:
    text = (PAGES / f"pond.core.bucket.{form}").read_text()
    old, new = {
        "gfm.md": ('<span class="pre">bool</span>', '<span class="pre">bool</span> = {"a": 1}'),
        "flat.txt": ("property full: bool[", 'property full: bool = {"a": 1}['),
    }[form]
    assert old in text
    full = page.read(text.replace(old, new), "p").entries[2]
    assert str(full.signature) == "() → bool"
    assert full.body.endswith('**=** `{"a": 1}`')
    assert full.summary in ("", "Whether nothing more goes in.")


def test_a_type_on_one_line_may_hold_dots() -> None:
    text = (PAGES / "pond.core.scoop.flat.txt").read_text()
    text = re.sub(r"Return type: .*? Raises:", "Return type: *tuple*(*cup*, …) Raises:", text)
    entry = only(page.read(text, "p"))
    assert entry.returns is not None
    assert entry.returns.type == "tuple(cup, …)"


@pytest.mark.parametrize("rounds", range(5))
@pytest.mark.parametrize("name", [path.name for path in FLAT])
def test_escaping_any_number_of_times_changes_nothing(name: str, rounds: int) -> None:
    assert flat(name, rounds) == flat(name)


def test_parts_of_a_page_may_have_been_escaped_more_often_than_others() -> None:
    """Header, middle and fields each with a history of their own, still one function."""
    head, middle, fields = re.split(
        r"(?=\[ \]\(https)|(?=Parameters: )", (PAGES / "pond.core.scoop.flat.txt").read_text()
    )
    mixed = escaped(head, 3) + escaped(middle, 2) + escaped(fields, 1)
    record, plain = page.read(mixed, "p"), flat("pond.core.scoop.flat.txt")
    assert record.links == plain.links
    assert record.curated == plain.curated
    assert only(record).parameters == only(plain).parameters
    assert only(record).signature == only(plain).signature


@pytest.mark.parametrize("rounds", range(5))
def test_undoing_escapes_gives_back_what_was_there(rounds: int) -> None:
    """A literal star keeps its one backslash; a mark loses all."""
    text = r"*a* \*b\* `c_d` [e](https://f.g) \\h \frac{1}{2}"
    assert escaping.undo(escaped(text, rounds)) == (text, True)


@pytest.mark.parametrize("rounds", range(1, 5))
def test_without_a_link_the_shortest_run_of_backslashes_tells_how_often(rounds: int) -> None:
    text = r"*a* \*b\* `c_d`"
    assert escaping.undo(escaped(text, rounds)) == (text, True)


def test_code_without_line_ends_is_given_raw_with_a_warning() -> None:
    record = flat("pond.core.scoop.flat.txt")
    assert "```text\n>>> po.scoop(1) bucket(1)\n```" in only(record).body
    assert "crushed-code" in {warning.kind for warning in record.warnings}
    assert {warning.kind for warning in record.warnings} <= set(WARNING_KINDS)


def test_a_docstrings_own_line_is_no_field() -> None:
    """``Returns: Pail: ...`` with no return type after it was never made a field by Sphinx."""
    text = (PAGES / "pond.core.bucket.flat.txt").read_text()
    record = page.read(text.replace("Something to", "Fetch. Returns: Pail: Something to"), "p")
    assert record.entries[0].returns is None
    assert "Pail" in record.entries[0].summary + record.entries[0].body


def flat_entry(old: str, new: str) -> Entry:
    """What is read of our function on one line, a part of it changed."""
    text = (PAGES / "pond.core.scoop.flat.txt").read_text()
    assert old in text
    return only(page.read(text.replace(old, new), "p"))


@pytest.mark.parametrize(
    "after",
    ["Notes Ducks.", "Warning Mind the edge.", "Shape: - Input: deep", "Example: >>> scoop()"],
)
def test_a_type_of_plain_words_ends_where_something_is_announced(after: str) -> None:
    """No full stop stands before it."""
    text = (PAGES / "pond.core.scoop.flat.txt").read_text()
    head, tail = text.split("Return type: ")
    record = only(
        page.read(
            f"{head}Return type: bucket, pail, or cup {after} []({tail.split('[](', 1)[1]}", "p"
        )
    )
    assert record.returns is not None
    assert record.returns.type == "bucket, pail, or cup"
    assert after.rsplit(maxsplit=1)[-1].strip("().") in record.body


def test_a_list_that_a_colon_announces_is_one_in_a_field() -> None:
    """Its items begin like items; a minus does not."""
    record = flat_entry("How deep.", "How: - `a` (int): 1 - 2. - Calm water - so it is. - b: x.")
    assert (
        record.parameters[0].description
        == "How:\n\n* `a` (int): 1 - 2.\n* Calm water - so it is.\n* b: x."
    )
    plain = flat_entry("How deep.", "So: 3 - 4 or x - y.").parameters[0].description
    assert plain == "So: 3 - 4 or x - y."


def test_a_section_on_shapes_is_no_part_of_the_last_parameter() -> None:
    record = flat_entry("Default: `()`. Returns:", "Default: `()`. Shape: - Input: deep. Returns:")
    assert record.parameters[1].description == "Cups to fill. Default: `()`."
    assert "**Shape**" in record.body


def test_arguments_in_one_pair_of_stars_are_taken_apart() -> None:
    """As Sphinx leaves a signature that it cannot read."""
    record = flat_entry(
        "*depth: int | None*, */*, *\\*cups*, *how: Literal\\['calm', 'wild'\\] = 'calm'*",
        "*\\*, depth: int = 1, how: str = 'calm', by: Callable = <function pour>*",
    )
    assert str(record.signature) == (
        "(*, depth: int = 1, how: str = 'calm', by: Callable = <function pour>) → bucket"
    )


def test_a_space_of_tex_ends_no_formula() -> None:
    record = flat_entry(r"\\h_1 = h_0 - \frac{v}{A}\\", r"\\\int e^{-t} \\ dt\\")
    assert r"$\int e^{-t} \\ dt$" in record.body


@pytest.mark.parametrize("path", GFM + FLAT, ids=lambda path: path.name)
def test_no_word_of_our_own_pages_is_lost(path: Path) -> None:
    """What stands between the theme's chrome goes somewhere, but for the labels of fields."""
    text = path.read_text()
    if path.suffix == ".md":
        body = text[text.index('class="section"') :]
        body = re.sub(
            r"<[^<>]*>|\{#id2 \.table\}", "", re.split(r"<div class=\"(?:prev|bd-f)", body)[0]
        )
        body = body.replace('class="section">', "")
    else:
        body = re.split(r"\[\]\(", text.rpartition('"Link to this heading")')[2])[0]
    record = page.load(path)
    out = words(" ".join(strings(record.to_json())))
    labels = words("Parameters Returns Return type Raises class property TABLE")
    assert words(body) - out - labels == Counter()


@needs_corpus
def test_the_seed_page_and_the_pages_of_key_and_split_are_perfect() -> None:
    """Every field that the truth names comes out right, in each form."""
    truth = json.loads((CORPUS / "seed_truth.json").read_text())["seed_mlx.core.random.key"]
    record = page.load(CORPUS / "seed_mlx.core.random.key.txt")
    assert vars_of(record.links) == truth["links"]
    assert len(record.curated.notes) == truth["curated"]["notes"]
    assert [g.split("/")[-1] for g in record.curated.guides] == truth["curated"]["guides"]
    entry = only(record)
    assert str(entry.signature) == "(seed: int) → array"
    assert entry.parameters == (Parameter("seed", "int", "Seed for the PRNG."),)
    assert entry.returns == Returns("array", "The PRNG key array.")
    for name in ("mlx.core.random.key", "mlx.core.random.split"):
        forms = [only(page.load(CORPUS / form / f"{name}.md")) for form in ("gfm", "flat")]
        plain = [(e.name, e.kind, e.signature, e.summary, e.parameters, e.returns) for e in forms]
        assert plain[0] == plain[1]


def vars_of(links: object) -> dict[str, Any]:
    return {name: getattr(links, name) for name in ("previous", "next", "source", "repository")}


@needs_corpus
def test_the_corpus_scores_above_its_floor() -> None:
    """By the corpus's own scorer: 99 of 100 entries whole, and of all fields."""
    command = [
        sys.executable,
        str(CORPUS / "score.py"),
        "--",
        sys.executable,
        "-m",
        "mlx_keys",
        "read",
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    last = done.stdout.splitlines()[-1]
    shares = [float(share) for share in re.findall(r"= ([\d.]+) %", last)]
    assert len(shares) == 2
    assert min(shares) >= 99, last


@needs_corpus
def test_no_word_of_the_corpus_is_lost() -> None:
    """In the form that keeps its lines, over every page."""
    labels = words("Parameters Returns Return type Raises class property")
    for path in sorted((CORPUS / "gfm").glob("*.md")):
        text = path.read_text()
        body = text[text.index('class="section"') :].split('<div class="prev-next-area">')[0]
        body = re.sub(r"<[a-zA-Z/][^<>]*>|\{#id\d+ \.table\}", "", body).replace(
            'class="section">', ""
        )
        lost = words(body) - words(" ".join(strings(page.load(path).to_json()))) - labels
        assert not lost, (path.name, lost)


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "the page is empty"),
        (b" \n\n", "the page is empty"),
        (bytes(range(256)) * 4, "not a page but binary data"),
        (b"A page about nothing in particular.\n", "no entry on this page, and no link to one"),
        (b"<div class='x'>\n\nstill nothing\n", "no entry on this page, and no link to one"),
    ],
)
def test_what_is_no_page_says_so(tmp_path: Path, content: bytes, problem: str) -> None:
    path = tmp_path / "page.md"
    path.write_bytes(content)
    with pytest.raises(KeysError) as caught:
        page.load(path)
    assert str(caught.value) == f"{path}: {problem}"


def test_a_name_ends_with_no_dot() -> None:
    """What was cut off in the middle of one is still a name."""
    assert EntryBuilder("pond.", "function", 1, lambda *_: None).name == "pond"


INDEX, OBJECT = (PAGES / "pond.gfm.md").read_bytes(), SCOOP.read_bytes()


@pytest.mark.parametrize(
    ("start", "megabytes"),
    [(OBJECT, 1), (INDEX, 4), (b"<!DOCTYPE html>\n" + OBJECT, 4), (b"<html>\n" + OBJECT, 4)],
    ids=["object", "index", "doctype", "html"],
)
def test_a_page_of_an_object_has_1_mb_and_an_index_or_html_4(
    tmp_path: Path, start: bytes, megabytes: int
) -> None:
    """One line says so, and no more of it is taken than can be read."""
    path = tmp_path / "page.md"
    path.write_bytes(start.ljust(megabytes * 1024**2))
    page.load(path)
    path.write_bytes(start.ljust(megabytes * 1024**2 + 1))
    with pytest.raises(KeysError) as caught:
        page.load(path)
    problem = f"larger than {megabytes} MB, the most that such a page may have"
    assert str(caught.value) == f"{path}: {problem}"


def test_a_page_that_was_rewritten_is_refused_and_its_original_named() -> None:
    """Whatever the original is called; one from before names were kept is refused too."""
    record = page.load(SCOOP)
    for name in ("pond.core.scoop.gfm.md", "a `page`.txt", "p\nq"):
        lines = myst.page_lines(replace(record, source=name))
        with pytest.raises(KeysError) as caught:
            page.read("\n".join(lines), "clean.md")
        problem = f"already rewritten: rewrite the original, {' '.join(name.split())}"
        assert str(caught.value) == f"clean.md: {problem}"
    with pytest.raises(KeysError, match="rewrite the original, the page that it was made from"):
        page.read(f"{myst.MARK}\n\n# pond\n", "clean.md")


def test_a_few_characters_that_are_no_text_are_left_out_and_reported() -> None:
    text = (PAGES / "pond.core.scoop.gfm.md").read_text()
    record = page.read(text.replace("Lift water", "Lift\x00 wat\x0ber"), "p")
    assert only(record).summary.startswith("Lift water out")
    assert record.warnings[0].kind == "not-text"
    assert record.warnings[0].line == text[: text.index("Lift")].count("\n") + 1


def test_other_encodings_and_line_ends_are_read(tmp_path: Path) -> None:
    """Both kinds of UTF-16 and UTF-8 with their marks, Windows' line ends: the same entry."""
    text = (PAGES / "pond.core.scoop.gfm.md").read_text()
    want = only(page.read(text, "p"))
    for name, raw in {
        "utf16.md": text.encode("utf-16"),
        "big-endian.md": f"\ufeff{text}".encode("utf-16-be"),
        "bom.md": text.encode("utf-8-sig"),
        "windows.md": text.replace("\n", "\r\n").encode(),
    }.items():
        (tmp_path / name).write_bytes(raw)
        assert only(page.load(tmp_path / name)) == want


def test_the_command_prints_a_line_a_page_and_goes_on_after_a_bad_one(tmp_path: Path) -> None:
    """One line on standard error names the file and the cause; the exit status is 1."""
    good, missing = PAGES / "pond.core.scoop.gfm.md", tmp_path / "missing.md"
    done = subprocess.run(
        [sys.executable, "-m", "mlx_keys", "read", str(missing), str(tmp_path), str(good)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    (line,) = done.stdout.splitlines()
    assert json.loads(line)["entries"][0]["name"] == "pond.core.scoop"
    assert done.stderr.splitlines() == [
        f"mlx-keys: {missing}: no such file or directory",
        f"mlx-keys: {tmp_path}: is a directory",
    ]


@pytest.mark.parametrize("form", ["gfm.md", "flat.txt"])
def test_what_is_not_called_is_no_function(form: str) -> None:
    """An attribute that its page does not call a property is one of the four kinds all the same."""
    text = (PAGES / f"pond.core.bucket.{form}").read_text()
    text = text.replace('<span class="k"><span class="pre">property</span></span>', "")
    record = page.read(text.replace("property full", "full"), "p")
    assert [entry.kind for entry in record.entries] == ["class", "method", "property"]
