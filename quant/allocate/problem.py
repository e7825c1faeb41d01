"""The choice that there is: for each group of layers its widths, and what each of them costs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from quant.allocate.constraints import Constraints
from quant.allocate.latency import Pace
from quant.allocate.losses import Losses
from quant.allocate.sizes import TABLES, Sizes, mixed_names
from quant.recipe import FLOAT
from quant.sensitivity.scores import PRODUCT, LayerFacts, Sensitivity

COSTS = ("size_bytes", "bit_operations", "latency_ms")
Widths = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Option:
    """One pair of widths for a group, with what it adds: noise power of the logits over theirs,
    bytes of the file, multiply-adds times both widths, and ms (0 where no pace is known)."""

    widths: Widths
    noise: float
    size_bytes: float
    bit_operations: float
    latency_ms: float


@dataclass(frozen=True, slots=True)
class Group:
    """Layers that share their widths, and what they may have."""

    layers: tuple[str, ...]
    options: tuple[Option, ...]


@dataclass(frozen=True, eq=False)  # by identity: hulls are kept by it
class Problem:
    """`size_bytes` and `latency_ms` come on top, whatever is chosen; `pace` tells what the
    latencies rest on, and is None where they are not known. `tables` are the bytes that the first
    layer of a width brings in, by the bits of its weights."""

    groups: tuple[Group, ...]
    size_bytes: float
    latency_ms: float
    pace: Pace | None
    tables: Mapping[int, float] = field(default_factory=dict)

    def base(self, cost: str) -> float:
        """What comes on top of a cost."""
        return {"size_bytes": self.size_bytes, "latency_ms": self.latency_ms}.get(cost, 0.0)

    def total(self, name: str, picks: Sequence[int]) -> float:
        """What a cost, or the noise, comes to when each group takes the option of that number;
        bytes without tables."""
        pairs = zip(self.groups, picks, strict=True)
        each: list[float] = [getattr(group.options[at], name) for group, at in pairs]
        return self.base(name) + sum(each)


def problem(
    found: Sensitivity,
    constraints: Constraints,
    losses: Losses,
    sizes: Sizes,
    pace: Pace | None = None,
) -> Problem:
    """Options of every layer of a network.

    Bit-operations are multiply-adds x bits of weights x bits of inputs: van Baalen et al. 2020,
    Bayesian Bits, arXiv:2005.07093, section 2.3.

    Raises:
        InvalidRecipe, RequestError: as `Constraints.groups`.
    """
    groups = []
    for layers in constraints.groups(found.layers):
        options = [
            _sum([_option(layer, widths, losses, sizes, pace) for layer in layers], widths)
            for widths in constraints.widths(layers)
        ]
        names = tuple(layer.name for layer in layers)
        groups.append(Group(names, _worth_having(options)))
    fixed = pace.call_ms if pace else 0.0
    base = sizes.base + mixed_names(found.layers)
    return Problem(tuple(groups), base, fixed, pace, TABLES)


def _option(
    layer: LayerFacts, widths: Widths, losses: Losses, sizes: Sizes, pace: Pace | None
) -> Option:
    weights, activations = widths
    product = layer.op == PRODUCT
    used = losses.used(layer.name, activations)
    width = used if product else weights
    return Option(
        widths=widths,
        noise=losses.of(layer.name, weights, activations),
        size_bytes=0.0 if product else sizes.of(layer, weights),
        bit_operations=float(layer.macs) * width * used,
        latency_ms=pace.of(layer.name, FLOAT if product else weights, used) if pace else 0.0,
    )


def _sum(options: list[Option], widths: Widths) -> Option:
    return Option(
        widths,
        *(
            sum(getattr(one, name) for one in options)
            for name in ("noise", "size_bytes", "bit_operations", "latency_ms")
        ),
    )


def _worth_having(options: list[Option]) -> tuple[Option, ...]:
    """Without those that another one beats, or equals, in everything; the least noise first."""

    def values(one: Option) -> tuple[float, ...]:
        return one.noise, one.size_bytes, one.bit_operations, one.latency_ms

    kept: list[Option] = []
    for one in sorted(options, key=values):
        if not any(
            all(a <= b for a, b in zip(values(other), values(one), strict=True)) for other in kept
        ):
            kept.append(one)
    return tuple(kept)


@dataclass(frozen=True, slots=True)
class Assignment:
    """Widths of every layer as (layer, weights, activations), and what they should cost.

    All of it is predicted. `gap` is how far, relative to its noise, a better one may be.
    """

    layers: tuple[tuple[str, int, int], ...]
    noise: float
    size_bytes: float
    bit_operations: float
    latency_ms: float
    gap: float = 0.0

    def within(self, gap: float) -> Assignment:
        return replace(self, gap=gap)

    @property
    def by_layer(self) -> Mapping[str, Widths]:
        return {name: (weights, activations) for name, weights, activations in self.layers}


def table_bytes(tables: Mapping[int, float], layers: Sequence[tuple[str, int, int]]) -> float:
    """Of the widths that these layers have."""
    return sum(tables.get(weights, 0.0) for weights in {weights for _, weights, _ in layers})


def assigned(given: Problem, picks: Sequence[int], gap: float = 0.0) -> Assignment:
    """When each group takes the option of that number."""
    layers = [
        (name, *group.options[at].widths)
        for group, at in zip(given.groups, picks, strict=True)
        for name in group.layers
    ]
    costs = {name: given.total(name, picks) for name in ("noise", *COSTS)}
    costs["size_bytes"] += table_bytes(given.tables, layers)
    return Assignment(tuple(layers), **costs, gap=gap)
