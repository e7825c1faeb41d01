"""The shipped network is what its table and its model card say."""

from __future__ import annotations

import json

import numpy as np
import pytest
import torch

from models.build import build
from models.data import dataset
from models.weights import weights_fingerprint, weights_path
from models.workload import workload
from models.zoo.files import FASHION_MNIST, ZOO
from quant.errors import ModelError
from tests.models.counts import macs, parameters

FASHION = workload("fashion-resnet")
LEAST = {"fashion-resnet": 0.935, "fashion-mobilenet": 0.92, "fashion-vit": 0.90}
LARGE = {
    "fashion-resnet": (1_000_000, 3_000_000),
    "fashion-mobilenet": (300_000, 1_000_000),
    "fashion-vit": (300_000, 1_000_000),
}


@pytest.mark.parametrize("name", LEAST)
def test_the_table_states_its_parameters_and_multiply_adds(name: str) -> None:
    chosen, (fewest, most) = workload(name), LARGE[name]
    network = build(chosen, weights=False)
    assert parameters(network) == chosen.parameters
    assert macs(network, chosen) == chosen.macs
    assert fewest <= chosen.parameters <= most


@pytest.mark.parametrize("name", LEAST)
def test_it_is_as_accurate_as_its_card_says(name: str) -> None:
    report = dataset(workload(name)).report
    network = build(workload(name))
    [(pictures, labels)] = report.batches(2000, limit=2000)
    with torch.inference_mode():
        logits = torch.cat([network(batch) for batch in torch.from_numpy(pictures).split(500)])
    stated = json.loads((ZOO / f"{name}.json").read_text())["test_accuracy"]
    assert stated >= LEAST[name]
    assert f"{100 * stated:.2f} %" in (ZOO / f"{name}.md").read_text()
    assert (logits.argmax(1).numpy() == labels).mean() == pytest.approx(stated, abs=0.02)


def test_no_shipped_calibration_picture_is_one_of_training_or_test() -> None:
    with np.load(FASHION_MNIST) as shipped:
        chosen = np.concatenate([shipped["calibrate_index"], shipped["select_index"]])
    assert len(np.unique(chosen)) == 2000
    data = dataset(FASHION)
    assert not {*data.calibrate.contents, *data.select.contents} & set(data.report.contents)


def test_missing_weights_are_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("models.weights.weights_file", lambda name: ZOO / "none.safetensors")
    with pytest.raises(ModelError, match="make train writes none"):
        weights_path(FASHION)


@pytest.mark.parametrize("name", LEAST)
def test_the_shipped_file_tells_nothing_of_the_machine_that_exported_it(name: str) -> None:
    content = (ZOO / f"{name}.onnx").read_bytes()
    assert b"site-packages" not in content
    assert b"stack_trace" not in content


def test_the_fingerprint_is_hexadecimal() -> None:
    assert len(bytes.fromhex(weights_fingerprint(FASHION))) == 16


@pytest.mark.parametrize("name", LEAST)
def test_the_table_states_the_accuracy_of_the_training_record(name: str) -> None:
    record = json.loads((ZOO / f"{name}.json").read_text())
    assert workload(name).published_accuracy == record["test_accuracy"]
