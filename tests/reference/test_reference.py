"""Rows of PyTorch: what is measured, kept and said of them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from models.workload import workload
from quant.cli import main
from quant.errors import RequestError
from quant.identity import Request
from quant.measure.latency import Contender, Timings
from quant.measure.quiet import Timed
from quant.recipe import Recipe
from quant.reference import measure
from quant.reference.record import BFLOAT16, COMPILED, EAGER, FLOAT32, Reference
from quant.reference.words import row, sentence
from quant.runtime.torch_call import call
from quant.store import open_store
from tests.pages.samples import EPYC

IMAGES = 60
MS = {"onnxruntime": (0.001,), EAGER: (0.003, 0.002), COMPILED: (0.005, 0.004)}


def reference(**changes: object) -> Reference:
    made = Reference(
        "fashion-resnet", EAGER, FLOAT32, 1.2, 1.1, 1.3, 2.0, 1.9, 2.1, 1, 2, EPYC, "2.14",
        "2026-05-04T10:20:00+00:00", "Fashion-MNIST", 100, 0.94, 1.0,
    )  # fmt: skip
    return replace(made, **changes)


@pytest.fixture
def without_timing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Latency is not what these tests are about: each file takes a known time."""

    def latencies(contenders: list[Contender], *_: object, **__: object) -> Timings:
        seconds: list[tuple[float, ...]] = []
        for one in contenders:
            way = one.file.stem.split()[1] if one.runtime == "pytorch" else one.runtime
            seconds += [(taken,) for taken in MS[way]]
        start = (Timed(tuple(seconds), 0.001),) * 4
        return Timings(tuple(contenders), (start, start), "")

    monkeypatch.setattr(measure, "latencies", latencies)


def measured(home: Path) -> list[Reference]:
    request = Request("fashion-resnet", Recipe.fp32(), images=IMAGES)
    return measure.measured(request, home, lambda _step, _share: None)


@pytest.mark.usefixtures("without_timing")
def test_every_way_is_timed_beside_fp32_and_eager_answers(tmp_path: Path) -> None:
    found = {(one.how, one.dtype): one for one in measured(tmp_path)}
    assert list(found) == [(how, kind) for how in (EAGER, COMPILED) for kind in (FLOAT32, BFLOAT16)]
    assert found[EAGER, FLOAT32].latency_ms == pytest.approx(2.0)
    assert found[EAGER, BFLOAT16].latency_ratio == pytest.approx(3.0)
    assert found[COMPILED, FLOAT32].latency_ratio == pytest.approx(4.0)
    eager = found[EAGER, FLOAT32]
    assert (eager.n, eager.agreement) == (IMAGES, 1.0)
    assert eager.accuracy is not None
    assert eager.accuracy > 0.8
    assert found[EAGER, BFLOAT16].agreement > 0.9
    assert found[COMPILED, BFLOAT16].accuracy is None


@pytest.mark.usefixtures("without_timing")
def test_random_weights_have_no_accuracy_to_tell(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn = replace(workload("fashion-resnet"), has_labels=False)
    monkeypatch.setattr(measure, "workload", lambda _name: drawn)
    monkeypatch.setattr(measure, "has_compiler", lambda: False)
    found = measured(tmp_path)
    assert [one.accuracy for one in found] == [None, None]
    assert found[0].agreement == 1.0


@pytest.mark.usefixtures("without_timing")
def test_without_a_compiler_a_sentence_says_what_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(measure, "has_compiler", lambda: False)
    found = measured(tmp_path)
    assert {one.how for one in found} == {EAGER}
    assert "needs a C++ compiler" in sentence(found[0])


def test_a_network_that_came_as_a_file_has_none_in_torch(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = replace(workload("fashion-resnet"), builder="")
    monkeypatch.setattr(measure, "workload", lambda _name: own)
    with pytest.raises(RequestError, match="came as an ONNX file and has no torch network"):
        measured(tmp_path)


def test_what_is_timed_runs_in_either_type(tmp_path: Path) -> None:
    pictures = np.zeros((1, 1, 28, 28), np.float32)
    for kind in (FLOAT32, BFLOAT16):
        path = tmp_path / "way.json"
        path.write_text(f'{{"workload": "fashion-mobilenet", "how": "eager", "dtype": "{kind}"}}')
        out = call(str(path), 1, pictures)()
        assert (tuple(out.shape), str(out.dtype)) == ((1, 10), f"torch.{kind}")


def test_the_newest_of_each_way_and_place_is_shown(tmp_path: Path) -> None:
    older, newer = reference(latency_ms=2.0), reference(latency_ms=1.0)
    others = [reference(batch=8), reference(dtype=BFLOAT16), reference(workload="fashion-vit")]
    with open_store(f"sqlite:///{tmp_path / 'bitfront.db'}") as store:
        store.keep_references([older, *others])
        store.keep_references([newer])
        assert store.references("fashion-resnet") == [newer, *others[:2]]
        assert Reference.from_dict(newer.to_dict() | {"later": 1}) == newer


def test_a_row_is_flat_and_named() -> None:
    told = row(reference())
    assert told["label"] == "PyTorch eager, float32"
    assert told["machine"] == EPYC.label
    assert not any(isinstance(value, dict) for value in told.values())


def test_an_unknown_workload_is_a_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["reference", "nothing"]) == 2
    assert "there is no workload" in capsys.readouterr().err
