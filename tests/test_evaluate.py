"""The whole way on the embedded workload, with a few of its pictures."""

from __future__ import annotations

import hashlib
import io
import math
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch

from models.build import build
from models.workload import workload
from quant.check import check
from quant.errors import InvalidRecipe, ModelError, RequestError
from quant.evaluate import Evaluation, evaluate
from quant.identity import Request, data_of, identify
from quant.measure.accuracy import Answers
from quant.recipe import Recipe
from quant.records import Measurement
from quant.runtime.ort import Session
from quant.samples import Samples

IMAGES = 400
NAME = "fashion-resnet"


def silent(_step: str, _share: float) -> None:
    pass


@pytest.fixture(scope="module", autouse=True)
def few_starts() -> Iterator[None]:
    """Latency is not what these tests are about, and processes take a while to start."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("quant.measure.latency.STARTS", 2)
        yield


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


def measured(recipe: Recipe, home: Path) -> Evaluation:
    return evaluate(Request(NAME, recipe, images=IMAGES), home, silent)


@pytest.fixture(scope="module")
def w4a8(home: Path) -> Evaluation:
    return measured(Recipe(4, 8), home)


def test_float_recipe_is_the_torch_network(home: Path) -> None:
    found = measured(Recipe.fp32(), home).measurement
    pictures = data_of(Request(NAME, Recipe.fp32()), home).report.take(range(64))
    with torch.inference_mode():
        expected = build(workload(NAME))(torch.from_numpy(pictures)).numpy()
    given = Session(home / found.artifact, threads=1).run(pictures)
    np.testing.assert_allclose(given, expected, atol=1e-4)
    assert found.drop == found.drop_low == found.drop_high == 0
    assert found.size_bytes == found.fp32_size_bytes
    assert found.sqnr_db is None


def test_a_measurement_is_that_of_its_file(w4a8: Evaluation, home: Path) -> None:
    found = w4a8.measurement
    path = home / found.artifact
    assert found.size_bytes == path.stat().st_size
    assert found.artifact_sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    split = data_of(Request(NAME, Recipe.fp32()), home).report
    logits = Session(path, threads=1).run(split.take(range(IMAGES)))
    right = logits.argmax(axis=1) == split.labels[:IMAGES]
    assert found.accuracy == right.mean()
    assert found.accuracy_low < found.accuracy < found.accuracy_high
    assert found.drop_low <= found.drop <= found.drop_high
    assert found.drop == pytest.approx((found.lost - found.gained) / IMAGES)


def test_eight_bits_keep_accuracy_and_every_layer_is_integer(home: Path) -> None:
    found = measured(Recipe(8, 8), home).measurement
    assert found.integer_mac_share == 1
    assert found.size_bytes <= 0.27 * found.fp32_size_bytes
    assert abs(found.drop) <= 0.01
    assert found.sqnr_db is not None
    assert found.sqnr_db > 25


@pytest.mark.parametrize(("bits", "share"), [(4, 0.15), (2, 0.09)])
def test_files_shrink_with_their_bits(bits: int, share: float, home: Path) -> None:
    found = measured(Recipe(bits, 8), home).measurement
    assert found.size_bytes <= share * found.fp32_size_bytes
    assert bits <= found.effective_weight_bits <= bits + 0.1


def test_the_same_seed_predicts_the_same_for_every_picture(
    w4a8: Evaluation, tmp_path: Path
) -> None:
    again = measured(Recipe(4, 8), tmp_path)
    first, second = (np.load(io.BytesIO(e.predictions))["predictions"] for e in (w4a8, again))
    np.testing.assert_array_equal(first, second)
    assert again.measurement.artifact_sha256 == w4a8.measurement.artifact_sha256


def test_its_samples_are_what_a_measurement_sums_up(w4a8: Evaluation) -> None:
    found = w4a8.measurement
    kept = Samples.read(w4a8.predictions, IMAGES)
    assert (kept.predictions == kept.labels).mean() == found.accuracy
    assert (kept.confidence > 0.1).all()
    assert kept.signal is not None
    assert kept.noise is not None
    assert 10 * np.log10(kept.signal.sum() / kept.noise.sum()) == pytest.approx(found.sqnr_db)
    assert kept.runs_ms is not None
    assert kept.runs_ms[0] <= found.latency_ms <= kept.runs_ms[-1]


def test_a_measurement_survives_json(w4a8: Evaluation) -> None:
    assert Measurement.from_dict(w4a8.measurement.to_dict()) == w4a8.measurement
    row = w4a8.measurement.to_row()
    assert {"weights_bits", "activation_bits", "fp32_latency_ms", "machine"} <= set(row)


def test_a_key_is_known_before_anything_runs(w4a8: Evaluation, home: Path) -> None:
    key, count = identify(Request(NAME, Recipe(4, 8), images=IMAGES), home)
    assert (key, count) == (w4a8.measurement.key, IMAGES)
    other, _ = identify(Request(NAME, Recipe(4, 8, seed=1), images=IMAGES), home)
    assert other != key


def test_check_agrees_with_the_measurement(w4a8: Evaluation, home: Path) -> None:
    path = home / w4a8.measurement.artifact
    row = check(path, NAME, None, None, IMAGES, home, silent)
    for name in ("accuracy", "drop", "flips", "sqnr_db", "size_bytes", "effective_weight_bits"):
        assert row[name] == pytest.approx(getattr(w4a8.measurement, name)), name
    assert (row["weights_bits"], row["activation_bits"]) == (4, 8)


def test_check_takes_a_foreign_file(home: Path, tmp_path: Path) -> None:
    found = measured(Recipe.fp32(), home).measurement
    model = onnx.load(home / found.artifact)
    del model.metadata_props[:]
    onnx.save(model, tmp_path / "foreign.onnx")
    row = check(tmp_path / "foreign.onnx", NAME, None, None, IMAGES, home, silent)
    assert row["accuracy"] == found.accuracy
    assert row["weights_bits"] is None
    assert row["drop_low"] < 0 < row["drop_high"]  # a foreign file is not the baseline itself


def _damaged(tmp_path: Path, home: Path) -> Path:
    path = tmp_path / "damaged.onnx"
    path.write_bytes(b"this is no network" * 50)
    return path


def _empty(tmp_path: Path, home: Path) -> Path:
    (tmp_path / "empty.onnx").touch()
    return tmp_path / "empty.onnx"


def _cut(tmp_path: Path, home: Path) -> Path:
    whole = (home / measured(Recipe.fp32(), home).measurement.artifact).read_bytes()
    (tmp_path / "cut.onnx").write_bytes(whole[: len(whole) // 2])
    return tmp_path / "cut.onnx"


def _other_pictures(tmp_path: Path, home: Path) -> Path:
    make = onnx.helper.make_tensor_value_info
    node = onnx.helper.make_node("GlobalAveragePool", ["x"], ["y"])
    float32 = onnx.TensorProto.FLOAT
    graph = onnx.helper.make_graph(
        [node], "g", [make("x", float32, ["n", 3, 8, 8])], [make("y", float32, None)]
    )
    model = onnx.helper.make_model(
        graph, opset_imports=[onnx.helper.make_opsetid("", 18)], ir_version=9
    )
    onnx.save(model, tmp_path / "other.onnx")
    return tmp_path / "other.onnx"


def _fixed_batch(tmp_path: Path, home: Path) -> Path:
    model = onnx.load(home / measured(Recipe.fp32(), home).measurement.artifact)
    for node in model.graph.node:
        if node.op_type == "Reshape":
            shape = onnx.numpy_helper.from_array(np.array([1, 256]), "fixed")
            model.graph.initializer.append(shape)
            node.input[1] = "fixed"
    onnx.save(model, tmp_path / "fixed.onnx")
    return tmp_path / "fixed.onnx"


def _two_inputs(tmp_path: Path, home: Path) -> Path:
    model = onnx.load(home / measured(Recipe.fp32(), home).measurement.artifact)
    extra = onnx.helper.make_tensor_value_info("extra", onnx.TensorProto.FLOAT, ["n", 1])
    model.graph.input.append(extra)
    onnx.save(model, tmp_path / "two.onnx")
    return tmp_path / "two.onnx"


@pytest.mark.parametrize(
    "spoil", [_damaged, _empty, _cut, _other_pictures, _fixed_batch, _two_inputs]
)
def test_check_refuses_with_a_sentence(spoil, home: Path, tmp_path: Path) -> None:
    path = spoil(tmp_path, home)
    with pytest.raises(ModelError) as caught:
        check(path, NAME, None, None, IMAGES, home, silent)
    assert path.name in str(caught.value)
    assert "\n" not in str(caught.value)


def test_more_pictures_than_there_are_is_refused(home: Path) -> None:
    with pytest.raises(RequestError, match="10,001"):
        identify(Request(NAME, Recipe(8, 8), images=10_001), home)
    with pytest.raises(InvalidRecipe, match="1,000"):
        identify(Request(NAME, Recipe(8, 8, calibration_images=1001), images=5), home)


def test_cancelling_leaves_no_draft(home: Path) -> None:
    class Cancelled(Exception):
        pass

    def stop(step: str, _share: float) -> None:
        if step.startswith("Timing"):
            raise Cancelled

    with pytest.raises(Cancelled):
        evaluate(Request(NAME, Recipe(7, 7), images=50), home, stop)
    assert not list((home / "artifacts").rglob(".*"))


def test_latency_comes_with_its_interval_and_fp32_beside_it(w4a8: Evaluation) -> None:
    found = w4a8.measurement
    values = (found.latency_low_ms, found.latency_ms, found.latency_high_ms, found.fp32_latency_ms)
    assert all(math.isfinite(value) and value > 0 for value in values)
    assert found.latency_low_ms <= found.latency_ms <= found.latency_high_ms
    assert found.latency_runs >= 30


def test_five_equal_logits_do_not_all_count() -> None:
    given = Answers(np.zeros((10, 10), np.float32), np.arange(10))
    assert given.right_in_five.mean() == 0.5


def test_changed_metadata_is_that_of_a_foreign_file(
    w4a8: Evaluation, home: Path, tmp_path: Path
) -> None:
    model = onnx.load(home / w4a8.measurement.artifact)
    for item in model.metadata_props:
        if item.key == "bitfront.outcomes":
            item.value = '[{"layer": "stem", "macs": "many"}]'
    onnx.save(model, tmp_path / "changed.onnx")
    row = check(tmp_path / "changed.onnx", NAME, None, None, 50, home, silent)
    assert row["n"] == 50


def test_a_file_whose_kernels_disagree_is_refused(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They agree to 5 dB with a definition that is 30 dB from FP32."""
    told = iter([5.0, 30.0])
    monkeypatch.setattr("quant.artifact.sqnr_db", lambda *_: next(told))
    with pytest.raises(ModelError, match="kernels agree"):
        measured(Recipe(6, 5), home)


def test_a_network_that_quantisation_upsets_is_written_all_the_same(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = iter([5.0, 3.0])
    monkeypatch.setattr("quant.artifact.sqnr_db", lambda *_: next(told))
    assert measured(Recipe(6, 4), home).measurement.artifact
