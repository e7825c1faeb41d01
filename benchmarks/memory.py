"""Peak memory of loading a 4096 x 4096 matrix at each width, against its float size."""

from __future__ import annotations

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from benchmarks.common import HOME, report
from quant.graph.layers import Layer
from quant.lower.weights import Fragment, integer, scaled
from quant.measure.memory import loading_peak_bytes
from quant.rounding.codes import Codes
from quant.rounding.levels import choices
from quant.rounding.scales import Scales

SIDE = 4096


def main() -> None:
    for bits in (8, 7, 6, 5, 4, 3, 2):
        for activations in (8, 32):
            paths = []
            for side in (16, SIDE):
                paths.append(HOME / f"matrix-{side}.onnx")
                onnx.save(_matrix(bits, activations, side), paths[-1])
            small, large = paths
            peak = loading_peak_bytes(large, small)
            report(f"W{bits}A{activations} peak / float size", peak / (4 * SIDE * SIDE), 4)


def _matrix(bits: int, activations: int, side: int) -> onnx.ModelProto:
    levels = choices(bits)[-1]  # which unpack in the most steps
    values = np.random.default_rng(0).choice(levels.array, (side, side))
    scales = Scales(0.01)
    codes = Codes(values, scales.of(np.zeros(side)), levels)
    layer = Layer("m", "m", "MatMul", "m.weight", "", "x", "y", (side, side), 1, 1, side * side)
    shared: dict[str, TensorProto] = {}
    nodes, source = [], "x"
    constants = {"step": np.float32(0.1), "offset": np.uint8(0)}
    if activations == 8:
        fragment: Fragment = integer(layer, codes, bits, None, ("step", 0.1), scales, shared)
        nodes = [
            helper.make_node("QuantizeLinear", ["x", "step", "offset"], ["xq"]),
            helper.make_node("DequantizeLinear", ["xq", "step", "offset"], ["xd"]),
        ]
        source = "xd"
    else:
        fragment = scaled(layer, codes, bits, scales, shared)
    nodes = [*fragment.nodes, *nodes, helper.make_node("MatMul", [source, fragment.weight], ["y"])]
    initializers = [*fragment.initializers, *shared.values()]
    initializers += [numpy_helper.from_array(np.asarray(v), k) for k, v in constants.items()]
    graph = helper.make_graph(
        nodes,
        "matrix",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["batch", side])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)],
        initializers,
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
