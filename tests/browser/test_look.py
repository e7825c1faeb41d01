"""Every page in both schemes and on a phone; axe-core finds nothing serious in what is ours."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest
from axe_playwright_python.sync_playwright import Axe

from quant.jobs.requests import SweepRequest
from quant.recipe import Recipe
from quant.store import open_store
from tests.browser.looking import DOTS, Open
from tests.browser.places import PLACES, Place
from tests.browser.serving import Served, filled

HEADING = "[data-testid=stMain] h1"
BACKGROUND = {"light": "rgb(253, 252, 250)", "dark": "rgb(18, 22, 29)"}
PHONE = 390
GRAVE = ("serious", "critical")
EVERYWHERE = pytest.mark.parametrize("place", PLACES, ids=lambda place: place.file)


class Excused(NamedTuple):
    """Elements of others that axe complains about, and why nothing here can change it."""

    rule: str
    selector: str
    why: str


EXCUSED = (
    Excused(
        "color-contrast",
        "button[kind=primary] p",
        "Streamlit writes white on primaryColor in either scheme, and in the dark one primaryColor "
        "is text as well: 4.5:1 with white and with the background at once would need 20:1 between "
        "those two, and there are 18:1.",
    ),
    Excused(
        "color-contrast",
        "[data-testid=stMultiSelectTagsContainer] [data-tag] span",
        "What is picked in a list has white on primaryColor too, and nothing sets it apart.",
    ),
    Excused(
        "scrollable-region-focusable",
        "[data-testid=stTable] td [data-testid=stMarkdownContainer]",
        "Streamlit lets the cells of st.table scroll when a word is longer than its column, and "
        "gives them no place in the tab order; the checksum is such a word.",
    ),
)


@pytest.fixture(scope="module")
def app(browser: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """With points, a sweep that failed and one that waits, whose store no dispatcher serves."""
    home = filled(tmp_path_factory.mktemp("home"))
    with open_store(f"sqlite:///{home / 'bitfront.db'}") as store:
        store.submit(SweepRequest("fashion-resnet", (Recipe(7, 6),)))
        while task := store.claim("test", 60):
            store.fail(task, "there are no pictures; add some")
    with Served(home) as served:
        yield served.address


def look(opened: Open, place: Place, **how: Any) -> Any:
    """The page with everything that it shows at first."""
    return opened(place.path, awaited=DOTS if place.path == "/" else HEADING, **how)


@EVERYWHERE
@pytest.mark.parametrize("scheme", BACKGROUND)
def test_axe_finds_nothing_serious_that_is_ours(opened: Open, place: Place, scheme: str) -> None:
    page = look(opened, place, scheme=scheme)
    shown = page.evaluate("getComputedStyle(document.querySelector('.stApp')).backgroundColor")
    assert shown == BACKGROUND[scheme]
    assert list(complaints(page)) == []


@EVERYWHERE
def test_nothing_is_cut_off_on_a_phone(opened: Open, place: Place) -> None:
    page = look(opened, place, width=PHONE)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE
    assert page.evaluate(CUT_OFF) == []


@pytest.mark.parametrize("tab", ["Layers", "Flips", "Provenance", "History"])
def test_axe_finds_nothing_serious_in_the_details(opened: Open, tab: str) -> None:
    page = opened(f"/?tab={tab}")
    assert list(complaints(page)) == []


def test_every_excuse_has_a_reason() -> None:
    assert all(excuse.why for excuse in EXCUSED)


def complaints(page: Any) -> Iterator[str]:
    for found in Axe().run(page).response["violations"]:
        if found["impact"] not in GRAVE:
            continue
        for node in found["nodes"]:
            if not _is_excused(page, found["id"], node["target"]):
                yield f"{found['id']}: {node['target']} {node['html'][:300]}"


def _is_excused(page: Any, rule: str, target: list[str]) -> bool:
    matches = "([target, selector]) => document.querySelector(target)?.matches(selector) ?? false"
    return any(
        excuse.rule == rule and page.evaluate(matches, [target[0], excuse.selector])
        for excuse in EXCUSED
    )


# Elements with words of their own that reach beyond the screen or hide a part of themselves.
CUT_OFF = """() => {
    const found = []
    for (const element of document.querySelectorAll('[data-testid=stMain] *')) {
        const words = [...element.childNodes].some(
            node => node.nodeType === Node.TEXT_NODE && node.textContent.trim())
        const box = element.getBoundingClientRect(), style = getComputedStyle(element)
        if (!words || !box.width || style.visibility === 'hidden') continue
        if (element.closest('svg, [data-testid=stDataFrame], [role=tablist], pre')) continue
        const hides = style.overflowX !== 'visible' && element.scrollWidth > element.clientWidth + 1
        if (box.right > innerWidth + 1 || box.left < -1 || hides)
            found.push(`${element.textContent.trim().slice(0, 60)} (${element.className})`)
    }
    return found
}"""
