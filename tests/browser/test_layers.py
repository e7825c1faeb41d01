"""Layers in a real browser: a click, keys, undo, a link, both schemes and a phone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from quant.sensitivity.histograms import Histogram, Histograms, pack
from quant.sensitivity.rated import Rated
from quant.store import open_store
from tests.bits.samples import network
from tests.browser.looking import Open, parameters, settled
from tests.browser.serving import Served, filled
from tests.browser.test_look import CUT_OFF, PHONE, complaints

COLUMNS = ".stPlotlyChart .barlayer .point path"
FOUND = network(50)
HELD = Histogram(-1.0, 1.0, (1, 2, 1), {4: (0, 4, 0), 2: (2, 0, 2)})
SHOWN = "Predicted front"


@pytest.fixture(scope="module")
def app(browser: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """With fifteen points of a network, and scores of its fifty layers."""
    home = filled(tmp_path_factory.mktemp("home"))
    with open_store(f"sqlite:///{home / 'bitfront.db'}") as store:
        shown = tuple(Histograms(layer.name, HELD, HELD) for layer in FOUND.layers)
        store.keep_sensitivities([Rated(FOUND, pack(shown))])
    with Served(home) as served:
        yield served.address


def look(opened: Open, link: str = "", **how: Any) -> Any:
    page = opened(f"/Layers?method=mse&{link}", awaited=COLUMNS, **how)
    page.get_by_role("heading", name=SHOWN).wait_for()
    settled(page, COLUMNS)
    return page


def number(page: Any, name: str) -> str:
    found: str = page.get_by_test_id("stMetric").filter(has_text=name).inner_text()
    return found


def middle(page: Any, place: int) -> tuple[float, float]:
    """Of a column."""
    box = page.locator(COLUMNS).nth(place).bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def test_a_clicked_column_gets_other_bits_and_ctrl_z_brings_them_back(opened: Open) -> None:
    page = look(opened)
    page.mouse.click(*middle(page, 7))
    page.wait_for_url("**pick=7**")
    settled(page, COLUMNS)
    page.get_by_role("radio", name="2", exact=True).first.click()
    page.wait_for_url("**w=4x7.2.4x41**")
    settled(page, COLUMNS)
    again = opened("/Layers?" + page.url.partition("?")[2], awaited=COLUMNS)
    assert number(again, "Accuracy, predicted") == number(page, "Accuracy, predicted")
    page.keyboard.press("Control+z")
    page.wait_for_function("!location.search.includes('w=')")
    assert parameters(page)["pick"] == ["7"]


def test_a_dragged_column_moves_the_numbers_before_it_is_let_go(opened: Open) -> None:
    page = look(opened)
    before = number(page, "Accuracy, predicted")
    x, y = middle(page, 7)
    bit = page.locator(COLUMNS).nth(7).bounding_box()["height"] / 4
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x, y + bit)  # the middle of four bits is at two
    page.wait_for_url("**w=4x7.2.4x41**")
    page.wait_for_function(
        "before => ![...document.querySelectorAll('[data-testid=stMetric]')]"
        ".some(one => one.innerText === before)",
        arg=before,
    )
    page.mouse.move(x, y - 6 * bit)
    page.wait_for_url("**w=4x7.8.4x41**")
    page.mouse.up()
    settled(page, COLUMNS)
    page.keyboard.press("Control+z")  # all of the gesture
    page.wait_for_function("!location.search.includes('w=')")


def test_everything_is_reached_by_keys(opened: Open) -> None:
    page = look(opened, "pick=10")
    page.locator("h1").first.click()  # out of any box, where keys are text
    page.keyboard.press("Shift+ArrowRight")
    page.wait_for_url("**pick=11**")
    settled(page, COLUMNS)
    page.get_by_role("radio", name="8", exact=True).first.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**w=4x11.8.4x37**")


def test_the_browsers_back_leads_to_the_bits_before(opened: Open) -> None:
    page = look(opened, "pick=0")
    page.get_by_role("radio", name="2", exact=True).first.click()
    page.wait_for_url("**w=2.4x48**")
    settled(page, COLUMNS)
    page.evaluate("history.back()")
    page.wait_for_function("!location.search.includes('w=')")
    page.wait_for_selector("[aria-checked=true] >> text=4")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("link", ["pick=1&lock=3", "pick=0-20&w=4x40.8x9"])
def test_axe_finds_nothing_serious(opened: Open, scheme: str, link: str) -> None:
    page = look(opened, link, scheme=scheme)
    page.get_by_text("Table of the 50 layers").click()
    settled(page, "[data-testid=stDataFrame]")
    assert list(complaints(page)) == []


@pytest.mark.parametrize("width", [PHONE, 768])
def test_nothing_is_wider_than_the_screen(opened: Open, width: int) -> None:
    page = look(opened, "pick=1&w=8.4x48", width=width)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate(CUT_OFF) == []
