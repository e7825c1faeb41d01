"""What a file says of itself: workload, recipe and outcomes, in its ONNX metadata."""

from __future__ import annotations

from onnx import ModelProto

PREFIX = "bitfront."


def tagged(model: ModelProto, told: dict[str, str]) -> ModelProto:
    """A copy with these entries and no others of ours."""
    copy = ModelProto()
    copy.CopyFrom(model)
    others = [item for item in copy.metadata_props if not item.key.startswith(PREFIX)]
    del copy.metadata_props[:]
    copy.metadata_props.extend(others)
    for key, value in told.items():
        copy.metadata_props.add(key=f"{PREFIX}{key}", value=value)
    return copy


def told_by(model: ModelProto) -> dict[str, str]:
    """The entries of ours; empty for a foreign file."""
    return {
        item.key.removeprefix(PREFIX): item.value
        for item in model.metadata_props
        if item.key.startswith(PREFIX)
    }


def strip(model: ModelProto) -> None:
    """Take out, in place, what an exporter noted on nodes and tensors: torch writes whole stack
    traces there, with the paths of the machine that exported."""
    graph = model.graph
    tensors = (*graph.value_info, *graph.input, *graph.output, *graph.initializer)
    for noted in (graph, *graph.node, *tensors):
        del noted.metadata_props[:]
        noted.ClearField("doc_string")
