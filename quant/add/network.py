"""A network file, whatever it is, to a network that can be quantised: checked, with one input of
pictures, a free batch and opset 18 or later."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import ModelProto, inliner, version_converter

from quant.add import batch, guess, onnx_file
from quant.add.bounds import MOST_CLASSES, MOST_SIDE, MOST_VALUES
from quant.add.interface import Interface, channels_first, flatten_scores, interface
from quant.add.kinds import ONNX, kind_of
from quant.errors import ModelError
from quant.graph.fold import fold, shapes_of
from quant.graph.layers import layers_of

OPSET = 18  # what quant/lower writes
USUAL_SIDE = 224
CONTROL = ("If", "Loop", "Scan")


def look(file: str, written: str, size: Sequence[int] | None = None) -> dict[str, Any]:
    """Read a network and write it as it will be quantised.

    Args:
        file: an ONNX file or an exported torch program.
        written: where the network goes.
        size: (height, width) of the input, where the file leaves them open.
    Returns:
        What is known of it; `told` are sentences on what was changed.
    Raises:
        ModelError: why it is not taken.
    """
    path, told = Path(file), list[str]()
    if kind_of(path) == ONNX:
        model = onnx_file.read(path, path.parent)
    else:
        from quant.add import torch_file

        model = torch_file.read(path)
    known = interface(model)
    side = _side(known, size, told)
    model = _standard(model, path.name, told)
    channels_first(model, known, side)
    if known.channels_last:
        told.append(
            "The network takes pictures as (n, height, width, channels); files made here take "
            "(n, channels, height, width)."
        )
    before = ModelProto()
    before.CopyFrom(model)
    batch.free(model, known.batch)
    _not_too_large(model)
    scores = _tried(before, model, known, side, path.name)
    if scores.ndim == 4 and scores.shape[2:] == (1, 1):
        known = replace(known, output=flatten_scores(model, known))
        scores = scores[:, :, 0, 0]
    if scores.ndim != 2 or not 2 <= scores.shape[1] <= MOST_CLASSES:
        raise ModelError(
            f"{path.name} gives an output of shape {scores.shape} for {len(scores)} pictures; a "
            f"classifier gives (pictures, classes) with 2 to {MOST_CLASSES:,} classes"
        )
    if known.batch is not None:
        many = "one picture" if known.batch == 1 else f"{known.batch} pictures"
        told.append(f"The file takes {many} at a time; files made here take any number.")
    model.graph.output[0].type.tensor_type.elem_type = onnx.TensorProto.FLOAT
    onnx.save(model, written)
    return _facts(Path(written), known, side, scores.shape[1], told)


def _side(known: Interface, size: Sequence[int] | None, told: list[str]) -> tuple[int, int]:
    height, width = size or (USUAL_SIDE, USUAL_SIDE)
    if not (1 <= height <= MOST_SIDE and 1 <= width <= MOST_SIDE):
        raise ModelError(
            f"the size is {width} by {height}; from 1 to {MOST_SIDE:,} pixels a side are taken"
        )
    fixed = known.height or height, known.width or width
    if size is not None and fixed != (height, width):
        raise ModelError(
            f"the size is {width} by {height}, and the file takes {fixed[1]} by {fixed[0]} pixels "
            "only; leave the size out"
        )
    if size is None and (known.height is None or known.width is None):
        told.append(f"The file leaves the size open; {fixed[1]} by {fixed[0]} is a guess.")
    return fixed


def _standard(model: ModelProto, name: str, told: list[str]) -> ModelProto:
    """Functions written out, and operators as opset 18 has them."""
    if model.functions:
        model = inliner.inline_local_functions(model)
    versions = [item.version for item in model.opset_import if item.domain in onnx_file.STANDARD]
    version = max(versions, default=1)
    if version < OPSET:
        model.ir_version = max(model.ir_version, 8)
        try:
            model = version_converter.convert_version(model, OPSET)
        except Exception as exc:  # the converter raises errors of many kinds
            first = str(exc).splitlines()[0][:120] if str(exc) else type(exc).__name__
            raise ModelError(
                f"{name} is written in opset {version} and cannot be brought to opset {OPSET} "
                f"({first}); export it with opset_version={OPSET}"
            ) from exc
        told.append(f"Brought from opset {version} to {OPSET}.")
    return model


def _not_too_large(model: ModelProto) -> None:
    """Refuse tensors that no machine holds before anything is run."""
    for name, shape in shapes_of(model).items():
        if prod(shape) > MOST_VALUES:
            raise ModelError(
                f"the network makes a tensor of shape {shape} ({name[:60]}); the most is "
                f"{MOST_VALUES:,} values"
            )


def _tried(
    before: ModelProto, after: ModelProto, known: Interface, side: tuple[int, int], name: str
) -> batch.Floats:
    draw = np.random.default_rng(0)
    count = 2 * (known.batch or 1)
    pictures = draw.standard_normal((count, known.channels, *side)).astype(np.float32)
    return batch.check_free(before, after, pictures, known.batch, name)


def _facts(
    written: Path,
    known: Interface,
    side: tuple[int, int],
    classes: int,
    told: list[str],
) -> dict[str, Any]:
    folded = fold(written)
    if control := sorted({node.op_type for node in folded.graph.node} & set(CONTROL)):
        raise ModelError(
            f"the network decides while it runs ({', '.join(control)}), which is not taken; export "
            "it for pictures of one size, in evaluation mode"
        )
    layers = layers_of(folded)
    if not layers:
        raise ModelError(
            "the network has no convolution and no matrix product with constant weights; there is "
            "nothing to quantise"
        )
    last = folded.graph.node[-1]
    hints = guess.hints(folded, known.channels, classes, known.input)
    return {
        "channels": known.channels,
        "height": side[0],
        "width": side[1],
        "is_guessed": known.height is None or known.width is None,
        "classes": classes,
        "parameters": sum(prod(item.dims) for item in folded.graph.initializer if prod(item.dims)),
        "macs": sum(layer.macs for layer in layers),
        "layers": len(layers),
        "family": guess.family(layers, folded),
        "probabilities": last.op_type == "Softmax",
        "size_bytes": written.stat().st_size,
        "told": told,
        **asdict(hints),
    }
