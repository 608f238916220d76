"""Files written whole or not at all, and JSON files read as records."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from mlx_keys.errors import KeysError, Location
from mlx_keys.files import decode_record, digest_files, pages_below, read_record, write_atomic

FIX = "measure it anew"


def test_a_write_keeps_permissions_links_and_line_ends(tmp_path: Path) -> None:
    file, link = tmp_path / "page.md", tmp_path / "link.md"
    file.write_text("old")
    file.chmod(0o640)
    link.symlink_to(file)
    write_atomic(link, "new\r\n")
    assert file.read_bytes() == b"new\r\n"
    assert stat.S_IMODE(file.stat().st_mode) == 0o640
    assert link.is_symlink()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["link.md", "page.md"]


def test_a_write_that_fails_leaves_the_old_file(tmp_path: Path) -> None:
    file = tmp_path / "page.md"
    file.write_text("old")
    with pytest.raises(UnicodeEncodeError):
        write_atomic(file, "\ud800")
    assert file.read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["page.md"]


def test_a_write_makes_missing_folders_and_names_the_file_if_it_cannot(tmp_path: Path) -> None:
    file = tmp_path / "a" / "b"
    write_atomic(file, "text")
    assert file.read_text() == "text"
    with pytest.raises(KeysError) as caught:
        write_atomic(file / "c" / "d", "text")
    assert caught.value.where == Location(str(file / "c" / "d"))
    assert caught.value.found == "Not a directory"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", "JSONDecodeError"),
        ("[]", "TypeError"),
        ("{}", "KeyError: 'count'"),
        ('{"count": "many"}', "ValueError"),
        ('{"count": 1}', "AttributeError"),
    ],
)
def test_a_file_of_another_shape_is_one_error_that_names_it(
    tmp_path: Path, text: str, found: str
) -> None:
    path = tmp_path / "counts.json"
    path.write_text(text)
    with pytest.raises(KeysError, match="the count cannot be read") as caught:
        read_record(path, lambda data: int(data["count"]) and data.count, "the count", FIX)
    assert (caught.value.where, caught.value.fix) == (Location(str(path)), FIX)
    assert str(caught.value.found).startswith(found)


def test_a_file_that_is_missing_or_no_text_is_the_same_error(tmp_path: Path) -> None:
    path = tmp_path / "counts.json"
    with pytest.raises(KeysError, match="the count cannot be read") as missing:
        read_record(path, int, "the count", FIX)
    assert missing.value.found == "No such file or directory"
    path.write_bytes(b"\xff")
    with pytest.raises(KeysError, match="the count cannot be read"):
        read_record(path, int, "the count", FIX)


def test_a_record_is_what_the_decoder_makes_of_the_json(tmp_path: Path) -> None:
    path = tmp_path / "counts.json"
    path.write_text('{"count": 2}')
    assert read_record(path, lambda data: data["count"], "the count", FIX) == 2
    assert decode_record("[2]", tuple, Location("counts.jsonl", 3), "the count", None) == (2,)


def test_a_line_that_is_no_record_is_named(tmp_path: Path) -> None:
    with pytest.raises(KeysError) as caught:
        decode_record("{", dict, Location("counts.jsonl", 3), "the count", None)
    assert str(caught.value.where) == "counts.jsonl:3"


def test_a_digest_changes_with_a_files_content_and_not_with_its_date(tmp_path: Path) -> None:
    path = tmp_path / "file"
    missing = digest_files([path])
    path.write_text("one")
    first = digest_files([path])
    path.touch()
    assert digest_files([path]) == first != missing
    path.write_text("two")
    assert digest_files([path]) not in (first, missing)


def test_pages_are_found_below_a_folder_in_order(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    pages = [tmp_path / "a.txt", tmp_path / "b" / "c.md", tmp_path / "d.md"]
    for path in (*pages, tmp_path / "e.rst"):
        path.touch()
    assert pages_below(tmp_path) == pages
    assert pages_below(tmp_path, skip=lambda path: path.name == "d.md") == pages[:2]
    with pytest.raises(KeysError, match="no page"):
        pages_below(tmp_path, skip=lambda _: True)
