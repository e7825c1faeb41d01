"""Sharing, Back, and files in a real browser: what only a browser does."""

from __future__ import annotations

import io
from typing import Any
from urllib.parse import parse_qs, urlparse

import zxingcpp
from PIL import Image

from tests.browser.looking import Open, click_dot, headline, parameters, settled
from tests.pages.samples import sweep

W3 = next(one for one in sweep() if one.recipe.label == "w3a8·mse")
W2 = next(one for one in sweep() if one.recipe.label == "w2a8·mse")


def shown_link(page: Any) -> str:
    return str(page.get_by_test_id("stPopoverBody").get_by_test_id("stCode").inner_text()).strip()


def loss(page: Any) -> Any:
    return page.get_by_role("slider", name="Loss")


def test_a_shared_link_and_its_code_restore_the_view(opened: Open) -> None:
    page = opened("/?loss=1+pp&weights=8&weights=5")
    click_dot(page, W3.id)
    headline(page).get_by_text("w3a8").wait_for()
    page.get_by_role("button", name="Share").click()
    picture = page.get_by_alt_text("QR code of the link")
    picture.wait_for()
    link = shown_link(page)
    drawn = Image.open(io.BytesIO(picture.screenshot())).convert("L")
    assert [found.text for found in zxingcpp.read_barcodes(drawn)] == [link]
    again = opened("/?" + urlparse(link).query)
    assert "w3a8" in headline(again).inner_text()
    assert sorted(parameters(again)["weights"]) == ["5", "8"]
    assert loss(again).get_attribute("aria-valuetext") == "1 pp"


def test_a_short_link_restores_the_view_and_back_leaves_it(opened: Open) -> None:
    page = opened("/?loss=1+pp")
    page.get_by_role("button", name="Share").click()
    page.get_by_role("button", name="Make a short link").click()
    page.get_by_test_id("stPopoverBody").get_by_text("view=").wait_for()
    query = urlparse(shown_link(page)).query
    assert list(parse_qs(query)) == ["view"]
    again = opened("/?" + query)
    again.wait_for_url("**loss=1**")
    assert loss(again).get_attribute("aria-valuetext") == "1 pp"
    assert "view" not in parameters(again)
    again.evaluate("history.back()")
    again.wait_for_url("about:blank")


def test_back_undoes_clicks_and_filters_one_by_one_and_forward_does_them_again(
    opened: Open,
) -> None:
    page = opened()
    loss(page).press("ArrowRight")
    page.wait_for_url("**loss=0.7**")
    settled(page)
    click_dot(page, W3.id)
    headline(page).get_by_text("w3a8").wait_for()
    settled(page)
    page.get_by_test_id("stSidebar").get_by_role("button", name="5", exact=True).first.click()
    page.wait_for_url("**weights=**")
    settled(page)
    page.evaluate("history.back()")
    page.wait_for_function("!location.search.includes('weights')")
    settled(page)
    assert "w3a8" in headline(page).inner_text()
    page.evaluate("history.back()")
    headline(page).get_by_text("w4a8").wait_for()
    settled(page)
    assert loss(page).get_attribute("aria-valuetext") == "0.7 pp"
    page.evaluate("history.back()")
    headline(page).get_by_text("w5a8").wait_for()
    settled(page)
    assert loss(page).get_attribute("aria-valuetext") == "0.5 pp"
    assert urlparse(page.url).query == ""
    page.evaluate("history.forward()")
    headline(page).get_by_text("w4a8").wait_for()


def test_what_the_app_corrects_in_a_link_adds_nothing_to_the_history(opened: Open) -> None:
    page = opened("/?loss=banana")
    page.get_by_text("The link asks for loss banana").wait_for()
    page.wait_for_function("!location.search.includes('banana')")
    page.evaluate("history.back()")
    page.wait_for_url("about:blank")


def test_a_file_is_deleted_after_one_question_and_its_figures_stay(opened: Open) -> None:
    page = opened(f"/?point={W2.id}")
    page.get_by_role("button", name="File", exact=True).click()
    page.get_by_role("button", name="Delete …").click()
    question = page.get_by_role("dialog", name="Delete this file?")
    question.get_by_text("Its figures stay on the chart").wait_for()
    question.get_by_role("button", name="Delete", exact=True).click()
    page.get_by_role("button", name="Make it again").wait_for()
    assert page.get_by_role("button", name="Download model").is_disabled()
    assert "w2a8" in headline(page).inner_text()
