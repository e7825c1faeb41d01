"""What a network takes and gives, brought to one form: pictures (n, c, h, w), float32, in one
input, and scores (n, classes) in one output."""

from __future__ import annotations

from dataclasses import dataclass

from onnx import ModelProto, NodeProto, TensorProto, TypeProto, helper

from quant.add.bounds import MOST_SIDE
from quant.errors import ModelError
from quant.graph.network import attribute

CHANNELS = (1, 3)
HOW = "torch.onnx.export(model.float().eval(), (torch.zeros(2, 3, 224, 224),), ...)"


@dataclass(frozen=True, slots=True)
class Interface:
    """`height` and `width` are None where the file leaves them open; `batch` is None where it is
    free; `channels_last` says that the network takes (n, h, w, c)."""

    input: str
    output: str
    batch: int | None
    channels: int
    height: int | None
    width: int | None
    channels_last: bool


def interface(model: ModelProto) -> Interface:
    """The one input and the one output.

    Raises:
        ModelError: there are several, or they are not of pictures.
    """
    constants = {item.name for item in model.graph.initializer}
    inputs = [item for item in model.graph.input if item.name not in constants]
    if len(inputs) != 1:
        listed = ", ".join(item.name for item in inputs[:4]) or "none"
        raise ModelError(
            f"the network has {len(inputs)} inputs ({listed}); a picture classifier has one: "
            "export the part that takes the picture"
        )
    outputs = [item.name for item in model.graph.output]
    if len(outputs) != 1:
        raise ModelError(
            f"the network has {len(outputs)} outputs ({', '.join(outputs[:4]) or 'none'}); a "
            "classifier has one: wrap the network so that it returns its scores alone, then export"
        )
    dims = _dims(inputs[0].name, inputs[0].type)
    last = dims[3] in CHANNELS and dims[1] not in CHANNELS
    channels, height, width = (dims[3], dims[1], dims[2]) if last else dims[1:]
    if channels is None:
        channels = _channels_of_first(model, inputs[0].name)
    if channels not in CHANNELS:
        raise ModelError(
            f"the network takes pictures of {channels} channels; 1 (grey) and 3 (RGB) are taken"
        )
    for side in (height, width):
        if side is not None and not 1 <= side <= MOST_SIDE:
            raise ModelError(
                f"the network takes pictures of {height} by {width}; from 1 to {MOST_SIDE:,} "
                "pixels a side are taken"
            )
    return Interface(inputs[0].name, outputs[0], dims[0], channels, height, width, last)


def _dims(name: str, given: TypeProto) -> list[int | None]:
    kind = given.tensor_type.elem_type
    if kind != TensorProto.FLOAT:
        shown = TensorProto.DataType.Name(kind).lower() if kind else "of no type"
        raise ModelError(
            f"the input {name} is {shown}; pictures go in as float32: export with {HOW}"
        )
    if not given.tensor_type.HasField("shape") or len(given.tensor_type.shape.dim) != 4:
        count = len(given.tensor_type.shape.dim)
        raise ModelError(
            f"the input {name} has {count} dimensions; pictures have 4, (n, channels, height, "
            f"width): export with {HOW}"
        )
    dims: list[int | None] = [
        dim.dim_value if dim.HasField("dim_value") and dim.dim_value > 0 else None
        for dim in given.tensor_type.shape.dim
    ]
    return dims


def _channels_of_first(model: ModelProto, name: str) -> int | None:
    """What the first convolution takes, where the file leaves the channels open."""
    shapes = {item.name: tuple(item.dims) for item in model.graph.initializer}
    for node in model.graph.node:
        if node.op_type == "Conv" and name in node.input and node.input[1] in shapes:
            return int(shapes[node.input[1]][1]) * int(attribute(node, "group", 1))
    return None


def channels_first(model: ModelProto, known: Interface, side: tuple[int, int]) -> None:
    """Fix the size of the input and, in place, turn (n, h, w, c) into (n, c, h, w)."""
    graph = model.graph
    item = next(item for item in graph.input if item.name == known.input)
    if known.channels_last:
        inner = f"{known.input}/channels_last"
        for node in graph.node:
            for at, name in enumerate(node.input):
                if name == known.input:
                    node.input[at] = inner
        turn = helper.make_node("Transpose", [known.input], [inner], "to_nhwc", perm=[0, 2, 3, 1])
        _put_first(model, turn)
    dims = item.type.tensor_type.shape.dim
    for at, size in zip((1, 2, 3), (known.channels, *side), strict=True):
        dims[at].Clear()
        dims[at].dim_value = size
    del graph.value_info[:]
    graph.output[0].type.tensor_type.ClearField("shape")


def flatten_scores(model: ModelProto, known: Interface) -> str:
    """Behind an output (n, classes, 1, 1): a Flatten, in place; the name of the new output."""
    name = f"{known.output}/flat"
    model.graph.node.append(
        helper.make_node("Flatten", [known.output], [name], "flatten_scores", axis=1)
    )
    model.graph.output[0].name = name
    return name


def _put_first(model: ModelProto, node: NodeProto) -> None:
    rest = [NodeProto.FromString(one.SerializeToString()) for one in model.graph.node]
    del model.graph.node[:]
    model.graph.node.extend([node, *rest])
