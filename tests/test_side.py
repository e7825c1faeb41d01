"""Which side of a point is taken, and what its answers are held against."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from quant.artifact import Artifact
from quant.graph.prepared import Prepared
from quant.measure.accuracy import Answers
from quant.measure.latency import Timings
from quant.measure.quiet import Timed
from quant.side import Side, picked

FILE = Artifact(Path("w8.onnx"), (), {}, 8.0, 8.0, 1.0, None, "")


def side(runtime: str, says: list[int]) -> Side:
    """FP32 answers so in this runtime, and what is right is what it says; the file the same."""
    logits = np.eye(3, dtype=np.float32)[says]
    prepared = Prepared(None, (), Path(f"{runtime}.onnx"), "")  # type: ignore[arg-type]
    said = Answers(logits, np.array(says))
    return Side(runtime, FILE, prepared, said, said, is_fp32=False)


def test_without_labels_a_file_is_held_against_the_fp32_it_stands_beside() -> None:
    sides = [side("onnxruntime", [0, 1, 2]), side("openvino", [0, 1, 1])]
    # file and FP32 of each: the quicker file is OpenVINO's, the quicker FP32 is ONNX Runtime's
    start = (Timed(((0.004,), (0.005,), (0.002,), (0.009,)), 0.001),) * 4
    timings = Timings(tuple(one.contender for one in sides), (start, start), "")
    pick = picked(sides, timings, ())
    assert (pick.own.runtime, pick.fp32.runtime) == ("openvino", "onnxruntime")
    assert pick.said.right.tolist() == [True, True, False]
    assert pick.said.predictions.tolist() == [0, 1, 1]
