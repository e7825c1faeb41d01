"""What says that a folder is a snapshot: `snapshot.json`, beside its app.py."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

FILE = "snapshot.json"
FORMAT = 1
CODE = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class Marker:
    """What a snapshot holds. `content` hashes its measurements, `measured` are dates, oldest and
    newest; sizes in bytes."""

    format: int
    bitfront: str
    content: str
    points: int
    measurements: int
    workloads: tuple[str, ...]
    machines: tuple[str, ...]
    measured: tuple[str, ...]
    files: int
    files_bytes: int

    def to_json(self) -> str:
        return json.dumps(asdict(self), indent=1, ensure_ascii=False) + "\n"


def here() -> Path | None:
    """The snapshot that this very code lies in, or None."""
    return CODE if is_snapshot(CODE) else None


def is_snapshot(folder: Path) -> bool:
    return (folder / FILE).is_file()


def read(folder: Path) -> Marker | None:
    """What the folder says of itself; None where it says nothing that can be read."""
    try:
        values: dict[str, Any] = json.loads((folder / FILE).read_text(encoding="utf-8"))
        kept = {field.name: values[field.name] for field in fields(Marker)}
        for name in ("workloads", "machines", "measured"):
            kept[name] = tuple(str(word) for word in kept[name])
        return Marker(**kept)
    except (OSError, ValueError, TypeError, KeyError):
        return None


def told() -> str:
    """The viewer's own sentence, or nothing where the app can measure."""
    if here() is None:
        return ""
    marker = read(CODE)
    if marker is None:
        return "A read-only snapshot: measuring is off."
    until = f", measured until {marker.measured[-1][:10]}" if marker.measured else ""
    return f"A read-only snapshot: {marker.points:,} points{until}. Measuring is off."
