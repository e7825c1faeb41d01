"""A tab that stays open while the server is killed and started again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from quant.recipe import Recipe
from quant.store import open_store
from tests.browser.looking import DOTS, Open, dots, headline
from tests.browser.serving import Served, filled
from tests.pages.samples import measurement

LATER = measurement(Recipe(4, 6, "mse"), drop=0.0001)


@pytest.fixture
def served(browser: Any, tmp_path: Path) -> Iterator[Served]:
    with Served(filled(tmp_path)) as running:
        yield running


def test_an_open_tab_comes_back_with_what_was_finished_meanwhile(
    opened: Open, served: Served
) -> None:
    page = opened("/?loss=1+pp", address=served.address)
    assert LATER.id not in dots(page)
    served.kill()
    page.get_by_test_id("stConnectionStatus").or_(
        page.get_by_test_id("stStatusWidget")
    ).first.wait_for()
    with open_store(f"sqlite:///{served.home / 'bitfront.db'}") as store:
        store.append(LATER)
    served.start()
    headline(page).get_by_text("w4a6").wait_for()
    page.wait_for_selector(DOTS)
    assert LATER.id in dots(page)
    loss = page.get_by_role("slider", name="Loss")
    assert loss.get_attribute("aria-valuetext") == "1 pp"
    loss.press("ArrowRight")
    page.wait_for_url("**loss=1.5**")
