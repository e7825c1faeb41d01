"""What was decoded once is not decoded again, and nothing half-written is ever read."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import numpy as np
import pytest

from models import imagefolder, picture_cache
from models.data import FEWEST, dataset
from quant.errors import StoreError
from tests.models.folders import fill, picture, small


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return fill(tmp_path / "pictures", FEWEST)


@pytest.fixture
def no_decoding(monkeypatch: pytest.MonkeyPatch) -> None:
    def decode(*_: object) -> None:
        raise AssertionError("decoded again")

    monkeypatch.setattr(imagefolder, "decode", decode)


def test_a_second_start_decodes_nothing(folder: Path, tmp_path: Path, request) -> None:
    first = dataset(small(), folder, cache=tmp_path / "cache")
    request.getfixturevalue("no_decoding")
    second = dataset(small(), folder, cache=tmp_path / "cache")
    assert first.fingerprint == second.fingerprint
    np.testing.assert_array_equal(first.report.pictures, second.report.pictures)


def test_the_cache_changes_nothing(folder: Path, tmp_path: Path) -> None:
    with_cache, without = dataset(small(), folder, cache=tmp_path / "c"), dataset(small(), folder)
    assert with_cache.fingerprint == without.fingerprint
    np.testing.assert_array_equal(with_cache.select.pictures, without.select.pictures)


def test_a_changed_picture_is_noticed(folder: Path, tmp_path: Path) -> None:
    before = dataset(small(), folder, cache=tmp_path / "cache")
    picture(folder / "n01440764" / "0000.png", 777)
    assert dataset(small(), folder, cache=tmp_path / "cache").fingerprint != before.fingerprint


@pytest.mark.parametrize("damage", ["*.json", "*.u8"])
def test_a_damaged_cache_is_made_again(folder: Path, tmp_path: Path, damage: str) -> None:
    before = dataset(small(), folder, cache=tmp_path / "cache")
    [file] = (tmp_path / "cache").glob(damage)
    replacement = tmp_path / "damaged"
    replacement.write_bytes(file.read_bytes()[:-7])
    replacement.replace(file)
    after = dataset(small(), folder, cache=tmp_path / "cache")
    np.testing.assert_array_equal(before.report.pictures, after.report.pictures)


def test_a_full_disk_is_a_sentence_and_leaves_nothing(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(picture_cache, "_index", full)
    with pytest.raises(StoreError, match="No space left on device; make room there"):
        dataset(small(), folder, cache=tmp_path / "cache")
    assert not list((tmp_path / "cache").glob(".partial-*"))


def test_a_cache_that_is_a_file_is_a_sentence(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("in the way")
    with pytest.raises(StoreError, match="cannot be kept"):
        dataset(small(), folder, cache=tmp_path / "cache")


def test_what_a_killed_process_left_is_swept_away(folder: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    cache.mkdir()
    old, young = cache / ".partial-old", cache / ".partial-young"
    old.touch()
    young.touch()
    os.utime(old, (0, 0))
    dataset(small(), folder, cache=cache)
    assert young.exists()
    assert not old.exists()
