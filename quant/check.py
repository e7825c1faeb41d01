"""Measure any ONNX file on a workload's pictures, beside that workload's FP32 network."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import onnx

from models.workload import Workload, workload
from quant import judged
from quant.artifact import Artifact, is_integer
from quant.baseline import Progress
from quant.errors import BitfrontError, ModelError, RequestError
from quant.evaluate import measured
from quant.graph.metadata import told_by
from quant.identity import Request
from quant.recipe import Recipe
from quant.records import LayerOutcome
from quant.runtime.protocol import Kernels
from quant.runtime.table import runtime as named
from quant.runtimes import RUNTIMES, USUAL, members, title

LARGEST = 2 * 2**30  # protobuf's own limit, bytes


def check(
    path: Path,
    workload_name: str,
    data: str | None,
    data_labels: str | None,
    images: int | None,
    home: Path,
    progress: Progress,
    runtime: str = USUAL,
) -> dict[str, Any]:
    """One row as `--json` prints it; what a foreign file does not tell is None.

    Raises:
        RequestError, ModelError: the file is missing, damaged, or no classifier of such pictures.
    """
    chosen = workload(workload_name)
    told = _told(path)
    _fits(path, chosen, told, runtime)
    recipe = _recipe(told)
    request = Request(workload_name, recipe or Recipe.fp32(), data, data_labels, images, runtime)
    found = measured(request, lambda name: _artifact(path, told, name), home, progress)
    row = judged.row(found.measurement)
    row["file"] = str(path)
    row["made_by"] = "bitfront" if recipe else "another program"
    unknown = ["artifact", "oldest_runtime", "quantize_seconds", "key"]
    if recipe is None:
        unknown += [
            "recipe", "label", "weights_bits", "activation_bits", "method", "ranges", "seed",
            "calibration_images", "effective_weight_bits", "effective_activation_bits",
            "integer_mac_share",
        ]  # fmt: skip
    return row | dict.fromkeys(unknown)


def _told(path: Path) -> dict[str, str]:
    try:
        is_file = path.is_file()
    except OSError:
        is_file = False
    if not is_file:
        raise RequestError(f"there is no file {str(path)[:200]}; give the path of an ONNX file")
    size = path.stat().st_size
    if not 0 < size <= LARGEST:
        raise ModelError(f"{path.name} has {size:,} bytes; an ONNX file has 1 to {LARGEST:,}")
    try:
        model = onnx.load(path, load_external_data=False)
        if any(onnx.external_data_helper.uses_external_data(i) for i in model.graph.initializer):
            raise ModelError(
                f"{path.name} keeps its weights in another file, so its size is not its own; "
                "save it as one file"
            )
        onnx.checker.check_model(model)
    except ModelError:
        raise
    except Exception as exc:  # protobuf and the checker raise errors of many kinds
        reason = (str(exc).splitlines() or ["unreadable"])[0][:160]
        raise ModelError(
            f"{path.name} is not a valid ONNX file ({reason}); export it again"
        ) from exc
    return told_by(model)


def _fits(path: Path, chosen: Workload, told: dict[str, str], runtime: str) -> None:
    """Refuse what is no classifier of the workload's pictures, before anything is measured."""
    graph = onnx.load(path).graph
    held = {item.name for item in graph.initializer}
    inputs = [_value(item) for item in graph.input if item.name not in held]
    if len(inputs) != 1:
        raise ModelError(f"{path.name} has {len(inputs)} inputs; a classifier has one")
    [(kind, shape)] = inputs
    wanted = ("batch", *chosen.input_shape)
    fits = len(shape) == 4 and all(
        given == size or not isinstance(given, int)
        for given, size in zip(shape[1:], wanted[1:], strict=True)
    )
    if kind != "tensor(float)" or not fits or isinstance(shape[0], int):
        raise ModelError(
            f"{path.name} takes {kind} of shape {shape}; {chosen.name} gives float "
            f"pictures of shape {list(wanted)} with any batch: export it with a free batch"
        )
    if len(graph.output) != 1:
        raise ModelError(
            f"{path.name} has {len(graph.output)} outputs; a classifier has one, "
            f"of shape ['batch', {chosen.classes}]"
        )
    _, classes = _value(graph.output[0])
    known = classes and len(classes) == 2 and isinstance(classes[1], int)
    if classes and (len(classes) != 2 or (known and classes[1] != chosen.classes)):
        raise ModelError(
            f"{path.name} gives outputs of shape {classes}; {chosen.name} has {chosen.classes} "
            f"classes, so ['batch', {chosen.classes}] is wanted"
        )
    for name in members(runtime):
        _answers(path, chosen, told, name)


def _answers(path: Path, chosen: Workload, told: dict[str, str], runtime: str) -> None:
    try:
        session = named(runtime).load(path, threads=1)
    except ModelError as exc:
        its = told.get("runtime", runtime)
        if its not in (runtime, USUAL) and its in RUNTIMES:
            raise ModelError(
                f"{path.name} is written for {title(its)}; add --runtime {its}"
            ) from exc
        raise
    answer = session.run(np.zeros((3, *chosen.input_shape), np.float32))
    if answer.shape != (3, chosen.classes):
        raise ModelError(
            f"{path.name} gives outputs of shape {answer.shape} for 3 pictures; "
            f"(3, {chosen.classes}) is wanted: export it with a free batch"
        )


def _value(item: onnx.ValueInfoProto) -> tuple[str, list[int | str | None]]:
    """Type and shape of an input or output, in ONNX Runtime's words; a free axis has a name, or
    None."""
    told = item.type.tensor_type
    kind = onnx.TensorProto.DataType.Name(told.elem_type).lower()
    shape: list[int | str | None] = [
        axis.dim_value if axis.HasField("dim_value") else axis.dim_param or None
        for axis in told.shape.dim
    ]
    return f"tensor({kind})", shape


def _recipe(told: dict[str, str]) -> Recipe | None:
    try:
        return Recipe.from_json(told["recipe"]) if "recipe" in told else None
    except BitfrontError:
        return None  # of a later version: measured as a foreign file


def _artifact(path: Path, told: dict[str, str], runtime: str) -> Artifact:
    """The file as an artifact: layers as its metadata tells, kernels as the runtime loads them."""
    found = named(runtime).kernels(path)
    outcomes = _outcomes(told, found)
    macs = sum(outcome.macs for outcome in outcomes) or 1
    recipe = _recipe(told)
    plain = float(Recipe.fp32().weights)
    if not outcomes or recipe is None:
        return Artifact(path, (), found.used, plain, plain, 0.0, None, "")
    return Artifact(
        path=path,
        outcomes=outcomes,
        kernels=found.used,
        effective_weight_bits=float(told.get("effective_weight_bits", "nan")),
        effective_activation_bits=sum(o.activation_bits * o.macs for o in outcomes) / macs,
        integer_mac_share=sum(o.macs for o in outcomes if is_integer(o)) / macs,
        agreement_db=None,
        oldest_runtime="",
    )


def _outcomes(told: dict[str, str], found: Kernels) -> tuple[LayerOutcome, ...]:
    """Layers as the metadata tells; none where somebody has changed it."""
    try:
        listed = json.loads(told.get("outcomes", "[]"))
        float(told.get("effective_weight_bits", "0"))
        return tuple(_outcome(values, found) for values in listed)
    except (ValueError, TypeError, AttributeError):
        return ()


def _outcome(values: dict[str, Any], found: Kernels) -> LayerOutcome:
    name = str(values.get("layer", ""))
    kernel = found.of_weight.get(f"{name}.weight/codes") or found.of_node.get(name, "float32")
    return LayerOutcome(
        layer=name,
        op=str(values.get("op", "")),
        weight_bits=int(values.get("weight_bits", 32)),
        activation_bits=int(values.get("activation_bits", 32)),
        macs=int(values.get("macs", 0)),
        parameters=int(values.get("parameters", 0)),
        kernel=kernel,
        kept=str(values.get("kept", "")),
        note=str(values.get("note", "")),
    )
