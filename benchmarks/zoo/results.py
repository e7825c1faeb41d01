"""What was measured, a line of JSON an architecture, so that an interrupted run goes on."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from quant.identity import ENGINE_VERSION

Row = dict[str, Any]


def read(path: Path) -> dict[str, Row]:
    """The last line of each architecture; lines that were cut off are left out."""
    found: dict[str, Row] = {}
    for line in path.read_text().splitlines() if path.exists() else ():
        try:
            row = json.loads(line)
        except ValueError:
            continue
        found[row["architecture"]] = row
    return found


def add(path: Path, row: Row) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as file:
        file.write(json.dumps(row) + "\n")


def still_to_do(names: Iterable[str], found: dict[str, Row], *, failed: bool) -> list[str]:
    """What this engine has not measured yet; with `failed`, what it failed at too."""

    def is_done(name: str) -> bool:
        row = found.get(name)
        if row is None or row["engine"] != ENGINE_VERSION:
            return False
        return not (failed and "failed" in row)

    return [name for name in names if not is_done(name)]
