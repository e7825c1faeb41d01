"""Counting what a network holds and does."""

from __future__ import annotations

import copy

import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from models.workload import Workload


def parameters(network: nn.Module) -> int:
    return sum(parameter.numel() for parameter in network.parameters())


def macs(network: nn.Module, workload: Workload) -> int:
    """Multiply-adds of one picture: convolutions, linear layers, products of activations.

    On the meta device, where attention is not one fused operation that counts as nothing.
    """
    counted = copy.deepcopy(network).to("meta")
    with FlopCounterMode(display=False) as counter:
        counted(torch.zeros(1, *workload.input_shape, device="meta"))
    return counter.get_total_flops() // 2
