"""Every pretrained classifier of torchvision, from a table: names and facts, without torch.

`torchvision/resnet50` has torchvision's default weights, `torchvision/resnet50-IMAGENET1K_V1` those
of another weight set, `torchvision/resnet50-random` random ones. A hyphen, because no name of
torchvision holds one and because it needs no escape in a link, a shell or a file name.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from typing import Any

from models.hub import HubFile
from models.workload import Family, Workload
from models.zoo.files import TORCHVISION
from quant.errors import UnknownWorkload

PREFIX = "torchvision/"
RANDOM = "random"
_NEAR = 3  # names that are offered where one is unknown


@dataclass(frozen=True, slots=True)
class Architecture:
    """A network of torchvision with its weight sets, the default one first."""

    name: str
    family: Family
    sets: tuple[dict[str, Any], ...]


@cache
def architectures() -> dict[str, Architecture]:
    """All of them by name, as torchvision lists them."""
    listed = _table()["architectures"]
    return {
        one["name"]: Architecture(one["name"], one["family"], tuple(one["sets"])) for one in listed
    }


@cache
def pretrained() -> tuple[Workload, ...]:
    """Every weight set of every architecture, as workloads."""
    return tuple(
        _workload(one, chosen["name"]) for one in architectures().values() for chosen in one.sets
    )


@cache
def named(name: str) -> Workload:
    """The workload of a name that begins with `torchvision/`.

    Raises:
        UnknownWorkload: no such architecture, or no such weight set of it.
    """
    network, _, weights = name.removeprefix(PREFIX).replace(":", "-").partition("-")
    found = architectures().get(network.lower())
    if found is None:
        raise UnknownWorkload(_no_architecture(name, network))
    by_name = {one["name"].lower(): one["name"] for one in found.sets} | {RANDOM: RANDOM}
    weights = weights or found.sets[0]["name"]
    if weights.lower() not in by_name:
        known = ", ".join(by_name.values())
        raise UnknownWorkload(
            f"there is no weight set {weights[:60]!r} of {PREFIX}{found.name}; there are {known}"
        )
    return _workload(found, by_name[weights.lower()])


def random_of(architecture: str) -> str:
    """The name of an architecture with random weights."""
    return f"{PREFIX}{architecture}-{RANDOM}"


def _workload(of: Architecture, weights: str) -> Workload:
    """With random weights it wants the pictures that the default weight set wants."""
    is_random = weights == RANDOM
    default = of.sets[0]
    facts = default if is_random else next(one for one in of.sets if one["name"] == weights)
    published = not is_random
    side = facts["side"]
    source = _table()["source"]
    return Workload(
        name=PREFIX + of.name + ("" if facts is default and published else f"-{weights}"),
        title=f"{of.name} of torchvision, {'random weights' if is_random else weights}",
        dataset="ImageNet",
        builder="models.torchvision_zoo:classifier",
        input_shape=(3, side, side),
        mean=tuple(facts["mean"]),
        std=tuple(facts["std"]),
        classes=1000,
        parameters=facts["parameters"],
        macs=facts["macs"],
        weights_from=f"{source}, {weights}" if published else "drawn with seed 0",
        needs_data="a folder of labelled ImageNet pictures, one folder a class: --data DIR"
        if published
        else "a folder of pictures, with or without labels: --data DIR",
        family=of.family,
        resize=facts["resize"],
        interpolation=facts["interpolation"],
        architecture=of.name,
        weight_set=weights,
        is_random=is_random,
        hub_file=HubFile(facts["url"], facts["bytes"]) if published else None,
        published_accuracy=round(facts["top1"] / 100, 5) if published else None,
        published_top5=round(facts["top5"] / 100, 5) if published else None,
        published_by=f"{source}, on ImageNet's 50,000 validation pictures" if published else "",
    )


def _no_architecture(name: str, network: str) -> str:
    import difflib

    known = list(architectures())
    near = difflib.get_close_matches(network.lower(), known, _NEAR, 0.5)
    close = f"did you mean {' or '.join(PREFIX + one for one in near)}? " if near else ""
    return (
        f"there is no workload {name[:80]!r}: {close}torchvision has {len(known)} classifiers; "
        "see python -m quant models"
    )


@cache
def _table() -> dict[str, Any]:
    table: dict[str, Any] = json.loads(TORCHVISION.read_text())
    return table
