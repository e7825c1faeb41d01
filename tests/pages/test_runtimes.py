"""Explore with several runtimes: the control, what it shows, and what a best point says."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from quant.recipe import Recipe
from quant.store import Store
from tests.pages.samples import EPYC, measurement
from tests.reference.test_reference import reference

Explore = Callable[..., AppTest]
W8, W4 = Recipe(8, 8), Recipe(4, 8)
BEST = "best of onnxruntime 1.32.0 and openvino 2026.4.1"


def words(app: AppTest) -> str:
    assert not app.exception, app.exception[0].message
    kinds = (app.markdown, app.caption, app.info, app.warning, app.title)
    return "\n".join(element.value for kind in kinds for element in kind)


def keep(store: Store, runtime: str, **changes: object) -> None:
    for recipe in (Recipe.fp32(), W8):
        store.append(measurement(recipe, runtime=runtime, **changes))


def test_the_control_chooses_whose_points_are_seen(explore: Explore, store: Store) -> None:
    keep(store, "onnxruntime 1.32.0")
    keep(store, "openvino 2026.4.1", latency_ms=0.111)
    assert "onnxruntime 1.32.0" in words(explore())
    said = words(explore(runtime="openvino"))
    assert "openvino 2026.4.1" in said
    assert "onnxruntime 1.32.0" not in said


def test_nothing_in_a_runtime_yet_is_an_empty_state(explore: Explore, store: Store) -> None:
    keep(store, "onnxruntime 1.32.0")
    app = explore(runtime="openvino")
    assert "press Measure" in words(app)
    app.button(key="measure").click().run()
    [sweep] = store.sweeps()
    assert {task.runtime for task in store.tasks(sweep.id)} == {"openvino"}
    assert all("OpenVINO" in task.label for task in store.tasks(sweep.id))


def test_who_only_looks_is_shown_what_there_is(
    explore: Explore, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep(store, "openvino 2026.4.1")
    assert "press Measure" in words(explore())
    monkeypatch.setattr("pages.parts.place.is_viewer", lambda: True)
    assert "openvino 2026.4.1" in words(explore())


def test_a_link_to_a_point_wins_over_the_control(explore: Explore, store: Store) -> None:
    keep(store, "onnxruntime 1.32.0")
    keep(store, "openvino 2026.4.1")
    named = measurement(W8, runtime="openvino 2026.4.1")
    assert "openvino 2026.4.1" in words(explore(point=named.id))


def test_a_best_point_says_where_it_ran(explore: Explore, store: Store) -> None:
    keep(
        store, BEST,
        executed_by="openvino 2026.4.1", fp32_executed_by="onnxruntime 1.32.0", drop_high=0.004,
    )  # fmt: skip
    app = explore(runtime="best", loss="10 pp")
    said = words(app)
    assert "openvino 2026.4.1, the quicker for this point; FP32's is onnxruntime 1.32.0" in said
    table = next(one.value for one in app.dataframe if "ran in" in one.value)
    assert set(table["ran in"]) == {"OpenVINO 2026.4.1"}


def test_pytorch_stands_beside_the_points_of_its_machine(explore: Explore, store: Store) -> None:
    keep(store, "onnxruntime 1.32.0")
    assert "python -m quant reference fashion-resnet" in words(explore())
    one = measurement(W8)
    store.keep_references([reference(machine=EPYC, batch=one.batch, threads=one.threads)])
    app = explore()
    assert "never on the front" in words(app)
    tables = [one.value for one in app.dataframe if "way" in one.value]
    assert list(tables[0]["way"]) == ["PyTorch eager, float32"]
