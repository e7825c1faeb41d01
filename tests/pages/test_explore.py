"""Explore: empty, filled, by link, with budgets, and while something is measured."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from pages.parts import export, place
from pages.parts.view import View
from quant.budgets import Budgets
from quant.cli import main
from quant.grounds import select
from quant.jobs.requests import SweepRequest
from quant.pareto import Ground
from quant.recipe import Recipe
from quant.rows import json_line
from quant.selection import Filters
from quant.store import Store
from tests.pages.samples import XEON, measurement, said, sweep

Explore = Callable[..., AppTest]


def words(app: AppTest) -> str:
    """All that is said on the page."""
    assert not app.exception, app.exception[0].message
    kinds = (app.markdown, app.caption, app.info, app.warning, app.error, app.title)
    return "\n".join(element.value for kind in kinds for element in kind)


def metrics(app: AppTest) -> dict[str, tuple[str, str]]:
    return {metric.label: (metric.value, metric.delta) for metric in app.metric}


def chosen_bits(app: AppTest) -> str:
    assert not app.exception
    return app.metric[0].value


def test_an_empty_store_says_what_to_do_next(explore: Explore, store: Store) -> None:
    app = explore()
    assert "press Measure" in words(app)
    assert app.button(key="measure").label == "Measure 5"
    assert not app.metric
    assert not store.sweeps()


def test_a_fresh_store_measures_itself(
    explore: Explore, store: Store, started: list[bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BITFRONT_FIRST_SWEEP", "1")
    app = explore()
    assert not app.exception
    sweeps = store.sweeps()
    assert [one.workload for one in sweeps] == ["fashion-resnet"]
    assert sweeps[0].total >= 12
    assert started
    assert "measures its own first sweep" in words(app)
    assert len(app.progress) == 1
    app.run()
    assert len(store.sweeps()) == 1


def test_measure_submits_what_is_missing(
    explore: Explore, store: Store, started: list[bool]
) -> None:
    store.append(measurement(Recipe.fp32()))
    store.append(measurement(Recipe(8, 8, "mse")))
    app = explore(weights=["8", "4"], activations=["8", "4"])
    assert app.button(key="measure").label == "Measure 3 more"
    app.button(key="measure").click().run()
    assert not app.exception
    tasks = store.tasks(store.sweeps()[0].id)
    assert {task.recipe.bits for task in tasks} == {"fp32", "w8a4", "w4a8", "w4a4"}
    assert started
    assert app.button(key="measure").disabled
    assert app.button(key="measure").label == "Measuring 3 …"


def test_auto_says_what_it_picks_and_asks_for_that(explore: Explore, store: Store) -> None:
    store.append(measurement(Recipe.fp32()))
    store.append(measurement(Recipe(8, 8, "mse")))
    app = explore(weights=["8", "6", "4"])
    assert app.selectbox(key="method").value == "auto"
    assert "**mse** for w8a8: at 7 and 8 bits the right scale is enough" in words(app)
    assert "**gptq** for w6a8 and w4a8: at 4 to 6 bits" in words(app)
    assert app.button(key="measure").label == "Measure 2 more"
    app.button(key="measure").click().run()
    tasks = store.tasks(store.sweeps()[0].id)
    assert [task.recipe.method for task in tasks] == ["nearest", "gptq", "gptq"]
    assert app.button(key="measure").label == "Measuring 2 …"
    app.selectbox(key="method").set_value("gptq").run()
    assert app.button(key="measure").label == "Measure 1 more"
    assert "**gptq**" not in words(app)


def test_a_first_guess_says_where_it_comes_from(explore: Explore, store: Store) -> None:
    store.submit(SweepRequest("fashion-resnet", (Recipe(8, 8),)))
    while task := store.claim("test", 60):
        store.finish(task, measurement(task.recipe), None)
    app = explore(weights=["4"], method="adaround")
    assert "about" in app.button(key="measure").label
    assert "Time guessed from fashion-resnet." in words(app)
    plain = explore(weights=["4"], method="nearest")
    assert "guessed" not in words(plain)


def test_cancel_stops_a_sweep(explore: Explore, store: Store) -> None:
    store.submit(SweepRequest("fashion-resnet", (Recipe(5),)))
    app = explore()
    next(button for button in app.button if button.label == "Cancel").click().run()
    assert not app.exception
    assert store.sweeps()[0].is_over


def test_a_sweep_is_seen_however_many_newer_ones_are_over(explore: Explore, store: Store) -> None:
    store.submit(SweepRequest("fashion-resnet", (Recipe(5),)))
    for seed in range(1, 8):
        store.cancel(store.submit(SweepRequest("fashion-resnet", (Recipe(5, seed=seed),))))
    assert [button.label for button in explore().button].count("Cancel") == 1


def test_a_failed_sweep_says_why(explore: Explore, store: Store) -> None:
    store.submit(SweepRequest("fashion-resnet", (Recipe(5),)))
    while task := store.claim("test", 60):
        store.fail(task, "the file of *weights* is damaged")
    said = words(explore())
    assert "2 of 2 could not be measured" in said
    assert r"the file of \*weights\* is damaged" in said


def test_a_filled_store_recommends(explore: Explore, filled: Store) -> None:
    app = explore(method="mse")
    assert metrics(app)["Best within your budgets"] == ("w5a8", "mse")
    assert metrics(app)["Size"] == ("0.868 MB", "6.1× smaller")
    assert "the smallest of 15 measured whose loss is at most 0.5 pp" in words(app)
    assert app.button(key="measure").disabled
    assert len(app.dataframe[0].value) == 15
    assert len(app.get("plotly_chart")) == 1


def test_budgets_move_the_recommendation(explore: Explore, filled: Store) -> None:
    app = explore()
    app.select_slider(key="loss").set_value("3 pp").run()
    assert chosen_bits(app) == "w3a8"
    app.select_slider(key="size").set_value("0.3 MB").run()
    assert "None of 15 measured has a loss of at most 3 pp" in words(app)
    assert "Nearest to your budgets" in metrics(app)


def test_what_is_not_told_apart_from_the_recommended_point_is_said(
    explore: Explore, filled: Store
) -> None:
    app = explore()
    said = words(app)
    table = app.dataframe[0].value
    beside = dict(zip(table["point"], table["beside w5a8·mse"], strict=True))
    assert beside["w5a8·mse"] == "the recommended"
    assert beside["w6a8·mse"].startswith("not told apart; ")
    assert beside["w2a8·mse"].startswith("−17.2 pp; ")
    count = sum(text.startswith("not told apart") for text in beside.values())
    assert f"In accuracy {count} of the 14 others are not told apart from w5a8·mse." in said
    assert "Squares mark what is not told apart from w5a8·mse in accuracy" in said
    figure = json.loads(app.get("plotly_chart")[0].proto.spec)
    (squares,) = [one for one in figure["data"] if one.get("name", "").startswith("not told apart")]
    assert squares["name"] == "not told apart from w5a8·mse"
    assert squares.get("showlegend", True)


def test_a_budget_that_is_undecided_says_how_many_pictures_would_tell(
    explore: Explore, filled: Store
) -> None:
    app = explore()
    table = app.dataframe[0].value
    budgets = dict(zip(table["point"], table["budgets"], strict=True))
    assert budgets["w5a8·mse"] == "met"
    assert budgets["w2a8·mse"] == "not met"
    assert re.fullmatch(r"undecided \(about [\d,]+ more\)", budgets["w4a8·mse"])
    (many,) = re.findall(r"about ([\d,]+) more", budgets["w4a8·mse"])
    noun = "picture" if many == "1" else "pictures"
    assert f"About {many} more {noun} would tell." in words(app)
    tip = next(metric for metric in app.metric if metric.label == "Accuracy").help
    assert "After Holm's correction over 14 points" in tip
    assert "These pictures tell a difference of " in tip


def test_another_batch_has_points_of_its_own_and_files_are_only_timed(
    explore: Explore, store: Store, started: list[bool]
) -> None:
    recipes = (Recipe.fp32(), Recipe(8, 8, "mse"), Recipe(4, 8, "mse"))
    for recipe in recipes:
        store.append(measurement(recipe))
    store.append(measurement(Recipe.fp32(), batch=8, latency_ms=4.0))
    store.append(measurement(Recipe(8, 8, "mse"), batch=8, latency_ms=2.0))
    app = explore(weights=["8", "4"], method="mse")
    assert len(app.dataframe[0].value) == 3
    assert app.button(key="measure").label == "All 2 are measured"
    app.selectbox(key="batch").set_value("8").run()
    assert list(app.dataframe[0].value["point"]) == ["fp32", "w8a8·mse"]
    assert "2 threads, batch of 8" in words(app)
    assert app.button(key="measure").label.startswith("Time 1 more")
    app.button(key="measure").click().run()
    assert [task.timing.batch for task in store.tasks(store.sweeps()[0].id)] == [8, 8]
    app.selectbox(key="batch").set_value("32").run()
    assert not app.exception
    app = explore(weights=["8", "4"], method="mse", batch="1", threads="16")
    assert "Nothing is timed at batch 1 with 16 threads yet." in " ".join(i.value for i in app.info)


def test_calibration_draws_are_asked_for_and_shown_as_one_dot(
    explore: Explore, store: Store, started: list[bool]
) -> None:
    store.append(measurement(Recipe.fp32()))
    for seed, accuracy in enumerate((0.93, 0.92, 0.95)):
        store.append(measurement(Recipe(8, 8, "mse", seed=seed), accuracy=accuracy, drop=0.0002))
    app = explore(weights=["8"], draws="5")
    assert app.button(key="measure").label == "Measure 2 more"
    assert "over 3 calibration draws 93.3 % ± 1.5 (92.0 – 95.0), logits 48.00 dB ± 0.00" in words(
        app
    )
    assert metrics(app)["Accuracy"][0] == "93.0 %"
    assert "2 are further calibration draws" in words(app)
    assert list(app.dataframe[0].value["point"]) == ["fp32", "w8a8·mse"]
    app.button(key="measure").click().run()
    tasks = store.tasks(store.sweeps()[0].id)
    assert [task.recipe.seed for task in tasks] == [0, 3, 4]


def test_page_and_command_line_export_the_same_figures(
    explore: Explore, filled: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    draw = measurement(Recipe(4, 8, "mse", seed=1), drop=0.005)
    filled.append(draw, said(draw))
    assert "All 15 points shown, and 1 further calibration draw," in words(explore())
    shown = select(filled.figures(), {}, Ground.of(sweep()[0]), Filters())
    budgets = Budgets(drop=0.01, size_bytes=1e6)
    best = shown.recommendation(budgets)
    seen = View(shown, budgets, best, None, pinned=False)
    page = {row["key"]: row for row in export.judged(seen)}
    assert main(["points", "--max-drop", "1", "--max-mb", "1", "--json"]) == 0
    listed = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert len(listed) == len(page) == 16
    assert all(json.loads(json_line(page[row["key"]])) == row for row in listed)


def test_a_link_restores_the_view(explore: Explore, filled: Store) -> None:
    point = next(one for one in sweep() if one.recipe.label == "w8a8·nearest")
    app = explore(
        weights=["8", "5"], activations=["8", "6"], method="nearest", ranges="mse",
        loss="1 pp", size="2 MB", latency="0.5 ms", x="latency", y="size", point=point.id,
    )  # fmt: skip
    assert not app.warning
    assert metrics(app)["The point you chose"] == ("w8a8", "nearest")
    assert sorted(app.button_group(key="weights").value) == ["5", "8"]
    assert app.selectbox(key="method").value == "nearest"
    assert app.selectbox(key="x").value == "latency"
    assert app.select_slider(key="size").value == "2 MB"
    assert app.button(key="measure").label == "Measure 4"
    assert "you chose it. w8a8·nearest meets the budgets." in words(app)
    app.button(key="recommended").click().run()
    assert chosen_bits(app) == "w4a8"


BAD = {
    "model": "resnet-9000",
    "weights": "9",
    "activations": "banana",
    "method": "magic",
    "ranges": "all",
    "size": "1 GB",
    "latency": "-1",
    "loss": "0.5",
    "x": "colour",
    "y": "<script>",
}


@pytest.mark.parametrize("name", BAD)
def test_an_unknown_value_in_a_link_falls_back_with_a_sentence(
    explore: Explore, filled: Store, name: str
) -> None:
    app = explore(**{name: BAD[name]})
    assert f"The link asks for {name} " in words(app)
    assert chosen_bits(app) == "w5a8"


def test_an_unknown_point_in_a_link_falls_back_with_a_sentence(
    explore: Explore, filled: Store
) -> None:
    app = explore(point="gone@elsewhere@onnxruntime")
    assert "a point that this store does not hold" in words(app)
    assert chosen_bits(app) == "w5a8"


def test_no_width_at_all_is_said(explore: Explore, store: Store) -> None:
    button = explore(weights="").button(key="measure")
    assert button.disabled
    assert "at least one width" in button.help


def test_a_model_without_its_pictures_says_what_it_needs(explore: Explore, store: Store) -> None:
    app = explore(model="imagenet-lite0")
    assert "imagenet-lite0 needs a folder of labelled ImageNet pictures" in words(app)
    assert app.button(key="measure").disabled
    app.text_input(key="data").set_value("/nowhere/at/all").run()
    app.button(key="measure").click().run()
    assert [error.value for error in app.error] == [
        "There is no folder of pictures /nowhere/at/all; check the path."
    ]
    assert not app.exception
    assert not store.sweeps()


def test_machines_are_apart_and_can_be_chosen(explore: Explore, filled: Store) -> None:
    filled.append(measurement(Recipe(8), machine=XEON, measured_at="2026-06-01T00:00:00+00:00"))
    app = explore()
    assert "Intel Xeon 8488C" in words(app)
    assert len(app.dataframe[0].value) == 1
    picker = app.selectbox(key="ground")
    assert ["EPYC" in option for option in picker.options] == [True, False]
    picker.set_value(place.token(Ground.of(sweep()[0]))).run()
    assert chosen_bits(app) == "w5a8"
    assert app.query_params["on"]


def test_a_point_of_another_machine_brings_its_machine(explore: Explore, filled: Store) -> None:
    filled.append(measurement(Recipe(8), machine=XEON, measured_at="2026-06-01T00:00:00+00:00"))
    app = explore(point=measurement(Recipe(2, 8, "mse")).id)
    assert chosen_bits(app) == "w2a8"


def test_details_name_layers_and_provenance(explore: Explore, filled: Store) -> None:
    app = explore(tab="Layers")
    said = words(app)
    assert "3 layers, 1 of them kept in float" in said
    layers = app.dataframe[0].value
    assert "ReduceMean has no kernel" in set(layers["kept in float, why"])
    assert "python -m quant export fashion-resnet --weights 5 --activations 8" in app.code[0].value


def test_the_download_is_off_where_the_file_is_gone(
    explore: Explore, filled: Store, home: Path
) -> None:
    def disabled() -> bool:
        app = explore()
        assert not app.exception
        return bool(app.get("download_button")[0].proto.disabled)

    assert not disabled()
    for file in (home / "artifacts").iterdir():
        file.unlink()
    assert disabled()


def test_a_file_outside_the_home_folder_is_never_served(
    explore: Explore, store: Store, home: Path
) -> None:
    outside = home.parent / "secret.onnx"
    outside.write_bytes(b"not yours")
    store.append(replace(measurement(Recipe.fp32()), artifact="../secret.onnx"))
    app = explore()
    assert app.get("download_button")[0].proto.disabled


def test_a_damaged_store_is_a_sentence(explore: Explore, home: Path) -> None:
    (home / "bitfront.db").write_bytes(b"this is no database at all" * 100)
    app = explore()
    assert not app.exception
    assert len(app.error) == 1
