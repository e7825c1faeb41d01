"""One run of a network in PyTorch, for the process that times it; a small file says of which."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch

from models.build import build
from models.workload import workload
from quant.reference.record import BFLOAT16, COMPILED


def call(path: str, threads: int, given: Any) -> Callable[[], object]:
    """A run on these pictures. The file names workload, how and dtype in JSON.

    The pictures have the network's type already, as they would where all of a pipeline has it.
    """
    asked = json.loads(Path(path).read_text())
    torch.set_num_threads(threads)
    network = build(workload(asked["workload"]))
    pictures = torch.from_numpy(given)
    if asked["dtype"] == BFLOAT16:
        network, pictures = network.to(torch.bfloat16), pictures.to(torch.bfloat16)
    run: Callable[[torch.Tensor], object] = network
    if asked["how"] == COMPILED:
        run = torch.compile(network)

    def once() -> object:
        with torch.inference_mode():
            return run(pictures)

    return once
