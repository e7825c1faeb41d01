"""Where a snapshot is written: all of it appears at once, or nothing does."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from quant.errors import RequestError
from quant.snapshot import marker

KEPT = (".git", ".gitattributes", ".gitignore", ".github")  # a clone of the host's repository


@contextmanager
def replacing(folder: Path, written: tuple[str, ...]) -> Iterator[Path]:
    """A draft folder that takes the place of `folder` in the end. `written`: a snapshot's names.

    Raises:
        RequestError: the folder holds something else, or cannot be written.
    """
    _refuse_what_is_not_ours(folder, written)
    try:
        draft = Path(tempfile.mkdtemp(dir=folder.parent, prefix=".bitfront-"))
        try:
            draft.chmod(0o755)
            new = draft / "new"
            new.mkdir()
            yield new
            _swap(folder, new, draft / "old")
        finally:
            shutil.rmtree(draft, ignore_errors=True)
    except OSError as exc:
        raise RequestError(
            f"{folder} cannot be written ({exc.strerror}); give -o another place"
        ) from exc


def _refuse_what_is_not_ours(folder: Path, written: tuple[str, ...]) -> None:
    if not folder.parent.is_dir():
        raise RequestError(f"-o is {folder}, and there is no folder {folder.parent}; make it first")
    if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
        raise RequestError(f"-o is {folder}, which is no folder; give another name")
    if not folder.is_dir():
        return
    there = {path.name for path in folder.iterdir()} - {*KEPT, "__pycache__"}
    if not there:
        return
    if not marker.is_snapshot(folder) or marker.read(folder) is None:
        raise RequestError(
            f"-o is {folder}, which holds {_some(there)} and is no snapshot; "
            "give a new folder, an empty one or an earlier snapshot"
        )
    if foreign := there - set(written):
        raise RequestError(
            f"-o is {folder}, an earlier snapshot that also holds {_some(foreign)}; move that "
            "away first, because the whole folder is replaced"
        )


def _swap(folder: Path, new: Path, old: Path) -> None:
    """What a clone needs goes over first, so that no moment is without it for long."""
    if folder.is_dir():
        folder.replace(old)
        try:
            for name in KEPT:
                if (old / name).exists():
                    (old / name).replace(new / name)
            new.replace(folder)
        except BaseException:
            for name in KEPT:
                if (new / name).exists():
                    (new / name).replace(old / name)
            old.replace(folder)
            raise
    else:
        new.replace(folder)


def _some(names: set[str]) -> str:
    first = sorted(names)[:3]
    return ", ".join(first) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
