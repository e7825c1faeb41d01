"""Weights drawn at random, such that answers depend on the picture and on every layer."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn import functional

SEED = 0
NEARLY_ZERO = 1e-3  # weights that are all smaller switch their layer off until training
SPREAD = 0.02  # the standard deviation of what transformers begin with
# What statistics are taken from: pictures with so many shades across, in normalised pixels.
CELLS = (4, 6, 8, 12, 16, 24, 32, 48, 64, 96)
CONTRAST, BRIGHTNESS = 0.8, 0.6


def drawn(make: Callable[[], nn.Module], side: int) -> nn.Module:
    """The network that `make` initialises, the same at every call, for pictures of `side` pixels.

    Layers that begin switched off, such as a vision transformer's head or ConvNeXt's layer scales,
    are switched on. Batch normalisation gets the statistics of some pictures, as training would
    give it: without them a deep network's answers vanish or overflow. And the last layer is moved
    and scaled so that the answers to these pictures differ: else all had the same largest class.
    """
    with torch.random.fork_rng(devices=[]), torch.no_grad():
        torch.manual_seed(SEED)
        network = make().eval()
        for parameter in network.parameters():
            _switch_on(parameter)
        pictures = _pictures(side)
        _settle(network, pictures)
        _tell_apart(network, pictures)
    return network


def _pictures(side: int) -> Tensor:
    """Shades and edges, coarse to fine, as pictures have: (n, 3, side, side)."""
    made = []
    for cells in CELLS:
        shades = torch.randn(1, 3, cells, cells) * CONTRAST + torch.randn(1, 3, 1, 1) * BRIGHTNESS
        made.append(functional.interpolate(shades, (side, side), mode="bicubic"))
    return torch.cat(made)


def _switch_on(parameter: Tensor) -> None:
    """Scales by which a branch is faded in become 1, absent weights become small ones."""
    if parameter.ndim < 2 or float(parameter.abs().max()) >= NEARLY_ZERO:
        return
    if float(parameter.abs().min()) > 0:
        parameter.fill_(1.0)
    else:
        parameter.normal_(0.0, SPREAD)


def _settle(network: nn.Module, pictures: Tensor) -> None:
    """Batch normalisation's means and variances become those of the pictures."""
    norms = [module for module in network.modules() if isinstance(module, nn.BatchNorm2d)]
    if not norms:
        return
    momentum = [norm.momentum for norm in norms]
    for norm in norms:
        norm.train()
        norm.momentum = 1.0
    network(pictures)
    for norm, before in zip(norms, momentum, strict=True):
        norm.eval()
        norm.momentum = before


def _tell_apart(network: nn.Module, pictures: Tensor) -> None:
    """What the last layer gives for the pictures gets mean 0 in each class, and deviation 1."""
    last = [one for one in network.modules() if isinstance(one, nn.Linear | nn.Conv2d)][-1]
    seen: list[Tensor] = []
    hook = last.register_forward_hook(lambda _layer, _given, out: seen.append(out))
    network(pictures)
    hook.remove()
    given = seen[0].movedim(1, -1).flatten(0, -2)
    mean = given.mean(0)
    deviation = (given - mean).std()
    last.weight.div_(deviation)
    if last.bias is not None:
        last.bias.sub_(mean).div_(deviation)
