"""Counting what a network holds and does."""

from __future__ import annotations

import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from models.workload import Workload


def parameters(network: nn.Module) -> int:
    return sum(parameter.numel() for parameter in network.parameters())


def macs(network: nn.Module, workload: Workload) -> int:
    """Multiply-adds of one picture: convolutions, linear layers, products of activations."""
    with FlopCounterMode(display=False) as counter:
        network(torch.zeros(1, *workload.input_shape))
    return counter.get_total_flops() // 2
