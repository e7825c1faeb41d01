"""What tests look for on a page, and how they touch it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any
from urllib.parse import parse_qs, urlparse

WAIT_MS = 60_000
TRIES = 5
DOTS = ".stPlotlyChart .scatterlayer .points path"
Open = Callable[..., Any]


def settled(page: Any, awaited: str = DOTS) -> None:
    """Until what is awaited is there, and no rerun is under way."""
    page.wait_for_selector(awaited or DOTS)
    page.wait_for_selector("[data-test-script-state=notRunning]", state="attached")


def headline(page: Any) -> Any:
    return page.get_by_test_id("stMetric").first


def parameters(page: Any) -> dict[str, list[str]]:
    return parse_qs(urlparse(page.url).query)


def dots(page: Any) -> set[str]:
    """The ids of the points that are drawn."""
    found = page.evaluate(
        """() => {
            const chart = document.querySelector('.stPlotlyChart .js-plotly-plot')
            return chart ? chart._fullData.flatMap(trace => trace.customdata || []) : []
        }"""
    )
    return set(found)


def click_dot(page: Any, identity: str) -> None:
    """Click the middle of the dot that carries this id, until the address tells another point.

    Plotly answers to a click on what it has seen the mouse over; on a busy machine that, or a
    chart that is just drawn anew, can come late.
    """
    from playwright.sync_api import TimeoutError as TooLate  # skipped tests have no playwright

    before = page.url
    for _ in range(TRIES):
        settled(page)
        page.mouse.move(1, 1)
        page.mouse.move(*_spot(page, identity))
        with suppress(TooLate):
            page.wait_for_selector(".hoverlayer .hovertext", timeout=3000)
            page.mouse.click(*_spot(page, identity))
            page.wait_for_function("before => location.href !== before", arg=before, timeout=5000)
            return
    raise AssertionError(f"no click on {identity} was heard")


def _spot(page: Any, identity: str) -> tuple[float, float]:
    x, y = page.evaluate(
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
    return x, y
