"""Write a snapshot: the store, chosen files, the viewer and what hosts want to read."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import quant
from models.gallery import FOLDER
from models.own import FOLDER as OWN
from quant.allocate import kept_gains
from quant.errors import RequestError
from quant.records import Measurement
from quant.snapshot import choice as chosen
from quant.snapshot import code, marker, own_facts, pictures
from quant.snapshot.choice import Choice, Files
from quant.snapshot.paths import ARTIFACTS, digest
from quant.snapshot.place import replacing
from quant.snapshot.readme import readme
from quant.snapshot.room import Room
from quant.store import Store, open_store
from quant.store.copying import settle
from quant.store.protocol import Kept

DATABASE = "bitfront.db"
WRITTEN = (
    "app.py", "pages", "quant", "models", ".streamlit", "LICENSE", "requirements.txt",
    "Dockerfile", "README.md", DATABASE, ARTIFACTS, FOLDER, OWN, marker.FILE, "cache",
)  # fmt: skip
MOST_MB = 500.0


@dataclass(frozen=True, slots=True)
class Written:
    """What was written. `size_bytes` is all of it; `absent` are points whose file is not here."""

    marker: marker.Marker
    size_bytes: int
    absent: tuple[Measurement, ...]


def write(
    store: Store,
    home: Path,
    folder: Path,
    choice: Choice,
    *,
    predictions: bool = True,
    thumbnails: bool = False,
    most_mb: float = MOST_MB,
) -> Written:
    """Put a snapshot at `folder`, whole or not at all; an earlier one there is replaced.

    `predictions` are what each file said of each picture, for Compare; with them come thumbnails
    of pictures that ship with this repository, and with `thumbnails` of everybody's.

    Raises:
        RequestError: nothing to show, too much, or a place that cannot be written.
    """
    shown = chosen.points(store, choice)
    files = chosen.files(shown, choice, home)
    _refuse_too_much(files, most_mb)
    workloads = tuple(sorted({point.workload for point in shown}))
    with replacing(folder, WRITTEN) as draft:
        for source, place in code.files():
            _copy(source, draft / place)
        for file in files.found:
            copied = draft / file.point.artifact
            _copy(file.source, copied)
            if digest(copied) != file.point.artifact_sha256:
                raise RequestError(f"{file.source} changed while it was copied; try again")
        room = Room(most_mb, files.size_bytes)
        kept, content = _store(
            store, draft / DATABASE, workloads, shown if predictions else (), room
        )
        for rated in store.sensitivities(workloads):
            kept_gains.copy(home, draft, rated.sensitivity)
        if predictions:
            pictures.write(store, home, draft, shown, thumbnails, room)
        own_facts.write(home, draft, workloads)
        told = _marker(shown, files, workloads, kept, content)
        (draft / "README.md").write_text(readme(told), encoding="utf-8")
        (draft / marker.FILE).write_text(told.to_json(), encoding="utf-8")
        size = sum(path.stat().st_size for path in draft.rglob("*") if path.is_file())
    return Written(told, size, files.absent)


def _refuse_too_much(files: Files, most_mb: float) -> None:
    if files.size_bytes > most_mb * 1e6:
        raise RequestError(
            f"the {len(files.found):,} chosen files have {files.size_bytes / 1e6:,.1f} MB and the "
            f"limit is {most_mb:,.0f} MB; choose some with --point, none with --no-files, or raise "
            "--limit-mb"
        )


def _store(
    store: Store,
    path: Path,
    workloads: Sequence[str],
    answered: Sequence[Measurement],
    room: Room,
) -> tuple[int, str]:
    """A new store with what was measured and found: no sweeps, logs, views, names or paths."""
    hashed = hashlib.sha256()
    with open_store(f"sqlite:///{path}") as copy:
        rows = store.every(workloads, with_predictions=bool(answered))
        count = copy.merge(_handed_out(rows, hashed, answered, room)).new
        explained = list(store.breakdowns(workloads))
        for one in explained:
            hashed.update(json.dumps(one.to_dict(), sort_keys=True).encode())
        if explained:
            copy.keep_breakdowns(explained)
        scores = list(store.sensitivities(workloads))
        for rated in scores:
            hashed.update(json.dumps(rated.sensitivity.to_dict(), sort_keys=True).encode())
        if scores:
            copy.keep_sensitivities(scores)
        references = [one for name in workloads for one in store.references(name)]
        for row in references:
            hashed.update(json.dumps(row.to_dict(), sort_keys=True).encode())
        if references:
            copy.keep_references(references)
    content = hashed.hexdigest()[:32]
    settle(path, content)
    return count, content


def _handed_out(
    rows: Iterator[Kept], hashed: hashlib._Hash, answered: Sequence[Measurement], room: Room
) -> Iterator[Kept]:
    """Answers only with what is shown: of older measurements nobody sees them."""
    shown = {(point.identity, point.measured_at) for point in answered}
    for measured, said in rows:
        told = without_names(measured)
        kept = said if (measured.identity, measured.measured_at) in shown else None
        room.take(len(kept or b""))
        hashed.update(json.dumps(told.to_dict(), sort_keys=True).encode())
        hashed.update(kept or b"")
        yield told, kept


def without_names(measured: Measurement) -> Measurement:
    """The names of pictures that were left out stay where they are; how many there are is told."""
    if not measured.skipped:
        return measured
    count = len(measured.skipped)
    note = f"{count:,} pictures were left out; their names are not in this snapshot"
    return replace(measured, skipped=(), notes=(*measured.notes, note))


def _marker(
    shown: Sequence[Measurement],
    files: Files,
    workloads: tuple[str, ...],
    measurements: int,
    content: str,
) -> marker.Marker:
    moments = sorted(point.measured_at for point in shown)
    return marker.Marker(
        format=marker.FORMAT,
        bitfront=quant.__version__,
        content=content,
        points=len(shown),
        measurements=measurements,
        workloads=workloads,
        machines=tuple(sorted({point.machine.label for point in shown})),
        measured=(moments[0], moments[-1]),
        files=len(files.found),
        files_bytes=files.size_bytes,
    )


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)
    target.chmod(0o644)
