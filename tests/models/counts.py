"""Counting what a network holds and does."""

from __future__ import annotations

import torch
from torch import nn

from models.workload import Workload


def parameters(network: nn.Module) -> int:
    return sum(parameter.numel() for parameter in network.parameters())


def macs(network: nn.Module, workload: Workload) -> int:
    """Multiply-adds of one picture in convolutions and linear layers."""
    counted = []

    def count(layer: nn.Module, _: object, output: torch.Tensor) -> None:
        counted.append(output.numel() * layer.weight[0].numel())

    for layer in network.modules():
        if isinstance(layer, (nn.Conv2d, nn.Linear)):
            layer.register_forward_hook(count)
    network(torch.zeros(1, *workload.input_shape))
    return sum(counted)
