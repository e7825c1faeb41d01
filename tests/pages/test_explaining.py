"""The Explain tab: before, while and after a point is taken apart."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from quant.breakdown.found import found
from quant.breakdown.rows import plain
from quant.jobs.requests import EXPLAIN
from quant.recipe import Recipe
from quant.store import Store
from tests.breakdown.samples import breakdown
from tests.pages.samples import measurement, sweep

Explore = Callable[..., AppTest]
W8 = next(one for one in sweep() if one.recipe.label == "w8a8·nearest")


def words(app: AppTest) -> str:
    assert not app.exception, app.exception[0].message
    kinds = (app.markdown, app.caption, app.info, app.warning, app.error)
    return "\n".join(element.value for kind in kinds for element in kind)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    calls: list[bool] = []
    monkeypatch.setattr("pages.parts.explaining.ensure_dispatcher", lambda: calls.append(True))
    return calls


def test_a_button_has_the_point_explained(
    explore: Explore, filled: Store, asked: list[bool]
) -> None:
    app = explore(point=W8.id, tab="Explain")
    assert "Not explained yet" in words(app)
    assert app.button(key="explain").label == "Explain · about 15 s"
    app.button(key="explain").click().run()
    [sweep_] = filled.open_sweeps()
    [task] = filled.tasks(sweep_.id)
    assert (task.purpose, task.recipe) == (EXPLAIN, W8.recipe)
    assert asked
    assert app.button(key="explain").label == "Being explained …"
    assert app.button(key="explain").disabled


def test_the_page_says_what_the_command_says(explore: Explore, filled: Store) -> None:
    filled.keep_breakdowns([breakdown(W8.recipe, key=W8.key)])
    told = found(filled, W8)
    assert told is not None
    shown = words(explore(point=W8.id, tab="Explain")).replace("\\", "").replace("**", "")
    for sentence in plain(told.sentences()):
        assert sentence in shown
    assert "HardSwish has no 8-bit kernel here" in shown


def test_a_suggestion_has_a_button_that_measures_it(
    explore: Explore, filled: Store, asked: list[bool]
) -> None:
    slow = breakdown(W8.recipe, key=W8.key)
    filled.keep_breakdowns([
        breakdown(W8.recipe, key=W8.key, fp32=slow.given, given=slow.fp32)
    ])  # fmt: skip
    app = explore(point=W8.id, tab="Explain")
    assert "should take about 0.260 ms instead of 0.480 ms" in words(app)
    app.button(key="try").click().run()
    recipes = {task.recipe for task in filled.tasks(filled.open_sweeps()[0].id)}
    assert recipes == {Recipe.fp32(), Recipe(8, 32)}
    assert app.button(key="try").label == "Being measured …"


def test_what_a_suggestion_gave_is_said(explore: Explore, filled: Store) -> None:
    slow = breakdown(W8.recipe, key=W8.key)
    filled.keep_breakdowns([
        breakdown(W8.recipe, key=W8.key, fp32=slow.given, given=slow.fp32)
    ])  # fmt: skip
    filled.append(measurement(Recipe(8, 32), latency_ms=0.62, fp32_latency_ms=0.62))
    app = explore(point=W8.id, tab="Explain")
    assert "Measured, it took 0.260 ms: faster." in words(app)
    assert "try" not in {button.key for button in app.button}


def test_fp32_has_an_account_and_loses_nothing(explore: Explore, filled: Store) -> None:
    [fp32] = [one for one in sweep() if one.recipe.is_fp32]
    filled.keep_breakdowns([breakdown(fp32.recipe, key=fp32.key)])
    said = words(explore(point=fp32.id, tab="Explain"))
    assert "FP32 takes 0.480 ms" in said
    assert "it loses nothing" in said


def test_a_file_made_anew_is_told(explore: Explore, filled: Store) -> None:
    filled.keep_breakdowns([breakdown(W8.recipe, key=W8.key, artifact_sha256="0" * 64)])
    assert "made anew since" in words(explore(point=W8.id, tab="Explain"))
