"""A zip of pictures, unpacked without trust: bounded, inside its folder, pictures alone."""

from __future__ import annotations

import stat
import struct
import unicodedata
import zipfile
from pathlib import Path, PurePosixPath

from models.labelled import shown
from models.listing import SUFFIXES
from quant.add.bounds import GIGABYTE, MOST_FILES, MOST_MEMBER, MOST_RATIO, RATIO_FROM
from quant.errors import DataError, StoreError

KEPT = SUFFIXES | {".csv"}
END, END64 = b"PK\x05\x06", b"PK\x06\x06"
TAIL_BYTES = 65_557 + 20 + 56  # the end record with the longest comment, and zip64's before it
DIRECTORY_BYTES = 400  # of the directory, for a file; longer names than that are rare
_CHUNK = 1 << 20


def unpack(path: Path, folder: Path, most_bytes: int) -> list[str]:
    """Write the pictures and CSVs of a zip below a new folder.

    Args:
        path: the zip.
        folder: where to; it must not exist.
        most_bytes: what may be written in all.
    Returns:
        Sentences on what was left out.
    Raises:
        DataError: it is no zip, or one that is made to harm.
        StoreError: what it holds has no room.
    """
    name = shown(path.name)
    _count(path, name)
    try:
        with zipfile.ZipFile(path) as archive:
            members = _wanted(archive, name)
            _refuse_bombs(members, name, most_bytes)
            folder.mkdir(parents=True)
            left = most_bytes
            for target, member in members.items():
                left -= _write(archive, member, folder / target, left)
            others = len([one for one in archive.infolist() if not one.is_dir()]) - len(members)
    except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError, ValueError) as exc:
        raise DataError(f"{name} is damaged, cut off or locked ({exc}); pack it again") from exc
    except OSError as exc:
        raise StoreError(
            f"{name} cannot be unpacked below {folder.parent}: {exc.strerror}"
        ) from exc
    return [f"{others:,} files of {name} are no pictures, and were left out."] if others else []


def _count(path: Path, name: str) -> None:
    """Refuse too many files before the list of them is read: the end of a zip tells."""
    try:
        with path.open("rb") as stream:
            size = stream.seek(0, 2)
            stream.seek(max(0, size - TAIL_BYTES))
            tail = stream.read()
    except OSError as exc:
        raise DataError(f"{name} cannot be read ({exc.strerror}); check the path") from exc
    if not size:
        raise DataError(f"{name} is empty; pack it again")
    at = tail.rfind(END)
    if at < 0 or len(tail) - at < 22:
        raise DataError(f"{name} is no zip, or is cut off; pack it again")
    count, directory = struct.unpack_from("<HI", tail, at + 10)
    if (at64 := tail.rfind(END64, 0, at)) >= 0 and at - at64 >= 48:
        count, directory = struct.unpack_from("<QQ", tail, at64 + 32)
    if count > MOST_FILES or directory > MOST_FILES * DIRECTORY_BYTES:
        raise DataError(
            f"{name} holds {count:,} files; the most is {MOST_FILES:,}: pack fewer pictures, some "
            "thousands are enough"
        )


def _wanted(archive: zipfile.ZipFile, name: str) -> dict[str, zipfile.ZipInfo]:
    """The pictures and CSVs by their place, which is inside whatever they are called."""
    found: dict[str, zipfile.ZipInfo] = {}
    seen: dict[str, str] = {}
    for member in archive.infolist():
        place = PurePosixPath(member.filename)
        if member.filename.startswith("/") or "\\" in member.filename or ".." in place.parts:
            raise DataError(
                f"{name} holds {shown(member.filename)[:80]!r}, which leads outside; such a zip is "
                "not unpacked"
            )
        if any(not letter.isprintable() for letter in member.filename) or ":" in member.filename:
            raise DataError(
                f"{name} holds {shown(member.filename)[:80]!r}, a name with control characters or "
                "colons; rename it"
            )
        kind = stat.S_IFMT(member.external_attr >> 16)
        if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
            what = "a link" if kind == stat.S_IFLNK else "no plain file"
            raise DataError(f"{name} holds {member.filename[:80]!r}, which is {what}; pack files")
        if member.is_dir() or place.suffix.lower() not in KEPT or _hidden(place):
            continue
        if member.flag_bits & 1:
            raise DataError(f"{name} is locked with a password; pack it without one")
        key = unicodedata.normalize("NFC", member.filename).casefold()
        if (other := seen.setdefault(key, member.filename)) != member.filename:
            raise DataError(
                f"{name} holds {other[:60]!r} and {member.filename[:60]!r}, which are one name on "
                "many systems; rename one of them or its folder"
            )
        if member.filename in found:
            raise DataError(f"{name} holds {member.filename[:80]!r} twice; pack it again")
        found[place.as_posix()] = member
    if not found:
        raise DataError(f"{name} holds no pictures; pack one folder of pictures a class")
    return found


def _refuse_bombs(members: dict[str, zipfile.ZipInfo], name: str, most_bytes: int) -> None:
    total = sum(member.file_size for member in members.values())
    for member in members.values():
        packed = max(member.compress_size, 1)
        ratio = member.file_size / packed
        if member.file_size > MOST_MEMBER or (member.file_size > RATIO_FROM and ratio > MOST_RATIO):
            raise DataError(
                f"{name}: {member.filename[:80]!r} would unpack {packed:,} bytes to "
                f"{member.file_size:,}; the most is {MOST_RATIO} times and {MOST_MEMBER:,} bytes"
            )
    if total > most_bytes:
        raise StoreError(
            f"{name} would take {total / GIGABYTE:.3g} GB and {most_bytes / GIGABYTE:.3g} GB are "
            "left of BITFRONT_QUOTA_GB; pack fewer pictures, delete files (python -m quant "
            "artifacts), or raise it"
        )


def _write(archive: zipfile.ZipFile, member: zipfile.ZipInfo, target: Path, left: int) -> int:
    """The bytes written: never more than the zip says, whatever it really holds."""
    target.parent.mkdir(parents=True, exist_ok=True)
    most, written = min(member.file_size, left), 0
    with archive.open(member) as read, target.open("xb") as write:
        while chunk := read.read(_CHUNK):
            written += len(chunk)
            if written > most:
                raise DataError(f"{shown(member.filename)[:80]} unpacks to more than it says")
            write.write(chunk)
    return written


def _hidden(place: PurePosixPath) -> bool:
    return any(part.startswith(".") or part == "__MACOSX" for part in place.parts)
