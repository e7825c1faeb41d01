"""Compare: by link, by default, with filters; what is missing is said."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs

import pytest
from streamlit.testing.v1 import AppTest

from pages.parts.comparing.flips import A_PAGE
from quant.compare.pair import pair
from quant.compare.sides import sides
from quant.point import token
from quant.recipe import Recipe
from quant.samples import Samples
from quant.store import Store
from tests.pages.answered import N, answered
from tests.pages.samples import XEON, measurement
from tests.pages.test_explore import words

Open = Callable[..., AppTest]
FP32, W8, W4, W2 = (point for point, _ in answered())
KEPT = {point.id: samples for point, samples in answered()}
OLD = measurement(Recipe(6, 8, "mse"))


def tokens(*points: object) -> list[str]:
    return [token(point.id) for point in points]  # type: ignore[attr-defined]


def pictures(app: AppTest) -> list[str]:
    """What is written under each picture."""
    assert not app.exception
    return [image.proto.imgs[0].caption for image in app.get("image")]


def headings(app: AppTest, number: int = 0) -> list[str]:
    return [str(column) for column in app.table[number].value.columns]


def test_an_empty_store_says_what_to_do(compare: Open, store: Store) -> None:
    app = compare()
    assert "Nothing is measured of fashion-resnet yet" in words(app)
    assert not app.table


def test_without_a_link_the_recommended_point_is_held_against_fp32(
    compare: Open, answering: Store
) -> None:
    app = compare()
    assert app.title[0].value == "w8a8·mse against fp32"
    assert app.multiselect(key="picked").value == [FP32.id, W8.id]
    assert "not told apart on 600 pictures" in words(app)


def test_a_link_restores_points_in_their_order(compare: Open, answering: Store) -> None:
    app = compare(points=tokens(W4, FP32, W2))
    assert app.title[0].value == "2 points against w4a8·mse"
    assert headings(app) == ["", "A: w4a8·mse", "B: fp32", "C: w2a8·mse"]
    assert "**B: fp32** against A: w4a8·mse" in words(app)


def test_one_point_is_held_against_fp32(compare: Open, answering: Store) -> None:
    assert headings(compare(points=tokens(W2)))[1:] == ["A: fp32", "B: w2a8·mse"]


def test_points_that_are_gone_are_said(compare: Open, answering: Store) -> None:
    app = compare(points=[*tokens(FP32, W4), "0123456789ab", "nonsense"])
    assert "The link names 2 points that this store does not hold; the others" in words(app)
    assert len(app.multiselect(key="picked").value) == 2


def test_points_are_picked_and_go_into_the_link(compare: Open, answering: Store) -> None:
    app = compare(points=tokens(FP32, W4))
    app.multiselect(key="picked").set_value([W2.id, W4.id]).run()
    assert headings(app)[1:] == ["A: w2a8·mse", "B: w4a8·mse"]
    assert app.query_params["points"] == tokens(W2, W4)
    app.multiselect(key="picked").set_value([W2.id]).run()
    assert headings(app)[1:] == ["A: fp32", "B: w2a8·mse"]


def test_rows_that_are_the_same_are_folded_with_their_number(
    compare: Open, answering: Store
) -> None:
    app = compare(points=tokens(W8, W4))
    names = list(app.table[0].value.iloc[:, 0])
    assert "Weights" in names
    assert "Activations" not in names
    assert any("the same in all: " in expander.label for expander in app.expander)


def test_flipped_pictures_are_shown_with_truth_and_both_answers(
    compare: Open, answering: Store
) -> None:
    app = compare(points=tokens(FP32, W2))
    captions = pictures(app)
    assert len(captions) == A_PAGE
    found = pair(*sides([FP32, W2], lambda one: KEPT[one.id]))
    row = found.flips()[0]
    assert f"{found.sure_after[row] * 100:.0f}\N{NO-BREAK SPACE}%" in captions[0].split("→")[1]
    sure = [int(caption.split("→")[1].split("\N{NO-BREAK SPACE}")[0][-3:]) for caption in captions]
    assert sure == sorted(sure, reverse=True)
    assert f"{len(found.flips())} of {N} pictures get another answer from B than from A" in words(
        app
    )


def test_filters_and_pages_are_in_the_link(compare: Open, answering: Store) -> None:
    app = compare(points=tokens(FP32, W2), way="lost", **{"class": "3"})
    found = pair(*sides([FP32, W2], lambda one: KEPT[one.id]))
    rows = found.flips(["became wrong"], [3])
    assert len(pictures(app)) == len(rows) > 0
    assert all("**Dress**" in caption and "→ ✗" in caption for caption in pictures(app))
    app.pills(key="ways").set_value(["lost", "other"]).run()
    assert app.query_params["way"] == ["lost", "other"]
    assert len(pictures(app)) > len(rows)
    app.pills(key="classes").set_value([]).run()
    first = pictures(app)
    app.button(key="next").click().run()
    assert app.query_params["page"] == "2"
    assert pictures(app) != first
    app.button(key="previous").click().run()
    assert pictures(app) == first
    assert "page" not in app.query_params


def test_a_page_beyond_the_last_and_nonsense_are_the_nearest_page(
    compare: Open, answering: Store
) -> None:
    assert pictures(compare(points=tokens(FP32, W2), page="999"))
    assert len(pictures(compare(points=tokens(FP32, W2), page="-1"))) == A_PAGE


def test_the_pair_is_chosen_and_in_the_link(compare: Open, answering: Store) -> None:
    app = compare(points=tokens(FP32, W8, W2))
    assert "from B than from A" in words(app)
    app.selectbox(key="pair-to").set_value(token(W2.id)).run()
    assert "from C than from A" in words(app)
    app.selectbox(key="pair-from").set_value(token(W2.id)).run()
    assert "than from C" in words(app)


@pytest.mark.parametrize(
    ("part", "telling"),
    [
        ("Classes", "By class"),
        ("Confusions", "taken for another"),
        ("Latency", "middle half of the runs"),
        ("Layers", "A: fp32"),
    ],
)
def test_every_part_opens_by_a_link(
    compare: Open, answering: Store, part: str, telling: str
) -> None:
    app = compare(points=tokens(FP32, W4, W2), part=part)
    labels = [control.label for control in app.get("button_group")]
    assert telling in words(app) + str(labels) + str([t.value.to_dict() for t in app.table])
    assert not app.get("image")


def test_signal_to_noise_by_class(compare: Open, answering: Store) -> None:
    app = compare(points=tokens(FP32, W4), part="Classes", measure="signal to noise")
    assert not app.exception
    cells = app.dataframe[0].value
    assert set(cells["A"]) == {"no noise"}
    assert all(cell.endswith(" dB") for cell in cells["B"])


@pytest.mark.parametrize("part", ["Pictures", "Classes", "Confusions", "Latency"])
def test_what_was_measured_before_it_was_kept_is_said(
    compare: Open, answering: Store, part: str
) -> None:
    answering.append(OLD)
    app = compare(points=tokens(FP32, OLD), part=part)
    assert "measure it again" in words(app)
    assert not app.get("image")


def test_what_was_not_kept_is_measured_again_with_one_press(
    compare: Open, answering: Store, started: list[bool]
) -> None:
    answering.append(OLD)
    app = compare(points=tokens(FP32, OLD))
    assert app.button(key="older").label == "Measure again · about 3 s"
    app.button(key="older").click().run()
    (sweep,) = answering.sweeps()
    assert OLD.recipe in {task.recipe for task in answering.tasks(sweep.id)}
    assert started
    assert app.button(key="older").disabled


def test_other_pictures_and_machines_are_said(compare: Open, answering: Store) -> None:
    content = KEPT[W4.id]
    answering.append(replace(W4, machine=XEON), content)
    answering.append(replace(W2, data_id="f" * 12, data="other pictures", machine=XEON), content)
    elsewhere = replace(W4, machine=XEON)
    app = compare(points=tokens(FP32, elsewhere), part="Latency")
    assert "timed on another machine" in words(app)
    assert "timed on different machines" in words(app)
    foreign = replace(W2, machine=XEON)
    app = compare(points=tokens(FP32, foreign))
    assert "A and B were measured on different pictures" in words(app)
    assert "do not compare" in words(compare(points=tokens(FP32, foreign), part="Classes"))


def test_pictures_that_are_not_here_leave_their_words(compare: Open, answering: Store) -> None:
    for point in (FP32, W4):
        answering.append(replace(point, data_id="f" * 12, machine=XEON), KEPT[point.id])
    away = [replace(point, machine=XEON) for point in (FP32, W4)]
    app = compare(points=tokens(*away))
    assert "are not on this machine" in words(app)
    assert "taken for" in words(app)
    assert not app.get("image")


def test_answers_of_old_points_take_the_truth_from_the_data(
    compare: Open, answering: Store
) -> None:
    samples = replace(Samples.read(KEPT[W4.id], N), labels=None)
    answering.append(replace(W4, machine=XEON), samples.pack())
    app = compare(points=tokens(FP32, replace(W4, machine=XEON)))
    assert pictures(app)


def test_explore_leads_to_compare(explore: Open, answering: Store) -> None:
    one, several = ways(explore(point=token(W4.id)))
    assert one.label == "Compare with FP32"
    assert parse_qs(one.query_string)["points"] == tokens(W4)
    assert several.disabled
    asked = {"point": token(W4.id), "rows": tokens(FP32, W4, W2), "threads": "2"}
    _, several = ways(explore(**asked))
    assert several.label == "Compare 3 points"
    assert not several.disabled
    assert parse_qs(several.query_string) == {"threads": ["2"], "points": tokens(FP32, W4, W2)}


def ways(app: AppTest) -> list[Any]:
    """The links to Compare below the chart."""
    assert not app.exception
    links = [link.proto for link in app.get("page_link")]
    return [link for link in links if link.label.startswith("Compare ")]
