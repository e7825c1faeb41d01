"""Agreement with FP32 is never called accuracy, and never on a front with any."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from models.workload import WORKLOADS, workload
from quant import advice, certainty, explain, hover, pareto
from quant.axes import AXES, titled
from quant.breakdown.loss import OfClass, class_words, loss_words
from quant.budgets import Budgets, recommend
from quant.commands import options
from quant.commands.show import table
from quant.compare.pair import pair
from quant.compare.sides import sides
from quant.compare.words import headline, statements
from quant.errors import DataError, RequestError, UnknownWorkload
from quant.evaluate import evaluate
from quant.grounds import select
from quant.identity import Request
from quant.judged import row
from quant.pareto import Ground
from quant.points import Points
from quant.recipe import Recipe
from quant.selection import Filters
from quant.snapshot.marker import Marker
from quant.snapshot.readme import readme
from tests.breakdown.samples import breakdown
from tests.pages.samples import measurement, said

W4A8, W2A8 = Recipe(4, 8), Recipe(2, 8)


def agreeing(recipe: Recipe, **changes: object) -> object:
    values = {"metric": "agreement", "fp32_accuracy": 1.0, "gained": 0, **changes}
    return measurement(recipe, workload="torchvision/resnet18-random", **values)


def test_agreement_and_accuracy_have_fronts_apart() -> None:
    right = measurement(W4A8, workload="torchvision/resnet18-random")
    alike = agreeing(W4A8)
    assert Ground.of(right) != Ground.of(alike)
    with pytest.raises(RequestError, match="agreement with FP32"):
        pareto.front([right, alike])
    assert pareto.best(Points.of([right, alike])).all()


def test_figures_carry_their_metric() -> None:
    [found] = Points.of([agreeing(W4A8)]).figures([0])
    assert found.metric == "agreement"


def test_models_of_another_metric_are_not_shown_beside() -> None:
    own, other = measurement(W4A8), agreeing(W4A8)
    ground = Ground.of(own)
    found = select(Points.of([own]), {other.workload: Points.of([other])}, ground, Filters())
    assert found.absent == (other.workload,)
    assert len(found.whole) == 1


def test_sentences_say_agreement() -> None:
    point = agreeing(W4A8, flips=31, lost=31, n=1000)
    assert explain.against_fp32(point) == "another answer than FP32 on 31 of 1,000 pictures"
    assert "no true labels" in explain.p_value(point)
    same = replace(point, flips=0, lost=0)
    assert explain.against_fp32(same) == "the same answer as FP32 on all 1,000 pictures"
    points = Points.of([agreeing(Recipe.fp32(), drop=0.0), point])
    found = recommend(points, Budgets())
    told = advice.why(found, Budgets())
    assert "in agreement with FP32" in told
    assert "accura" not in told
    assert certainty.detectable_drop(point) is None
    assert hover.hover(point, on_front=True).split("<br>")[1].startswith("agreement with FP32 ")
    text = hover.summary([point])
    assert text.startswith("Agreement with FP32 against size")
    assert "accura" not in text


def test_charts_and_tables_say_agreement() -> None:
    point = agreeing(W4A8)
    assert titled(AXES["accuracy"], [point]) == "agreement with FP32, %"
    assert titled(AXES["accuracy"], [measurement()]) == "accuracy, %"
    assert table([point]).split("\n")[0].split("  ")[1:3] != ["accuracy"]
    assert "agreement with FP32" in table([point])
    assert "accuracy" not in table([point])
    assert row(point)["metric"] == "agreement"
    assert row(measurement())["metric"] == "accuracy"


def test_compare_says_agreement_and_refuses_to_mix() -> None:
    first, second = (
        agreeing(Recipe.fp32(), drop=0.0, data_id="d" * 12),
        agreeing(W2A8, data_id="d" * 12),
    )
    columns = sides([first, second], said)
    told = " ".join(map(headline, statements(columns)))
    assert "in agreement with FP32" in told
    assert "accura" not in told
    other = measurement(W4A8, data_id="d" * 12)
    mixed = sides([first, other], said)
    with pytest.raises(DataError, match="held against its own FP32"):
        pair(*mixed)


def test_without_labels_fp32s_answers_are_the_right_ones(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("quant.measure.latency.STARTS", 2)
    unlabelled = tuple(replace(one, has_labels=False) for one in WORKLOADS)
    monkeypatch.setattr("models.workload.WORKLOADS", unlabelled)
    request = Request("fashion-resnet", Recipe(2, 8), images=200)
    found = evaluate(request, tmp_path, lambda *_: None).measurement
    assert found.metric == "agreement"
    assert found.fp32_accuracy == 1
    assert found.accuracy == pytest.approx(1 - found.flips / found.n)
    assert found.drop == pytest.approx(found.flips / found.n)
    assert (found.lost, found.gained) == (found.flips, 0)
    fp32 = evaluate(replace(request, recipe=Recipe.fp32()), tmp_path, lambda *_: None).measurement
    assert (fp32.accuracy, fp32.metric) == (1.0, "agreement")


def test_random_weights_are_asked_for_by_an_option() -> None:
    name = options.network("torchvision/resnet50-IMAGENET1K_V1", random_weights=True)
    assert name == "torchvision/resnet50-random"
    assert workload(name).metric == "agreement"
    assert options.network("torchvision/ResNet50", random_weights=False) == "torchvision/resnet50"
    with pytest.raises(RequestError, match="fashion-resnet is none"):
        options.network("fashion-resnet", random_weights=True)
    with pytest.raises(UnknownWorkload):
        options.network("resnet", random_weights=True)


def test_a_snapshots_readme_says_agreement() -> None:
    marker = Marker(1, "0.1.0", "", 3, 3, ("torchvision/resnet18-random",), ("EPYC",), (), 0, 0)
    assert "Agreement with FP32, size and latency of 3 quantised networks" in readme(marker)
    both = replace(marker, workloads=("fashion-resnet", *marker.workloads))
    assert "Accuracy (or agreement with FP32, without true labels), size" in readme(both)
    assert "Accuracy, size" in readme(replace(marker, workloads=("fashion-resnet",)))


def test_where_a_loss_comes_from_says_agreement() -> None:
    found = breakdown(W4A8)
    assert ", of agreement with FP32: weights alone" in loss_words(found, "agreement")[0]
    assert "agreement" not in loss_words(found)[0]
    lost = (OfClass("fox", 20, 3, 0),)
    assert class_words(lost, "agreement").startswith("By the class that FP32 says: fox loses")
