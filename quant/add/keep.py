"""Where own networks lie, below the home folder: put there whole or not at all, and removed."""

from __future__ import annotations

import json
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from models.own import FACTS, FOLDER, NAME, PLACE, PREFIX, folder_of, own_names
from models.workload import slug
from quant.add.brought import BROUGHT, ZIP
from quant.disk import REASONS, writing
from quant.errors import RequestError, StoreError, UnknownWorkload
from quant.settings import settings
from quant.shelf import SHELF, shelf
from quant.store import Store
from quant.usage import files

DRAFT = ".adding-"
STALE_SECONDS = 24 * 3600.0


def short(name: str) -> str:
    """The name without its `own/`."""
    return name.strip().removeprefix(PREFIX)


def refuse_used(store: Store, name: str) -> None:
    """A name that has figures already would mix two networks on one front, or show the layers of
    one for those of the other.

    Raises:
        RequestError: it has.
    """
    full = f"{PREFIX}{short(name)}"
    count = len(store.points(full))
    if count:
        raise RequestError(
            f"{count:,} points of an earlier {full} are in the store, and two networks would be on "
            "one front; choose another name"
        )
    if store.sensitivity(full) is not None:
        raise RequestError(
            f"the layers of an earlier {full} were tried, and what they lose would be shown for "
            "this network; choose another name"
        )


def refuse_busy(store: Store, name: str) -> None:
    """What is being measured is not removed.

    Raises:
        RequestError: it is.
    """
    full = f"{PREFIX}{short(name)}"
    if any(sweep.workload == full for sweep in store.open_sweeps()):
        raise RequestError(
            f"{full} is being measured; wait, or cancel it first (python -m quant jobs)"
        )


def check_name(name: str) -> str:
    """The name without its `own/`.

    Raises:
        RequestError: it cannot be a name, or is taken.
    """
    plain = short(name)
    if not NAME.fullmatch(plain):
        shown = "".join(letter if letter.isprintable() else "?" for letter in name)[:60]
        raise RequestError(
            f"the name is {shown!r}; a name has 1 to 40 small letters, digits, dots, dashes and "
            "underscores, and begins with a letter or digit"
        )
    if f"{PREFIX}{plain}" in own_names():
        raise RequestError(
            f"there is an own network called {plain} already; choose another name, or remove it "
            f"first: python -m quant remove {plain}"
        )
    return plain


@contextmanager
def draft() -> Iterator[Path]:
    """A folder to bring something in, which goes again unless `put` took it."""
    folder = new_draft()
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def new_draft() -> Path:
    """A folder to bring something in; what was left there a day ago is swept away."""
    root = settings().home / FOLDER
    with writing(root):
        root.mkdir(parents=True, exist_ok=True)
        for old in root.glob(f"{DRAFT}*"):
            with suppress(OSError):
                if time.time() - old.stat().st_mtime > STALE_SECONDS:
                    shutil.rmtree(old)
        return Path(tempfile.mkdtemp(dir=root, prefix=DRAFT))


def room() -> int:
    """Bytes that may still be unpacked: what the quota leaves beside measured and own files."""
    place = shelf()
    used = place.use().size_bytes + sum(_size(path) for path in files(settings().home / FOLDER))
    return max(0, int(place.quota_bytes - used))


def put(folder: Path, name: str, place: dict[str, Any]) -> Path:
    """Move a draft to its place, not yet listed: `tell` does that.

    Raises:
        RequestError: somebody took the name meanwhile.
        StoreError: the disk does not do it.
    """
    target = folder_of(name)
    for left in (BROUGHT, ZIP):  # what was uploaded has been read
        shutil.rmtree(folder / left, ignore_errors=True)
    with writing(folder):
        (folder / PLACE).write_text(json.dumps(place))
        folder.chmod(0o755)
    try:
        _leftover(target)
        folder.rename(target)
    except OSError as exc:
        if exc.errno in REASONS and not target.exists():
            raise StoreError(f"{target.name} cannot be written: {REASONS[exc.errno]}") from exc
        raise RequestError(
            f"{target.name} is being added by somebody else; choose another name"
        ) from exc
    return target


def tell(folder: Path, facts: dict[str, Any]) -> None:
    """Write what is known of it: from now on it is listed."""
    with writing(folder):
        partial = folder / f".{FACTS}"
        partial.write_text(json.dumps(facts, ensure_ascii=False, indent=1))
        partial.replace(folder / FACTS)


def remove(name: str) -> int:
    """Remove an own network with its unpacked pictures and the files made of it; the bytes that
    are free now. Its figures stay in the store; a folder of pictures elsewhere stays as it is.

    Raises:
        UnknownWorkload: there is none of that name.
    """
    full = name if name.startswith(PREFIX) else f"{PREFIX}{name}"
    folder = folder_of(full)
    if not (folder / FACTS).exists():
        there = ", ".join(own_names()) or "none"
        raise UnknownWorkload(f"there is no own network {name[:60]!r}; own networks: {there}")
    made = shelf().home / SHELF / slug(full)
    freed = sum(_size(path) for path in (*files(folder), *files(made)))
    with writing(folder):
        (folder / FACTS).unlink()
        shutil.rmtree(folder)
        shutil.rmtree(made, ignore_errors=True)
    return freed


def _leftover(target: Path) -> None:
    """What an adding that was killed left behind has no facts, and is old."""
    with suppress(OSError):
        unfinished = target.is_dir() and not (target / FACTS).exists()
        if unfinished and time.time() - target.stat().st_ctime > STALE_SECONDS / 24:
            shutil.rmtree(target)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0
