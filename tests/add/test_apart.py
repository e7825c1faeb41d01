"""What is read apart is held to memory and time, and answers with a sentence whatever happens."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from onnx import helper, numpy_helper

from quant.add import bounds, onnx_file
from quant.add.apart import apart
from quant.add.bounds import Bounds
from quant.errors import ModelError
from tests.add.networks import classifier, saved

USUAL = Bounds(memory_bytes=6_000_000_000, seconds=120, file_bytes=10**9)


def look(path: Path, limits: Bounds) -> dict[str, object]:
    given = {"file": str(path), "written": str(path.parent / "written.onnx")}
    return apart("network", path.name, limits, **given)


def test_an_answer_comes_back(tmp_path: Path) -> None:
    assert look(saved(classifier(), tmp_path), USUAL)["classes"] == 3


def test_a_sentence_comes_back_as_the_same_kind(tmp_path: Path) -> None:
    path = tmp_path / "net.pth"
    path.write_bytes(b"\x80\x02.")
    with pytest.raises(ModelError, match="pickle"):
        look(path, USUAL)


def test_memory_is_limited(tmp_path: Path) -> None:
    """A tensor that passes every check and still does not fit."""
    size = numpy_helper.from_array(np.array([20_000, 20_000], np.int64), "size")
    make = helper.make_node("ConstantOfShape", ["size"], ["much"], "make")
    top = helper.make_node("ReduceMax", ["much"], ["top"], "top", keepdims=0)
    add = helper.make_node("Add", ["scores", "top"], ["out"], "add")
    model = classifier(extra=[make, top, add], outputs=["out"], initializers=[size])
    assert bounds.MOST_VALUES > 20_000**2
    limits = Bounds(memory_bytes=700_000_000, seconds=120, file_bytes=10**9)
    with pytest.raises(ModelError, match=r"memory|allocat|BITFRONT_ADD_MEMORY_GB"):
        look(saved(model, tmp_path), limits)


def test_time_is_limited(tmp_path: Path) -> None:
    limits = Bounds(memory_bytes=6_000_000_000, seconds=0.01, file_bytes=10**9)
    with pytest.raises(ModelError, match=r"net\.onnx was not read within 0\.01 seconds"):
        look(saved(classifier(), tmp_path), limits)


def test_no_pickle_module_is_loaded_with_a_network(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pickle.loads", None)
    monkeypatch.setattr("pickle.load", None)
    path = saved(classifier(), tmp_path)
    assert onnx_file.read(path, tmp_path).graph.node
