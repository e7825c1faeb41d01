"""From a workload's name to its network."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from models.workload import Workload

if TYPE_CHECKING:
    from torch import nn


def build(workload: Workload, *, weights: bool = True) -> nn.Module:
    """The network in evaluation mode, without gradients; this is where torch is imported.

    Without `weights` they are random.

    Raises:
        ModelError: the weights are not there.
    """
    module, function = workload.builder.split(":")
    network: nn.Module = getattr(import_module(module), function)(workload, weights=weights)
    return network
