"""The chart's controls in a real browser: what they write into the address and restore."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlparse

import pytest

from tests.browser.looking import DOTS, Open, settled

SPACE = ".stPlotlyChart .gl-container canvas"


def choose(page: Any, label: str, option: str) -> None:
    page.get_by_role("combobox", name=label).click()
    page.get_by_role("option", name=option, exact=True).click()


def heading(page: Any, words: str) -> None:
    page.get_by_role("heading", name=words, exact=True).wait_for()


def test_swapped_axes_are_in_the_address_and_restored(opened: Open) -> None:
    page = opened()
    choose(page, "Across", "accuracy")
    heading(page, "Size against accuracy")
    settled(page)
    asked = parse_qs(urlparse(page.url).query)
    assert (asked["x"], asked["y"]) == (["accuracy"], ["size"])
    heading(opened("/?" + urlparse(page.url).query), "Size against accuracy")


def test_filters_are_in_the_address_and_restored(opened: Open) -> None:
    page = opened()
    page.get_by_role("button", name="Show", exact=True).click()
    page.get_by_role("button", name="nearest", exact=True).click()
    page.wait_for_url("**only=nearest**")
    page.get_by_text("are filtered out").wait_for()
    again = opened("/?" + urlparse(page.url).query)
    again.get_by_text("are filtered out").wait_for()


@pytest.mark.parametrize("width", [1440, 390])
def test_the_deep_view_opens_by_a_link_beside_the_chart_to_click(opened: Open, width: int) -> None:
    page = opened("/?chart=3-D", width=width)
    page.wait_for_selector(DOTS)
    page.wait_for_selector(SPACE)
    wide = page.evaluate("document.documentElement.scrollWidth")
    assert wide <= width
