"""Folders and classes are matched where that is sure, and asked about where it is not."""

from __future__ import annotations

import pytest

from models.classes import imagenet_wnids
from quant.add.mapping import matched, read_names
from quant.errors import DataError


def counts(*names: str) -> dict[str, int]:
    return dict.fromkeys(names, 10)


def test_as_many_folders_as_classes_are_in_sorted_order() -> None:
    found = matched(counts("dog", "cat"), 2)
    assert (found.names, found.class_of) == (("cat", "dog"), {"cat": 0, "dog": 1})


def test_names_place_some_of_the_folders() -> None:
    found = matched(counts("Big_Dog", "cat"), 4, ["bird", "big dog", "cat", "cow"])
    assert found.class_of == {"Big_Dog": 1, "cat": 2}


def test_numbers_are_class_indexes() -> None:
    assert matched(counts("10", "9", "2"), 12).class_of == {"10": 10, "2": 2, "9": 9}


def test_wnids_are_imagenet_where_there_are_a_thousand_classes() -> None:
    wnid = sorted(imagenet_wnids())[7]
    assert matched(counts(wnid), 1000).class_of == {wnid: 7}
    with pytest.raises(DataError, match="--labels"):
        matched(counts(wnid), 10)


@pytest.mark.parametrize(
    ("folders", "classes", "names"),
    [
        (("a", "b", "c"), 10, ()),
        (("a", "b", "c"), 3, ("a", "b", "d")),
        (("0", "1", "12"), 10, ()),
        (("a", "b", "c", "d"), 3, ()),
    ],
)
def test_what_is_not_sure_is_asked_about(
    folders: tuple[str, ...], classes: int, names: tuple[str, ...]
) -> None:
    with pytest.raises(DataError, match="--labels FILE"):
        matched(counts(*folders), classes, names)


def test_two_numbers_that_are_one_are_refused() -> None:
    with pytest.raises(DataError, match="same number"):
        matched(counts("1", "01"), 3)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("a\nb", "names 2 classes and the network tells 3"),
        ("a\n\nb", "line 2"),
        ("a\nb\nA", "lines 1 and 3 name one class"),
        ("a\nb\nc\x1b", "line 3"),
    ],
)
def test_names_that_cannot_be_are_refused(text: str, wanted: str) -> None:
    with pytest.raises(DataError, match=wanted):
        read_names(text, 3, "names.txt")
