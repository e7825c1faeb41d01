"""Reading an ONNX graph: who makes a tensor, who uses it, what is constant."""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import ModelProto, NodeProto, helper, numpy_helper

from quant.graph.inferred import inferred

Array = NDArray[Any]


class Network:
    """An index over a model that is not changed while the index is used."""

    def __init__(self, model: ModelProto) -> None:
        self.model = model
        self.nodes: list[NodeProto] = list(model.graph.node)
        self.constants = {item.name: item for item in model.graph.initializer}
        self.producer = {name: node for node in self.nodes for name in node.output if name}
        self.consumers: dict[str, list[NodeProto]] = defaultdict(list)
        for node in self.nodes:
            for name in node.input:
                if name:
                    self.consumers[name].append(node)
        self.outputs = {item.name for item in model.graph.output}
        self.inputs = [item.name for item in model.graph.input if item.name not in self.constants]

    @cached_property
    def _not_float(self) -> set[str]:
        """Tensors that shape inference finds to be of another type than float32."""
        graph = inferred(self.model)
        return {
            item.name
            for item in (*graph.input, *graph.value_info, *graph.output)
            if item.type.tensor_type.elem_type not in (0, onnx.TensorProto.FLOAT)
        }

    def is_float(self, name: str) -> bool:
        """Whether a tensor may hold float32 values."""
        return name not in self._not_float

    def constant(self, name: str) -> Array:
        """The value of an initializer."""
        return np.asarray(numpy_helper.to_array(self.constants[name]))

    def is_constant(self, name: str) -> bool:
        return name in self.constants

    def data_inputs(self, node: NodeProto) -> list[str]:
        """The inputs of a node that change from picture to picture."""
        return [name for name in node.input if name and not self.is_constant(name)]

    def only_consumer(self, name: str) -> NodeProto | None:
        """The one node that reads a tensor, or None: several do, or it is an output."""
        users = self.consumers.get(name, [])
        return users[0] if len(users) == 1 and name not in self.outputs else None


def factor_of(node: NodeProto, network: Network) -> float | None:
    """The positive number that a node multiplies a tensor by, if that is all it does."""
    data = network.data_inputs(node)
    if node.op_type not in ("Mul", "Div") or len(node.input) != 2 or len(data) != 1:
        return None
    if node.op_type == "Div" and node.input[0] != data[0]:
        return None
    other = next(name for name in node.input if network.is_constant(name))
    value = network.constant(other)
    if value.size != 1 or value.dtype != np.float32 or not float(value.reshape(())) > 0:
        return None
    number = float(value.reshape(()))
    return 1 / number if node.op_type == "Div" else number


def attribute(node: NodeProto, name: str, default: Any) -> Any:
    """The value of a node's attribute, or the default where it is not given."""
    for item in node.attribute:
        if item.name == name:
            return helper.get_attribute_value(item)
    return default
