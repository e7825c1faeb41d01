"""`artifacts`: what the files take, and files deleted, archived and brought back."""

from __future__ import annotations

from collections.abc import Sequence

from filelock import FileLock, Timeout

from models.workload import workload as named
from quant.commands.show import aligned, json_line
from quant.errors import RequestError
from quant.explain import size
from quant.point import token
from quant.records import Measurement
from quant.shelf import Shelf, shelf
from quant.store import Store, open_store


def run(
    workload: str | None,
    delete: Sequence[str],
    archive: Sequence[str],
    restore: Sequence[str],
    *,
    clean: bool,
    as_json: bool,
) -> None:
    """Do what is asked, and say how much the files take then.

    Raises:
        BitfrontError: an unknown workload or point, a file that is not there, a store that may
            only be read.
    """
    if workload is not None:
        named(workload)
    place = shelf()
    with open_store() as store:
        shown = store.points(workload)
        asked = [
            (point, act)
            for names, act in ((delete, _delete), (archive, _archive), (restore, _restore))
            for point in _named(shown, names)
        ]
        if (asked or clean) and store.read_only:
            raise RequestError("this store may only be read; its files stay as they are")
        said = [act(place, point, shown) for point, act in asked]
        if clean:
            said.append(_clean(place, store))
    if as_json:
        print(json_line(_row(place, shown)))
    else:
        print("\n".join([*said, _table(place, shown)]))


def _delete(place: Shelf, point: Measurement, shown: Sequence[Measurement]) -> str:
    freed = place.delete(point.artifact)
    others = sum(other.artifact == point.artifact for other in shown) - 1
    shared = f", also of {others} other points" if others else ""
    return f"{_label(point)}: deleted {size(freed)}{shared}; its figures stay"


def _archive(place: Shelf, point: Measurement, _shown: Sequence[Measurement]) -> str:
    return f"{_label(point)}: archived as {place.put_away(point.artifact)}"


def _restore(place: Shelf, point: Measurement, _shown: Sequence[Measurement]) -> str:
    return f"{_label(point)}: brought back as {place.bring_back(point.artifact)}"


def _clean(place: Shelf, store: Store) -> str:
    """Remove what no measurement names, and what interrupted writes left behind.

    Raises:
        RequestError: something is measured now, or the store seems to be another one's.
    """
    try:
        with FileLock(place.home / "machine.lock").acquire(timeout=0):
            known = frozenset(point.artifact for point, _ in store.every(with_predictions=False))
            lost = place.orphans(known)
            if lost and not any(map(place.find, known)):
                raise RequestError(
                    f"the store names none of the {len(lost):,} files in {place.home}; check "
                    "DATABASE_URL and BITFRONT_HOME, they may not belong together"
                )
            freed = place.remove_drafts() + sum(map(place.delete, lost))
    except Timeout as exc:
        raise RequestError("something is measured now; clean up when it is done") from exc
    return f"removed {len(lost)} files that no point names; {size(freed)} are free again"


def _named(shown: Sequence[Measurement], names: Sequence[str]) -> list[Measurement]:
    found: list[Measurement] = []
    for name in names:
        matches = [p for p in shown if name in (p.id, p.key, token(p.id), p.recipe.label)]
        if not matches:
            raise RequestError(
                f"there is no point {name!r}; give the id or the label that "
                "`python -m quant points --json` tells"
            )
        files = {point.artifact: point for point in matches}
        if len(files) > 1:
            raise RequestError(f"{name!r} names {len(files)} files; give an id, or --workload")
        found += files.values()
    return found


def _row(place: Shelf, shown: Sequence[Measurement]) -> dict[str, object]:
    used, away = place.use(), place.archive_use()
    return {
        "files": used.files,
        "size_bytes": used.size_bytes,
        "quota_bytes": round(place.quota_bytes),
        "by_workload": dict(used.by_workload),
        "archived_files": away.files,
        "archived_bytes": away.size_bytes,
        "absent": _absent(place, shown),
        "home": str(place.home),
        "archive": str(place.archive),
    }


def _table(place: Shelf, shown: Sequence[Measurement]) -> str:
    used, away = place.use(), place.archive_use()
    gone = _absent(place, shown)
    rows = [(name or "other", size(taken)) for name, taken in used.by_workload]
    files, put_away = _many(used.files, "file"), _many(away.files, "file")
    rows.append(("all", f"{size(used.size_bytes)} of {size(place.quota_bytes)}, {files}"))
    rows.append(("archived", f"{size(away.size_bytes)}, {put_away}"))
    return aligned(rows) + (f"\n{_many(gone, 'point')} whose file is not here" if gone else "")


def _absent(place: Shelf, shown: Sequence[Measurement]) -> int:
    """Points whose file is not here, however many ways they were timed."""
    return len({point.id for point in shown if place.find(point.artifact) is None})


def _many(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"


def _label(point: Measurement) -> str:
    return f"{point.workload} {point.recipe.label}"
