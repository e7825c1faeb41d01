"""torchvision's classifiers, with their own weights or with random ones."""

from __future__ import annotations

import re
from typing import Any

import torch
from torch import Tensor, nn
from torchvision import models

from models.random_weights import drawn
from models.weights import weights_path
from models.workload import Workload
from quant.errors import ModelError

USUAL_SIDE, LARGE_SIDE = 224, 320
# Its authors' weights want pictures scaled as Inception's first ones were.
INCEPTIONS: dict[str, dict[str, Any]] = {
    name: {"transform_input": True, "init_weights": False} for name in ("googlenet", "inception_v3")
}
# densenet's published files are of before dots were forbidden in the names of modules
_OLD_NAME = re.compile(r"(.*denselayer\d+\.(?:norm|relu|conv))\.([12]\..*)")


def architecture(name: str, side: int = USUAL_SIDE) -> nn.Module:
    """The network of that name for pictures of `side` pixels, as torchvision initialises it.

    Heads that only serve training are left out.
    """
    options = dict(INCEPTIONS.get(name, {}))
    if options:
        options["aux_logits"] = False
    if side_matters(name):
        options["image_size"] = side
    network: nn.Module = models.get_model(name, weights=None, **options)
    return network


def side_matters(name: str) -> bool:
    """A vision transformer's positions belong to one picture size."""
    return name.startswith("vit_")


def classifier(workload: Workload, *, weights: bool = True) -> nn.Module:
    """Build a torchvision workload in evaluation mode.

    Raises:
        ModelError: the weights are not at hand, damaged, or of another network.
    """

    side = workload.input_shape[1]

    def made() -> nn.Module:
        return architecture(workload.architecture, side)

    if workload.is_random or not weights:
        drawn_at = side if side_matters(workload.architecture) else min(side, LARGE_SIDE)
        network = drawn(made, drawn_at)
    else:
        network = made()
        _load(network, workload)
    return network.eval().requires_grad_(False)


def _load(network: nn.Module, workload: Workload) -> None:
    path = weights_path(workload)
    try:
        theirs = torch.load(path, map_location="cpu", weights_only=True)
        network.load_state_dict(_wanted(theirs))
    except Exception as exc:  # a foreign file makes the unpickler raise almost anything
        raise ModelError(
            f"{path.name} does not hold the weights of {workload.title}; delete {path} and "
            "download it again"
        ) from exc


def _wanted(theirs: dict[str, Tensor]) -> dict[str, Tensor]:
    """The weights under today's names, without the heads that only serve training. In place: what
    else is kept with them, such as the version of MNASNet's, stays."""
    for name in list(theirs):
        value = theirs.pop(name)
        if not name.startswith(("aux1.", "aux2.", "AuxLogits.")):
            theirs[_OLD_NAME.sub(r"\1\2", name)] = value
    return theirs
