"""`models`: the workloads there are, and which weights are at hand."""

from __future__ import annotations

from dataclasses import asdict

from models.offered import counted, found, offered, published, weights_in_words
from models.weights import are_here
from models.workload import Workload
from quant.commands.show import aligned, json_line
from quant.errors import RequestError

HEADINGS = ("name", "parameters", "multiply-adds", "published top-1", "weights", "pictures")


def run(search: str, *, as_json: bool) -> None:
    """Print a line a workload.

    Raises:
        RequestError: none has what is searched for.
    """
    # Random weights are asked for with --random-weights, so they are listed only when searched.
    listed = found(search, published()) if search else published()
    if search and "random" in search.casefold():
        listed = found(search, offered())
    if not listed:
        raise RequestError(
            f"no model has {search[:80]!r} in its name; search for a part of one, such as resnet, "
            "or leave --search out for all"
        )
    if as_json:
        for workload in listed:
            print(json_line(_row(workload)))
        return
    print(aligned([HEADINGS, *map(_cells, listed)]))
    if sources := dict.fromkeys(one.published_by for one in listed if one.published_by):
        print(f"Published accuracy: as stated by {'; '.join(sources)}.")


def _row(workload: Workload) -> dict[str, object]:
    file = workload.hub_file
    row = asdict(workload)
    row.pop("hub_file")
    return row | {
        "metric": workload.metric,
        "weights_here": are_here(workload),
        "weights_url": file.url if file else None,
        "weights_file": str(file.path) if file else None,
        "weights_bytes": file.size_bytes if file else None,
    }


def _cells(workload: Workload) -> tuple[str, ...]:
    top1 = workload.published_accuracy
    return (
        workload.name,
        counted(workload.parameters),
        counted(workload.macs),
        "" if top1 is None else f"{top1:.2%}",
        weights_in_words(workload),
        "a folder, or imagenette" if workload.needs_data else "come with it",
    )
