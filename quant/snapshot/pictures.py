"""Thumbnails of the pictures that get different answers, for a snapshot's Compare page."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from models.gallery import gallery, pack
from models.workload import known, workload
from quant.errors import StoreError
from quant.records import Measurement
from quant.samples import Integers, Samples
from quant.snapshot.room import Room
from quant.store import Store


def write(
    store: Store,
    home: Path,
    folder: Path,
    shown: Sequence[Measurement],
    everybodys: bool,
    room: Room,
) -> None:
    """One archive for each data set: what ships with this repository may be handed out (MIT, see
    models/zoo/FASHION-MNIST-LICENSE); pictures of others go along only if `everybodys` do.
    """
    groups: dict[str, list[Measurement]] = defaultdict(list)
    for point in shown:
        chosen = known(point.workload)
        if chosen is not None and (chosen.embedded or everybodys):
            groups[point.data_id].append(point)
    for data_id, points in sorted(groups.items()):
        pictures = gallery(workload(points[0].workload), data_id, home)
        if pictures is not None:
            room.take(pack(folder, data_id, flipped(store, points), pictures))


def flipped(store: Store, points: Sequence[Measurement]) -> list[int]:
    """Pictures of one data set of which these points do not all say the same."""
    said = [answers for point in points if (answers := _answers(store, point)) is not None]
    longest = max(map(len, said), default=0)
    least, most = np.full(longest, np.iinfo(np.int64).max), np.full(longest, -1)
    for answers in said:
        n = len(answers)
        least[:n], most[:n] = np.minimum(least[:n], answers), np.maximum(most[:n], answers)
    found: list[int] = np.flatnonzero(least < most).tolist()
    return found


def _answers(store: Store, point: Measurement) -> Integers | None:
    content = store.predictions(point.id, (point.batch, point.threads))
    if content is None:
        return None
    try:
        return Samples.read(content, point.n).predictions
    except StoreError:  # the page says so
        return None
