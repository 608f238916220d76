"""A key tree has mlx's own keys, marks those that are used wrongly, and has a largest size."""

from __future__ import annotations

from collections.abc import Callable

import mlx.core as mx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mlx_keys.errors import KeysError
from mlx_keys.keytree import KeyTree

SEEDS = st.integers(min_value=0, max_value=2**64 - 1)

#: Each picks a key made so far (by its number, modulo how many there are) and splits or folds it.
GROWTH = st.lists(
    st.tuples(st.integers(0, 100), st.sampled_from(["split", "fold_in"]), st.integers(1, 6)),
    max_size=6,
)


def words(array: mx.array) -> tuple[int, int]:
    first, second = array.tolist()
    return first, second


@settings(max_examples=200)
@given(seed=SEEDS, growth=GROWTH)
def test_the_words_of_a_tree_are_those_of_mlx(
    seed: int, growth: list[tuple[int, str, int]]
) -> None:
    grown = [(KeyTree(seed), mx.random.key(seed))]
    for which, act, number in growth:
        tree, array = grown[which % len(grown)]
        if act == "split":
            grown += zip(tree.split(number), mx.random.split(array, number), strict=True)
        else:  # mlx has no fold_in of its own: words 0 and n of split(k, n) are what it gives
            drawn = mx.random.split(array, number).reshape(-1)
            grown.append((tree.fold_in(number), mx.stack([drawn[0], drawn[number]])))
    assert [tree.words for tree, _ in grown] == [words(array) for _, array in grown]


@settings(max_examples=50)
@given(seed=SEEDS, growth=GROWTH)
def test_the_expression_of_a_key_is_code_that_makes_it(
    seed: int, growth: list[tuple[int, str, int]]
) -> None:
    grown = [KeyTree(seed)]
    for which, act, number in growth:
        tree = grown[which % len(grown)]
        grown += tree.split(number) if act == "split" else [tree.fold_in(number)]

    def fold_in(key: mx.array, number: int) -> mx.array:
        drawn = mx.random.split(key, number).reshape(-1)
        return mx.stack([drawn[0], drawn[number]])

    known = {"key": mx.random.key, "split": mx.random.split, "fold_in": fold_in}
    # What is evaluated is our own text.
    made = [words(eval(tree.expression, known)) for tree in grown]  # noqa: S307
    assert made == [tree.words for tree in grown]


def test_the_children_of_seven_are_the_published_ones() -> None:
    assert [key.words for key in KeyTree(7).split()] == [
        (966301609, 989289821),
        (1948237315, 1058547403),
    ]


def test_a_label_begins_at_the_nearest_key_with_a_name() -> None:
    root = KeyTree(7, name="root")
    model, data = root.split(names=["model", "data"])
    deep = model.split(3)[2].fold_in(5)
    assert (model.label, data.expression) == ("split(root)[0]", "split(key(7))[1]")
    assert deep.label == "fold_in(split(model, 3)[2], 5)"
    assert deep.expression == "fold_in(split(split(key(7))[0], 3)[2], 5)"


def test_a_regular_tree_branches_alike_everywhere() -> None:
    tree = KeyTree.regular(7, split=[2, 3], fold_in=[0, 9], draw=["bits"])
    levels = [2, 3, 2]
    at: list[KeyTree] = [tree]
    for count in levels:
        assert {len(key.children) for key in at} == {count}
        at = [child for key in at for child in key.children]
    assert {tuple(key.draws) for key in at} == {("bits",)}
    assert not any(key.faults for key in tree.walk())


@pytest.mark.parametrize(
    ("use", "faults"),
    [
        (lambda key: key.split(), ()),
        (lambda key: key.draw("uniform()"), ()),
        (lambda key: [key.fold_in(n) for n in range(3)], ()),
        (lambda key: key.draw("a").draw("b"), ("drawn from twice",)),
        (lambda key: key.draw("a").draw("a").draw("a"), ("drawn from 3 times",)),
        (lambda key: key.draw("a").split(), ("drawn from and split",)),
        (lambda key: (key.split(), key.draw("a")), ("drawn from and split",)),
        (lambda key: (key.split(), key.fold_in(1)), ("split and folded",)),
        (lambda key: key.draw("a").fold_in(1), ("drawn from and folded",)),
        (
            lambda key: (key.draw("a").draw("b"), key.split(), key.fold_in(1)),
            ("drawn from twice", "drawn from, split and folded"),
        ),
    ],
)
def test_a_key_is_drawn_from_once_or_split_or_folded(
    use: Callable[[KeyTree], object], faults: tuple[str, ...]
) -> None:
    key, other = KeyTree(7).split()
    use(key)
    assert key.faults == faults
    assert other.faults == ()


@pytest.mark.parametrize(
    "make", [lambda key: key.split(), lambda key: (key.fold_in(3),)], ids=["split", "fold"]
)
def test_a_key_made_twice_is_no_fault_until_it_is_used_twice(
    make: Callable[[KeyTree], tuple[KeyTree, ...]],
) -> None:
    root = KeyTree(7)
    first, again = make(root)[0], make(root)[0]
    assert first.words == again.words
    first.draw("uniform()")
    assert [key.faults for key in root.walk() if key.faults] == []
    again.draw("normal()")
    assert (first.faults, again.faults) == (("drawn from twice (made twice)",),) * 2
    assert root.faults == ()
    third = make(root)[0]
    assert third.faults == ()
    third.split()
    assert first.faults == (
        "drawn from twice (made 3 times)",
        "drawn from and split (made 3 times)",
    )


def test_two_splits_into_other_numbers_of_keys_make_other_keys() -> None:
    root = KeyTree(7)
    for key in (*root.split(2), *root.split(3)):
        key.draw("uniform()")
    assert not any(key.faults for key in root.walk())


def test_a_copy_of_a_key_that_is_not_used_has_no_fault() -> None:
    root = KeyTree(7)
    used, unused = root.fold_in(1), root.fold_in(1)
    used.draw("a").draw("b")
    assert used.faults == ("drawn from twice",)
    assert unused.faults == ()


def test_the_faults_of_a_snapshot_are_those_of_the_whole_tree() -> None:
    root = KeyTree(7)
    root.fold_in(1).draw("a")
    copy = root.fold_in(1).draw("b")
    assert copy.snapshot().faults == copy.faults == ("drawn from twice (made twice)",)


def test_a_snapshot_does_not_change_with_its_tree() -> None:
    root = KeyTree(7)
    before = root.snapshot()
    root.draw("a").split()
    assert (before.draws, before.uses, before.children) == ((), (), ())


@pytest.mark.parametrize(
    ("act", "problem"),
    [
        (lambda key: key.split(64), "more than 64 keys"),
        (lambda key: key.split(0), "makes no key"),
        (lambda key: key.split(3, names=["a", "b"]), "one name per key"),
        (lambda key: key.split(2, names="ab"), "one name per key"),
        (lambda key: key.split(names=["a", "b" * 17]), "too long"),
        (lambda key: key.split(names=["a", " "]), "empty"),
        (lambda key: key.fold_in(1, name="line\nbreak"), "cannot be printed"),
        (lambda key: key.fold_in(2**32), "out of range"),
        (lambda key: key.draw("x" * 121), "too long"),
        (lambda key: key.draw("\x00"), "cannot be printed"),
        (lambda key: key.draw("right to \u202eleft"), "cannot be printed"),
        (lambda key: key.svg("round"), "no such layout"),
    ],
)
def test_a_refusal_says_what_is_too_much_and_changes_nothing(
    act: Callable[[KeyTree], object], problem: str
) -> None:
    key = KeyTree(7)
    with pytest.raises(KeysError, match=problem):
        act(key)
    assert str(key) == "key(7)  0 7"


def test_a_tree_holds_as_many_keys_as_it_says_and_no_more() -> None:
    root = KeyTree(7)
    (left, *_) = root.split(63)
    with pytest.raises(KeysError, match="more than 64 keys"):
        left.split(1)
    assert len(list(root.walk())) == 64


def test_a_tree_has_seven_levels_and_no_more() -> None:
    key = KeyTree(7)
    for _ in range(6):
        key = key.fold_in(1)
    with pytest.raises(KeysError, match="more than 7 levels"):
        key.split()


def test_a_ninth_draw_is_refused() -> None:
    key = KeyTree(7)
    for n in range(8):
        key.draw(f"draw {n}")
    with pytest.raises(KeysError, match="more than 8 draws"):
        key.draw("one more")


@pytest.mark.parametrize("seed", [-1, 2**64, 1.5, "7"])
def test_a_seed_is_what_mlx_takes(seed: object) -> None:
    with pytest.raises(TypeError):
        mx.random.key(seed)
    with pytest.raises(TypeError):
        KeyTree(seed)  # type: ignore[arg-type]


def test_a_tree_prints_as_text() -> None:
    root = KeyTree(7, name="root")
    model, _ = root.split(names=["model", "data"])
    model.draw("uniform()").draw("normal()")
    assert str(root).splitlines() == [
        "root = key(7)  0 7  split into 2",
        "├─ model = split(key(7))[0]  966301609 989289821  draw uniform(); draw normal()"
        "  FAULT: drawn from twice",
        "└─ data = split(key(7))[1]  1948237315 1058547403",
    ]
    assert repr(model) == "KeyTree: model = split(key(7))[0]"
