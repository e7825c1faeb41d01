"""Jobs: what runs, what waits, what became of it, and what can be done about it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from pages.parts import badge, jobs
from quant.jobs.requests import (
    CANCELLED,
    DONE,
    QUEUED,
    SENSITIVITY,
    SOONER,
    SweepRequest,
    SweepStatus,
    Task,
)
from quant.recipe import Recipe
from quant.store import Store, open_store
from tests.pages.samples import measurement

LEASE = 3600.0
Explore = Callable[..., AppTest]


@pytest.fixture
def page(explore: Explore) -> Callable[[], AppTest]:
    def opened() -> AppTest:
        app = explore().switch_page("pages/4_Jobs.py").run()
        assert not app.exception, app.exception[0].message
        return app

    return opened


def ask(store: Store, by: str = "ada", **changes: object) -> str:
    recipes = (Recipe(8), Recipe(4))
    return store.submit(
        SweepRequest("fashion-resnet", recipes, requested_by=by, **changes)  # type: ignore[arg-type]
    )


def claim(store: Store) -> Task:
    task = store.claim("me:1", LEASE)
    assert task is not None
    return task


def words(app: AppTest) -> str:
    kinds = (app.markdown, app.caption, app.info, app.warning, app.subheader)
    return "\n".join(element.value for kind in kinds for element in kind)


def test_an_empty_page_says_what_to_do(page: Callable[[], AppTest]) -> None:
    assert "press Measure" in words(page())


def test_a_running_sweep_says_who_asked_and_how_far_it_is(
    page: Callable[[], AppTest], store: Store
) -> None:
    ask(store)
    store.finish(claim(store), measurement(Recipe.fp32()), None)
    store.renew(claim(store), LEASE, 0.5, "Calibrating")
    app = page()
    assert "asked for by ada, just now" in words(app)
    assert app.get("progress")[0].proto.text.startswith("1 of 3 measured")
    assert {button.label for button in app.button} == {"Do first", "Cancel"}


def test_cancel_stops_it_and_retry_goes_on(
    page: Callable[[], AppTest], store: Store, started: list[bool]
) -> None:
    sweep = ask(store)
    store.finish(claim(store), measurement(Recipe.fp32()), None)
    app = page()
    app.button(key=f"cancel-{sweep}").click().run()
    assert not app.exception
    assert store.sweeps()[0].state == CANCELLED
    again = app.button(key=f"retry-{sweep}")
    assert again.label == "Retry 2"
    again.click().run()
    assert not app.exception
    assert store.sweeps()[0].state != CANCELLED
    assert store.waiting()
    assert started


def test_a_sweep_can_go_first(page: Callable[[], AppTest], store: Store) -> None:
    sweep = ask(store)
    app = page()
    app.button(key=f"first-{sweep}").click().run()
    assert store.sweeps()[0].priority == SOONER
    assert "goes before the others" in words(app)
    assert [button.label for button in app.button] == ["Cancel"]


def test_failures_are_told_once_each_with_the_log_beside(
    page: Callable[[], AppTest], store: Store
) -> None:
    sweep = ask(store)
    for _ in range(2):
        store.fail(claim(store), "there are no pictures in *this* folder; add some")
    store.fail(claim(store), "a bug stopped it", "Traceback of the bug", broke=True)
    app = page()
    warnings = [warning.value for warning in app.warning]
    assert len(warnings) == 2
    assert "fp32, w8a8·nearest: There are no pictures in \\*this\\* folder" in warnings[0]
    app.session_state[f"points-{sweep}"] = True
    app.run()
    assert "no pictures" in app.code[0].value
    app.selectbox(key=f"log-{sweep}").select_index(2).run()
    assert "Traceback of the bug" in app.code[0].value
    assert app.dataframe[0].value["state"].tolist() == ["failed"] * 3


def test_the_badge_counts_on_every_page(explore: Explore, store: Store) -> None:
    assert "Jobs" in [link.proto.label for link in explore().get("page_link")]
    ask(store)
    store.finish(claim(store), measurement(Recipe.fp32()), None)
    labels = [link.proto.label for link in explore().get("page_link")]
    assert any(label.startswith("Jobs · 1 of 3") for label in labels)


def test_a_toast_tells_the_end_to_who_saw_it_run(explore: Explore, store: Store) -> None:
    sweep = ask(store)
    app = explore()
    assert not app.toast
    while store.waiting():
        task = claim(store)
        store.finish(task, measurement(task.recipe), None)
    app.run()
    assert [toast.value for toast in app.toast] == ["Done: 3 points of fashion-resnet measured."]
    app.run()
    assert not app.toast
    assert not explore().toast
    assert store.sweep(sweep) is not None


def test_many_sweeps_that_end_at_once_are_one_toast(explore: Explore, store: Store) -> None:
    sweeps = [ask(store) for _ in range(badge.MOST_TOASTS + 1)]
    app = explore()
    for sweep in sweeps:
        store.cancel(sweep)
    app.run()
    assert [toast.value for toast in app.toast] == ["4 sweeps are over. See Jobs."]


def test_a_read_only_store_has_no_buttons(
    page: Callable[[], AppTest], store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask(store)
    read = open_store(read_only=True)
    monkeypatch.setattr("pages.parts.cache.store", lambda: read)
    app = page()
    read.close()
    assert "read-only copy" in words(app)
    assert not app.button


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (-7300, "just now"),
        (-0.1, "just now"),
        (0, "just now"),
        (61, "1 minute ago"),
        (7300, "2 hours ago"),
        (200_000, "2 days ago"),
    ],
)
def test_times_are_told_roughly(seconds: float, said: str) -> None:
    assert jobs.ago(seconds) == said


@pytest.mark.parametrize(
    ("state", "done", "failed", "said"),
    [
        (DONE, 3, 0, "Done: 3 points of w measured."),
        ("failed", 1, 2, "w: 1 point measured, 2 failed. See Jobs."),
        (CANCELLED, 1, 0, "Cancelled: w; 1 point measured before are kept."),
        (QUEUED, 3, 0, "Done: 3 points of w measured."),
    ],
)
def test_how_a_sweep_ended(state: str, done: int, failed: int, said: str) -> None:
    status = SweepStatus("x", "w", 0.0, "", state, 3, done, failed, "", 1.0, 0.0)
    assert badge.sentence(status) == said


@pytest.mark.parametrize(
    ("state", "failed", "said"),
    [
        (DONE, 0, "Done: every layer of w was tried at every width."),
        ("failed", 1, "w: its layers could not be tried. See Jobs."),
        (CANCELLED, 0, "Cancelled: the layers of w; what was tried is found again."),
    ],
)
def test_how_trying_layers_ended(state: str, failed: int, said: str) -> None:
    status = SweepStatus(
        "x", "w", 0.0, "", state, 1, 1 - failed, failed, "", 1.0, 0.0, purpose=SENSITIVITY
    )
    assert badge.sentence(status) == said
    assert jobs.progress(status).startswith(f"{1 - failed} of 1 tried")
