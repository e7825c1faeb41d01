"""ONNX files of any size: one holds 2 GB at most, so the weights of larger networks lie beside."""

from __future__ import annotations

import hashlib
from pathlib import Path

import onnx
from onnx import ModelProto, TensorProto

LARGEST = 1_900_000_000  # bytes of weights in one message, with room for the graph
SMALL = 4096  # bytes of a constant that stays in the graph, as a shape that inference reads


def weights_beside(path: Path) -> Path:
    """Where the weights of a large file lie."""
    return path.with_name(f"{path.name}.weights")


def is_large(model: ModelProto) -> bool:
    """Whether a model needs its weights beside it."""
    return sum(len(item.raw_data) for item in model.graph.initializer) > LARGEST


def save(model: ModelProto, path: Path) -> None:
    """Write a model; one that is large with its weights beside it, under the name it has now."""
    if not is_large(model):
        onnx.save(model, path)
        return
    light = ModelProto(opset_import=model.opset_import, functions=model.functions)
    light.ir_version, light.producer_name = model.ir_version, model.producer_name
    light.metadata_props.extend(model.metadata_props)
    graph, given = light.graph, model.graph
    graph.name = given.name
    for part in ("node", "input", "output", "value_info"):
        getattr(graph, part).extend(getattr(given, part))
    beside = weights_beside(path)
    with beside.open("wb") as file:
        for item in given.initializer:
            if len(item.raw_data) <= SMALL:
                graph.initializer.append(item)
                continue
            told = {"location": beside.name, "offset": file.tell(), "length": len(item.raw_data)}
            held = TensorProto(name=item.name, data_type=item.data_type, dims=item.dims)
            held.data_location = TensorProto.EXTERNAL
            for key, value in told.items():
                held.external_data.add(key=key, value=str(value))
            graph.initializer.append(held)
            file.write(item.raw_data)
    onnx.save(light, path)


def move(path: Path, target: Path) -> None:
    """Put a file, and what lies beside it, where another folder has it under the same name."""
    beside = weights_beside(path)
    if beside.exists():
        beside.replace(weights_beside(target))
    path.replace(target)


def size_of(path: Path) -> int:
    """Bytes of a file with what lies beside it."""
    return sum(one.stat().st_size for one in _parts(path))


def sha256_of(path: Path) -> str:
    """Digest of a file with what lies beside it."""
    digest = hashlib.sha256()
    for one in _parts(path):
        with one.open("rb") as file:
            while part := file.read(1 << 24):
                digest.update(part)
    return digest.hexdigest()


def _parts(path: Path) -> list[Path]:
    return [one for one in (path, weights_beside(path)) if one.exists()]
