"""Where the files of measured points lie: on the shelf, in the archive, or deleted.

Figures outlive their files: deleting or archiving one changes nothing in the store.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from quant.disk import ON_THE_WAY, move, remove
from quant.errors import RequestError, StoreError
from quant.settings import settings
from quant.typed import typed
from quant.usage import Use, files, use

SHELF = "artifacts"  # below the home folder, one folder a workload
GIGABYTE = 1e9
SETTLED_SECONDS = 3600.0


@dataclass(frozen=True, slots=True)
class Shelf:
    """The artifacts of one home folder. `quota_bytes` is what may lie outside the archive.

    An artifact is named as `Measurement.artifact` names it: `artifacts/WORKLOAD/FILE`.
    """

    home: Path
    archive: Path
    quota_bytes: float

    def find(self, artifact: str) -> Path | None:
        """The file, on the shelf or in the archive; never one outside both."""
        return self._shelved(artifact) or self._archived(artifact)

    def is_archived(self, artifact: str) -> bool:
        return self._shelved(artifact) is None and self._archived(artifact) is not None

    def delete(self, artifact: str) -> int:
        """Remove the file wherever it lies; the bytes that are free now."""
        freed = 0
        for path in (self._shelved(artifact), self._archived(artifact)):
            freed += remove(path) if path is not None else 0
        return freed

    def put_away(self, artifact: str) -> Path:
        """Move the file to the archive, where the quota does not count it.

        Raises:
            StoreError: the file is gone, or the archive cannot be written.
        """
        path = self._shelved(artifact)
        if path is None:
            raise StoreError(f"{_name(artifact)} is not on the shelf; there is nothing to archive")
        return move(path, self.archive / _below(artifact))

    def bring_back(self, artifact: str) -> Path:
        """Move the file from the archive to the shelf.

        Raises:
            StoreError: the archive does not hold it, or the quota is used up.
        """
        path = self._archived(artifact)
        if path is None:
            raise StoreError(f"{_name(artifact)} is not in the archive; make it again instead")
        self.refuse_when_full()
        return move(path, self.home / artifact)

    def use(self) -> Use:
        """What lies on the shelf; quick while nothing comes or goes."""
        return use(self.home / SHELF)

    def archive_use(self) -> Use:
        return use(self.archive)

    @property
    def is_full(self) -> bool:
        return self.use().size_bytes >= self.quota_bytes

    def refuse_when_full(self) -> None:
        """Stop before anything more is written.

        Raises:
            StoreError: with how much there is, how much may be, and what to do.
        """
        if not self.is_full:
            return
        used = self.use()
        raise StoreError(
            f"{used.files:,} files take {used.size_bytes / GIGABYTE:.3g} GB and "
            f"BITFRONT_QUOTA_GB allows {self.quota_bytes / GIGABYTE:.3g} GB: nothing more is "
            "measured, what was measured is kept; delete or archive files (python -m quant "
            "artifacts), or raise BITFRONT_QUOTA_GB"
        )

    def orphans(self, known: frozenset[str]) -> list[str]:
        """Files on the shelf that none of these artifacts names.

        New ones are left out: a file is there before its measurement is in the store.
        """
        settled = time.time() - SETTLED_SECONDS
        lost = [name for name in self._names() if name not in known]
        return [name for name in lost if _written(self.home / name) < settled]

    def drafts(self) -> list[Path]:
        """What writing leaves behind when it is killed. Ask only where nobody measures.

        Files are moved and imported without the machine's lock, so such a draft is dead only
        after a while. Other hidden files in the archive, which may be anywhere, are not ours.
        """
        ours = [path for path in files(self.home / SHELF) if path.name.startswith(".")]
        away = [path for path in files(self.archive) if ON_THE_WAY.fullmatch(path.name)]
        settled = time.time() - SETTLED_SECONDS
        return [
            path
            for path in (*ours, *away)
            if not ON_THE_WAY.fullmatch(path.name) or _changed(path) < settled
        ]

    def remove_drafts(self) -> int:
        """Remove them; the bytes that are free now. The caller holds the machine's lock."""
        return sum(remove(path) for path in self.drafts())

    def _names(self) -> list[str]:
        found = [path for path in files(self.home / SHELF) if not path.name.startswith(".")]
        return sorted(path.relative_to(self.home).as_posix() for path in found)

    def _shelved(self, artifact: str) -> Path | None:
        return _inside(self.home / SHELF, self.home / artifact)

    def _archived(self, artifact: str) -> Path | None:
        return _inside(self.archive, self.archive / _below(artifact))


def shelf(home: Path | None = None) -> Shelf:
    """The one that the settings name, or that of another home folder.

    Raises:
        RequestError: the archive and the artifacts lie in one another.
    """
    chosen = settings()
    home = home or chosen.home
    if chosen.archive_folder is None:
        archive = home / "archive"
    else:
        archive = _apart(typed(chosen.archive_folder, "BITFRONT_ARCHIVE"), home / SHELF)
    return Shelf(home, archive, chosen.quota_gb * GIGABYTE)


def _apart(archive: Path, artifacts: Path) -> Path:
    """Archived files must not look like measured ones, nor the other way round.

    Raises:
        RequestError: one of the two folders holds the other.
    """
    one, other = archive.resolve(), artifacts.resolve()
    if one.is_relative_to(other) or other.is_relative_to(one):
        raise RequestError(
            f"BITFRONT_ARCHIVE is {archive} and files that are not archived lie in {artifacts}: "
            "neither may hold the other; name a folder apart"
        )
    return archive


def _written(path: Path) -> float:
    """When its content changed last; now where it is gone."""
    try:
        return path.stat().st_mtime
    except OSError:
        return time.time()


def _changed(path: Path) -> float:
    """When anything of it changed last: a copy takes over its original's time."""
    try:
        return path.stat().st_ctime
    except OSError:
        return time.time()


def _inside(folder: Path, path: Path) -> Path | None:
    """The path if it is a file below the folder, links followed."""
    found = path.resolve()
    return path if found.is_relative_to(folder.resolve()) and found.is_file() else None


def _below(artifact: str) -> PurePosixPath:
    """The name in the archive, which has no `artifacts` of its own."""
    path = PurePosixPath(artifact)
    return path.relative_to(SHELF) if path.is_relative_to(SHELF) else path


def _name(artifact: str) -> str:
    return PurePosixPath(artifact).name or "the file"
