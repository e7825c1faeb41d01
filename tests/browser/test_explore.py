"""Explore in a real browser: what only a browser does."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qs, urlparse

import pytest

from quant.point import token
from tests.pages.samples import sweep

WAIT_MS = 30_000
DOTS = ".stPlotlyChart .scatterlayer .points path"
Open = Callable[..., Any]


@pytest.fixture
def opened(browser: Any, app: str) -> Iterator[Open]:
    """Open a link in a fresh context; waits for the chart."""
    contexts = []

    def visit(link: str = "/", width: int = 1440, scheme: str = "light") -> Any:
        size = {"width": width, "height": 1000}
        context = browser.new_context(viewport=size, color_scheme=scheme, accept_downloads=True)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(WAIT_MS)
        page.goto(app + link)
        page.wait_for_selector(DOTS)
        settled(page)
        return page

    yield visit
    for context in contexts:
        context.close()


def settled(page: Any) -> None:
    """Until no rerun is under way."""
    page.wait_for_selector("[data-test-script-state=notRunning]", state="attached")


def headline(page: Any) -> Any:
    return page.get_by_test_id("stMetric").first


def parameters(page: Any) -> dict[str, list[str]]:
    return parse_qs(urlparse(page.url).query)


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


def click_dot(page: Any, identity: str) -> None:
    """Click the middle of the dot that carries this id."""
    spot = page.evaluate(
        """identity => {
            const chart = document.querySelector('.stPlotlyChart .js-plotly-plot')
            for (const trace of chart._fullData) {
                const at = (trace.customdata || []).indexOf(identity)
                if (at < 0) continue
                const layout = chart._fullLayout, box = chart.getBoundingClientRect()
                return [
                    box.left + layout.xaxis._offset + layout.xaxis.d2p(trace.x[at]),
                    box.top + layout.yaxis._offset + layout.yaxis.d2p(trace.y[at]),
                ]
            }
        }""",
        identity,
    )
    page.mouse.move(*spot)
    page.mouse.click(*spot)
