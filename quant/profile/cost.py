"""What the profiler itself costs, and what is left of an operation's time without it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper

from quant.graph.fold import OLD_IR_VERSION
from quant.profile.trace import Event, Trace

LONG = 101  # operations of a chain
MANY = 8  # tensors that an operation of the second chain reads
SHAPE = (8, 4, 4)
FEEDS: tuple[NDArray[np.generic], ...] = (
    np.ones((1, *SHAPE), np.float32),
    np.ones((1, *SHAPE), np.float32),
    np.ones((1, *SHAPE), np.uint8),
)


@dataclass(frozen=True, slots=True)
class Cost:
    """In microseconds: of an operation that reads one tensor, of each tensor more, and of a call.

    The profiler notes the shape of every tensor, so its cost grows with their number.
    """

    one: float
    more: float
    call: float

    def of(self, event: Event) -> float:
        return self.one + self.more * (max(event.inputs, 1) - 1)


@dataclass(frozen=True, slots=True)
class Shares:
    """Milliseconds of each event and of the call: they sum to the latency without the profiler.

    `before_scaling` is what they came to, as a share of that latency, once the cost was off.
    """

    ms: tuple[float, ...]
    call_ms: float
    profiler_us: float
    before_scaling: float


def chains(folder: Path) -> list[Path]:
    """Files of operations that do nearly nothing: one, many, and many that read many tensors."""
    made = []
    for number, (count, many) in enumerate(((1, False), (LONG, False), (LONG, True))):
        path = folder / f"chain-{number}.onnx"
        onnx.save(_chain(count, many), path)
        made.append(path)
    return made


def cost_of(single: Trace, plain: Trace, many: Trace) -> Cost:
    """From the chains: what an operation takes under the profiler less what it takes without."""
    without = (plain.plain_us - single.plain_us) / (LONG - 1)
    one = _mean(plain) - without
    call = max(single.plain_us - without, 0.0)
    eight = _mean(many) - (many.plain_us - call) / LONG
    return Cost(max(one, 0.0), max((eight - one) / (MANY - 1), 0.0), call)


def shares(trace: Trace, cost: Cost) -> Shares:
    """Take the cost off, then scale what is left to the latency without the profiler.

    What is left is usually a little too much: the profiler's notes push the network's data out of
    the caches.
    """
    left = np.array([max(event.us - cost.of(event), 0.0) for event in trace.events])
    call = min(cost.call, trace.plain_us)
    before = (float(left.sum()) + call) / trace.plain_us
    total = float(left.sum())
    scaled = left * ((trace.plain_us - call) / total if total else 0.0)
    return Shares(
        tuple(float(us) / 1000 for us in scaled),
        (call if total else trace.plain_us) / 1000,
        _mean_cost(trace.events, cost),
        before,
    )


def _mean_cost(events: Sequence[Event], cost: Cost) -> float:
    return float(np.mean([cost.of(event) for event in events])) if events else 0.0


def _mean(trace: Trace) -> float:
    return float(np.mean([event.us for event in trace.events]))


def _chain(count: int, many: bool) -> onnx.ModelProto:
    kind = TensorProto.UINT8 if many else TensorProto.FLOAT
    nodes = [_node(at, many) for at in range(count)]
    constants = [
        helper.make_tensor("scale", TensorProto.FLOAT, [], [0.1]),
        helper.make_tensor("zero", TensorProto.UINT8, [], [3]),
    ]
    first, last = (
        helper.make_tensor_value_info(f"t{at}", kind, ["batch", *SHAPE]) for at in (0, count)
    )
    graph = helper.make_graph(nodes, "chain", [first], [last], constants if many else [])
    domains = [helper.make_opsetid("", 18), helper.make_opsetid("com.microsoft", 1)]
    return helper.make_model(graph, opset_imports=domains, ir_version=OLD_IR_VERSION)


def _node(at: int, many: bool) -> onnx.NodeProto:
    source, target = f"t{at}", f"t{at + 1}"
    if not many:
        return helper.make_node("Neg", [source], [target], name=f"n{at}")
    grid = ["scale", "zero"]
    return helper.make_node(
        "QLinearAdd", [source, *grid, source, *grid, *grid], [target], name=f"n{at}",
        domain="com.microsoft",
    )  # fmt: skip
