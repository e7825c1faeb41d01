"""Present: a question a screen, all answers in the link, and what is said where little is known."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from urllib.parse import parse_qs

import pytest
from streamlit.testing.v1 import AppTest

from pages.parts import place
from quant.budgets import USUAL
from quant.pareto import Ground
from quant.recipe import Recipe
from quant.store import Store
from tests.devices.samples import PEAKS, point
from tests.pages.samples import XEON, measurement, said
from tests.pages.test_explore import words

Open = Callable[..., AppTest]


def shown(app: AppTest) -> str:
    """Everything that is written, with the large words, which are HTML."""
    assert not app.exception
    html = " ".join(one.proto.body for one in app.get("html"))
    below = " ".join(one.value for one in app.subheader)
    return f"{words(app)} {below} {html}".replace("&nbsp;", " ")


def press(app: AppTest, key: str) -> AppTest:
    return app.button(key=key).click().run()


def test_an_empty_store_says_what_to_do_next(present: Open, store: Store) -> None:
    app = present()
    assert "Nothing is measured yet, so there is nothing to present" in shown(app)
    assert "Which model?" in shown(app)
    last = present(screen="answer")
    assert "Nothing is measured of fashion-resnet yet." in shown(last)
    assert "Explore" in str([link.label for link in last.get("page_link")])


def test_each_answer_is_in_the_link_and_leads_on(present: Open, filled: Store) -> None:
    app = present()
    press(app, "model-fashion-resnet")
    assert app.query_params["screen"] == "matters"
    press(app, "matters-speed")
    assert (app.query_params["matters"], app.query_params["screen"]) == ("speed", "device")
    press(app, "device-raspberry-pi-5")
    assert app.query_params["screen"] == "limits"
    app.pills(key="present-size").set_value("1 MB").run()
    assert app.query_params["size"] == "1 MB"
    press(app, "present-next")
    assert app.query_params["screen"] == "answer"
    assert "On Raspberry Pi 5, 8 GB: modelled, not measured" in shown(app)
    press(app, "present-back")
    assert app.query_params["screen"] == "limits"


def test_a_link_opens_at_the_same_screen(present: Open, filled: Store) -> None:
    app = present(screen="limits", size="2 MB", loss="1 pp", latency="5 ms")
    assert "What may it cost?" in shown(app)
    assert app.pills(key="present-size").value == "2 MB"
    assert app.pills(key="present-loss").value == "1 pp"
    assert app.pills(key="present-latency").value == "5 ms"


def test_a_limit_that_explore_offers_is_offered_here_too(present: Open, filled: Store) -> None:
    app = present(screen="limits", size="0.7 MB", loss="0.7 pp")
    assert app.pills(key="present-size").value == "0.7 MB"
    assert app.pills(key="present-loss").value == "0.7 pp"


def test_the_recommendation_is_one_sentence_of_stored_figures(present: Open, filled: Store) -> None:
    text = shown(present(screen="answer", size="3 MB"))
    assert "Yes. Five-bit weights: 6.1× smaller, 2.6× faster, no loss that 10,000 pictures" in text
    assert "What else was considered, and why not" in text
    assert "What would change the answer" in text
    assert "Take it with you" in text


def test_what_is_within_the_limits_is_counted_as_they_narrow(present: Open, filled: Store) -> None:
    wide = shown(present(screen="limits", loss="no limit"))
    narrow = shown(present(screen="limits", loss="0.1 pp", size="1 MB"))
    assert "**15 of 15** measured are within the limits" in wide
    assert "**0 of 15** measured are within the limits" in narrow


def test_nothing_within_the_limits_is_a_no_with_a_remedy(present: Open, filled: Store) -> None:
    text = shown(present(screen="answer", size="0.1 MB"))
    assert "No. None of 15 measured has a loss of at most 0.5 pp and size at most 0.100 MB." in text
    assert "Without the limit on size it would be five-bit weights" in text


def test_undecided_says_how_many_pictures_would_tell(present: Open, store: Store) -> None:
    may = measurement(Recipe(4, 8, "mse"), drop=0.004, lost=90, gained=50, drop_low=0.001,
                      drop_high=0.007)  # fmt: skip
    store.append(may, said(may))
    text = shown(present(screen="answer"))
    assert "Not decided. Four-bit weights" in text
    assert "more pictures would" in text


def test_a_single_point_is_presented(present: Open, store: Store) -> None:
    one = measurement(Recipe(8, 8, "mse"))
    store.append(one, said(one))
    text = shown(present(screen="answer"))
    assert "Yes. Eight-bit weights and activations" in text
    assert "**1 of 1** measured is within the limits" in text


def test_slower_than_fp32_is_said_in_the_headline(present: Open, store: Store) -> None:
    for made in (Recipe.fp32(), Recipe(8, 8, "mse")):
        slow = {} if made.is_fp32 else {
            "latency_ratio": 1.3, "latency_ratio_low": 1.25, "latency_ratio_high": 1.35
        }  # fmt: skip
        store.append(measurement(made, **slow))
    assert "though 1.3× slower" in shown(present(screen="answer"))


def test_several_seeds_are_told_and_one_is_said_to_be_one(present: Open, store: Store) -> None:
    for seed in range(3):
        one = measurement(Recipe(8, 8, "mse", seed=seed), drop=0.001 * seed - 0.001)
        store.append(one, said(one))
    assert "over 3 calibration draws" in shown(present(screen="answer"))


@pytest.mark.parametrize("name", ["voice", "translator", "drone", "camera", "server"])
def test_a_situation_sets_answers_that_can_be_changed(
    present: Open, filled: Store, name: str
) -> None:
    app = press(present(), f"situation-{name}")
    assert app.query_params["situation"] == name
    assert app.query_params["screen"] == "limits"
    assert "This preset illustrates a budget" in shown(app)
    app.pills(key="present-loss").set_value("2 pp").run()
    assert app.query_params["loss"] == "2 pp"
    press(app, "present-next")
    assert "modelled, not measured" in shown(app)
    assert "This preset illustrates a budget" in shown(app)


def test_another_kind_of_task_is_said_not_to_be_measured(present: Open, filled: Store) -> None:
    text = shown(present(screen="limits", situation="voice"))
    assert "nothing was measured on speech recognition" in text


def test_an_unknown_value_is_a_sentence_and_leaves_the_link(present: Open, filled: Store) -> None:
    app = present(screen="answer", device="toaster", matters="fame", model="nonsense")
    text = shown(app)
    assert "asks for device toaster" in text
    assert "asks for matters fame" in text
    assert "asks for a model that is not known here" in text
    assert "Five-bit weights" in text
    assert not {"device", "matters", "model"} & set(app.query_params)


def test_the_device_can_be_changed_on_the_last_screen(present: Open, filled: Store) -> None:
    app = present(screen="answer")
    assert "On a device: modelled, not measured" in shown(app)
    app.selectbox(key="present-device").set_value("galaxy-s24-ultra").run()
    assert app.query_params["device"] == "galaxy-s24-ultra"
    text = shown(app)
    assert "its memory bandwidth and 8-bit throughput were not found published" in text
    assert "not checked yet" in text  # the samples have no peaks


def test_the_models_error_comes_from_this_machines_points(present: Open, store: Store) -> None:
    for made in (point(Recipe.fp32(), "float32"), point(Recipe(8, 8, "mse"))):
        store.append(made, said(made))
    text = shown(present(screen="answer", device="poco-m6-pro"))
    assert "On the machine that is shown, measured latencies were" in text
    assert "n = 2 files of 1 network" in text


def test_old_points_say_that_their_flow_was_not_kept(present: Open, filled: Store) -> None:
    text = shown(present(screen="answer", device="poco-m6-pro"))
    assert "only operations and weights are counted" in text


def test_several_machines_are_chosen_among_on_the_last_screen(present: Open, filled: Store) -> None:
    other = replace(measurement(Recipe(8, 8, "mse")), machine=XEON, peaks=PEAKS)
    filled.append(other, said(other))
    app = present(screen="answer")
    assert len(app.selectbox(key="present-ground").options) == 2
    token = place.token(Ground.of(other))
    app.selectbox(key="present-ground").set_value(token).run()
    assert app.query_params["on"] == token
    assert "Intel Xeon 8488C" in shown(app)


def test_the_usual_limits_are_explores() -> None:
    from pages.parts.presenting.state import USUAL as FIRST

    assert FIRST["loss"] == "0.5 pp"
    assert USUAL.drop == 0.005


def test_explore_leads_to_the_recommendation_within_its_limits(
    explore: Open, filled: Store
) -> None:
    app = explore(size="1 MB", loss="1 pp")
    link = next(one for one in app.main.get("page_link") if one.proto.label == "Present")
    asked = parse_qs(link.proto.query_string)
    assert asked == {"size": ["1 MB"], "loss": ["1 pp"], "screen": ["answer"]}


def test_a_report_is_offered_also_where_nothing_is_within_the_limits(
    present: Open, filled: Store
) -> None:
    app = present(screen="answer", size="0.5 MB", loss="0.1 pp")
    assert "No. None of 15 measured" in shown(app)
    labels = [button.proto.label for button in app.get("download_button")]
    assert labels == ["Page", "Slides", "Everything"]
