"""Explore in a real browser: what only a browser does."""

from __future__ import annotations

from urllib.parse import urlparse

import pytest

from quant.point import token
from tests.browser.looking import Open, click_dot, headline, parameters, settled
from tests.pages.samples import sweep


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (768, "dark"), (390, "light")])
def test_the_page_opens_with_its_chart(opened: Open, width: int, scheme: str) -> None:
    page = opened(width=width, scheme=scheme)
    assert "w5a8" in headline(page).inner_text()
    assert page.get_by_test_id("stException").count() == 0
    wide = page.evaluate("document.documentElement.scrollWidth")
    assert wide <= width


def test_a_click_on_a_dot_chooses_it_and_a_fresh_browser_restores_it(opened: Open) -> None:
    page = opened()
    least = next(one for one in sweep() if one.recipe.label == "w3a8·mse")
    click_dot(page, least.id)
    page.wait_for_url("**point=**")
    headline(page).get_by_text("w3a8").wait_for()
    assert parameters(page)["point"] == [token(least.id)]
    again = opened("/?" + urlparse(page.url).query)
    assert "w3a8" in headline(again).inner_text()


def test_widgets_write_the_address_and_a_fresh_browser_restores_them(opened: Open) -> None:
    page = opened()
    page.get_by_test_id("stSidebar").get_by_role("button", name="5", exact=True).first.click()
    page.wait_for_url("**weights=**")
    page.get_by_role("slider", name="Loss").press("ArrowRight")
    page.wait_for_url("**loss=**")
    settled(page)
    assert parameters(page)["loss"] == ["0.7 pp"]
    headline(page).get_by_text("w4a8").wait_for()
    again = opened("/?" + urlparse(page.url).query)
    assert "w4a8" in headline(again).inner_text()
    assert sorted(parameters(again)["weights"]) == ["2", "3", "4", "5", "6", "8"]


def test_the_model_can_be_downloaded(opened: Open) -> None:
    page = opened()
    with page.expect_download() as given:
        page.get_by_role("button", name="Download model").click()
    assert given.value.suggested_filename == "fashion-resnet-w5a8-mse.onnx"
    assert given.value.path().read_bytes() == b"a network"
