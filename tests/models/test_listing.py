"""Which files are pictures, and what class they are."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from models.data import dataset
from models.listing import listing
from models.workload import workload
from quant.errors import DataError
from tests.models.folders import fill, picture


def labels_of(folder: Path, classes: int = 1000) -> list[int]:
    return [item.label for item in listing(folder, None, classes).files]


def test_wordnet_ids_are_class_indexes(tmp_path: Path) -> None:
    fill(tmp_path, 2, ("n15075141", "n02123045"))
    assert labels_of(tmp_path) == [281, 999]


def test_numbers_are_class_indexes(tmp_path: Path) -> None:
    fill(tmp_path, 2, ("7", "012"))
    assert sorted(labels_of(tmp_path)) == [7, 12]


def test_as_many_folders_as_classes_are_taken_in_order(tmp_path: Path) -> None:
    fill(tmp_path, 3, ("cat", "ant", "bee"))
    assert labels_of(tmp_path, classes=3) == [0, 1, 2]


def test_a_number_that_is_no_class_is_refused(tmp_path: Path) -> None:
    fill(tmp_path, 2, ("1", "1000"))
    with pytest.raises(DataError, match="'1000', but class indexes run from 0 to 999"):
        listing(tmp_path, None, 1000)


def test_names_that_are_no_classes_are_listed(tmp_path: Path) -> None:
    fill(tmp_path, 5, ("cat", "ant", "bee", "dog", "n01440764"))
    with pytest.raises(DataError, match="4 folders that name no class: 'ant', 'bee', 'cat' …"):
        listing(tmp_path, None, 1000)


def test_pictures_without_class_folders_are_unlabelled(tmp_path: Path) -> None:
    picture(tmp_path / "one.png", 1)
    with pytest.raises(DataError, match="holds 1 pictures without labels"):
        listing(tmp_path, None, 1000)


def test_a_picture_beside_the_class_folders_is_named(tmp_path: Path) -> None:
    fill(tmp_path, 2)
    picture(tmp_path / "loose.png", 9)
    found = listing(tmp_path, None, 1000)
    assert found.skipped == ("loose.png is in no class folder, and was left out",)


def test_what_is_no_picture_is_passed_over(tmp_path: Path) -> None:
    fill(tmp_path, 3)
    (tmp_path / "n01440764" / "notes.txt").write_text("a note")
    (tmp_path / "n01440764" / ".hidden.png").write_text("not shown")
    (tmp_path / ".cache").mkdir()
    assert len(listing(tmp_path, None, 1000).files) == 3


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda path: None, "there is no folder"),
        (lambda path: path.write_text("x"), "is a file; give the folder"),
        (lambda path: path.mkdir(), "is empty"),
        (lambda path: (path / "n01440764").mkdir(parents=True), "hold no pictures"),
    ],
)
def test_a_folder_without_pictures_is_refused(tmp_path: Path, make, sentence: str) -> None:
    make(tmp_path / "data")
    with pytest.raises(DataError, match=sentence):
        listing(tmp_path / "data", None, 1000)


def csv(folder: Path, text: str | bytes) -> Path:
    path = folder / "labels.csv"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def test_a_csv_labels_files_in_any_order(tmp_path: Path) -> None:
    picture(tmp_path / "b.png", 1)
    picture(tmp_path / "deep" / "a.png", 2)
    labels = csv(tmp_path, "\ufefffile,name,class_index\ndeep/a.png,x,5\n./b.png,y,999\n")
    found = listing(tmp_path, labels, 1000)
    assert [(item.file, item.label) for item in found.files] == [("b.png", 999), ("deep/a.png", 5)]


def test_a_listed_file_that_is_missing_or_repeated_is_named(tmp_path: Path) -> None:
    picture(tmp_path / "a.png", 1)
    labels = csv(tmp_path, "class_index,file\n1,a.png\n2,a.png\n3,gone.png\n")
    found = listing(tmp_path, labels, 1000)
    assert len(found.files) == 1
    assert found.skipped == (
        "a.png is listed again on line 3, which was left out",
        "gone.png does not exist, and was left out",
    )


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "must begin with a header"),
        ("index,path\n1,a.png\n", "it begins with 'index,path'"),
        ("class_index,file\n1000,a.png\n", "line 2: class_index must be .* got '1000'"),
        ("class_index,file\n-1,a.png\n", "got '-1'"),
        ("class_index,file\n1.5,a.png\n", "got '1.5'"),
        ("class_index,file\n1\n", "file must be a path inside the data folder; got ''"),
        ("class_index,file\n1,../a.png\n", "inside the data folder"),
        ("class_index,file\n1,x/../../a.png\n", "inside the data folder"),
        ("class_index,file\n1,/etc/hostname\n", "inside the data folder"),
        (b"class_index,file\n1,\xff.png\n", "is not a CSV in UTF-8"),
        (b"\x89PNG\x00\x01", "is not a CSV|must begin"),
    ],
)
def test_a_csv_that_cannot_be_understood_is_refused(
    tmp_path: Path, text: str | bytes, sentence: str
) -> None:
    with pytest.raises(DataError, match=sentence):
        listing(tmp_path, csv(tmp_path, text), 1000)


def test_a_csv_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="cannot be read"):
        listing(tmp_path, tmp_path / "none.csv", 1000)


def test_where_labels_mean_nothing_any_pictures_do(tmp_path: Path) -> None:
    for seed, name in enumerate(("a.png", "folder/b.png", "folder/deeper/c.png")):
        picture(tmp_path / name, seed)
    (tmp_path / "folder" / "no picture.txt").touch()
    found = listing(tmp_path, None, 1000, labelled=False)
    assert [item.file for item in found.files] == ["a.png", "folder/b.png", "folder/deeper/c.png"]
    assert {item.label for item in found.files} == {0}
    (tmp_path / "empty").mkdir()
    with pytest.raises(DataError, match="empty holds no pictures"):
        listing(tmp_path / "empty", None, 1000, labelled=False)


def test_random_weights_need_no_labels(tmp_path: Path) -> None:
    for number in range(301):
        picture(tmp_path / f"{number}.png", number)
    chosen = replace(workload("torchvision/resnet18-random"), input_shape=(3, 8, 8), resize=8)
    assert len(dataset(chosen, tmp_path).report) == 1
    with pytest.raises(DataError, match="pictures without labels"):
        dataset(replace(chosen, is_random=False), tmp_path)
