"""How each embedded Fashion-MNIST network is trained."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import torch
from torch import nn
from torch.optim.lr_scheduler import OneCycleLR

from models.fashion import FashionResNet
from models.fashion_mobilenet import FashionMobileNet
from models.fashion_vit import FashionViT


@dataclass(frozen=True, slots=True)
class Schedule:
    """One cycle of the rate (Smith and Topin 2017, arXiv:1708.07120), and what goes with it.

    `optimiser` is SGD with Nesterov momentum 0.9, or AdamW (Loshchilov and Hutter 2017,
    arXiv:1711.05101), whose decay is multiplied by the rate. `bfloat16` computes the network,
    not its weights or their updates, in half the bits. `erase` is the share of pictures that lose a
    rectangle, `shift` is in pixels.
    """

    build: Callable[[], nn.Module]
    epochs: int
    batch: int = 128
    optimiser: Literal["sgd", "adamw"] = "sgd"
    peak_rate: float = 0.1
    weight_decay: float = 5e-4
    label_smoothing: float = 0.05
    shift: int = 2
    erase: float = 0.25
    bfloat16: bool = False
    seed: int = 0


SCHEDULES = {
    "fashion-resnet": Schedule(build=FashionResNet, epochs=16),
    "fashion-mobilenet": Schedule(build=FashionMobileNet, epochs=10, weight_decay=1e-4, erase=0.0),
    "fashion-vit": Schedule(
        build=FashionViT,
        epochs=18,
        optimiser="adamw",
        peak_rate=2e-3,
        weight_decay=0.05,
        erase=0.1,
        bfloat16=True,
    ),
}


def optimiser_of(schedule: Schedule, network: nn.Module) -> torch.optim.Optimizer:
    """The schedule's optimiser over all parameters of a network, at its peak rate."""
    groups, rate = parameter_groups(network, schedule.weight_decay), schedule.peak_rate
    if schedule.optimiser == "adamw":
        return torch.optim.AdamW(groups, lr=rate)
    return torch.optim.SGD(groups, lr=rate, momentum=0.9, nesterov=True)


def rate_of(schedule: Schedule, optimiser: torch.optim.Optimizer, steps: int) -> OneCycleLR:
    """Up to the peak in the first fifth of all `steps`, then down along a cosine."""
    return OneCycleLR(
        optimiser, schedule.peak_rate, total_steps=steps, pct_start=0.2, cycle_momentum=False
    )


def parameter_groups(network: nn.Module, decay: float) -> list[dict[str, object]]:
    """Weight decay on matrices and kernels only, not on norms and biases."""
    parameters = list(network.parameters())
    return [
        {"params": [p for p in parameters if p.ndim > 1], "weight_decay": decay},
        {"params": [p for p in parameters if p.ndim <= 1], "weight_decay": 0.0},
    ]
