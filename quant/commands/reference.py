"""`reference`: a network in PyTorch, to set points beside."""

from __future__ import annotations

from collections.abc import Sequence

from quant import explain
from quant.commands.progress import Line
from quant.commands.show import aligned, json_line
from quant.jobs.requests import SweepRequest
from quant.reference.record import Reference
from quant.reference.words import ratio, row, sentence
from quant.settings import settings
from quant.store import open_store


def run(request: SweepRequest, *, as_json: bool) -> None:
    """Measure, keep and print a row for each way.

    Raises:
        BitfrontError: there is no torch network, or what measuring ends with.
    """
    from quant.identity import Request
    from quant.reference.measure import measured

    line, found = Line(), list[Reference]()
    asked = (request.workload, request.recipes[0], request.data, request.data_labels)
    with open_store() as store:
        try:
            for timing in request.timings:
                found += measured(
                    Request(*asked, images=request.images, timing=timing),
                    settings().home,
                    lambda step, _fraction: line.say(step),
                )
        finally:
            line.clear()
        store.keep_references(found)
    if as_json:
        for one in found:
            print(json_line(row(one)))
    else:
        print(_table(found))
        print(*dict.fromkeys(filter(None, map(sentence, found))), sep="\n")


def _table(found: Sequence[Reference]) -> str:
    rows = [
        ("way", "latency", "of ONNX Runtime's FP32", "accuracy", "agreement", "batch", "threads")
    ]
    rows += [
        (
            one.label,
            f"{explain.latency(one.latency_ms)} "
            f"({explain.latency_range(one.latency_low_ms, one.latency_high_ms)})",
            ratio(one),
            "" if one.accuracy is None else f"{one.accuracy:.2%}",
            "" if one.agreement is None else f"{one.agreement:.2%}",
            str(one.batch),
            str(one.threads),
        )
        for one in found
    ]
    return aligned(rows)
