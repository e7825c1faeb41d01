"""A fresh reader at Present: five clicks to an answer, arrows, links, every screen looked at."""

from __future__ import annotations

from collections.abc import Iterator
from math import inf
from typing import Any

import pytest

from quant.store import open_store
from tests.browser.looking import Open, parameters, settled
from tests.browser.serving import Served
from tests.browser.test_look import BACKGROUND, CUT_OFF, PHONE, complaints
from tests.devices.samples import PEAKS, layer
from tests.pages.samples import CONTENT, said, sweep

HEADING = "[data-testid=stMain] h1"
SCREENS = ("model", "matters", "device", "limits", "answer")
ANSWERED = "device=poco-m6-pro&size=3+MB&loss=0.5+pp"
WIDTHS = (390, 768, 1440, 1920)


@pytest.fixture(scope="module")
def app(browser: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """With fifteen points whose layers and peaks are known, each with a file."""
    home = tmp_path_factory.mktemp("home")
    with open_store(f"sqlite:///{home / 'bitfront.db'}") as store:
        for point in sweep():
            kernel = "float32" if point.recipe.is_fp32 else "QLinearConv"
            layers = tuple(layer(f"body.{at}", 4_000_000, 130_000, kernel) for at in range(10))
            file = home / point.artifact
            file.parent.mkdir(exist_ok=True)
            file.write_bytes(CONTENT)
            known = type(point)(**_fields(point) | {"outcomes": layers, "peaks": PEAKS})
            store.append(known, said(known))
    with Served(home) as served:
        yield served.address


def _fields(point: Any) -> dict[str, Any]:
    return {name: getattr(point, name) for name in point.__dataclass_fields__}


def heading(page: Any) -> str:
    settled(page, HEADING)
    return str(page.locator(HEADING).inner_text()).replace("\N{NO-BREAK SPACE}", " ")


class Reader:
    """Clicks on what is written, and counts."""

    def __init__(self, page: Any) -> None:
        self.page = page
        self.clicks = 0

    def click(self, words: str) -> None:
        self.page.get_by_role("button", name=words).first.click()
        self.clicks += 1

    def pick(self, words: str) -> None:
        self.page.get_by_text(words, exact=True).first.click()
        self.clicks += 1

    def reads(self, words: str) -> None:
        self.page.get_by_text(words).first.wait_for()


def test_may_we_ship_three_megabytes_and_what_would_a_phone_gain(opened: Open) -> None:
    reader = Reader(opened("/Present", awaited=HEADING))
    reader.click("fashion-resnet")
    reader.reads("What matters most?")
    reader.click("Size")
    reader.reads("Where will it run?")
    reader.click("POCO M6 Pro 5G")
    reader.reads("What may it cost?")
    reader.pick("3 MB")
    reader.page.wait_for_url("**size=3**")
    settled(reader.page, HEADING)
    reader.click("Show the recommendation")
    reader.page.wait_for_url("**screen=answer**")
    reader.reads("modelled, not measured")
    assert reader.clicks <= 5
    answer = heading(reader.page)
    assert answer.startswith("Yes. Five-bit weights: 6.1× smaller")
    assert "no loss that 10,000 pictures can detect" in answer
    reader.reads("× as fast as FP32 (")
    reader.reads("less energy than FP32's")
    assert "as fast as FP32" not in answer  # modelled and measured never share a sentence


def test_a_fresh_browser_sees_the_same_screen_by_the_link(opened: Open) -> None:
    page = opened(f"/Present?screen=answer&{ANSWERED}", awaited=HEADING)
    again = opened("/Present" + page.url.partition("/Present")[2], awaited=HEADING)
    assert heading(page) == heading(again)
    assert parameters(again)["device"] == ["poco-m6-pro"]


def test_arrow_keys_lead_from_screen_to_screen(opened: Open) -> None:
    page = opened("/Present", awaited=HEADING)
    for screen in SCREENS[1:]:
        page.keyboard.press("ArrowRight")
        page.wait_for_url(f"**screen={screen}**")
        settled(page, HEADING)
    page.keyboard.press("ArrowLeft")
    page.wait_for_url("**screen=limits**")


def test_the_browsers_back_undoes_an_answer(opened: Open) -> None:
    page = opened("/Present?screen=matters", awaited=HEADING)
    page.get_by_role("button", name="Speed").click()
    page.wait_for_url("**matters=speed**")
    settled(page, HEADING)
    page.evaluate("history.back()")
    page.get_by_text("What matters most?").first.wait_for()
    assert "matters" not in parameters(page)


def test_everything_is_reached_by_tab_and_pressed_by_enter(opened: Open) -> None:
    page = opened("/Present?screen=matters", awaited=HEADING)
    for _ in range(30):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.matches('.st-key-matters-speed button')"):
            break
    page.keyboard.press("Enter")
    page.wait_for_url("**matters=speed**")


def test_the_formula_is_one_click_away_and_fits_a_phone(opened: Open) -> None:
    page = opened(f"/Present?screen=answer&{ANSWERED}", awaited=HEADING, width=PHONE)
    page.get_by_text("The formula, and what was published").click()
    page.locator(".katex").first.wait_for()
    page.get_by_text("Roofline: an insightful").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE


def test_there_is_no_sidebar(opened: Open) -> None:
    page = opened("/Present", awaited=HEADING)
    assert page.get_by_test_id("stSidebar").count() == 0
    page.get_by_role("link", name="Explore").wait_for()


def test_the_chart_has_a_twin_in_words_and_one_as_a_table(opened: Open) -> None:
    page = opened(f"/Present?screen=answer&{ANSWERED}", awaited=".stPlotlyChart .points path")
    chart = page.locator(".stPlotlyChart").first
    label = chart.evaluate(
        "e => (e.getAttribute('aria-label') || '') + [...e.querySelectorAll('[aria-label]')]"
        ".map(x => x.getAttribute('aria-label')).join(' ')"
    )
    assert "15 files by size and accuracy" in label
    page.get_by_text("The same as a table").click()
    page.get_by_test_id("stDataFrame").wait_for()


@pytest.mark.parametrize("scheme", BACKGROUND)
@pytest.mark.parametrize("screen", SCREENS)
def test_axe_finds_nothing_serious_on_any_screen(opened: Open, screen: str, scheme: str) -> None:
    page = opened(f"/Present?screen={screen}&{ANSWERED}", awaited=HEADING, scheme=scheme)
    page.get_by_role("link", name="Explore").wait_for()
    assert list(complaints(page)) == []


@pytest.mark.parametrize("screen", SCREENS)
def test_nothing_is_wider_than_a_phone(opened: Open, screen: str) -> None:
    page = opened(f"/Present?screen={screen}&{ANSWERED}", awaited=HEADING, width=PHONE)
    page.get_by_role("link", name="Explore").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE
    assert page.evaluate(CUT_OFF) == []


@pytest.mark.parametrize("width", WIDTHS)
def test_words_grow_with_the_screen(opened: Open, width: int) -> None:
    page = opened("/Present", awaited=HEADING, width=width)
    size = float(
        page.evaluate(f"parseFloat(getComputedStyle(document.querySelector('{HEADING}')).fontSize)")
    )
    least = {390: 24, 768: 28, 1440: 40, 1920: 46}[width]
    assert least <= size < inf
