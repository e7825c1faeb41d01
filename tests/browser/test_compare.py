"""From Explore's rows to Compare, and back, in a real browser."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlparse

import pytest

from quant.point import token
from quant.store import open_store
from tests.browser.looking import DOTS, Open, parameters, settled
from tests.browser.serving import Served
from tests.browser.test_look import CUT_OFF, PHONE, complaints
from tests.pages.answered import answered

FP32, W8, W4, W2 = (point for point, _ in answered())
PICTURE = "[data-testid=stImage] img"
HEADING = "[data-testid=stMain] h1"
ROW_PX, MIDDLE_PX = 35, 17  # of the table, which is drawn on a canvas
ALL = "&".join(f"points={token(point.id)}" for point in (FP32, W8, W4, W2))
PARTS = ("Pictures", "Classes", "Confusions", "Latency", "Layers")


@pytest.fixture(scope="module")
def app(browser: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """With four points and their answers to each picture."""
    home = tmp_path_factory.mktemp("home")
    with open_store(f"sqlite:///{home / 'bitfront.db'}") as store:
        for point, samples in answered():
            store.append(point, samples)
    with Served(home) as served:
        yield served.address


def tick(page: Any, row: int) -> None:
    """Click the box at the beginning of a row."""
    table = page.get_by_test_id("stDataFrame").first
    table.scroll_into_view_if_needed()
    table.click(position={"x": 18, "y": ROW_PX * (row + 1) + MIDDLE_PX})


def heading(page: Any, words: str) -> None:
    page.get_by_role("heading", name=words, exact=True).wait_for()


def test_ticked_rows_are_compared_and_back_leads_to_explore(opened: Open) -> None:
    page = opened(f"/?point={token(W2.id)}")
    settled(page)
    tick(page, 0)  # FP32
    page.wait_for_url("**rows=**")
    page.get_by_test_id("stMain").get_by_role("link", name="Compare 2 points").click()
    heading(page, "w2a8·mse against fp32")
    assert urlparse(page.url).path == "/Compare"
    assert parameters(page)["points"] == [token(FP32.id), token(W2.id)]
    page.wait_for_selector(PICTURE)
    page.evaluate("history.back()")
    page.wait_for_selector(DOTS)
    page.get_by_role("link", name="Compare 2 points").wait_for()


def test_a_fresh_browser_restores_filters_and_pages_and_back_undoes_them(opened: Open) -> None:
    page = opened(f"/Compare?points={token(FP32.id)}&points={token(W2.id)}", awaited=PICTURE)
    page.get_by_role("button", name="became wrong").click()
    page.wait_for_url("**way=lost**")
    settled(page, PICTURE)
    page.get_by_role("button", name="Next").click()
    page.wait_for_url("**page=2**")
    settled(page, PICTURE)
    shown = page.locator(PICTURE).first.get_attribute("alt")
    again = opened("/Compare?" + urlparse(page.url).query, awaited=PICTURE)
    assert again.locator(PICTURE).first.get_attribute("alt") == shown
    page.evaluate("history.back()")
    page.wait_for_function("!location.search.includes('page=2')")
    page.evaluate("history.back()")
    page.wait_for_function("!location.search.includes('way=')")
    settled(page, PICTURE)
    page.get_by_text("pass the filters").wait_for(state="detached")


@pytest.mark.parametrize("part", PARTS)
def test_axe_finds_nothing_serious_in_any_part(opened: Open, part: str) -> None:
    page = opened(f"/Compare?{ALL}&part={part}", awaited=HEADING)
    assert list(complaints(page)) == []


@pytest.mark.parametrize("part", PARTS)
def test_nothing_is_wider_than_a_phone(opened: Open, part: str) -> None:
    two = f"points={token(FP32.id)}&points={token(W4.id)}"
    page = opened(f"/Compare?{two}&part={part}", awaited=HEADING, width=PHONE)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE
    assert page.evaluate(CUT_OFF) == []
