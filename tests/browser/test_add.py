"""A network and a zip are given to the page by hand, and become a model on Explore."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.add.networks import classifier, saved
from tests.add.pictures import folder
from tests.browser.looking import Open
from tests.browser.serving import Served


@pytest.fixture
def fresh(browser: Any, tmp_path: Path) -> Iterator[Served]:
    home = tmp_path / "home"
    home.mkdir()
    with Served(home) as served:
        yield served


def test_what_is_given_becomes_a_model_on_explore(
    opened: Open, fresh: Served, tmp_path: Path
) -> None:
    network = saved(classifier(), tmp_path, "Mine.onnx")
    pictures = shutil.make_archive(str(tmp_path / "data"), "zip", folder(tmp_path / "data"))
    page = opened("/Add", awaited="[data-testid=stFileUploader]", address=fresh.address)
    page.locator("input[type=file]").first.set_input_files(network)
    page.get_by_text("A zip of pictures").wait_for()
    page.locator("input[type=file]").nth(1).set_input_files(pictures)
    page.get_by_text("60 pictures").wait_for()
    page.get_by_role("button", name="Add it").click()
    page.get_by_text("24 pictures calibrate").wait_for()
    page.get_by_role("link", name="Explore own/mine").click()
    page.get_by_role("heading", name="own/mine on data.zip").wait_for()
    page.get_by_role("button", name="Measure").wait_for()
