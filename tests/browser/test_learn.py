"""Learn in a browser: keys, both themes, a phone, links from tooltips."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from quant.store import open_store
from tests.browser.looking import Open, parameters, settled
from tests.browser.serving import Served
from tests.browser.test_look import BACKGROUND, CUT_OFF, PHONE, complaints
from tests.pages.answered import answered

HEADING = "[data-testid=stMain] h1"
TITLES = {
    "picture": "Fewer bits, fewer shades",
    "sound": "Fewer bits, more noise",
    "line": "Two errors that pull apart",
    "layer": "One scale for all",
    "answer": "What a network answers",
    "questions": "What people ask",
    "words": "What the words mean",
}
STEPS = tuple(TITLES)
NEXT, BACK = ".st-key-learn-next button", ".st-key-learn-back button"
FIGURES = ("sound", "line", "layer", "answer")


@pytest.fixture(scope="module")
def app(browser: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """With four files of fashion-resnet and their answers."""
    home = tmp_path_factory.mktemp("home")
    with open_store(f"sqlite:///{home / 'bitfront.db'}") as store:
        for point, samples in answered():
            store.append(point, samples)
    with Served(home) as served:
        yield served.address


def test_arrow_keys_lead_from_screen_to_screen(opened: Open) -> None:
    page = opened("/Learn", awaited=NEXT)
    for step in STEPS[1:]:
        page.keyboard.press("ArrowRight")
        page.wait_for_function("step => location.search.includes(`step=${step}`)", arg=step)
        page.get_by_role("heading", name=TITLES[step]).wait_for()
        settled(page, BACK if step == STEPS[-1] else NEXT)
    page.keyboard.press("ArrowLeft")
    page.wait_for_function("location.search.includes('step=questions')")


def test_arrow_keys_on_the_slider_move_it_and_not_the_page(opened: Open) -> None:
    page = opened("/Learn?bits=3", awaited=NEXT)
    page.get_by_role("slider").first.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function("location.search.includes('bits=4')")
    settled(page, NEXT)
    assert "step" not in parameters(page)


def test_a_tooltip_leads_to_the_glossary(opened: Open) -> None:
    page = opened("/Learn?step=sound", awaited=HEADING)
    page.get_by_test_id("stTooltipIcon").last.hover()
    link = page.get_by_role("link", name="Levels").first
    link.wait_for()
    assert link.get_attribute("href").endswith("Learn?term=levels")


def test_a_term_opens_by_its_link(opened: Open) -> None:
    page = opened("/Learn?term=pareto-front", awaited=HEADING)
    page.get_by_role("heading", name="Pareto front").wait_for()


@pytest.mark.parametrize("step", FIGURES)
def test_every_chart_has_a_twin_in_words(opened: Open, step: str) -> None:
    page = opened(f"/Learn?step={step}", awaited=".stPlotlyChart .main-svg")
    for chart in page.locator(".stPlotlyChart").all():
        label = chart.evaluate(
            "e => (e.getAttribute('aria-label') || '') + [...e.querySelectorAll('[aria-label]')]"
            ".map(x => x.getAttribute('aria-label')).join(' ')"
        )
        assert len(label) > 30


@pytest.mark.parametrize("scheme", BACKGROUND)
@pytest.mark.parametrize("step", STEPS)
def test_axe_finds_nothing_serious_on_any_screen(opened: Open, step: str, scheme: str) -> None:
    page = opened(f"/Learn?step={step}", awaited=HEADING, scheme=scheme)
    assert list(complaints(page)) == []


@pytest.mark.parametrize("step", STEPS)
def test_nothing_is_wider_than_a_phone(opened: Open, step: str) -> None:
    page = opened(f"/Learn?step={step}", awaited=HEADING, width=PHONE)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE
    assert page.evaluate(CUT_OFF) == []
