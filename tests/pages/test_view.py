"""What Explore shows: the chosen point by its short name, filters, models beside."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from pages.parts import links
from quant.point import token
from quant.recipe import Recipe
from quant.store import Store
from tests.pages.samples import measurement

Explore = Callable[..., AppTest]
CHOSEN = measurement(Recipe(2, 8, "mse"))


@pytest.mark.parametrize("name", [token(CHOSEN.id), CHOSEN.id])
def test_a_link_names_a_point_by_its_token_or_its_whole_id(
    explore: Explore, filled: Store, name: str
) -> None:
    app = explore(point=name)
    assert not app.exception
    assert not app.warning
    assert app.metric[0].value == "w2a8"


def test_what_is_chosen_goes_into_the_link_by_its_token(monkeypatch: pytest.MonkeyPatch) -> None:
    link: dict[str, object] = {}
    state = {"table": _Selected(rows=[1])}
    monkeypatch.setattr(links.st, "query_params", link)
    monkeypatch.setattr(links.st, "session_state", state)
    links.take_from_table("table", ["another", CHOSEN.id])
    assert link == {"point": token(CHOSEN.id)}
    state["table"] = _Selected(rows=[])
    links.take_from_table("table", ["another", CHOSEN.id], [CHOSEN.id], CHOSEN.id)
    assert link == {}


def test_the_row_ticked_last_is_chosen_and_all_that_are_ticked_stay(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    link: dict[str, object] = {}
    state = {"table": _Selected(rows=[2, 0])}
    monkeypatch.setattr(links.st, "query_params", link)
    monkeypatch.setattr(links.st, "session_state", state)
    rows = ["one", "two", "three"]
    links.take_from_table("table", rows, ["three"], "three")
    assert link == {"point": token("one"), "rows": [token("one"), token("three")]}
    state["table"] = _Selected(rows=[2])  # unticking the chosen one chooses what is left
    links.take_from_table("table", rows, ["one", "three"], "one")
    assert link == {"point": token("three")}
    state["table"] = _Selected(rows=[1, 2])
    links.take_from_table("table", rows, ["one", "two", "three"], "three")
    assert link == {"point": token("three"), "rows": [token("two"), token("three")]}


def test_a_chosen_point_stays_though_filters_leave_it_out(explore: Explore, filled: Store) -> None:
    app = explore(point=token(CHOSEN.id), **{"only-weights": ["8"]})
    assert not app.exception
    assert app.metric[0].value == "w2a8"
    assert set(app.dataframe[0].value["weights"]) == {32, 8, 2}


def test_a_new_measurement_is_shown_at_the_next_look(explore: Explore, filled: Store) -> None:
    app = explore()
    assert len(app.dataframe[0].value) == 15
    filled.append(measurement(Recipe(5, 6)))
    app.run()
    assert not app.exception
    assert len(app.dataframe[0].value) == 16


def test_a_model_that_is_not_measured_here_is_said(explore: Explore, filled: Store) -> None:
    app = explore(also=["imagenet-lite0"])
    assert not app.exception
    assert any("Not measured on this machine" in warning.value for warning in app.warning)


class _Selected:
    """What Streamlit keeps of a table."""

    def __init__(self, rows: list[int]) -> None:
        self.selection = self
        self.rows = rows
