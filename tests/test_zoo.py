"""`make zoo`: it goes on where it was, and its table is made of what was measured."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from benchmarks.zoo.results import add, read, still_to_do
from benchmarks.zoo.subjects import chosen, counts, enlarged, in_order
from benchmarks.zoo.table import document
from models.torchvision_table import architectures
from quant.identity import ENGINE_VERSION

MACHINE = "a processor (AVX2), 2 threads"


def row(name: str, **changed: object) -> dict:
    eight = {
        "sqnr_db": 31.24, "integer_mac_share": 0.99999, "size_ratio": 0.2534,
        "latency_ratio": 0.41, "ms": 4.1, "fp32_ms": 10.0, "load": 0.4, "kernels": {},
        "in_float": [["GELU", "there is no kernel", 12, 0]], "agreement_db": 40.0,
    }  # fmt: skip
    return {
        "architecture": name, "method": "nearest", "engine": ENGINE_VERSION, "weights": "random",
        "side": 224, "parameters": 11_689_512, "macs": 1_814_073_344, "graph_macs": 1_800_000_000,
        "pictures": "pictures", "w8a8": eight, "w4a8": eight | {"sqnr_db": None}, **changed,
    }  # fmt: skip


def test_what_is_measured_is_not_measured_again(tmp_path: Path) -> None:
    path = tmp_path / "zoo" / "nearest.jsonl"
    add(path, row("resnet18"))
    add(path, row("vgg11") | {"failed": "quantising it: too large"})
    add(path, row("resnet34") | {"engine": ENGINE_VERSION - 1})
    with path.open("a") as file:
        file.write(json.dumps(row("resnet50"))[:40])  # cut off
    names = ["resnet18", "resnet34", "resnet50", "vgg11"]
    assert still_to_do(names, read(path), failed=False) == ["resnet50", "resnet34"]
    assert still_to_do(names, read(path), failed=True) == ["resnet50", "vgg11", "resnet34"]


def test_table_states_figures_failures_and_what_was_not_run() -> None:
    found = {
        "resnet18": row("resnet18"),
        "vgg11": row("vgg11") | {"failed": "preparing it: /home/me/x/vgg.onnx does not load"},
    }
    text = document(["resnet18", "resnet34", "vgg11"], found, MACHINE)
    assert "1 of 3 architectures went through" in text
    assert "| `resnet18` | random | 224 | 11.7 | 1.81 | 99.9 % | 31.2 | exact | 0.253 |" in text
    assert "stopped before and goes on there: `resnet34`." in text
    assert "- `vgg11`: preparing it: …/vgg.onnx does not load" in text
    assert "GELU in 1 of them (`resnet18`): there is no kernel." in text
    assert "Less than 90 %" not in text
    assert "Not faster" not in text
    assert "earlier version" not in text
    found["resnet18"]["engine"] -= 1
    assert "on fewer pictures: `resnet18`" in document(["resnet18"], found, MACHINE)


def test_exceptions_come_with_their_profile() -> None:
    low = row("resnet18")
    low["w8a8"] = low["w8a8"] | {
        "integer_mac_share": 0.8,
        "latency_ratio": 1.2,
        "in_float": [["Conv", "it has five axes", 3, 360_000_000]],
    }
    text = document(["resnet18"], {"resnet18": low}, MACHINE)
    assert (
        "`resnet18`: 80.0%. In float: Conv: 3, 20.0% of multiply-adds (it has five axes)." in text
    )
    assert "`resnet18`: 4.10 ms, FP32 10.00 ms at load 0.4." in text


def test_every_architecture_has_its_turn_the_smallest_first() -> None:
    order = in_order()
    assert sorted(order) == sorted(architectures())
    assert order.index("mobilenet_v3_small") < order.index("resnet50") < order.index("vit_h_14")
    assert chosen("vit_h_14").input_shape == (3, 224, 224)


def test_shipped_pictures_are_as_large_as_a_network_wants() -> None:
    workload = chosen("inception_v3")
    data = enlarged(workload)
    calibrate, report = counts(workload)
    assert len(data.calibrate) >= calibrate
    assert data.report.take(range(report)).shape == (report, 3, 299, 299)
    assert np.ptp(data.report.pictures[0]) > 100
