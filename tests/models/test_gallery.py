"""Pictures are found again by the id of their data, wherever they lie."""

from __future__ import annotations

import base64
import io
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from models.data import FEWEST, dataset
from models.gallery import gallery, pack
from models.workload import workload
from tests.models.folders import fill, small

FASHION = workload("fashion-resnet")


def opened(uri: str) -> np.ndarray:
    with Image.open(io.BytesIO(base64.b64decode(uri.partition(",")[2]))) as image:
        return np.asarray(image)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def folder_id(tmp_path: Path, home: Path) -> str:
    """Of a folder that was measured once, and is gone since."""
    folder = fill(tmp_path / "pictures", FEWEST + 5)
    found = dataset(small(), folder, cache=home / "cache" / "pictures")
    shutil.rmtree(folder)
    return found.data_id


def test_shipped_pictures_are_magnified_and_sharp(home: Path) -> None:
    whole = dataset(FASHION)
    found = gallery(FASHION, whole.data_id, home)
    assert found is not None
    uri = found.shown(7)
    assert uri is not None
    np.testing.assert_array_equal(opened(uri)[::3, ::3], whole.report.pictures[7, 0])


def test_a_folder_s_pictures_come_from_the_cache(home: Path, folder_id: str) -> None:
    found = gallery(small(), folder_id, home)
    assert found is not None
    assert found.labels is not None
    assert len(found.labels) == 6
    assert (found.shown(5) or "").startswith("data:image/png")
    assert found.shown(6) is None


@pytest.mark.parametrize("data_id", ["", "000000000000", "../../secret", "0" * 11 + "x"])
def test_pictures_of_another_id_are_not_here(home: Path, folder_id: str, data_id: str) -> None:
    assert gallery(FASHION, data_id, home) is None
    assert gallery(small(), data_id, home) is None


def test_a_cache_that_was_emptied_is_no_gallery(home: Path, folder_id: str) -> None:
    for path in (home / "cache" / "pictures").glob("*.u8"):
        path.unlink()
    assert gallery(small(), folder_id, home) is None


def test_packed_pictures_are_all_that_a_snapshot_has(home: Path, folder_id: str) -> None:
    whole = gallery(small(), folder_id, home)
    assert whole is not None
    snapshot = home / "snapshot"
    snapshot.mkdir()
    size = pack(snapshot, folder_id, {0, 4}, whole)
    assert size < 2000
    packed = gallery(small(), folder_id, snapshot)
    assert packed is not None
    assert packed.labels is None
    assert packed.shown(4) == whole.shown(4)
    assert packed.shown(1) is None


def test_large_pictures_are_made_small(home: Path, tmp_path: Path) -> None:
    from models import thumbnails

    content = thumbnails.encoded(np.zeros((3, 224, 224), np.uint8))
    with Image.open(io.BytesIO(content)) as image:
        assert (image.format, image.size) == ("WEBP", (96, 96))


@pytest.mark.parametrize("content", [b"no archive", b""])
def test_a_damaged_archive_is_no_gallery(home: Path, content: bytes) -> None:
    folder = home / "thumbnails"
    folder.mkdir(parents=True)
    (folder / "0123456789ab.zip").write_bytes(content)
    assert gallery(small(), "0123456789ab", home) is None
