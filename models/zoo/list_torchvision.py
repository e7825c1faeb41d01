"""Write what torchvision says of its classifiers, so that pages need not load it.

    python -m models.zoo.list_torchvision

Parameters are counted, multiply-adds too, at each weight set's own input size; accuracies,
preprocessing and files are torchvision's statements. Left out are the networks that are quantised
already, and the one weight set without a classifier (VGG16's `IMAGENET1K_FEATURES`).
"""

from __future__ import annotations

import json
from importlib.metadata import version
from typing import Any

import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode
from torchvision import models

from models.torchvision_zoo import architecture, side_matters
from models.zoo.files import TORCHVISION

DATA = "ImageNet-1K"


def main() -> None:
    listed = [facts(name) for name in models.list_models(module=models)]
    told = {"source": f"torchvision {version('torchvision')}", "architectures": listed}
    TORCHVISION.write_text(json.dumps(told, indent=1) + "\n")


def facts(name: str) -> dict[str, Any]:
    """One architecture with its weight sets, the one that torchvision calls the default first."""
    network = architecture(name).to("meta").eval()
    default = models.get_model_weights(name).DEFAULT
    sets = [one for one in models.get_model_weights(name) if one.meta["categories"]]
    return {
        "name": name,
        "family": family(network),
        "sets": [
            weight_set(name, network, one) for one in sorted(sets, key=lambda one: one != default)
        ],
    }


def weight_set(name: str, network: nn.Module, weights: Any) -> dict[str, Any]:
    """One weight set: what it is of, what it reaches, what pictures it wants, and its file."""
    steps, meta = weights.transforms(), weights.meta
    (side,), (resize,) = steps.crop_size, steps.resize_size
    if side_matters(name):
        network = architecture(name, side).to("meta").eval()
    metrics = meta["_metrics"][DATA]
    return {
        "name": weights.name,
        "parameters": sum(parameter.numel() for parameter in network.parameters()),
        "macs": macs(network, side),
        "top1": metrics["acc@1"],
        "top5": metrics["acc@5"],
        "side": side,
        "resize": resize,
        "interpolation": steps.interpolation.value,
        "mean": list(steps.mean),
        "std": list(steps.std),
        "url": weights.url,
        "bytes": int(round(meta["_file_size"] * 2**20, -3)),  # stated in thousandths of MiB
    }


def macs(network: nn.Module, side: int) -> int:
    """Multiply-adds of one picture: convolutions, linear layers, products of activations."""
    with FlopCounterMode(display=False) as counter:
        network(torch.zeros(1, 3, side, side, device="meta"))
    return int(counter.get_total_flops()) // 2


def family(network: nn.Module) -> str:
    """What bears on rounding: attention, else depthwise convolutions, else neither."""
    kinds = {type(module).__name__ for module in network.modules()}
    if any("Attention" in kind for kind in kinds):
        return "transformer"
    convolutions = [module for module in network.modules() if isinstance(module, nn.Conv2d)]
    if any(one.groups == one.in_channels > 1 for one in convolutions):
        return "depthwise"
    return "convolutional"


if __name__ == "__main__":
    main()
