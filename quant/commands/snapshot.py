"""`snapshot`: a folder that anybody can host."""

from __future__ import annotations

import sys
from dataclasses import asdict

from quant.commands.show import json_line
from quant.errors import RequestError
from quant.settings import settings
from quant.snapshot.choice import ALL, FRONT, NONE, Choice
from quant.snapshot.write import MOST_MB, write
from quant.store import open_store
from quant.typed import typed


def run(
    output: str,
    workloads: list[str],
    points: list[str],
    limit_mb: str | None,
    *,
    all_files: bool,
    no_files: bool,
    predictions: bool,
    thumbnails: bool,
    as_json: bool,
) -> None:
    """Write it and say what is in it.

    Raises:
        BitfrontError: contradicting choices, nothing to show, or a place that will not do.
    """
    if sum((all_files, no_files, bool(points))) > 1:
        raise RequestError("--all-files, --no-files and --point exclude one another; give one")
    files = ALL if all_files else NONE if no_files else FRONT
    if thumbnails and not predictions:
        raise RequestError("--thumbnails needs predictions; leave --no-predictions out")
    choice = Choice(tuple(dict.fromkeys(workloads)), tuple(points), files)
    folder = typed(output, "-o")
    with open_store() as store:
        done = write(
            store,
            settings().home,
            folder,
            choice,
            predictions=predictions,
            thumbnails=thumbnails,
            most_mb=_megabytes(limit_mb),
        )
    for point in done.absent:
        print(
            f"{point.workload} {point.recipe.label}: its file is not on this machine, "
            "so the snapshot is without it",
            file=sys.stderr,
        )
    told = done.marker
    if as_json:
        print(json_line(asdict(told) | {"folder": str(folder), "size_bytes": done.size_bytes}))
        return
    print(
        f"{folder}: {done.size_bytes / 1e6:.1f} MB with {told.points:,} points of "
        f"{', '.join(told.workloads)} and {told.files:,} files ({told.files_bytes / 1e6:.1f} MB)"
    )
    print("docs/sharing.md says where it can be hosted.")


def _megabytes(text: str | None) -> float:
    if text is None:
        return MOST_MB
    try:
        limit = float(text)
    except ValueError:
        limit = -1.0
    if not 0 < limit <= 1e6:
        raise RequestError(f"--limit-mb must be a number above 0, at most 1000000; got {text!r}")
    return limit
