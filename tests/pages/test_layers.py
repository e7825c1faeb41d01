"""Layers: bits by link and by control, undone and redone, solved for, measured, as recipes."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from quant.bits import state
from quant.bits.bits import Bits, recipe_of
from quant.jobs.requests import MEASURE, SENSITIVITY
from quant.recipe import Recipe
from quant.sensitivity.histograms import Histogram, Histograms, pack
from quant.sensitivity.rated import Rated
from quant.store import Store
from tests.bits.samples import network
from tests.pages.samples import measurement
from tests.pages.test_explore import words
from tests.snapshot.test_own_facts import kept

APP = Path(__file__).resolve().parents[2] / "app.py"
Open = Callable[..., AppTest]
FIVE = network(5)
HELD = Histogram(-1.0, 1.0, (1, 2, 1), {4: (0, 4, 0), 2: (2, 0, 2)})


@pytest.fixture(autouse=True)
def _nobody_measures(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for place in ("measuring", "layers.empty", "layers.measure"):
        monkeypatch.setattr(f"pages.parts.{place}.ensure_dispatcher", lambda: None)


@pytest.fixture
def layers() -> Open:
    """Open the page by a link with these query parameters."""

    def opened(**link: str | list[str]) -> AppTest:
        app = AppTest.from_file(str(APP), default_timeout=60).switch_page("pages/1_Layers.py")
        for name, value in link.items():
            app.query_params[name] = value
        return app.run()

    return opened


@pytest.fixture
def tried(filled: Store) -> Store:
    """Fifteen points, and scores of five layers."""
    shown = tuple(Histograms(layer.name, HELD, HELD) for layer in FIVE.layers)
    filled.keep_sensitivities([Rated(FIVE, pack(shown))])
    return filled


def numbers(app: AppTest) -> dict[str, str]:
    assert not app.exception
    return {metric.label: metric.value for metric in app.metric}


def bits(app: AppTest, kind: str) -> str | None:
    return app.segmented_control(key=f"bits of {kind}").value


def link(app: AppTest) -> dict[str, str]:
    """What the address says: a link gives lists, and the page writes words."""
    held = {name: app.query_params[name] for name in state.NAMES if name in app.query_params}
    return {name: value if isinstance(value, str) else value[0] for name, value in held.items()}


def test_before_any_layer_was_tried_one_button_finds_out(layers: Open, store: Store) -> None:
    app = layers()
    assert app.button(key="try-layers").label.startswith("Find out where it hurts · about")
    app.button(key="try-layers").click().run()
    (sweep,) = store.open_sweeps()
    assert (sweep.purpose, sweep.total) == (SENSITIVITY, 1)
    assert "The columns appear here when all are done" in words(app)


def test_an_own_network_is_tried_and_measured_with_the_pictures_it_has(
    layers: Open, store: Store, home: Path
) -> None:
    kept(home)
    layers(model="own/mine").button(key="try-layers").click().run()
    store.keep_sensitivities([Rated(network(5, workload="own/mine"), b"")])
    layers(model="own/mine").button(key="measure-this").click().run()
    asked = {sweep.purpose: store.tasks(sweep.id)[-1].recipe for sweep in store.open_sweeps()}
    assert {name: one.calibration_images for name, one in asked.items()} == {
        SENSITIVITY: 24,
        MEASURE: 24,
    }


def test_what_a_method_gains_is_found_with_the_layers(layers: Open, tried: Store) -> None:
    app = layers(method="gptq")
    assert "how much better gptq does at each layer is not known" in words(app)
    app.button(key="try-layers").click().run()
    (sweep,) = tried.open_sweeps()
    assert [task.recipe.method for task in tried.tasks(sweep.id)] == ["gptq"]
    assert app.button(key="try-layers").label == "Being tried …"
    assert not [one for one in layers(method="mse").button if one.key == "try-layers"]


def test_what_failed_is_said_and_can_be_tried_again(layers: Open, store: Store) -> None:
    layers().button(key="try-layers").click().run()
    task = store.claim("test", 60)
    assert task is not None
    store.fail(task, "there are no pictures to try layers on; add some")
    app = layers()
    assert "there are no pictures to try layers on" in words(app)
    assert app.button(key="try-layers").label.startswith("Retry · about")


def test_numbers_are_predicted_and_say_so(layers: Open, tried: Store) -> None:
    app = layers()
    assert list(numbers(app)) == ["Size, predicted", "Accuracy, predicted", "Latency, predicted"]
    assert "Predicted, not measured" in words(app)
    assert app.title[0].value == "Layers of fashion-resnet"


def test_a_layers_bits_move_the_numbers_and_the_link(layers: Open, tried: Store) -> None:
    app = layers(pick="1")
    before = numbers(app)
    app.segmented_control(key="bits of weights").set_value("2").run()
    assert link(app) == {"w": "4.2.4x2", "pick": "1"}
    assert numbers(app)["Accuracy, predicted"] < before["Accuracy, predicted"]
    app.segmented_control(key="bits of activations").set_value("6").run()
    assert link(app)["a"] == "8.6.8x3"


def test_a_link_restores_bits_and_what_is_picked(layers: Open, tried: Store) -> None:
    app = layers(w="8.2.4x2", a="6", pick="4", lock="0")
    assert (bits(app, "weights"), bits(app, "activations")) == ("4", "6")
    assert app.subheader[1].value == "classifier"
    assert not app.toggle(key="locked").value


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"w": "4x9"}, "gives weights to 9 layers and this network has 4"),
        ({"a": "3"}, "activations of 3 bits, which is not one of 4, 5, 6, 7, 8, 32"),
        ({"pick": "77"}, "names layer 77 as picked"),
        ({"lock": "nonsense"}, "which is not a number"),
        ({"over": "beauty"}, "which is not one of size, bit operations, latency"),
        ({"bits-of": "everything"}, "which is not one of weights, activations"),
        ({"allow-weights": "1"}, "which is not one of 2, 3, 4"),
    ],
)
def test_bad_links_get_a_sentence_and_what_is_usual(
    layers: Open, tried: Store, given: dict[str, str], told: str
) -> None:
    app = layers(**given)
    assert told in " ".join(warning.value for warning in app.warning)
    assert len(numbers(app)) == 3


def test_changes_are_undone_and_done_again(layers: Open, tried: Store) -> None:
    app = layers(pick="0-4")
    assert app.button(key="undo").disabled
    app.segmented_control(key="bits of weights").set_value("2").run()
    app.segmented_control(key="bits of weights").set_value("6").run()
    app.button(key="undo").click().run()
    assert link(app)["w"] == "2"
    app.button(key="undo").click().run()
    assert link(app) == {"pick": "0-4"}
    assert app.button(key="undo").disabled
    app.button(key="redo").click().run()
    assert link(app)["w"] == "2"
    app.segmented_control(key="bits of weights").set_value("3").run()
    assert app.button(key="redo").disabled


def test_a_group_is_changed_together(layers: Open, tried: Store) -> None:
    app = layers()
    picker = app.selectbox(key="picked")
    depthwise = next(at for at, name in enumerate(picker.options) if name.startswith("Depthwise"))
    picker.set_value(depthwise).run()
    app.segmented_control(key="bits of weights").set_value("8").run()
    assert link(app)["w"] == "8.4.8.4"
    assert "2 layers with" in words(app)


def test_layers_that_differ_move_by_a_step(layers: Open, tried: Store) -> None:
    app = layers(w="8.4.4.2", pick="0-4")
    assert bits(app, "weights") is None
    app.button(key="Wider weights").click().run()
    assert link(app)["w"] == "16.5x2.3"


def test_a_product_of_activations_has_no_weights_to_set(layers: Open, tried: Store) -> None:
    app = layers(pick="3")
    assert "No weights: it multiplies two activations." in words(app)
    assert bits(app, "activations") == "8"


def test_the_next_layer_is_a_key_away(layers: Open, tried: Store) -> None:
    app = layers(pick="0-4")
    app.button(key="step1").click().run()
    assert link(app)["pick"] == "0"
    app.button(key="step1").click().run()
    assert link(app)["pick"] == "1"


def test_a_budget_is_solved_for_and_locked_layers_stay(layers: Open, tried: Store) -> None:
    app = layers(w="8.4x3", lock="0", pick="1")
    app.number_input(key="budget-pp").set_value(1.0).run()
    app.button(key="solve").click().run()
    assert link(app)["w"].startswith("8")
    assert link(app)["w"] != "8.4x3"
    assert not app.error
    app.number_input(key="budget-mb").set_value(0.0001).run()
    app.button(key="solve").click().run()
    assert "cannot be kept to" in app.error[0].value


def test_measure_this_asks_for_exactly_these_bits(layers: Open, tried: Store) -> None:
    app = layers(w="8.4x3", method="gptq", ranges="mse")
    app.button(key="measure-this").click().run()
    (sweep,) = tried.open_sweeps()
    mine = Bits.uniform(FIVE.layers, 4, 8).changed("weights", (0,), 8)
    asked = recipe_of(mine, FIVE.layers, "gptq", "mse")
    assert sweep.purpose == MEASURE
    assert asked in [task.recipe for task in tried.tasks(sweep.id)]
    assert app.button(key="measure-this").label == "Being measured …"


def test_what_was_measured_stands_beside_what_was_predicted(layers: Open, tried: Store) -> None:
    app = layers(w="4", method="mse", ranges="minmax")
    found = numbers(app)
    assert "measured 0.703 MB" in words(app)
    assert "Accuracy, predicted" in found
    assert "Measured against what the other points predict: size" in words(app)
    assert "measured points, each beside what the others predict" in words(app)


def test_a_recipe_goes_in_and_what_is_none_gets_a_sentence(layers: Open, tried: Store) -> None:
    app = layers()
    app.session_state["recipe"] = True
    app.run()
    given = {"weights": 3, "activations": 8, "layers": {"classifier": [8, 8]}}
    app.text_area(key="recipe-pasted").set_value(json.dumps(given)).run()
    app.button(key="recipe-use").click().run()
    assert link(app)["w"] == "3x3.8"
    for text, told in (("{", "not a Bitfront recipe"), ("", "Nothing was pasted"),
                       (json.dumps(given | {"layers": {"x": [8, 8]}}), "no layer 'x'"),
                       (json.dumps({"weights": 1}), "Weights must be one of")):  # fmt: skip
        app.text_area(key="recipe-pasted").set_value(text).run()
        app.button(key="recipe-use").click().run()
        assert told in app.error[0].value
        assert link(app)["w"] == "3x3.8"


@pytest.mark.parametrize("count", [1, 2, 50, 300])
def test_networks_of_any_size_are_shown(layers: Open, filled: Store, count: int) -> None:
    filled.keep_sensitivities([Rated(network(count), pack(()))])
    app = layers()
    assert len(numbers(app)) == 3
    assert len(app.get("button_group")) < 8  # a control for what is picked, not for each layer


def test_a_network_that_nothing_is_measured_of_is_shown(layers: Open, store: Store) -> None:
    store.keep_sensitivities([Rated(FIVE, pack(()))])
    app = layers()
    assert list(numbers(app)) == ["Size, predicted", "Loss, predicted", "Latency, predicted"]
    assert "nothing of gptq is measured here yet" in words(app)


def test_explore_and_compare_lead_to_the_same_bits(
    explore: Open, tried: Store, layers: Open
) -> None:
    mixed = recipe_of(
        Bits.uniform(FIVE.layers, 4, 8).changed("weights", (0,), 8), FIVE.layers, "mse", "minmax"
    )
    point = replace(measurement(mixed), drop=0.001)
    tried.append(point)
    from quant.point import token

    app = explore(tab="Layers", point=token(point.id))
    [way] = [one for one in app.get("page_link") if "layer" in one.proto.label.lower()
             and one.proto.label != "Layers"]  # fmt: skip
    assert "w=8.4x3" in way.proto.query_string
    assert "method=mse" in way.proto.query_string
    assert Recipe.from_json(mixed.canonical) == mixed
