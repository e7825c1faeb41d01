"""Files on the shelf and in the archive: found, moved, removed, counted."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from quant.errors import RequestError, StoreError
from quant.shelf import Shelf, shelf
from quant.usage import Use

NAME = "artifacts/fashion-resnet/w4a8.onnx"
CONTENT = b"a network"


@pytest.fixture
def shelved(tmp_path: Path) -> Shelf:
    """One file of nine bytes."""
    made = Shelf(tmp_path / "home", tmp_path / "elsewhere", quota_bytes=10)
    put(made.home / NAME)
    return made


def put(path: Path, content: bytes = CONTENT) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def test_a_file_is_found_where_it_lies(shelved: Shelf) -> None:
    assert shelved.find(NAME) == shelved.home / NAME
    assert shelved.find("artifacts/none.onnx") is None
    assert shelved.find("") is None


def test_an_archived_file_is_found_and_comes_back(shelved: Shelf) -> None:
    away = shelved.put_away(NAME)
    assert away == shelved.archive / "fashion-resnet/w4a8.onnx"
    assert away.read_bytes() == CONTENT
    assert shelved.find(NAME) == away
    assert shelved.is_archived(NAME)
    assert not (shelved.home / NAME).exists()
    shelved.bring_back(NAME)
    assert shelved.find(NAME) == shelved.home / NAME
    assert not shelved.is_archived(NAME)
    assert not away.exists()


def test_a_deleted_file_is_gone_from_both_places(shelved: Shelf) -> None:
    shelved.put_away(NAME)
    put(shelved.home / NAME)
    assert shelved.delete(NAME) == 2 * len(CONTENT)
    assert shelved.find(NAME) is None
    assert shelved.delete(NAME) == 0


@pytest.mark.parametrize(
    "name", ["../secret", "bitfront.db", "artifacts/../../secret", "/etc/hosts"]
)
def test_nothing_outside_the_shelf_is_found_moved_or_deleted(shelved: Shelf, name: str) -> None:
    kept = [put(shelved.home / "bitfront.db"), put(shelved.home.parent / "secret")]
    assert shelved.find(name) is None
    assert shelved.delete(name) == 0
    with pytest.raises(StoreError):
        shelved.put_away(name)
    with pytest.raises(StoreError):
        shelved.bring_back(name)
    assert all(path.exists() for path in kept)


def test_a_link_out_of_the_shelf_is_not_followed(shelved: Shelf) -> None:
    outside = put(shelved.home.parent / "secret")
    (shelved.home / "artifacts" / "link.onnx").symlink_to(outside)
    assert shelved.find("artifacts/link.onnx") is None
    assert shelved.delete("artifacts/link.onnx") == 0
    assert outside.exists()


def test_moving_what_is_not_there_is_a_sentence(shelved: Shelf) -> None:
    with pytest.raises(StoreError, match="not in the archive; make it again"):
        shelved.bring_back(NAME)
    shelved.delete(NAME)
    with pytest.raises(StoreError, match="not on the shelf"):
        shelved.put_away(NAME)


def test_use_counts_files_by_workload_and_not_the_archive(shelved: Shelf) -> None:
    put(shelved.home / "artifacts/other/large.onnx", b"x" * 100)
    put(shelved.home / "artifacts/other/.draft.1.onnx", b"x" * 1000)
    assert shelved.use() == Use(2, 109, (("other", 100), ("fashion-resnet", 9)))
    shelved.put_away(NAME)
    assert shelved.use() == Use(1, 100, (("other", 100),))
    assert shelved.archive_use() == Use(1, 9, (("fashion-resnet", 9),))


def test_use_is_counted_anew_when_a_file_comes_or_goes(shelved: Shelf) -> None:
    long_ago = 1_000_000_000
    folder = shelved.home / "artifacts/fashion-resnet"
    os.utime(folder, (long_ago, long_ago))
    os.utime(folder.parent, (long_ago, long_ago))
    assert shelved.use() == shelved.use()
    put(folder / "w8a8.onnx")
    assert shelved.use().files == 2


def test_an_empty_home_uses_nothing(tmp_path: Path) -> None:
    empty = Shelf(tmp_path, tmp_path / "archive", 1)
    assert empty.use() == empty.archive_use() == Use()
    assert empty.orphans(frozenset()) == []
    assert empty.remove_drafts() == 0


def test_a_full_shelf_refuses_with_value_limit_and_remedy(shelved: Shelf) -> None:
    shelved.refuse_when_full()
    put(shelved.home / "artifacts/fashion-resnet/w8a8.onnx", b"x")
    with pytest.raises(StoreError) as caught:
        shelved.refuse_when_full()
    said = str(caught.value)
    assert "2 files take 1e-08 GB" in said
    assert "BITFRONT_QUOTA_GB allows 1e-08 GB" in said
    assert "delete or archive" in said
    shelved.put_away(NAME)
    shelved.refuse_when_full()


def test_nothing_comes_back_to_a_full_shelf(shelved: Shelf) -> None:
    shelved.put_away(NAME)
    put(shelved.home / "artifacts/w8a8.onnx", b"x" * 10)
    with pytest.raises(StoreError, match="BITFRONT_QUOTA_GB"):
        shelved.bring_back(NAME)
    assert shelved.is_archived(NAME)


def test_orphans_are_files_that_nothing_names(shelved: Shelf) -> None:
    for name in ("lost.onnx", ".draft.1.onnx"):
        os.utime(put(shelved.home / "artifacts/fashion-resnet" / name), (0, 0))
    put(shelved.home / "artifacts/fashion-resnet/just-written.onnx")
    assert shelved.orphans(frozenset({NAME})) == ["artifacts/fashion-resnet/lost.onnx"]


def test_drafts_are_removed_and_nothing_else(shelved: Shelf) -> None:
    put(shelved.home / "artifacts/fashion-resnet/.w8a8.12345.onnx", b"half")
    assert shelved.remove_drafts() == 4
    assert shelved.drafts() == []
    assert shelved.find(NAME) is not None


def test_a_file_on_its_way_is_left_alone_until_it_is_old(
    shelved: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(shelved.home / "artifacts/fashion-resnet/.arriving-1a2b", b"half")
    put(shelved.archive / "fashion-resnet/.moving-1a2b", b"half")
    assert shelved.remove_drafts() == 0
    monkeypatch.setattr("quant.shelf.SETTLED_SECONDS", -60.0)
    assert shelved.remove_drafts() == 8


def test_hidden_files_of_others_in_the_archive_are_never_removed(
    shelved: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = [put(shelved.archive / name) for name in (".bashrc", "photos/.nomedia", ".a.onnx.12")]
    monkeypatch.setattr("quant.shelf.SETTLED_SECONDS", -60.0)
    assert shelved.remove_drafts() == 0
    assert all(path.exists() for path in kept)


@pytest.mark.parametrize("place", ["artifacts", "artifacts/old", "", ".."])
def test_an_archive_that_holds_the_artifacts_or_lies_in_them_is_refused(
    place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BITFRONT_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("BITFRONT_ARCHIVE", str(tmp_path / "home" / place))
    with pytest.raises(RequestError, match="neither may hold the other"):
        shelf()


def test_an_archive_that_is_a_file_is_a_sentence_and_the_file_stays(shelved: Shelf) -> None:
    put(shelved.archive)
    assert shelved.archive_use() == Use()
    with pytest.raises(StoreError, match="a part of its path is a file"):
        shelved.put_away(NAME)
    assert shelved.find(NAME) == shelved.home / NAME


def test_who_comes_second_to_move_a_file_is_told(
    shelved: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = shutil.copy2

    def after_another(source: Path, draft: Path) -> None:
        monkeypatch.setattr("quant.disk.shutil.copy2", copy)
        shelved.put_away(NAME)
        copy(source, draft)

    monkeypatch.setattr("quant.disk.shutil.copy2", after_another)
    with pytest.raises(StoreError, match="was moved or deleted just now"):
        shelved.put_away(NAME)
    assert shelved.is_archived(NAME)
    assert [path.name for path in shelved.archive.rglob("*") if path.is_file()] == ["w4a8.onnx"]


def test_the_settings_say_where_and_how_much(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BITFRONT_HOME", str(tmp_path))
    assert shelf() == Shelf(tmp_path, tmp_path / "archive", 20e9)
    monkeypatch.setenv("BITFRONT_ARCHIVE", str(tmp_path / "large"))
    monkeypatch.setenv("BITFRONT_QUOTA_GB", "0.5")
    assert shelf() == Shelf(tmp_path, tmp_path / "large", 0.5e9)
