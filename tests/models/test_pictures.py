"""Hostile pictures end in a reason, and sound ones in the pixels expected."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from models.pictures import BrokenPicture, decode, digest, each
from tests.models.folders import picture, small


def bomb() -> bytes:
    """A PNG that claims 60,000 x 60,000 pixels in a few bytes."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        )

    header = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b""))


def truncated(tmp_path: Path) -> bytes:
    whole = picture(tmp_path / "whole.jpg", 1, (64, 64)).read_bytes()
    return whole[: len(whole) // 2]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (lambda tmp: b"this is text", "is not a picture"),
        (lambda tmp: b"\x89PNG\r\n\x1a\n", "is not a picture|is damaged"),
        (lambda tmp: bomb(), "has more than 89,478,485 pixels"),
        (truncated, "is damaged .*truncated"),
    ],
)
def test_a_broken_picture_has_a_reason(tmp_path: Path, content, reason: str) -> None:
    path = tmp_path / "broken.png"
    path.write_bytes(content(tmp_path))
    [result] = each(lambda path: decode(path, small()), [path])
    assert isinstance(result, BrokenPicture)
    with pytest.raises(BrokenPicture, match=reason):
        raise result


def test_an_empty_or_absent_file_has_no_digest(tmp_path: Path) -> None:
    (tmp_path / "empty.png").touch()
    with pytest.raises(BrokenPicture, match="is empty"):
        digest(tmp_path / "empty.png")
    with pytest.raises(BrokenPicture, match="No such file"):
        digest(tmp_path / "none.png")


def test_a_picture_of_the_right_size_is_untouched(tmp_path: Path) -> None:
    path = picture(tmp_path / "a.png", 1)
    expected = np.asarray(Image.open(path)).transpose(2, 0, 1)
    np.testing.assert_array_equal(decode(path, small()), expected)


def test_the_crop_is_central(tmp_path: Path) -> None:
    path = picture(tmp_path / "a.png", 1, (20, 16))
    expected = np.asarray(Image.open(path))[4:12, 6:14].transpose(2, 0, 1)
    np.testing.assert_array_equal(decode(path, small(crop_fraction=0.5)), expected)


@pytest.mark.parametrize("size", [(1, 1), (1, 50_000), (50_000, 1), (3, 2)])
def test_a_picture_of_any_proportions_gives_the_same_shape(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    assert decode(picture(tmp_path / "a.png", 1, size), small(0.5)).shape == (3, 8, 8)
