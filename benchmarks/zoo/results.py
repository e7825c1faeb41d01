"""What was measured, a line of JSON an architecture, so that an interrupted run goes on."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from benchmarks.zoo.subjects import chosen, counts
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
    """What was not measured yet, then with `failed` what failed, then what an earlier version of
    the engine measured."""
    listed = list(names)
    new = [name for name in listed if name not in found]
    again = [name for name in listed if failed and "failed" in found.get(name, {})]
    old = [name for name in outdated(listed, found) if name not in again]
    return [*new, *again, *old]


def outdated(names: Iterable[str], found: dict[str, Row]) -> list[str]:
    """What an earlier version of the engine measured, or on other numbers of pictures."""

    def is_old(name: str, row: Row) -> bool:
        few = list(counts(chosen(name)))
        return row["engine"] != ENGINE_VERSION or row.get("counts", few) != few

    return [name for name in names if name in found and is_old(name, found[name])]
