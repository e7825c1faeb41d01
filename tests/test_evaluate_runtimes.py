"""One recipe in OpenVINO and in the best of both, from a request to figures and a file."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import onnx
import pytest

from quant.check import check
from quant.errors import ModelError
from quant.evaluate import evaluate
from quant.graph.metadata import told_by
from quant.identity import Request, data_of
from quant.measure.latency import Contender, Timings
from quant.measure.quiet import Timed
from quant.recipe import Recipe
from quant.records import Measurement
from quant.runtime import ort, ov
from quant.runtimes import full_name
from quant.timing import Timing

IMAGES = 200
NAME = "fashion-mobilenet"
RECIPE = Recipe(3, 8)


@pytest.fixture(scope="module", autouse=True)
def without_timing() -> Iterator[None]:
    """Latency is not what these tests are about, and processes take a while to start: quantised
    files take 1 ms here and FP32 2 ms."""

    def latencies(contenders: list[Contender], *_: object, **__: object) -> Timings:
        seconds = [(0.001,) if at else (0.002,) for one in contenders for at in _places(one)]
        start = (Timed(tuple(seconds), 0.001),) * 4
        return Timings(tuple(contenders), (start, start), "")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("quant.evaluate.latencies", latencies)
        yield


def _places(contender: Contender) -> tuple[bool, ...]:
    """Of each of its files, whether it is quantised."""
    return (True, False) if len(contender.files) == 2 else (False,)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


def measured(recipe: Recipe, home: Path, runtime: str) -> Measurement:
    shares: list[float] = []

    def told(_step: str, share: float) -> None:
        shares.append(share)

    request = Request(NAME, recipe, images=IMAGES, runtime=runtime, timing=Timing(1, 1))
    found = evaluate(request, home, told).measurement
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    return found


@pytest.fixture(scope="module")
def w3a8(home: Path) -> Measurement:
    return measured(RECIPE, home, "openvino")


def test_a_measurement_is_that_of_openvinos_file(w3a8: Measurement, home: Path) -> None:
    path = home / w3a8.artifact
    assert w3a8.runtime == w3a8.ran_in == w3a8.fp32_ran_in == full_name("openvino")
    assert w3a8.size_bytes == path.stat().st_size
    assert w3a8.artifact_sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert told_by(onnx.load(path))["runtime"] == "openvino"
    split = data_of(Request(NAME, RECIPE), home).report
    logits = ov.load(path, threads=1).run(split.take(range(IMAGES)))
    assert w3a8.accuracy == (logits.argmax(axis=1) == split.labels[:IMAGES]).mean()
    assert w3a8.integer_mac_share == 1.0
    assert "openvino" in w3a8.versions
    assert w3a8.size_bytes < 0.2 * w3a8.fp32_size_bytes


def test_only_its_own_file_is_left_on_the_shelf(w3a8: Measurement, home: Path) -> None:
    files = [path.relative_to(home).as_posix() for path in (home / "artifacts").rglob("*.onnx")]
    assert files == [w3a8.artifact]


@pytest.mark.parametrize(("quicker", "other"), [(0, 1), (1, 0)])
def test_the_best_is_the_quicker_one_and_says_so(
    w3a8: Measurement, home: Path, quicker: int, other: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def quickest(_timings: Timings, *, of_fp32: bool = False) -> int:
        return other if of_fp32 else quicker

    monkeypatch.setattr(Timings, "quickest", quickest)
    before = set((home / "artifacts").rglob("*.onnx"))
    found = measured(RECIPE, home, "best")
    names = ("onnxruntime", "openvino")
    assert found.runtime == full_name("best")
    assert found.ran_in == full_name(names[quicker])
    assert found.fp32_ran_in == full_name(names[other])
    assert any(note.endswith("ms") and "took" in note for note in found.notes)
    added = set((home / "artifacts").rglob("*.onnx")) - before
    assert {home / found.artifact} - before == added
    assert ("openvino" in found.artifact) == (quicker == 1)
    assert found.key == w3a8.key
    row = found.to_row()
    assert (row["ran_in"], row["fp32_ran_in"]) == (found.ran_in, found.fp32_ran_in)
    assert Measurement.from_dict(found.to_dict()) == found


def test_the_best_of_fp32_is_its_own_baseline(home: Path) -> None:
    found = measured(Recipe.fp32(), home, "best")
    assert found.ran_in == found.fp32_ran_in
    assert found.latency_ratio == 1.0
    assert found.drop == 0
    assert found.size_bytes == found.fp32_size_bytes


def test_where_one_runtime_fails_the_best_is_the_other(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuses(*_: object, **__: object) -> None:
        raise ModelError("the kernels disagree")

    monkeypatch.setattr(ov, "kernels", refuses)
    found = measured(Recipe(8, 8), home, "best")
    assert found.ran_in == full_name("onnxruntime")
    assert "not run in OpenVINO: the kernels disagree" in found.notes
    with pytest.raises(ModelError, match="the kernels disagree"):
        measured(Recipe(8, 8), home, "openvino")


def silent(_step: str, _share: float) -> None:
    pass


def test_check_measures_where_it_is_asked_to(
    w3a8: Measurement, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = home / w3a8.artifact
    row = check(path, NAME, None, None, IMAGES, home, silent, "openvino")
    assert row["accuracy"] == w3a8.accuracy
    assert row["integer_mac_share"] == 1.0
    assert row["runtime"] == full_name("openvino")

    def refuses(*_: object, **__: object) -> None:
        raise ModelError("no kernel")  # as older ones say of an Add of int8

    monkeypatch.setattr(ort, "load", refuses)
    with pytest.raises(ModelError, match="is written for OpenVINO; add --runtime openvino"):
        check(path, NAME, None, None, IMAGES, home, silent)


def test_kernels_of_openvino_agree_with_what_the_file_says(w3a8: Measurement) -> None:
    [told] = [note for note in w3a8.notes if "dequantised reference" in note]
    assert float(told.partition(" dB")[0].rpartition(" ")[2]) > 40
    assert np.isfinite(w3a8.sqnr_db or np.nan)
