"""From a torch module to an ONNX file with a free batch; the only place of the engine with torch.

    python -m quant.graph.export fashion-resnet

writes the file that ships beside an embedded network's weights.
"""

from __future__ import annotations

import sys
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

import onnx

from models.build import build
from models.weights import weights_fingerprint
from models.workload import Workload, workload
from models.zoo.files import ZOO
from quant.errors import ModelError
from quant.graph.files import LARGEST, save
from quant.graph.metadata import strip, tagged

if TYPE_CHECKING:
    from torch import nn

OPSET = 18


def export(workload: Workload, path: Path) -> None:
    """Write the workload's FP32 network as ONNX: `input` (n, c, h, w) to `logits` (n, classes).

    The example batch is 2: a batch of 1 would be baked into the shapes of some networks.
    """
    import torch

    network = build(workload)
    example = torch.zeros(2, *workload.input_shape)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            torch.onnx.export(
                network,
                (example,),
                path,
                input_names=["input"],
                output_names=["logits"],
                dynamo=True,
                dynamic_shapes=({0: torch.export.Dim("batch")},),
                opset_version=OPSET,
                external_data=_bytes(network) > LARGEST,
                verbose=False,
            )
    except Exception as exc:  # the exporter raises errors of many kinds
        raise ModelError(
            f"{workload.name} does not export to ONNX: {str(exc).splitlines()[0][:200]}"
        ) from exc
    model = onnx.load(path)
    strip(model)
    save(model, path)


def _bytes(network: nn.Module) -> int:
    return sum(one.numel() * one.element_size() for one in network.state_dict().values())


def ship(workload: Workload) -> Path:
    """Export an embedded network and say in the file which weights it is of."""
    path = ZOO / f"{workload.slug}.onnx"
    export(workload, path)
    onnx.save(tagged(onnx.load(path), {"weights": weights_fingerprint(workload)}), path)
    return path


if __name__ == "__main__":
    print(ship(workload(sys.argv[1])))
