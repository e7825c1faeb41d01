"""Batch norm and average pooling in the file, as depthwise convolutions in integers.

ONNX Runtime (seen in 1.32) has no integer kernel for batch norm, and its integer average pooling
takes thirty times as long as the float one. Each channel has a scale of its own, so a code of 127
stands for its factor exactly, whatever the width of the layers' weights.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from onnx import NodeProto, helper, numpy_helper

from quant.lower.affine import Affine
from quant.lower.draft import Draft
from quant.lower.weights import MOST_BIAS

TOP = 127  # the largest code


def write(draft: Draft, node: NodeProto, given: Affine, source: str, input_scale: float) -> None:
    """The convolution in the node's place; `source` is quantised at that scale."""
    least = np.abs(given.shift) / (input_scale * MOST_BIAS)  # or its bias would not fit int32
    scale = np.maximum(np.abs(given.factor) / TOP, np.maximum(least, 1e-30)).astype(np.float32)
    codes = np.rint(given.factor / scale)
    bias_scale = (np.float32(input_scale) * scale).astype(np.float32)
    shift = np.clip(np.rint(given.shift / bias_scale), -MOST_BIAS, MOST_BIAS)
    count, base = len(scale), node.output[0]
    shape = (count, 1, *given.kernel)
    stored = np.broadcast_to(codes.reshape(count, *[1] * (len(shape) - 1)), shape)
    read = [draft.renamed[source]]
    for part, values, steps in (
        ("weight", stored.astype(np.int8), scale),
        ("bias", shift.astype(np.int32), bias_scale),
    ):
        names = [f"{base}/{part}/{item}" for item in ("codes", "scale", "zero")]
        held = (np.ascontiguousarray(values), steps, np.zeros(count, values.dtype))
        for name, value in zip(names, held, strict=True):
            draft.initializers[name] = numpy_helper.from_array(value, name)
        target = f"{base}/{part}"
        draft.before.append(
            helper.make_node("DequantizeLinear", names, [target], name=target, axis=0)
        )
        read.append(target)
    attributes: dict[str, Any] = {"group": count, **given.attributes}
    draft.nodes.append(helper.make_node("Conv", read, [base], name=node.name, **attributes))
