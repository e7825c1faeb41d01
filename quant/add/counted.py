"""Every picture decoded once, kept for measuring: how many can be used."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from models.data import own_dataset
from models.own import parsed

MOST_TOLD = 20


def look(
    name: str, facts: dict[str, Any], folder: str, table: str | None, home: str
) -> dict[str, Any]:
    """How many pictures serve which purpose, and sentences on some that do not.

    Raises:
        DataError: too few can be used.
        StoreError: they cannot be kept.
    """
    known = parsed(name, facts)
    found = own_dataset(
        known.workload,
        Path(folder),
        Path(table) if table else None,
        known.class_of,
        Path(home) / "cache" / "pictures",
    )
    return {
        "calibrate": len(found.calibrate),
        "select": len(found.select),
        "report": len(found.report),
        "skipped": len(found.skipped),
        "skipped_some": found.skipped[:MOST_TOLD],
    }
