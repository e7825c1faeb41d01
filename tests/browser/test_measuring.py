"""The whole way with the real engine: measure, watch, choose, take away, run, share."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlparse

import numpy as np
import onnxruntime
import pytest

from quant.store import open_store
from tests.browser.looking import DOTS, Open, click_dot, dots, headline
from tests.browser.serving import Served

PATIENCE_MS = 180_000  # two points on a busy machine
LINK = "/?model=fashion-resnet&weights=8&method=nearest"


@pytest.fixture
def fresh(browser: Any, tmp_path: Path) -> Iterator[Served]:
    """An empty store, and a dispatcher that leaves soon after the last point."""
    with Served(tmp_path, BITFRONT_IDLE_SECONDS="1", BITFRONT_THREADS="1") as served:
        yield served


def test_a_point_is_measured_arrives_and_its_file_runs(
    opened: Open, fresh: Served, tmp_path: Path
) -> None:
    page = opened(LINK, awaited="[data-testid=stSidebar]", address=fresh.address)
    page.get_by_role("button", name="Measure").click()
    page.get_by_text("2 points wait").or_(page.get_by_text("of 2 measured")).first.wait_for()
    page.wait_for_selector(DOTS, timeout=PATIENCE_MS)
    page.get_by_role("button", name="All 1 are measured").wait_for(timeout=PATIENCE_MS)
    with open_store(f"sqlite:///{fresh.home / 'bitfront.db'}") as store:
        measured = {point.recipe.bits: point for point in store.points("fashion-resnet")}
    assert set(measured) == {"fp32", "w8a8"}
    assert dots(page) == {point.id for point in measured.values()}

    point = measured["w8a8"]
    click_dot(page, point.id)
    page.wait_for_url("**point=**")
    headline(page).get_by_text("w8a8").wait_for()
    page.get_by_role("tab", name="Provenance").click()
    page.get_by_text(point.artifact_sha256).wait_for()
    with page.expect_download() as given:
        page.get_by_role("button", name="Download model").click()
    content = Path(given.value.path()).read_bytes()
    assert hashlib.sha256(content).hexdigest() == point.artifact_sha256
    session = onnxruntime.InferenceSession(content, providers=["CPUExecutionProvider"])
    (wanted,) = session.get_inputs()
    pictures = np.zeros((3, *wanted.shape[1:]), np.float32)
    (logits,) = session.run(None, {wanted.name: pictures})
    assert np.shape(logits) == (3, 10)

    again = opened(f"/?{urlparse(page.url).query}", address=fresh.address)
    assert "w8a8" in headline(again).inner_text()
    again.get_by_text(point.artifact_sha256).wait_for()
