"""Share: the link, the code, short links and what they restore, complaints that stay."""

from __future__ import annotations

import io
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest
import zxingcpp
from PIL import Image
from streamlit.testing.v1 import AppTest

from pages.parts import share
from quant.store import Store
from tests.pages.samples import sweep

Explore = Callable[..., AppTest]
POINT = next(one for one in sweep() if one.recipe.label == "w3a8·mse")


def opened(explore: Explore, **link: str | list[str]) -> AppTest:
    """The page with the Share button pressed."""
    app = explore(**link)
    app.session_state["share"] = True
    app.run()
    assert not app.exception
    return app


def link_of(app: AppTest) -> str:
    return next(code.value for code in app.code if "?" in code.value)


def warnings(app: AppTest) -> list[str]:
    assert not app.exception
    return [warning.value for warning in app.warning]


@pytest.mark.parametrize("length", [20, 300, share.LONGEST])
def test_a_phone_reads_the_code(length: int) -> None:
    link = "https://bitfront.example/?weights=8&loss=0.5+pp&" + "x" * (length - 48)
    picture = Image.open(io.BytesIO(share.code(link))).convert("L")
    assert [found.text for found in zxingcpp.read_barcodes(picture)] == [link]


def test_the_link_holds_what_is_seen_and_where_it_was_measured(
    explore: Explore, filled: Store
) -> None:
    app = opened(explore, weights=["8", "4"], loss="1 pp", point=POINT.id)
    held = parse_qs(urlsplit(link_of(app)).query)
    assert held["weights"] == ["8", "4"]
    assert (held["loss"], held["point"]) == (["1 pp"], [POINT.id])
    assert len(held["on"][0]) == 8


def test_nothing_is_made_before_share_is_pressed(explore: Explore, filled: Store) -> None:
    assert len(explore().code) == 1  # the command that reproduces the file


def test_any_view_can_have_a_short_link_that_restores_it(explore: Explore, filled: Store) -> None:
    app = opened(explore, weights=["8", "5"], loss="1 pp", point=POINT.id)
    long = link_of(app)
    app.button(key="shorten").click().run()
    short = link_of(app)
    identity = parse_qs(urlsplit(short).query)["view"][0]
    assert len(short) < len(long)
    assert filled.view_query(identity) == urlsplit(long).query
    again = explore(view=identity)
    assert not again.exception
    assert again.metric[0].value == "w3a8"
    assert again.select_slider(key="loss").value == "1 pp"
    weights = next(pills for pills in again.get("pills") if pills.key == "weights")
    assert sorted(weights.value) == ["5", "8"]
    assert "view" not in again.query_params
    again.select_slider(key="loss").set_value("2 pp").run()
    assert again.select_slider(key="loss").value == "2 pp"


def test_a_view_too_large_for_an_address_gets_a_short_link_by_itself(
    explore: Explore, filled: Store
) -> None:
    app = opened(explore, note="x" * share.LONGEST)
    assert "view=" in link_of(app)
    assert len(link_of(app)) < 100


def test_a_store_that_is_only_read_gives_the_long_link_and_says_so(
    explore: Explore, filled: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    filled.read_only = True
    monkeypatch.setattr("pages.parts.cache.store", lambda: filled)
    app = opened(explore, note="x" * share.LONGEST)
    assert len(link_of(app)) > share.LONGEST
    assert any("this store is read-only" in info.value for info in app.info)
    assert not [button for button in app.button if button.key == "shorten"]


def test_a_view_beyond_what_is_kept_is_a_sentence_and_the_long_link(
    explore: Explore, filled: Store
) -> None:
    app = opened(explore, note="x" * 40_000)
    assert any("32,000 can be kept" in said for said in warnings(app))
    assert len(link_of(app)) > 40_000


def test_an_unknown_short_link_is_a_sentence_until_it_is_dismissed(
    explore: Explore, filled: Store
) -> None:
    app = explore(view="gone*")
    assert "asks for the view gone\\*, which this store does not hold" in warnings(app)[0]
    assert app.metric[0].value == "w5a8"
    app.select_slider(key="loss").set_value("3 pp").run()
    assert len(warnings(app)) == 1
    app.button(key="dismiss-view").click().run()
    assert warnings(app) == []


def test_a_complaint_stays_until_its_control_changes(explore: Explore, filled: Store) -> None:
    app = explore(loss="0.123", x="colour")
    assert len(warnings(app)) == 2
    app.select_slider(key="size").set_value("2 MB").run()
    assert len(warnings(app)) == 2
    app.select_slider(key="loss").set_value("1 pp").run()
    assert [said.split()[5] for said in warnings(app)] == ["colour,"]
    app.selectbox(key="x").set_value("latency").run()
    assert warnings(app) == []
