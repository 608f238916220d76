"""A key tree is read off code, never by running it, and a line not understood is named."""

from __future__ import annotations

import pytest

from mlx_keys.errors import KeysError
from mlx_keys.keytree import KeyTree, read_expression, read_program


def test_the_lines_of_a_program_make_the_tree_that_the_calls_make() -> None:
    read = read_program(
        """
root = key(7)
model, data = split(root)
w, b, _ = split(model, 3)
epoch = fold_in(data, 2)
x = uniform((3,), key=w)
normal(shape=(3,), key=b)
"""
    )
    root = KeyTree(7, name="root")
    model, data = root.split(names=["model", "data"])
    w, b, rest = model.split(3, names=["w", "b", "c"])
    rest.name = None
    data.fold_in(2, name="epoch")
    w.draw("uniform((3,))")
    b.draw("normal(shape=(3,))")
    assert str(read) == str(root)


def test_modules_are_ignored() -> None:
    short = "k = key(7)\na, b = split(k, num=2)\nuniform(key=a)"
    long = "k = mx.random.key(7)\na, b = mx.random.split(k, num=2)\nmx.random.uniform(key=a)"
    assert str(read_program(long)) == str(read_program(short))


def test_the_same_seed_again_is_the_same_key() -> None:
    root = read_program("uniform(key=key(7))\nnormal(key=key(7))")
    assert root.faults == ("drawn from twice",)


def test_a_name_means_what_was_assigned_to_it_last() -> None:
    root = read_program("k = key(7)\nk, sub = split(k)\nk, sub = split(k)\nnormal(key=sub)")
    assert [key.draws for key in root.walk()] == [[], [], [], ["normal()"], []]


def test_the_keys_of_a_split_can_be_numbered() -> None:
    root = read_program("root = key(7)\nks = split(root, 3)\nnormal(key=ks[0])\nsplit(ks[-1])")
    assert [key.name for key in root.children] == ["ks[0]", "ks[1]", "ks[2]"]
    assert [key.uses for key in root.children] == [("draw normal()",), (), ("split into 2",)]


def test_an_expression_makes_one_key() -> None:
    assert read_expression("split(key(7))[1]").words == (1948237315, 1058547403)
    assert read_expression(" mx.random.key(7) ").expression == "key(7)"


@pytest.mark.parametrize("text", ["split(key(7))", "a = key(7)", "key(7); key(8)", "", "7", "k"])
def test_another_text_makes_no_key(text: str) -> None:
    with pytest.raises(KeysError):
        read_expression(text)


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("for i in range(3): split(k)", "cannot be read off this"),
        ("k.a = split(k)", "cannot be read off this"),
        ("k += 1", "cannot be read off this"),
        ("print('hello')", "cannot be read off this"),
        ("split(k, *counts)", "a number must be written out"),
        ("split(k, n)", "a number must be written out"),
        ("split(k, True)", "a number must be written out"),
        ("split(k, 2, 3)", "cannot be read off this"),
        ("table[0](key=k)", "cannot be read off this"),
        ("uniform(key=unknown)", "no line above makes this key"),
        ("uniform(key=split(k))", "several keys where one is needed"),
        ("a, b, c = split(k)", "one name per key"),
        ("a, b = k", "cannot be read off this"),
        ("a = split(k)[2]", "no key of this number"),
        ("a = split(k)[-3]", "no key of this number"),
        ("a = k[0]", "has no parts"),
        ("l = key(8)", "one root"),
        ("l = key(-1)", "out of range"),
        ("split(k, -2)", "makes no key"),
        ("split(k, 100)", "more than 64 keys"),
        ("a_name_of_more_than_16_columns = fold_in(k, 1)", "too long"),
        ("a = (", "not Python"),
    ],
)
def test_a_line_that_is_not_understood_is_named(line: str, problem: str) -> None:
    with pytest.raises(KeysError, match=problem) as caught:
        read_program(f"k = key(7)\n\n{line}\n", path="page.md", first_line=10)
    assert str(caught.value).startswith("page.md:12: ")


def test_lines_that_make_no_key_make_no_tree() -> None:
    with pytest.raises(KeysError, match="no line makes a key"):
        read_program("# nothing\n", path="page.md", first_line=10)
    with pytest.raises(KeysError, match="not Python"):
        read_program("\x00")
