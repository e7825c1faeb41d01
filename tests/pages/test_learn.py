"""Learn: an idea a screen, its place in the link, and stored answers that are never made up."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from pages.parts.learning.state import STEPS
from quant.recipe import Recipe
from quant.store import Store
from tests.pages.samples import measurement
from tests.pages.test_explore import words

Open = Callable[..., AppTest]


def shown(app: AppTest) -> str:
    assert not app.exception
    titles = " ".join(one.value for one in (*app.title, *app.subheader))
    metrics = " ".join(f"{one.label}: {one.value} {one.delta}" for one in app.metric)
    return f"{titles} {words(app)} {metrics}"


@pytest.mark.parametrize("step", STEPS)
def test_every_screen_opens_by_its_link_on_an_empty_store(
    learn: Open, store: Store, step: str
) -> None:
    app = learn(step=step)
    assert not app.exception
    assert not app.error
    assert len(app.title) == 1


def test_next_and_back_lead_through_all_screens(learn: Open, store: Store) -> None:
    app = learn()
    for step in list(STEPS)[1:]:
        app.button(key="learn-next").click().run()
        assert app.query_params["step"] == step
        assert not app.exception
    app.button(key="learn-back").click().run()
    assert app.query_params["step"] == "questions"


def test_a_screen_begins_with_what_is_usual_there(learn: Open, store: Store) -> None:
    app = learn(bits="7", of="Bag")
    app.button(key="learn-next").click().run()
    assert not {"bits", "of"} & set(app.query_params)
    assert app.slider(key="learn-bits").value == 4


def test_the_bits_slider_changes_the_picture_and_the_link(learn: Open, store: Store) -> None:
    app = learn(bits="1")
    assert "Smaller: 8×" in shown(app)
    app.slider(key="learn-bits").set_value(4).run()
    assert app.query_params["bits"] == "4"
    assert "Smaller: 2×" in shown(app)


def test_a_shipped_picture_is_quantised_too(learn: Open, store: Store) -> None:
    assert "Size: 196 bytes" in shown(learn(of="Sneaker", bits="2"))


def test_the_rule_of_thumb_is_stated_and_measured(learn: Open, store: Store) -> None:
    text = shown(learn(step="sound", of="A pure tone", bits="8"))
    assert "6.02 b + 1.76 dB" in text
    assert "By the rule of thumb: 49.9 dB" in text
    assert "SQNR, measured: 49.8 dB" in text


def test_the_clip_range_trades_one_error_for_the_other(learn: Open, store: Store) -> None:
    assert "Clipping error: 0 " in shown(learn(step="line"))
    app = learn(step="line", clip="30")
    assert app.slider(key="learn-clip").value == 30
    assert "Clipping error: 0 " not in shown(app)


def test_a_layer_is_shown_with_both_kinds_of_scales(learn: Open, store: Store) -> None:
    app = learn(step="layer", network="fashion-mobilenet")
    text = shown(app)
    assert "One for all: 13.7 dB" in text
    assert "One a channel: 23.4 dB" in text
    app.selectbox(key="learn-network").set_value("fashion-vit").run()
    assert app.query_params["network"] == "fashion-vit"
    assert not app.exception


@pytest.mark.parametrize(
    "link",
    [{"bits": "99"}, {"bits": "x"}, {"of": "Cat"}, {"step": "dance"}, {"term": "zebra"},
     {"step": "line", "clip": "13"}, {"step": "layer", "layer": "none"},
     {"step": "answer", "row": "-1"}, {"step": "answer", "like": "magic"}],
    ids=str,
)  # fmt: skip
def test_what_a_link_cannot_ask_for_is_a_sentence(
    learn: Open, answering: Store, link: dict[str, str]
) -> None:
    app = learn(**link)
    assert "The link asks for" in shown(app)
    assert not app.error


def test_a_term_of_a_link_comes_first(learn: Open, store: Store) -> None:
    app = learn(term="sqnr")
    assert app.subheader[0].value == "SQNR"
    assert "Signal to quantisation noise ratio" in shown(app)


def test_the_glossary_is_searched(learn: Open, store: Store) -> None:
    app = learn(step="words")
    app.text_input(key="learn-find").set_value("decibel").run()
    assert "**SQNR**" in shown(app)
    assert "**Batch**" not in shown(app)
    app.text_input(key="learn-find").set_value("zebra").run()
    assert "No term holds all of these words" in shown(app)


def test_questions_are_answered(learn: Open, store: Store) -> None:
    text = shown(learn(step="questions"))
    for asked in ("Why do it?", "Does it always lose accuracy?", "What should I consider before?"):
        assert asked in text


def test_an_empty_store_offers_to_measure_and_shows_no_answer(
    learn: Open, store: Store, started: list[bool]
) -> None:
    app = learn(step="answer")
    assert "Nothing is measured of this model yet." in shown(app)
    assert not app.metric
    app.button(key="learn-measure").click().run()
    (sweep,) = store.sweeps(5)
    asked = {task.recipe.weights for task in store.tasks(sweep.id)}
    assert asked == {32, 8, 7, 6, 5, 4, 3, 2}
    assert started
    assert app.button(key="learn-measure").disabled


def test_stored_answers_are_shown_with_class_and_confidence(learn: Open, answering: Store) -> None:
    app = learn(step="answer")
    text = shown(app)
    assert "% sure, " in text
    assert "Stored answers of 4 files" in text
    assert app.select_slider(key="learn-answer-bits").options == ["FP32", "8", "4", "2"]
    before = app.metric[0].value, app.metric[0].delta
    app.select_slider(key="learn-answer-bits").set_value("2").run()
    assert app.query_params["bits"] == "2"
    assert "With 2-bit weights it says" in shown(app)
    assert (app.metric[0].value, app.metric[0].delta) != before


def test_only_missing_widths_are_asked_for(
    learn: Open, answering: Store, started: list[bool]
) -> None:
    app = learn(step="answer")
    assert "7, 6, 5 and 3" in app.button(key="learn-measure").label
    app.button(key="learn-measure").click().run()
    (sweep,) = answering.sweeps(5)
    recipes = [task.recipe for task in answering.tasks(sweep.id) if not task.recipe.is_fp32]
    assert {one.weights for one in recipes} == {7, 6, 5, 3}
    assert {one.method for one in recipes} == {"mse"}


def test_another_picture_is_another_link(learn: Open, answering: Store) -> None:
    app = learn(step="answer")
    app.button(key="learn-another").click().run()
    assert app.query_params["row"].isdecimal()
    assert not app.exception


def test_measurements_without_answers_say_so(learn: Open, store: Store) -> None:
    store.append(measurement(Recipe(8, 8, "mse")))
    app = learn(step="answer")
    assert "answers to single pictures were not kept" in shown(app)
    assert not app.metric


def test_who_only_looks_is_shown_stored_answers_and_no_button(
    learn: Open, answering: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    answering.read_only = True
    monkeypatch.setattr("pages.parts.cache.store", lambda: answering)
    app = learn(step="answer")
    text = shown(app)
    assert "Stored answers of 4 files" in text
    assert "Not measured: 7, 6, 5 and 3 bits. Measuring is off here." in text
    assert "learn-measure" not in {one.key for one in app.button}
