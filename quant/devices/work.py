"""What a file asks of a processor: operations and bytes, from what was stored of its layers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from quant.records import LayerOutcome

FLOAT_BYTES, CODE_BYTES = 4, 1


@dataclass(frozen=True, slots=True)
class Step:
    """One layer for one picture. `flow_bytes` are its inputs and outputs, None where unknown."""

    macs: int
    is_integer: bool
    weight_bytes: int
    flow_bytes: int | None

    @property
    def moved_bytes(self) -> int:
        return self.weight_bytes + (self.flow_bytes or 0)


@dataclass(frozen=True, slots=True)
class Work:
    """Layers and products of two activations in order; what lies between them is not counted."""

    steps: tuple[Step, ...]

    @property
    def flow_known(self) -> bool:
        """Whether inputs and outputs were kept: they are since this was first modelled."""
        return all(step.flow_bytes is not None for step in self.steps)

    @property
    def macs(self) -> int:
        return sum(step.macs for step in self.steps)

    @property
    def integer_macs(self) -> int:
        return sum(step.macs for step in self.steps if step.is_integer)

    @property
    def moved_bytes(self) -> int:
        return sum(step.moved_bytes for step in self.steps)

    @property
    def in_float(self) -> Work:
        """The same layers before they were quantised."""
        return Work(tuple(step if not step.is_integer else _widened(step) for step in self.steps))

    @property
    def memory_bytes(self) -> int | None:
        """All weights as they are computed with, and the inputs and outputs of the layer that has
        most; None where those are not known. The runtime itself comes on top."""
        if not self.flow_known or not self.steps:
            return None
        flows = max(step.flow_bytes or 0 for step in self.steps)
        return sum(step.weight_bytes for step in self.steps) + flows


def work(outcomes: Iterable[LayerOutcome]) -> Work:
    """Of a measured file. Codes of up to 8 bits are bytes once they are loaded, as in ONNX Runtime;
    what has no integer kernel is computed in float32, from weights of 4 bytes."""
    return Work(tuple(_step(one) for one in outcomes if one.macs))


def _widened(step: Step) -> Step:
    times = FLOAT_BYTES // CODE_BYTES
    flow = None if step.flow_bytes is None else times * step.flow_bytes
    return Step(step.macs, False, times * step.weight_bytes, flow)


def _step(one: LayerOutcome) -> Step:
    is_integer = one.kernel not in ("", "float32")
    width = CODE_BYTES if is_integer else FLOAT_BYTES
    known = one.inputs > 0 and one.outputs > 0
    flow = (one.inputs + one.outputs) * width if known else None
    return Step(one.macs, is_integer, one.parameters * width, flow)
