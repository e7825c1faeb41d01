"""What is known of own networks goes along with their figures: names of classes, sizes, metric.

Neither the network nor its pictures do, nor where they lie.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from models.own import FACTS, FOLDER, NAME, PREFIX, parsed
from quant.disk import appearing, writing
from quant.errors import StoreError

MOST_BYTES = 20_000_000
DRAFT = ".arriving-"


@dataclass(frozen=True, slots=True)
class Told:
    """One network's facts, as its `workload.json` has them."""

    name: str
    values: dict[str, Any]


def write(home: Path, folder: Path, workloads: Iterable[str]) -> None:
    """Copy the facts of the own networks among these into a snapshot."""
    for name in workloads:
        told = read(home, name) if name.startswith(PREFIX) else None
        if told is not None:
            place = _place(folder, told.name)
            place.parent.mkdir(parents=True)
            place.write_text(json.dumps(told.values, ensure_ascii=False), encoding="utf-8")


def read(root: Path, name: str) -> Told | None:
    """The facts of an own network below a home folder or snapshot; None where there are none.

    Raises:
        StoreError: they are not what Bitfront writes, or reached through a link.
    """
    if not NAME.fullmatch(name.removeprefix(PREFIX)):
        return None
    path = _place(root, name)
    if any(one.is_symlink() for one in (path, path.parent, path.parent.parent)):
        raise StoreError(f"{path} is reached through a link; nothing was imported")
    if not path.is_file():
        return None
    try:
        if path.stat().st_size > MOST_BYTES:
            raise ValueError(f"it has more than {MOST_BYTES:,} bytes")
        values: dict[str, Any] = json.loads(path.read_bytes())
        parsed(name, values)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as exc:
        raise StoreError(
            f"{path} is not what Bitfront writes ({exc}); nothing was imported"
        ) from exc
    return Told(name, values)


def coming(root: Path, home: Path, workloads: Iterable[str]) -> list[Told]:
    """What an import brings that is not here.

    Raises:
        StoreError: a network here has the name of another one there.
    """
    found = []
    for name in workloads:
        told = read(root, name) if name.startswith(PREFIX) else None
        here = read(home, name) if told is not None else None
        if told is None:
            continue
        if here is None:
            found.append(told)
        elif here.values.get("network") != told.values.get("network"):
            raise StoreError(
                f"{name} there is another network than {name} here, and both would be on one "
                f"front; remove the one here (python -m quant remove {name}), or import without it"
            )
    return found


def put(home: Path, told: Told) -> None:
    """Write the facts, whole or not at all."""
    place = _place(home, told.name)
    with writing(place):
        place.parent.mkdir(parents=True, exist_ok=True)
        with appearing(place, DRAFT) as draft:
            draft.write_text(json.dumps(told.values, ensure_ascii=False), encoding="utf-8")
            draft.chmod(0o644)


def _place(root: Path, name: str) -> Path:
    return root / FOLDER / name.removeprefix(PREFIX) / FACTS
