"""`check`: any ONNX file, measured on a workload's pictures."""

from __future__ import annotations

from models.fetching import fetch
from models.workload import workload
from quant.commands.progress import Line
from quant.commands.show import aligned, json_line
from quant.jobs.requests import SweepRequest
from quant.settings import settings
from quant.typed import typed


def run(file: str, request: SweepRequest, *, as_json: bool) -> None:
    """Measure and print one row; nothing is kept.

    Raises:
        BitfrontError: the file is missing, damaged or foreign to these pictures.
    """
    from quant.check import check

    line = Line()
    home = settings().home
    try:
        fetch(workload(request.workload), request.data, home, line.fetching)
        row = check(
            typed(file, "FILE"),
            request.workload,
            request.data,
            request.data_labels,
            request.images,
            home,
            lambda step, _fraction: line.say(step),
            request.runtime,
        )
    finally:
        line.clear()
    if as_json:
        print(json_line(row))
    else:
        print(aligned([(name, "" if value is None else str(value)) for name, value in row.items()]))
