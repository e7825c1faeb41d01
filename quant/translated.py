"""One point's file for another runtime: the same codes, scales and grids, written as it likes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
from numpy.typing import NDArray

from quant.artifact import Artifact, Told, written
from quant.disk import appearing, writing
from quant.graph.metadata import tagged, told_by
from quant.graph.prepared import Prepared
from quant.lower.openvino import defined, executed
from quant.lower.placement import place
from quant.plan import plan
from quant.recipe import FLOAT, Recipe
from quant.runtimes import USUAL

VERSION = 1  # of FP32's file for another runtime: a new one makes new files


def translated(
    prepared: Prepared,
    recipe: Recipe,
    usual: Path,
    pictures: NDArray[np.float32],
    path: Path,
    workload: str,
    runtime: str,
) -> Artifact:
    """A runtime's file, from that of ONNX Runtime; checked where it runs.

    Args:
        usual: the file that `quant.artifact.make` made of the recipe.
        path: where to write; the name gets the first digits of the content's hash.
        pictures: (n, c, h, w) to compare the kernels with the dequantised reference on.
    Raises:
        ModelError: the file does not do what it says.
    """
    model = onnx.load(usual)
    weight_bits = float(told_by(model).get("effective_weight_bits", FLOAT))
    told = Told(workload, recipe, weight_bits, runtime)
    bits = plan(recipe, prepared.layers, prepared.products)
    computed = {layer.name for layer in prepared.layers}
    if runtime == USUAL:
        computed |= {product.name for product in prepared.products}
    quantised = {
        name: b.activations
        for name, b in bits.items()
        if b.activations < FLOAT and name in computed
    }
    placement = place(prepared.network, prepared.layers, quantised, prepared.products)
    at = (told, bits, placement, pictures, path)
    if runtime == USUAL:
        return written(prepared, model, *at)
    plain = defined(model)
    return written(prepared, executed(plain), *at, definition=plain)


def fp32_for(prepared: Prepared, runtime: str) -> Prepared:
    """FP32 as a runtime gets it: the file's own network, except for what it computes slowly as it
    is written there. The layers stay those of the network itself."""
    if runtime == USUAL:
        return prepared
    path = prepared.path.with_name(f"{prepared.path.stem}-openvino{VERSION}.onnx")
    if not path.exists():
        model = defined(prepared.model)
        if list(model.graph.node) == list(prepared.model.graph.node):
            return prepared
        with writing(path), appearing(path, ".openvino-") as draft:
            draft.write_bytes(tagged(model, told_by(prepared.model)).SerializeToString())
    return replace(prepared, path=path)
