"""ONNX nodes computed by torch, with gradients: what rounding is learned through."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import numpy as np
import onnxruntime
import torch
from onnx import NodeProto, OperatorSetIdProto, TensorProto, helper
from torch import Tensor
from torch.nn import functional

from quant.errors import ModelError
from quant.graph.network import attribute

Given = Sequence[Tensor | None]


def run(node: NodeProto, given: Given, opsets: Sequence[OperatorSetIdProto]) -> list[Tensor]:
    """The outputs of a node for these inputs, in order; None stands for one that is left out.

    What torch has no function for here is computed by ONNX Runtime, without gradients.
    """
    known = OPS.get(node.op_type) if node.domain in ("", "ai.onnx") else None
    if known is None:
        return _by_runtime(node, given, opsets)
    try:
        result = known(node, given)
    except NotImplementedError:  # of a rare attribute
        return _by_runtime(node, given, opsets)
    return [result] if isinstance(result, Tensor) else list(result)


def has_gradient(node: NodeProto) -> bool:
    """Whether `run` can be differentiated here."""
    return node.op_type in OPS


def _present(given: Given, index: int) -> Tensor:
    value = given[index]
    if value is None:
        raise ModelError(f"a node lacks its input {index}; the file is damaged")
    return value


def _optional(given: Given, index: int) -> Tensor | None:
    return given[index] if len(given) > index else None


def _numbers(given: Given, index: int) -> list[int]:
    return [int(value) for value in _present(given, index).reshape(-1).tolist()]


def _conv(node: NodeProto, given: Given) -> Tensor:
    x, weight = _present(given, 0), _present(given, 1)
    window = Window.of(node, tuple(weight.shape))
    convolve: Any = {3: functional.conv1d, 4: functional.conv2d, 5: functional.conv3d}[x.ndim]
    pads = window.padding(tuple(x.shape))
    even: int | list[int] = pads[::2][::-1]
    if pads[::2] != pads[1::2]:
        x, even = functional.pad(x, pads), 0
    result: Tensor = convolve(
        x, weight, _optional(given, 2), window.strides, even, window.dilations,
        attribute(node, "group", 1),
    )  # fmt: skip
    return result


class Window:
    """Kernel, strides, dilations and padding of a convolution or a pooling, an axis."""

    def __init__(
        self, kernel: Sequence[int], strides: list[int], dilations: list[int],
        pads: list[int], automatic: str,
    ) -> None:  # fmt: skip
        self.kernel, self.strides, self.dilations = list(kernel), strides, dilations
        self.pads, self.automatic = pads, automatic

    @classmethod
    def of(cls, node: NodeProto, weight: tuple[int, ...] = ()) -> Window:
        """As the node's attributes say; a convolution's kernel is its weight's."""
        kernel = list(attribute(node, "kernel_shape", weight[2:]))
        automatic = attribute(node, "auto_pad", b"NOTSET").decode()
        axes = len(kernel)
        return cls(
            kernel,
            list(attribute(node, "strides", [1] * axes)),
            list(attribute(node, "dilations", [1] * axes)),
            list(attribute(node, "pads", [0] * 2 * axes)),
            automatic,
        )

    def padding(self, shape: Sequence[int]) -> list[int]:
        """For torch's pad: last axis first, before and after."""
        pads: list[int] = []
        axes = len(self.kernel)
        for axis in reversed(range(axes)):
            before, after = self.pads[axis], self.pads[axis + axes]
            if self.automatic.startswith("SAME"):
                size, stride = shape[axis - axes], self.strides[axis]
                reach = (self.kernel[axis] - 1) * self.dilations[axis] + 1
                total = max((-(-size // stride) - 1) * stride + reach - size, 0)
                before = total // 2 if self.automatic == "SAME_UPPER" else total - total // 2
                after = total - before
            pads += [before, after]
        return pads


def _gemm(node: NodeProto, given: Given) -> Tensor:
    left, right = _present(given, 0), _present(given, 1)
    left = left.transpose(0, 1) if attribute(node, "transA", 0) else left
    right = right.transpose(0, 1) if attribute(node, "transB", 0) else right
    result: Tensor = attribute(node, "alpha", 1.0) * (left @ right)
    added = _optional(given, 2)
    return result if added is None else result + attribute(node, "beta", 1.0) * added


def _clip(node: NodeProto, given: Given) -> Tensor:
    low, high = _optional(given, 1), _optional(given, 2)
    least = attribute(node, "min", None) if low is None else float(low)
    most = attribute(node, "max", None) if high is None else float(high)
    if least is None and most is None:
        return _present(given, 0)
    return torch.clamp(_present(given, 0), least, most)


def _pool(node: NodeProto, given: Given, *, largest: bool) -> Tensor:
    x, window = _present(given, 0), Window.of(node)
    if len(window.kernel) != 2 or attribute(node, "ceil_mode", 0):
        raise NotImplementedError
    pads = window.padding(tuple(x.shape))
    if largest:
        x = functional.pad(x, pads, value=-torch.inf)
        return functional.max_pool2d(x, window.kernel, window.strides, 0, window.dilations)
    sums = functional.avg_pool2d(functional.pad(x, pads), window.kernel, window.strides)
    if attribute(node, "count_include_pad", 0) or not any(pads):
        return sums
    inside = functional.pad(torch.ones_like(x[:1, :1]), pads)
    return sums / functional.avg_pool2d(inside, window.kernel, window.strides)


def _axes(node: NodeProto, given: Given) -> list[int]:
    if _optional(given, 1) is not None:
        return _numbers(given, 1)
    return list(attribute(node, "axes", []))


def _mean(node: NodeProto, given: Given) -> Tensor:
    x, axes = _present(given, 0), _axes(node, given)
    return x.mean(axes or list(range(x.ndim)), keepdim=bool(attribute(node, "keepdims", 1)))


def _squeeze(node: NodeProto, given: Given) -> Tensor:
    x, axes = _present(given, 0), _axes(node, given)
    return x.squeeze(tuple(axes)) if axes else x.squeeze()


def _unsqueeze(node: NodeProto, given: Given) -> Tensor:
    x, axes = _present(given, 0), _axes(node, given)
    for axis in sorted(axis % (x.ndim + len(axes)) for axis in axes):
        x = x.unsqueeze(axis)
    return x


def _reshape(node: NodeProto, given: Given) -> Tensor:
    x, sizes = _present(given, 0), _numbers(given, 1)
    keep = not attribute(node, "allowzero", 0)
    return x.reshape([x.shape[i] if size == 0 and keep else size for i, size in enumerate(sizes)])


def _flatten(node: NodeProto, given: Given) -> Tensor:
    x, axis = _present(given, 0), attribute(node, "axis", 1)
    return x.reshape(int(np.prod(x.shape[:axis])), -1)


def _transpose(node: NodeProto, given: Given) -> Tensor:
    x = _present(given, 0)
    return x.permute(list(attribute(node, "perm", range(x.ndim - 1, -1, -1))))


def _slice(_: NodeProto, given: Given) -> Tensor:
    x, starts, ends = _present(given, 0), _numbers(given, 1), _numbers(given, 2)
    axes = list(range(len(starts))) if _optional(given, 3) is None else _numbers(given, 3)
    steps = [1] * len(starts) if _optional(given, 4) is None else _numbers(given, 4)
    index = [slice(None)] * x.ndim
    for axis, start, end, step in zip(axes, starts, ends, steps, strict=True):
        if step <= 0:
            raise NotImplementedError
        size = x.shape[axis]
        low = max(start + size, 0) if start < 0 else min(start, size)
        high = max(end + size, 0) if end < 0 else min(end, size)
        index[axis] = slice(low, high, step)
    return x[tuple(index)]


def _split(node: NodeProto, given: Given) -> Sequence[Tensor]:
    x, axis = _present(given, 0), attribute(node, "axis", 0)
    if _optional(given, 1) is not None:
        return torch.split(x, _numbers(given, 1), axis)
    return torch.chunk(x, len(node.output), axis)


def _gather(node: NodeProto, given: Given) -> Tensor:
    x, index, axis = _present(given, 0), _present(given, 1), attribute(node, "axis", 0)
    flat = torch.index_select(x, axis, index.reshape(-1).long() % x.shape[axis])
    axis %= x.ndim
    return flat.reshape([*x.shape[:axis], *index.shape, *x.shape[axis + 1 :]])


def _layer_norm(node: NodeProto, given: Given) -> Tensor:
    x, scale = _present(given, 0), _present(given, 1)
    sizes = list(x.shape[attribute(node, "axis", -1) :])
    shift = _optional(given, 2)
    return functional.layer_norm(
        x, sizes, scale.reshape(sizes), None if shift is None else shift.reshape(sizes),
        attribute(node, "epsilon", 1e-5),
    )  # fmt: skip


def _softmax(node: NodeProto, given: Given) -> Tensor:
    return torch.softmax(_present(given, 0), attribute(node, "axis", -1))


def _pad(node: NodeProto, given: Given) -> Tensor:
    x, pads = _present(given, 0), _numbers(given, 1)
    if attribute(node, "mode", b"constant") != b"constant" or _optional(given, 3) is not None:
        raise NotImplementedError
    pairs = [pads[axis + end * x.ndim] for axis in reversed(range(x.ndim)) for end in (0, 1)]
    filled = _optional(given, 2)
    return functional.pad(x, pairs, value=0.0 if filled is None else float(filled))


def _one(function: Callable[[Tensor], Tensor]) -> Callable[[NodeProto, Given], Tensor]:
    return lambda _, given: function(_present(given, 0))


def _two(function: Callable[[Tensor, Tensor], Tensor]) -> Callable[[NodeProto, Given], Tensor]:
    return lambda _, given: function(_present(given, 0), _present(given, 1))


def _divided(left: Tensor, right: Tensor) -> Tensor:
    """Whole numbers, as in the arithmetic of shapes, are cut off."""
    mode = None if left.is_floating_point() else "trunc"
    return torch.div(left, right, rounding_mode=mode)


def _gelu(node: NodeProto, given: Given) -> Tensor:
    kind = attribute(node, "approximate", b"none").decode()
    return functional.gelu(_present(given, 0), approximate=kind)


def _hard_sigmoid(node: NodeProto, given: Given) -> Tensor:
    slope, shift = attribute(node, "alpha", 0.2), attribute(node, "beta", 0.5)
    return torch.clamp(_present(given, 0) * slope + shift, 0, 1)


OPS: dict[str, Callable[[NodeProto, Given], Tensor | Sequence[Tensor]]] = {
    "Conv": _conv,
    "Gemm": _gemm,
    "MatMul": _two(torch.matmul),
    "Relu": _one(torch.relu),
    "Clip": _clip,
    "Sigmoid": _one(torch.sigmoid),
    "HardSigmoid": _hard_sigmoid,
    "HardSwish": _one(functional.hardswish),
    "Tanh": _one(torch.tanh),
    "Erf": _one(torch.erf),
    "Gelu": _gelu,
    "Sqrt": _one(torch.sqrt),
    "Exp": _one(torch.exp),
    "Identity": _one(lambda x: x),
    "Add": _two(torch.add),
    "Sub": _two(torch.sub),
    "Mul": _two(torch.mul),
    "Div": _two(_divided),
    "Pow": _two(torch.pow),
    "Softmax": _softmax,
    "LayerNormalization": _layer_norm,
    "ReduceMean": _mean,
    "GlobalAveragePool": _one(lambda x: x.mean(tuple(range(2, x.ndim)), keepdim=True)),
    "AveragePool": lambda node, given: _pool(node, given, largest=False),
    "MaxPool": lambda node, given: _pool(node, given, largest=True),
    "Concat": lambda node, given: torch.cat(
        [x for x in given if x is not None], attribute(node, "axis", 0)
    ),
    "Flatten": _flatten,
    "Reshape": _reshape,
    "Transpose": _transpose,
    "Squeeze": _squeeze,
    "Unsqueeze": _unsqueeze,
    "Slice": _slice,
    "Split": _split,
    "Gather": _gather,
    "Pad": _pad,
}  # fmt: skip


def _by_runtime(
    node: NodeProto, given: Given, opsets: Sequence[OperatorSetIdProto]
) -> list[Tensor]:
    values = {
        name: value.detach().numpy()
        for name, value in zip(node.input, given, strict=False)
        if name and value is not None
    }
    kinds = tuple((name, value.dtype.str) for name, value in values.items())
    versions = tuple((item.domain, item.version) for item in opsets)
    session = _session(node.SerializeToString(), kinds, versions)
    results = session.run([name for name in node.output if name], values)
    return [torch.from_numpy(np.array(result)) for result in results]


@cache
def _session(
    content: bytes, kinds: tuple[tuple[str, str], ...], versions: tuple[tuple[str, int], ...]
) -> Any:
    """A session of one node."""
    node = NodeProto.FromString(content)
    graph = helper.make_graph(
        [node],
        "node",
        [
            helper.make_tensor_value_info(
                name, helper.np_dtype_to_tensor_dtype(np.dtype(kind)), None
            )
            for name, kind in kinds
        ],
        [helper.make_tensor_value_info(name, TensorProto.UNDEFINED, None) for name in node.output],
    )
    for item in graph.output:
        item.ClearField("type")
    opsets = [helper.make_opsetid(domain, version) for domain, version in versions]
    model = helper.make_model(graph, opset_imports=opsets, ir_version=9)
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    return onnxruntime.InferenceSession(
        model.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )
