"""AIMET's AdaRound on a few layers, in AIMET's environment; imports nothing of ours.

    python aimet_side.py FOLDER

reads network.pt (a traced torch module), pictures.npz and asked.json from the folder, and writes
weights.npz (dequantised, by layer) and answers.json.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from aimet_torch._base.adaround.activation_sampler import ActivationSampler
from aimet_torch._base.adaround.adaround_optimizer import BATCH_SIZE, AdaroundOptimizer
from aimet_torch.adaround.adaround_weight import Adaround, AdaroundParameters
from torch import Tensor, nn
from torch.utils.data import DataLoader

REPEATS = 3  # of what a bare layer costs
PICTURES_A_PASS = 40  # of what AIMET captures; a step of learning draws BATCH_SIZE of all


class Clock:
    """CPU and wall seconds that calls of a function took, all together."""

    def __init__(self, inner: Callable[..., object]) -> None:
        self.inner, self.cpu, self.wall = inner, 0.0, 0.0

    def __call__(self, *given: object, **named: object) -> object:
        wall, cpu = time.perf_counter(), time.process_time()
        try:
            return self.inner(*given, **named)
        finally:
            self.wall += time.perf_counter() - wall
            self.cpu += time.process_time() - cpu

    @property
    def seconds(self) -> dict[str, float]:
        return {"cpu": self.cpu, "wall": self.wall}


def main(folder: Path) -> None:
    asked = json.loads((folder / "asked.json").read_text())
    torch.set_num_threads(asked["threads"])
    torch.manual_seed(0)
    network = torch.load(folder / "network.pt", weights_only=False).eval()
    pictures = torch.tensor(np.load(folder / "pictures.npz")["pictures"])
    costs = costs_of(network, pictures)
    layers, weights = {}, {}
    for name in asked["layers"]:
        capture = Clock(ActivationSampler.sample_acts)
        # a function, so that it is bound to its object as the method was
        ActivationSampler.sample_acts = lambda *a, _clock=capture, **k: _clock(*a, **k)
        whole = Clock(AdaroundOptimizer.adaround_module)
        AdaroundOptimizer.adaround_module = whole
        weights[name] = rounded(network, name, pictures, asked, folder)
        ActivationSampler.sample_acts = capture.inner
        AdaroundOptimizer.adaround_module = whole.inner
        layers[name] = {"whole": whole.seconds, "capture": capture.seconds}
    np.savez(folder / "weights.npz", **weights)
    answers = {"batch": BATCH_SIZE, "layers": layers, "costs": costs}
    (folder / "answers.json").write_text(json.dumps(answers))


def rounded(
    network: nn.Module, name: str, pictures: Tensor, asked: dict[str, int], folder: Path
) -> np.ndarray:
    """The layer's weight as AIMET rounds it, every other layer in float; (out, *in)."""
    wanted = network.get_submodule(name)
    others = [m for m in network.modules() if not list(m.children()) and m is not wanted]
    loader = DataLoader(list(pictures), batch_size=PICTURES_A_PASS)
    found = Adaround.apply_adaround(
        network,
        pictures[:1],
        AdaroundParameters(loader, len(loader), default_num_iterations=asked["steps"]),
        str(folder),
        "aimet",
        default_param_bw=asked["bits"],
        ignore_quant_ops_list=others,
    )
    weight = found.get_submodule(name).weight.detach().numpy()
    return on_grid(weight, json.loads((folder / "aimet.encodings").read_text()), name)


def on_grid(weight: np.ndarray, told: dict[str, Any], name: str) -> np.ndarray:
    """AIMET leaves weights where learning ended, between two levels; its simulation rounds them."""
    channels = told["param_encodings"][f"{name}.weight"]
    shape = (-1,) + (1,) * (weight.ndim - 1)
    step = np.array([one["scale"] for one in channels]).reshape(shape)
    low = np.array([one["offset"] for one in channels]).reshape(shape)
    codes = np.clip(np.rint(weight / step), low, low + 2 ** channels[0]["bitwidth"] - 1)
    return (codes * step).astype(np.float32)


def costs_of(network: nn.Module, pictures: Tensor) -> dict[str, dict[str, dict[str, float]]]:
    """What each layer costs in bare torch, in network order, on BATCH_SIZE pictures.

    `step` is a forward pass and the weight's gradient, `forward` a forward pass.
    """
    names = {m: n for n, m in network.named_modules() if isinstance(m, nn.Conv2d | nn.Linear)}
    shapes: dict[nn.Module, torch.Size] = {}
    hooks = [
        module.register_forward_pre_hook(lambda m, given: shapes.update({m: given[0].shape[1:]}))
        for module in names
    ]
    with torch.no_grad():
        network(pictures[:1])
    for hook in hooks:
        hook.remove()
    return {names[module]: cost_of(module, shape) for module, shape in shapes.items()}


def cost_of(module: nn.Module, shape: torch.Size) -> dict[str, dict[str, float]]:
    x = torch.rand(BATCH_SIZE, *shape)
    weight = module.weight.detach().clone().requires_grad_()

    def forward() -> Tensor:
        return torch.func.functional_call(module, {"weight": weight}, (x,))

    def step() -> None:
        forward().square().mean().backward()

    step()
    clocks = {"step": Clock(step), "forward": Clock(torch.no_grad()(forward))}
    for clock in [*clocks.values()] * REPEATS:
        clock()
    return {
        name: {unit: spent / REPEATS for unit, spent in clock.seconds.items()}
        for name, clock in clocks.items()
    }


if __name__ == "__main__":
    main(Path(sys.argv[1]))
