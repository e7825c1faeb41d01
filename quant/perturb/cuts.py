"""Parts of a network as models of their own, with layers changed."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import ModelProto, NodeProto, TensorProto, helper, numpy_helper
from onnxruntime import InferenceSession

from quant.errors import ModelError
from quant.graph.inferred import inferred
from quant.graph.network import Network
from quant.grid import Grid
from quant.perturb.setting import FLOAT, Changed, Floats, Setting
from quant.runtime.options import PROVIDERS, options

Values = dict[str, NDArray[np.generic]]


class Parts:
    """Cuts a network by the places of its nodes in their order: `start` to `end`, without it."""

    def __init__(self, network: Network) -> None:
        self.network = network
        graph = inferred(network.model)
        typed = (*graph.input, *graph.value_info, *graph.output)
        self._kinds = {item.name: item.type.tensor_type.elem_type for item in typed}
        [self.answer] = [item.name for item in network.model.graph.output[:1]]

    def live(self, end: int) -> list[str]:
        """The tensors that nodes from `end` on read of those before, the answer included."""
        nodes = self.network.nodes
        made = [*self.network.inputs, *(name for node in nodes[:end] for name in node.output)]
        read = {name for node in nodes[end:] for name in node.input} | {self.answer}
        return [name for name in made if name in read]

    def run(self, start: int, end: int, outputs: Sequence[str], setting: Setting) -> Part:
        """Load some nodes, with layers among them as `setting` says."""
        network = self.network
        nodes = network.nodes[start:end]
        made = {name for node in nodes for name in node.output}
        writing = _Writing(network)
        for node in nodes:
            writing.node(node, setting.get(node.name, FLOAT))
        read = dict.fromkeys(name for node in nodes for name in network.data_inputs(node))
        inputs = [name for name in read if name not in made]
        graph = helper.make_graph(
            writing.nodes, "part", [self._open(name) for name in inputs],
            [self._open(name) for name in outputs], writing.initializers(),
        )  # fmt: skip
        model = helper.make_model(
            graph, opset_imports=network.model.opset_import, ir_version=network.model.ir_version
        )
        return Part(model, inputs, outputs)

    def _open(self, name: str) -> onnx.ValueInfoProto:
        """A tensor of any shape."""
        return helper.make_tensor_value_info(name, self._kinds.get(name) or TensorProto.FLOAT, None)


class Part:
    """A part of a network, loaded for one thread: several runs go side by side."""

    def __init__(self, model: ModelProto, inputs: Sequence[str], outputs: Sequence[str]) -> None:
        self._inputs, self._outputs = list(inputs), list(outputs)
        try:
            self._session = InferenceSession(
                model.SerializeToString(), options(1), providers=PROVIDERS
            )
        except Exception as exc:  # onnxruntime raises errors of many kinds
            raise ModelError(
                f"a part of the network does not load: {str(exc).splitlines()[0][:200]}"
            ) from exc

    def __call__(self, values: Values) -> Values:
        given = {name: values[name] for name in self._inputs}
        return dict(zip(self._outputs, self._session.run(self._outputs, given), strict=True))


class _Writing:
    """Nodes as they are written, and the constants that they read."""

    def __init__(self, network: Network) -> None:
        self.network, self.nodes = network, list[NodeProto]()
        self.added: dict[str, TensorProto] = {}
        self.read: set[str] = set()
        self.fakes: dict[tuple[str, Grid], str] = {}

    def node(self, node: NodeProto, changed: Changed) -> None:
        copy = NodeProto()
        copy.CopyFrom(node)
        for index, name in enumerate(copy.input):
            if name in changed.grids:
                copy.input[index] = self.fake(name, changed.grids[name])
        if changed.weight is not None:
            copy.input[1] = self.constant(f"{node.name}/changed", changed.weight)
        self.read.update(copy.input)
        self.nodes.append(copy)

    def constant(self, name: str, value: Floats) -> str:
        self.added[name] = numpy_helper.from_array(value, name)
        return name

    def fake(self, name: str, grid: Grid) -> str:
        """The tensor on the grid's levels, in float arithmetic; once for all that read it so."""
        if (name, grid) in self.fakes:
            return self.fakes[name, grid]
        base = f"{name}/levels/{len(self.fakes)}"
        scale, low, high = (
            self.constant(f"{base}/{what}", np.array(value, np.float32))
            for what, value in (
                ("scale", grid.scale),
                ("low", -grid.zero_point),
                ("high", grid.top - grid.zero_point),
            )
        )
        steps = (
            ("Div", [name, scale], f"{base}/steps"),
            ("Round", [f"{base}/steps"], f"{base}/rounded"),
            ("Clip", [f"{base}/rounded", low, high], f"{base}/clipped"),
            ("Mul", [f"{base}/clipped", scale], base),
        )
        for op, inputs, output in steps:
            self.nodes.append(helper.make_node(op, inputs, [output], name=output))
        self.fakes[name, grid] = base
        return base

    def initializers(self) -> list[TensorProto]:
        known = self.network.constants
        return [*(known[name] for name in sorted(self.read) if name in known), *self.added.values()]
