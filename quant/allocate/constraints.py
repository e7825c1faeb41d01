"""What an assignment of widths has to keep to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from math import isfinite

from quant.errors import RequestError
from quant.recipe import ACTIVATION_BITS, WEIGHT_BITS
from quant.sensitivity.scores import WEIGHTS, WIDTHS, LayerFacts
from quant.widths import refuse_unknown


@dataclass(frozen=True, slots=True)
class Limits:
    """The most that an assignment may cost, all at once; None is no limit.

    `noise` is the predicted power of the logits' error over that of FP32's logits.
    """

    size_bytes: float | None = None
    bit_operations: float | None = None
    latency_ms: float | None = None
    noise: float | None = None

    def __post_init__(self) -> None:
        for name, value in self.given.items():
            if isinstance(value, bool) or not isfinite(value) or value < 0:
                raise RequestError(
                    f"the budget {name} must be a number from 0 up, or none; got {value!r}"
                )

    @property
    def given(self) -> dict[str, float]:
        """Those that are set, by name."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: value for name, value in values.items() if value is not None}


@dataclass(frozen=True, slots=True)
class Constraints:
    """Allowed widths, layers with a width of their own, and layers that share one.

    `fixed` are (layer, weights, activations); `tied` are groups of layers.
    """

    weights: tuple[int, ...] = WIDTHS[WEIGHTS]
    activations: tuple[int, ...] = (8,)
    fixed: tuple[tuple[str, int, int], ...] = ()
    tied: tuple[tuple[str, ...], ...] = ()

    def __post_init__(self) -> None:
        _widths("weights", self.weights, WEIGHT_BITS)
        _widths("activations", self.activations, ACTIVATION_BITS)
        for name, weights, activations in self.fixed:
            _widths(f"weights of {name}", (weights,), WEIGHT_BITS)
            _widths(f"activations of {name}", (activations,), ACTIVATION_BITS)
        names = [name for name, _, _ in self.fixed]
        twice = [name for name in names if names.count(name) > 1]
        if twice:
            raise RequestError(f"{twice[0]} was fixed twice; fix each layer once")

    def groups(self, layers: Sequence[LayerFacts]) -> list[tuple[LayerFacts, ...]]:
        """Layers that share a width, joined where groups overlap; in network order.

        Raises:
            InvalidRecipe: a layer that is not there.
            RequestError: layers are tied that are fixed to different widths.
        """
        known = {layer.name for layer in layers}
        refuse_unknown((name for name, _, _ in self.fixed), known)
        refuse_unknown((name for group in self.tied for name in group), known)
        leader = {layer.name: layer.name for layer in layers}
        for group in self.tied:
            joined = {leader[name] for name in group}
            first = next(name for name in leader if leader[name] in joined)
            for name, head in leader.items():
                if head in joined:
                    leader[name] = first
        made: dict[str, list[LayerFacts]] = {}
        for layer in layers:
            made.setdefault(leader[layer.name], []).append(layer)
        for own in made.values():
            self._refuse_torn([layer.name for layer in own])
        return [tuple(own) for own in made.values()]

    def widths(self, group: Sequence[LayerFacts]) -> list[tuple[int, int]]:
        """(weights, activations) that a group may have."""
        names = {layer.name for layer in group}
        own = [(weights, inputs) for name, weights, inputs in self.fixed if name in names]
        if own:
            return own[:1]
        return [(weights, inputs) for weights in self.weights for inputs in self.activations]

    def _refuse_torn(self, names: Sequence[str]) -> None:
        own = {name: widths for name, *widths in self.fixed if name in names}
        if len({tuple(widths) for widths in own.values()}) > 1:
            first, second = list(own)[:2]
            raise RequestError(
                f"{first} and {second} are tied and fixed to different widths; leave one out"
            )


def _widths(what: str, given: tuple[int, ...], allowed: tuple[int, ...]) -> None:
    strange = [width for width in given if isinstance(width, bool) or width not in allowed]
    if strange or not given:
        listed = ", ".join(map(str, allowed))
        raise RequestError(
            f"{what} must be of {listed} bits; got {strange[0] if strange else 'none'}"
        )


def sharing(layers: Sequence[LayerFacts]) -> list[tuple[str, ...]]:
    """Names of layers that read one tensor, which has one grid in the file, at the widest of their
    widths; in network order, those that share none left out."""
    by_source: dict[str, list[str]] = {}
    for layer in layers:
        for source in layer.sources:
            by_source.setdefault(source, []).append(layer.name)
    return [tuple(dict.fromkeys(names)) for names in by_source.values() if len(set(names)) > 1]
