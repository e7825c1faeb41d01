"""Zips are unpacked inside their folder, bounded, or not at all."""

from __future__ import annotations

import io
import stat
import struct
import zipfile
from pathlib import Path

import pytest
from PIL import Image

from quant.add import bounds, zipped
from quant.errors import BitfrontError, DataError, StoreError

PLENTY = 10_000_000


def picture() -> bytes:
    buffer = io.BytesIO()
    Image.new("L", (8, 8), 7).save(buffer, "PNG")
    return buffer.getvalue()


def packed(path: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def refused(path: Path, most_bytes: int = PLENTY) -> str:
    target = path.parent / "out"
    with pytest.raises(BitfrontError) as caught:
        zipped.unpack(path, target, most_bytes)
    return str(caught.value)


def test_pictures_are_unpacked_and_others_counted(tmp_path: Path) -> None:
    path = packed(
        tmp_path / "p.zip",
        {"a/1.png": picture(), "a/run.sh": b"rm", "__MACOSX/a/1.png": b"", "a/.x.png": b""},
    )
    told = zipped.unpack(path, tmp_path / "out", PLENTY)
    assert [one.name for one in (tmp_path / "out").rglob("*.*")] == ["1.png"]
    assert told == ["3 files of p.zip are no pictures, and were left out."]


@pytest.mark.parametrize("name", ["../1.png", "/etc/1.png", "a/../../1.png", "a\\..\\1.png"])
def test_paths_that_lead_outside_are_refused(tmp_path: Path, name: str) -> None:
    assert "leads outside" in refused(packed(tmp_path / "p.zip", {name: picture()}))
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("name", ["a\n/1.png", "a/\x1b[31m.png", "C:/1.png"])
def test_strange_names_are_refused(tmp_path: Path, name: str) -> None:
    assert "control characters" in refused(packed(tmp_path / "p.zip", {name: picture()}))


def test_links_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "p.zip"
    with zipfile.ZipFile(path, "w") as archive:
        link = zipfile.ZipInfo("a/1.png")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")
    assert "is a link" in refused(path)


def test_bombs_are_refused_before_they_are_unpacked(tmp_path: Path) -> None:
    assert "the most is 200 times" in refused(
        packed(tmp_path / "p.zip", {"a/1.png": b"\0" * 5_000_000})
    )


def test_what_has_no_room_is_refused(tmp_path: Path) -> None:
    path = packed(tmp_path / "p.zip", {"a/1.png": picture(), "a/2.png": picture()})
    with pytest.raises(StoreError, match="BITFRONT_QUOTA_GB"):
        zipped.unpack(path, tmp_path / "out", 100)


def test_a_member_that_lies_about_its_size_is_refused(tmp_path: Path) -> None:
    path = packed(tmp_path / "p.zip", {"a/1.png": b"\0" * 5000})
    content = bytearray(path.read_bytes())
    at = content.rfind(b"PK\x01\x02")
    struct.pack_into("<I", content, at + 24, 10)  # the directory's size of the member
    path.write_bytes(content)
    assert "p.zip" in refused(path) or "than it says" in refused(path)


def test_two_names_that_are_one_are_refused(tmp_path: Path) -> None:
    members = {"Cat/1.png": picture(), "cat/1.png": picture()}
    assert "one name on many systems" in refused(packed(tmp_path / "p.zip", members))
    members = {"caf\u00e9/1.png": picture(), "cafe\u0301/1.png": picture()}
    assert "one name on many systems" in refused(packed(tmp_path / "q.zip", members))


def test_too_many_files_are_found_from_the_end_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = packed(tmp_path / "p.zip", {f"a/{i}.png": b"" for i in range(12)})
    monkeypatch.setattr(zipped, "MOST_FILES", 10)
    monkeypatch.setattr(zipfile, "ZipFile", None)
    assert "12 files; the most is 10" in refused(path)


def test_a_million_files_are_found_from_the_end_of_zip64(tmp_path: Path) -> None:
    end64 = zipped.END64 + struct.pack("<QHHIIQQQQ", 44, 45, 45, 0, 0, 10**6, 10**6, 10**8, 0)
    locator = b"PK\x06\x07" + struct.pack("<IQI", 0, 0, 1)
    end = zipped.END + struct.pack("<HHHHIIH", 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0)
    path = tmp_path / "p.zip"
    path.write_bytes(end64 + locator + end)
    assert f"1,000,000 files; the most is {bounds.MOST_FILES:,}" in refused(path)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"hello", b"PK\x05\x06" + b"\0" * 18])
def test_what_is_no_zip_of_pictures_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "p.zip"
    path.write_bytes(content)
    assert refused(path)


def test_a_cut_off_zip_is_refused(tmp_path: Path) -> None:
    path = packed(tmp_path / "p.zip", {"a/1.png": picture()})
    path.write_bytes(path.read_bytes()[:60])
    with pytest.raises(DataError, match="cut off"):
        zipped.unpack(path, tmp_path / "out", PLENTY)
