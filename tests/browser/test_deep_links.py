"""A link to any page works as the first request that a fresh server gets."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import urlparse

import pytest

from tests.browser.looking import WAIT_MS, settled
from tests.browser.places import PLACES, Place
from tests.browser.serving import BARE, Served, filled

HEADING = "[data-testid=stMain] h1"


@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.file)
def test_a_fresh_server_opens_the_page_that_the_link_names(
    browser: Any, contexts: list[Any], tmp_path: Path, place: Place
) -> None:
    with Served(filled(tmp_path), BARE) as served:
        contexts.append(browser.new_context())
        page = contexts[-1].new_page()
        page.set_default_timeout(WAIT_MS)
        page.goto(served.address + place.path)
        settled(page, HEADING)
        assert page.title() == f"{place.title} · Bitfront"
        assert urlparse(page.url).path == place.path
        for trouble in ("stException", "stAlertContentError", "stDialog"):
            assert page.get_by_test_id(trouble).count() == 0, trouble


def test_there_are_pages_to_open() -> None:
    assert {"app.py", "pages/4_Jobs.py"} <= {place.file for place in PLACES}
