"""The chart's controls: each is restored by its link, and says what it does."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from pages.parts import showing
from quant.jobs.requests import SweepRequest
from quant.recipe import Recipe
from quant.records import Measurement
from quant.store import Store
from tests.pages.samples import measurement, sweep

Explore = Callable[..., AppTest]
LITE = "imagenet-lite0"


def said(app: AppTest) -> str:
    assert not app.exception, app.exception[0].message
    kinds = (app.markdown, app.caption, app.info, app.warning, app.subheader)
    return "\n".join(element.value for kind in kinds for element in kind)


def figures(app: AppTest) -> list[dict[str, Any]]:
    assert not app.exception, app.exception[0].message
    return [json.loads(chart.proto.spec) for chart in app.get("plotly_chart")]


def drawn(figure: dict[str, Any]) -> set[str]:
    """Ids of the dots."""
    return {name for trace in figure["data"] for name in trace.get("customdata", ())}


def labels(figure: dict[str, Any]) -> set[str]:
    names = {point.id: point.recipe.label for point in sweep()}
    return {names.get(identity, identity) for identity in drawn(figure)}


def other_model(**changes: Any) -> list[Measurement]:
    """FP32 and three points of a second model, on other pictures."""
    values = {"workload": LITE, "data": "val, 3,000 report pictures", "n": 3000} | changes
    return [
        measurement(recipe, key=f"{LITE}-{recipe.id}", **values)
        for recipe in (Recipe.fp32(), Recipe(8, 8), Recipe(4, 8, "mse"), Recipe(4, 8))
    ]


def test_a_link_restores_every_control(explore: Explore, filled: Store) -> None:
    link = {
        "chart": "3-D", "x": "latency", "y": "loss", "also": [LITE], "only": ["mse"],
        "only-weights": ["4", "8"], "only-activations": ["8"], "dominated": "true",
    }  # fmt: skip
    app = explore(**link)
    assert "The link asks" not in said(app)
    assert app.button_group(key="chart").value == "3-D"
    assert app.selectbox(key="x").value == "latency"
    assert app.selectbox(key="y").value == "loss"
    assert app.multiselect(key="also").value == [LITE]
    assert app.button_group(key="only").value == ["mse"]
    assert app.button_group(key="only-weights").value == ["4", "8"]
    assert app.button_group(key="only-activations").value == ["8"]
    assert app.toggle(key="dominated").value


@pytest.mark.parametrize("name", showing.allowed())
def test_an_unknown_value_gets_a_sentence(explore: Explore, filled: Store, name: str) -> None:
    assert f"The link asks for {name} banana" in said(explore(**{name: "banana"})).replace("\\", "")


def test_one_quantity_on_both_axes_is_said(explore: Explore, filled: Store) -> None:
    app = explore(x="size", y="size")
    assert "Both axes show size: choose another quantity for one of them." in said(app)
    assert not app.get("plotly_chart")
    assert len(app.dataframe[0].value) == 15


def test_choosing_what_the_other_axis_has_swaps_them(explore: Explore, filled: Store) -> None:
    app = explore(x="latency", y="accuracy")
    app.selectbox(key="y").set_value("latency").run()
    assert app.selectbox(key="x").value == "accuracy"
    assert "Latency against accuracy" in said(app)
    assert len(figures(app)) == 1


def test_dominated_points_come_on_demand(explore: Explore, filled: Store) -> None:
    app = explore()
    (figure,) = figures(app)
    toggle = app.toggle(key="dominated")
    hidden = 15 - len(drawn(figure))
    assert toggle.label == f"Dominated points ({hidden})"
    assert f"Showing {15 - hidden} of 15 points." in said(app)
    assert "w8a8·nearest" not in labels(figure)
    toggle.set_value(True).run()
    assert len(drawn(figures(app)[0])) == 15
    assert "Showing 15 of 15 points." in said(app)


def test_the_deep_view_shows_the_same_points_beside_a_chart_to_click(
    explore: Explore, filled: Store
) -> None:
    deep, flat = figures(explore(chart="3-D", dominated="true"))
    assert {trace["type"] for trace in deep["data"]} >= {"scatter3d"}
    assert drawn(deep) == drawn(flat)
    for figure in (deep, flat):
        assert [trace.get("name") for trace in figure["data"]].count("chosen") == 1


def test_filters_let_through_what_is_picked_and_fp32(explore: Explore, filled: Store) -> None:
    app = explore(**{"only": ["nearest"], "only-weights": ["8", "4"], "dominated": "true"})
    assert {"fp32", "w8a8·nearest", "w4a8·nearest"} <= labels(figures(app)[0])
    assert "w6a8·nearest" not in labels(figures(app)[0])
    assert "12 are filtered out" in said(app)
    app.button_group(key="only").set_value([]).run()
    app.button_group(key="only-weights").set_value([]).run()
    assert len(drawn(figures(app)[0])) == 15


def test_models_stand_in_one_chart_each_with_its_front(explore: Explore, filled: Store) -> None:
    for point in other_model():
        filled.append(point)
    app = explore(also=[LITE], dominated="true")
    (figure,) = figures(app)
    assert len(drawn(figure)) == 19
    assert app.metric[0].delta == "fashion-resnet: mse"
    assert len([trace for trace in figure["data"] if trace.get("mode") == "lines"]) == 2
    assert {"fashion-resnet", LITE} <= {trace.get("name") for trace in figure["data"]}
    assert "different pictures, so their accuracies do not compare" in said(app)
    app.button(key="show-loss").click().run()
    assert app.selectbox(key="y").value == "loss"
    assert "do not compare" not in said(app)
    assert set(app.dataframe[0].value["model"]) == {"fashion-resnet", LITE}


def test_one_model_says_nothing_about_other_pictures(explore: Explore, filled: Store) -> None:
    for point in other_model():
        filled.append(point)
    assert "do not compare" not in said(explore())


def test_a_model_that_is_not_measured_here_is_named(explore: Explore, filled: Store) -> None:
    assert f"Not measured on this machine: {LITE}" in said(explore(also=[LITE]))


def test_the_knee_is_explained(explore: Explore, filled: Store) -> None:
    assert "The knee, w5a8·mse, is where the front bends most" in said(explore())


def test_the_table_agrees_with_the_line(explore: Explore, filled: Store) -> None:
    flat = explore().dataframe[0].value
    deep = explore(chart="3-D").dataframe[0].value
    assert next(iter(flat.set_index("point")["on the front"])) == "yes"
    fast = flat.set_index("point")["on the front"]["w2a8·mse"]
    assert fast == "yes" == deep.set_index("point")["on the front"]["w2a8·mse"]
    latency = explore(x="size", y="latency").dataframe[0].value.set_index("point")
    assert latency["on the front"]["w8a8·mse"] == "no"


def test_what_arrives_during_the_visit_is_seen_until_the_sweep_ends(
    explore: Explore, filled: Store
) -> None:
    app = explore()
    mine = filled.submit(SweepRequest("fashion-resnet", (Recipe(7, 8),)))
    late = measurement(
        Recipe(7, 8),
        drop=0.02,
        measured_at=(datetime.now(UTC) + timedelta(seconds=2)).isoformat(timespec="seconds"),
    )
    filled.append(late)
    app.run()
    (figure,) = figures(app)
    assert late.id in drawn(figure)
    assert "just measured" in {trace.get("name") for trace in figure["data"]}
    app.run()
    (figure,) = figures(app)
    assert late.id in drawn(figure)
    assert "just measured" not in {trace.get("name") for trace in figure["data"]}
    filled.cancel(mine)
    app.run()
    assert late.id not in drawn(figures(app)[0])
