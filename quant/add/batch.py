"""A free batch for a network that was exported for a fixed one, where that changes no answer."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import ModelProto, numpy_helper

from quant.errors import BitfrontError, ModelError
from quant.runtime.ort import Session

TOLERANCE = 1e-4  # of the largest score
REMEDY = (
    "export it with a free batch: torch.onnx.export(model, (torch.zeros(2, 3, 224, 224),), "
    '"model.onnx", dynamo=True, dynamic_shapes=({0: torch.export.Dim("batch")},))'
)
Floats = NDArray[np.float32]


def free(model: ModelProto, fixed: int | None) -> None:
    """Name the first dimension of input and output, in place; reshapes keep what comes in."""
    graph = model.graph
    constants = {item.name for item in graph.initializer}
    item = next(item for item in graph.input if item.name not in constants)
    first = item.type.tensor_type.shape.dim[0]
    first.Clear()
    first.dim_param = "batch"
    graph.output[0].type.tensor_type.ClearField("shape")
    del graph.value_info[:]
    if fixed is not None:
        _reshapes(model, fixed)


def _reshapes(model: ModelProto, fixed: int) -> None:
    """A constant shape that begins with the batch begins with 0 instead: as it comes in."""
    graph = model.graph
    kept = {item.name: item for item in graph.initializer}
    made = {node.output[0]: node for node in graph.node if node.op_type == "Constant"}
    for node in graph.node:
        if node.op_type != "Reshape" or len(node.input) < 2:
            continue
        name = node.input[1]
        if name in kept:
            shape = numpy_helper.to_array(kept[name])
        elif name in made and made[name].attribute and made[name].attribute[0].HasField("t"):
            shape = numpy_helper.to_array(made[name].attribute[0].t)
        else:
            continue
        if shape.ndim != 1 or not len(shape) or shape[0] != fixed or 0 in shape:
            continue
        changed = f"{node.output[0]}/free_shape"
        values = np.array([0, *shape[1:]], np.int64)
        graph.initializer.append(numpy_helper.from_array(values, changed))
        node.input[1] = changed
        kept_attributes = [item for item in node.attribute if item.name != "allowzero"]
        del node.attribute[:]
        node.attribute.extend(kept_attributes)


def check_free(
    before: ModelProto, after: ModelProto, pictures: Floats, fixed: int | None, name: str
) -> Floats:
    """The scores of pictures, which must be those of the network as it came.

    Args:
        pictures: (n, c, h, w) as `after` takes them, where n is twice the fixed batch at least.
        fixed: the batch of `before`, which takes pictures as `after` does.
    Raises:
        ModelError: a batch of several gives other answers, or none.
    """
    size = fixed or 1
    wanted = _run(before, [pictures[i : i + size] for i in range(0, len(pictures), size)])
    try:
        given = _run(after, [pictures])
    except BitfrontError as exc:
        raise ModelError(
            f"{name} was exported for a batch of {size} and cannot take more; {REMEDY}"
        ) from exc
    if not np.isfinite(wanted).all():
        raise ModelError(
            f"{name} gives values that are not numbers (NaN or infinity); it is damaged, or was "
            "trained to no end: check it on a picture where it was made"
        )
    most = TOLERANCE * max(1.0, float(np.abs(wanted).max()))
    if given.shape != wanted.shape or not float(np.abs(given - wanted).max()) <= most:
        raise ModelError(
            f"{name} gives other answers for several pictures at once than one by one; {REMEDY}"
        )
    return wanted


def _run(model: ModelProto, batches: list[Floats]) -> Floats:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "network.onnx"
        onnx.save(model, path)
        session = Session(path, threads=1)
        return np.concatenate([session.run(batch) for batch in batches])
