"""Every workload that can be chosen by name now, and what a list says of each. Without torch."""

from __future__ import annotations

from functools import cache

from models.own import own_names
from models.torchvision_table import architectures, named, pretrained, random_of
from models.weights import are_here
from models.workload import WORKLOADS, Workload, known


@cache
def _random() -> tuple[Workload, ...]:
    return tuple(named(random_of(one)) for one in architectures())


def published() -> tuple[Workload, ...]:
    """Those with weights of their own: what ships first, then what was added here, then
    torchvision's."""
    added = (known(name) for name in own_names())
    return (*WORKLOADS, *(one for one in added if one), *pretrained())


def offered() -> tuple[Workload, ...]:
    """The same, and torchvision's networks with random weights last."""
    return (*published(), *_random())


def names() -> tuple[str, ...]:
    """All that a page offers."""
    return tuple(one.name for one in offered())


def found(text: str, among: tuple[Workload, ...]) -> tuple[Workload, ...]:
    """Those whose name, title or data hold every word of a text, in any case."""
    words = text.casefold().split()
    return tuple(
        one
        for one in among
        if all(
            word in f"{one.name} {one.title} {one.dataset} {one.family}".casefold()
            for word in words
        )
    )


def counted(value: int) -> str:
    """Parameters or multiply-adds: `25.6 M`, `4.09 G`."""
    for size, unit in ((1e12, "T"), (1e9, "G"), (1e6, "M")):
        if value >= size:
            return f"{value / size:.3g} {unit}"
    return f"{value / 1e3:.3g} k"


def weights_in_words(workload: Workload) -> str:
    """Whether they are at hand, or how large a download they are."""
    if workload.is_random:
        return "random"
    if are_here(workload):
        return "here"
    file = workload.hub_file
    return f"{file.size_bytes / 1e6:.0f} MB to download" if file else "missing"
