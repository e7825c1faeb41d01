"""What a folder of pictures is found to hold."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from PIL import Image

from quant.add import tree
from quant.errors import DataError
from tests.add.pictures import folder


def looked(path: Path) -> tree.Found:
    found = tree.look(str(path), str(path.parent / "unpacked"), 10_000_000)
    return tree.Found(**found)


def test_folders_are_classes(tmp_path: Path) -> None:
    found = looked(folder(tmp_path / "data"))
    assert found.counts == {"a": 20, "b": 20, "c": 20}
    assert (found.total, found.side, found.grey) == (60, (8, 8), 1.0)


def test_pictures_without_folders_have_no_labels(tmp_path: Path) -> None:
    found = looked(folder(tmp_path / "data", [""], 50))
    assert (found.counts, found.total) == ({}, 50)


def test_a_folder_around_the_classes_is_looked_through(tmp_path: Path) -> None:
    folder(tmp_path / "data" / "my pictures")
    assert looked(tmp_path / "data").root == str(tmp_path / "data" / "my pictures")
    folder(tmp_path / "more" / "val")
    assert looked(tmp_path / "more").counts == {"a": 20, "b": 20, "c": 20}


def test_train_and_val_together_are_asked_about(tmp_path: Path) -> None:
    folder(tmp_path / "data" / "train")
    folder(tmp_path / "data" / "val")
    with pytest.raises(DataError, match="not trained on"):
        looked(tmp_path / "data")


def test_a_table_beside_the_pictures_labels_them(tmp_path: Path) -> None:
    root = folder(tmp_path / "data", [""], 50)
    (root / "labels.csv").write_text("class_index,file\n1,0.png\n")
    assert looked(root).table == "labels.csv"


def test_a_zip_is_the_same(tmp_path: Path) -> None:
    root = folder(tmp_path / "data")
    path = Path(shutil.make_archive(str(tmp_path / "packed"), "zip", root))
    assert looked(path).counts == {"a": 20, "b": 20, "c": 20}


@pytest.mark.parametrize(("one", "other"), [("Cat", "cat"), ("caf\u00e9", "cafe\u0301")])
def test_two_folders_of_one_class_are_refused(tmp_path: Path, one: str, other: str) -> None:
    root = folder(tmp_path / "data", [one, other], 30)
    with pytest.raises(DataError, match="two folders for one class"):
        looked(root)


def test_a_class_with_control_characters_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="control"):
        looked(folder(tmp_path / "data", ["a\nb", "c"], 30))


def test_too_few_are_refused_with_the_number(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"holds 39 pictures; at least 40"):
        looked(folder(tmp_path / "data", ["a", "b", "c"], 13))


def test_too_many_are_noticed_while_they_are_listed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tree, "MOST_FILES", 50)
    with pytest.raises(DataError, match="more than 50 files"):
        looked(folder(tmp_path / "data"))
    monkeypatch.setattr(tree, "MOST_ENTRIES", 2)
    with pytest.raises(DataError, match="more than 50 files"):
        looked(tmp_path / "data")


def test_files_that_are_no_pictures_are_refused(tmp_path: Path) -> None:
    root = folder(tmp_path / "data")
    for path in root.rglob("*.png"):
        path.write_bytes(b"no picture")
    with pytest.raises(DataError, match="no pictures that can be read"):
        looked(root)


def test_a_file_that_is_neither_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "data.rar"
    path.write_bytes(b"x")
    with pytest.raises(DataError, match=r"no folder and no \.zip"):
        looked(path)


def test_a_loop_of_links_ends(tmp_path: Path) -> None:
    root = folder(tmp_path / "data")
    (root / "a" / "again").symlink_to(root, target_is_directory=True)
    assert looked(root).total == 60


def test_a_picture_that_would_fill_memory_is_left_out(tmp_path: Path) -> None:
    root = folder(tmp_path / "data")
    Image.new("1", (20000, 20000)).save(root / "a" / "bomb.png")
    assert looked(root).total == 61
