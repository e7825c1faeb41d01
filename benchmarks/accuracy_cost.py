"""CPU time of one recipe's accuracy, beside float fake-quantisation in PyTorch eager."""

from __future__ import annotations

import os

import numpy as np
import torch
from torch import Tensor, nn

from benchmarks.common import Subject, report, subject
from models.build import build
from quant.measure.accuracy import answers
from quant.recipe import Recipe
from quant.settings import settings


class FakeQuantised(nn.Module):
    """A layer whose input and weight are fake-quantised on every call, as QAT toolkits do."""

    def __init__(self, layer: nn.Conv2d | nn.Linear, recipe: Recipe) -> None:
        super().__init__()
        self.layer, self.recipe = layer, recipe
        top = 2 ** (recipe.weights - 1) - 1
        flat = layer.weight.detach().abs().flatten(1).amax(1)
        self.scale = (flat / top).clamp_min(1e-12)
        self.zero = torch.zeros(len(flat), dtype=torch.int32)
        self.top = top

    def forward(self, x: Tensor) -> Tensor:
        levels = 2**self.recipe.activations - 1
        x = torch.fake_quantize_per_tensor_affine(x, 6.0 / levels, 0, 0, levels)
        weight = torch.fake_quantize_per_channel_affine(
            self.layer.weight, self.scale, self.zero, 0, -self.top, self.top
        )
        return torch.func.functional_call(self.layer, {"weight": weight}, (x,))


def main() -> None:
    chosen = subject("imagenet-lite0")
    if chosen is None:
        return
    torch.set_num_threads(settings().threads)
    for recipe in (Recipe(8, 8), Recipe(4, 4)):
        ours, theirs = _ours(chosen, recipe), _theirs(chosen, recipe)
        n = len(chosen.data.report)
        print(f"{recipe.bits}: {ours:.2f} s against {theirs:.2f} s of CPU on {n} pictures")
        report(f"imagenet-lite0 {recipe.bits} accuracy, CPU time", ours / theirs, 1 / 8)


def _cpu_seconds() -> float:
    times = os.times()
    return times.user + times.system


def _ours(chosen: Subject, recipe: Recipe) -> float:
    path, threads = chosen.artifact(recipe).path, settings().threads
    start = _cpu_seconds()
    answers(path, chosen.data.report, None, lambda _done: None, threads=threads)
    return _cpu_seconds() - start


@torch.inference_mode()
def _theirs(chosen: Subject, recipe: Recipe) -> float:
    network = build(chosen.workload)
    for module in list(network.modules()):
        for name, child in list(module.named_children()):
            if isinstance(child, nn.Conv2d | nn.Linear):
                setattr(module, name, FakeQuantised(child, recipe))
    start = _cpu_seconds()
    for pictures, _ in chosen.data.report.batches(16):
        network(torch.from_numpy(np.ascontiguousarray(pictures)))
    return _cpu_seconds() - start
