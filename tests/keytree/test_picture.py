"""The picture of a key tree: well-formed, complete in words, and safe with what users write."""

from __future__ import annotations

import re
from itertools import combinations, pairwise
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlx_keys.keytree import KeyTree, inline_glyph
from mlx_keys.keytree.glyph import bit_rows
from mlx_keys.keytree.layout import COLUMN, GLYPH, Card, Picture, fitting_label, lay_out
from mlx_keys.keytree.limits import count_columns, truncate

SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = "</text><script>alert('1 & \"2\"')"


def parsed(text: str) -> ET.Element:
    """Our own output as elements; raises where it is not well-formed."""
    return ET.fromstring(text)  # noqa: S314


def tree_with_everything() -> KeyTree:
    """A tree with everything: names, draws, faults, both ways to make keys, three levels."""
    root = KeyTree(2**63 + 5, name="root")
    model, data = root.split(names=["model", "data"])
    for weights in model.split(3):
        weights.draw("normal((784, 10))").draw("uniform(low=-1, high=1, shape=(784, 10))")
    data.draw("permutation(60000)")
    for epoch in range(3):
        data.fold_in(epoch, name=f"epoch {epoch}").draw(HOSTILE)
    return root


def sample_trees() -> list[KeyTree]:
    return [
        KeyTree(0),
        KeyTree.regular(7, split=[2, 2, 2, 2]),
        KeyTree(1).fold_in(2),
        tree_with_everything(),
    ]


def filled_cells(path: str) -> set[tuple[int, int]]:
    """The cells, as (row, column), that a glyph's path of bars fills."""
    cells = set()
    for x, y, length in re.findall(r"M(\d+) (\d+)\.5h(\d+)", path):
        cells |= {(int(y), int(x) + i) for i in range(int(length))}
    return cells


@given(words=st.tuples(*[st.integers(0, 2**32 - 1)] * 2))
def test_a_glyph_shows_each_bit_in_its_cell(words: tuple[int, int]) -> None:
    svg = parsed(inline_glyph(words))
    paths = {path.attrib["class"]: path.attrib["d"] for path in svg.iter("path")}
    set_bits = filled_cells(paths["mk-bit-0"]) | filled_cells(paths["mk-bit-1"])
    as_hex = f"{words[0]:08x}{words[1]:08x}"
    read_back = "".join(
        f"{sum(2 ** (7 - column) for column in range(8) if (row, column) in set_bits):02x}"
        for row in range(8)
    )
    assert read_back == as_hex
    assert {row for row, _ in filled_cells(paths["mk-bit-0"])} <= set(range(4))
    assert {row for row, _ in filled_cells(paths["mk-bit-1"])} <= set(range(4, 8))
    assert paths["mk-bit-off"].count("M") == 64 - len(set_bits)


def test_a_glyph_reads_like_the_key_in_hexadecimal() -> None:
    assert bit_rows((0x80000000, 7))[0] == [True] + [False] * 7
    assert bit_rows((0x80000000, 7))[7] == [False] * 5 + [True] * 3


@pytest.mark.parametrize("layout", ["wide", "narrow"])
@pytest.mark.parametrize("tree", sample_trees(), ids=repr)
def test_an_svg_is_a_document_with_a_title_and_each_key_in_words(
    tree: KeyTree, layout: str
) -> None:
    svg = parsed(tree.svg(layout))
    assert svg.tag == f"{SVG}svg"
    group = svg.find(f"{SVG}g")
    assert group is not None
    assert [child.tag for child in group][:2] == [f"{SVG}title", f"{SVG}desc"]
    texts = [text.text for text in svg.iter(f"{SVG}text")]
    for key in tree.walk():
        for word in key.words:
            assert str(word) in texts


@pytest.mark.parametrize("tree", sample_trees(), ids=repr)
def test_the_text_beside_a_picture_says_all_that_the_picture_says(tree: KeyTree) -> None:
    html = parsed(tree.html())
    listed = html.find("details/ul")
    assert listed is not None
    items = ["".join(item.itertext()) for item in listed.iter("li")]
    for item, key in zip(items, tree.walk(), strict=True):
        assert key.expression in item
        assert "{}: {} {}".format(key.expression, *key.words) in item
        for draw in key.draws:
            assert draw in item
        for fault in key.faults:
            assert f"fault: {fault}" in item


def test_equal_trees_give_equal_pictures_without_an_id() -> None:
    assert tree_with_everything().html() == tree_with_everything().html()
    assert tree_with_everything().svg() == tree_with_everything().svg()
    assert not re.search(r"\bid=", tree_with_everything().html("a caption"))


def test_what_a_user_writes_is_never_markup() -> None:
    root = KeyTree(7, name="<b>&amp;</b>")
    root.draw(HOSTILE)
    for text in (root.html(HOSTILE), root.svg(), root.svg("narrow")):
        assert "<script" not in text
        assert "<b>" not in text
        assert "&lt;b&gt;&amp;amp;" in text
        parsed(text)


def test_a_fault_is_marked_by_a_frame_a_cross_and_words() -> None:
    def marks(tree: KeyTree) -> tuple[int, int, bool]:
        svg = tree.svg()
        return (
            svg.count('class="mk-frame"'),
            svg.count('class="mk-mark mk-fault"'),
            ">drawn from twice</text>" in svg,
        )

    assert marks(KeyTree(7).draw("a")) == (0, 0, False)
    assert marks(KeyTree(7).draw("a").draw("b")) == (1, 1, True)


def box(card: Card) -> tuple[float, float, float, float]:
    """The left, upper, right and lower edge of a card with all that belongs to it."""
    rights = [text.x + count_columns(text.text) * COLUMN for text in card.texts]
    rights += [note.x + 18 + count_columns(note.text) * COLUMN for note in card.notes]
    uppers = [text.y - 10 for text in card.texts]
    lowers = [note.y + 3 for note in card.notes]
    return card.x, min(card.y, *uppers), max(rights), max([card.y + GLYPH, *lowers])


def boxes(picture: Picture) -> list[tuple[float, float, float, float]]:
    return sorted(map(box, picture.cards), key=lambda edges: edges[1])


@pytest.mark.parametrize("layout", ["wide", "narrow"])
@pytest.mark.parametrize("tree", sample_trees(), ids=repr)
def test_no_card_covers_another_or_leaves_the_picture(tree: KeyTree, layout: str) -> None:
    picture = lay_out(tree.snapshot(), layout)
    placed = boxes(picture)
    for left, upper, right, lower in placed:
        assert left >= 0
        assert upper >= 0
        assert right <= picture.width
        assert lower <= picture.height
    for (left, upper, right, lower), other in combinations(placed, 2):
        assert right <= other[0] or other[2] <= left or lower <= other[1] or other[3] <= upper


def test_the_root_is_at_the_left_on_a_wide_screen_and_at_the_top_on_a_narrow_one() -> None:
    wide, narrow = (
        lay_out(tree_with_everything().snapshot(), "wide"),
        lay_out(tree_with_everything().snapshot(), "narrow"),
    )
    assert all(card.x > wide.cards[0].x for card in wide.cards[1:])
    assert all(above.y < below.y for above, below in pairwise(narrow.cards))


def test_a_picture_for_a_phone_fits_one() -> None:
    tree = KeyTree.regular(7, split=[2, 2], fold_in=[1], draw=["uniform((3,), key=...)" * 3])
    assert lay_out(tree.snapshot(), "narrow").width <= 390


def test_a_long_label_is_shortened_in_the_picture_and_whole_in_the_text() -> None:
    key = KeyTree(7).split()[1].split(3)[0].fold_in(5)
    assert fitting_label(key.snapshot()) == "fold_in(…, 5)"
    assert fitting_label(KeyTree(7).split()[1].snapshot()) == "split(key(7))[1]"
    assert truncate("permutation(60000)", 18) == "permutation(60000)"
    assert truncate("permutation(60000)", 12) == "permutation…"
    assert "fold_in(split(split(key(7))[1], 3)[0], 5)" in key.html()


@pytest.mark.parametrize(
    ("tree", "least"), [(KeyTree(7), 480), (KeyTree.regular(7, split=[2] * 4), None)]
)
def test_the_wide_layout_stands_where_it_fits_and_never_on_a_phone(
    tree: KeyTree, least: int | None
) -> None:
    html = tree.html()
    least = least or round(lay_out(tree.snapshot(), "wide").width * 12 / 13)
    assert f'<div class="mk-tree mk-tree-{least}">' in html
    assert f"(max-width:{least - 1}px){{.mk-tree.mk-tree-{least} .mk-wide{{" in html
