"""The chosen point's details: flips, history, the script, exports, and its file."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from pages.parts import cache, export
from quant.budgets import USUAL
from quant.grounds import select
from quant.judged import row
from quant.pareto import Ground
from quant.points import Points
from quant.recipe import Recipe
from quant.report.listed import measurements
from quant.selection import Filters
from quant.shelf import shelf
from quant.store import Right, Store
from tests.pages.samples import XEON, measurement, sweep

Explore = Callable[..., AppTest]
W4 = next(one for one in sweep() if one.recipe.label == "w4a8·mse")


def words(app: AppTest) -> str:
    assert not app.exception, app.exception[0].message
    kinds = (app.markdown, app.caption, app.info, app.warning, app.error)
    return "\n".join(element.value for kind in kinds for element in kind)


def labels(app: AppTest) -> list[str]:
    assert not app.exception, app.exception[0].message
    return [button.label for button in app.button]


def filing(explore: Explore) -> AppTest:
    """The page on w4a8 with its File button pressed."""
    app = explore(point=W4.id)
    app.session_state["file"] = True
    return app.run()


def test_flips_are_counted_and_said_in_words(explore: Explore, filled: Store) -> None:
    app = explore(point=W4.id, tab="Flips")
    counted = {metric.label: metric.value for metric in app.metric[4:]}
    assert counted == {"Changed": "40", "Lost": "25", "Gained": "15", "Wrong both times": "0"}
    said = words(app)
    assert "Of 10,000 pictures, 0.4 % get another answer than from FP32" in said
    assert "about 15 of 100 such comparisons (McNemar's exact test, p = 0.154)" in said


def test_one_measurement_is_a_sentence_and_a_row(explore: Explore, filled: Store) -> None:
    app = explore(point=W4.id, tab="History")
    assert "Measured once, 2026-05-04 10:20 UTC, on AMD EPYC 9R14, 2 cores" in words(app)
    assert len(app.dataframe[-1].value) == 1


def test_history_lists_every_measurement_the_newest_first(explore: Explore, filled: Store) -> None:
    filled.append(replace(W4, machine=XEON, measured_at="2026-06-01T00:00:00+00:00"))
    filled.append(replace(W4, n=100, measured_at="2026-07-01T00:00:00+00:00"))
    app = explore(point=W4.id, tab="History")
    rows = app.dataframe[-1].value
    assert list(rows["pictures"]) == [100, 10_000, 10_000]
    assert list(rows["shown"]) == ["", "", "yes"]
    assert rows["machine"][1].startswith("Intel Xeon")
    assert rows["accuracy"][2].startswith("93.7 % (")
    assert rows["latency"][2].endswith(" ms)")
    assert "Measured once" not in words(app)


def test_an_unknown_tab_in_a_link_is_said(explore: Explore, filled: Store) -> None:
    app = explore(tab="Nonsense")
    assert "The link asks for tab Nonsense" in words(app)


def test_there_are_a_model_a_script_a_recipe_and_exports(explore: Explore, filled: Store) -> None:
    buttons = explore(point=W4.id).get("download_button")
    assert [button.proto.label for button in buttons] == [
        "Download model · 0.703 MB", "Script", "Recipe", "Bundle", "Page", "Slides", "Everything",
        "CSV", "JSON",
    ]  # fmt: skip


def test_exports_hold_all_points_shown_with_all_columns(explore: Explore, filled: Store) -> None:
    explore()
    kept = [one for one in sweep() if one.recipe.weights == 4]
    points = Points.of(kept)
    found = measurements(cache.store(), points)
    assert [one.id for one in found] == [one.id for one in kept]
    shown = select(points, {}, Ground.of(kept[0]), Filters())
    judged = export.rows(found, shown, USUAL, Right(filled).of)
    objects = json.loads(export.json_text(judged))
    lines = list(csv.DictReader(io.StringIO(export.csv_text(judged))))
    assert [row["label"] for row in objects] == [line["label"] for line in lines]
    assert set(objects[0]) == set(lines[0]) == set(row(kept[0]))
    assert np.isclose(float(lines[0]["accuracy"]), kept[0].accuracy)


def test_disk_use_is_told(explore: Explore, filled: Store) -> None:
    assert "15 files, 0.000135 MB of 20 GB" in words(explore())


def test_a_file_is_archived_and_brought_back(explore: Explore, filled: Store) -> None:
    app = filing(explore)
    app.button(key="archive").click().run()
    assert shelf().is_archived(W4.artifact)
    assert "in the archive, where the quota does not count it" in words(app)
    assert not app.get("download_button")[0].proto.disabled
    app.button(key="restore").click().run()
    assert not shelf().is_archived(W4.artifact)


def test_what_stops_a_move_is_said(
    explore: Explore, filled: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    shelf().put_away(W4.artifact)
    monkeypatch.setenv("BITFRONT_QUOTA_GB", "0.0000001")
    app = filing(explore)
    app.button(key="restore").click().run()
    assert "BITFRONT\\_QUOTA\\_GB allows 1e-07 GB" in words(app)
    assert shelf().is_archived(W4.artifact)


def test_deleting_asks_once_and_says_who_shares_the_file(explore: Explore, filled: Store) -> None:
    filled.append(replace(W4, machine=XEON))
    app = filing(explore)
    app.button(key="delete").click().run()
    said = words(app)
    assert "also the file of 1 more: Intel Xeon 8488C, 4 cores, onnxruntime" in said
    assert "Its figures stay on the chart, and it can be made again in about 3 s" in said
    assert {"Delete", "Keep it"} <= set(labels(app))
    assert shelf().find(W4.artifact) is not None


def test_a_deleted_file_can_be_made_again(
    explore: Explore, filled: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[bool] = []
    monkeypatch.setattr("pages.parts.again.ensure_dispatcher", lambda: started.append(True))
    shelf().delete(W4.artifact)
    app = explore(point=W4.id)
    assert "Its figures stay" in words(app)
    assert app.metric[0].value == "w4a8"
    assert app.button(key="again").label == "Make it again · about 3 s"
    app.button(key="again").click().run()
    tasks = filled.tasks(filled.sweeps()[0].id)
    assert W4.recipe in {task.recipe for task in tasks}
    assert len(tasks) == 2  # and FP32, which is known at once
    assert started
    assert app.button(key="again").disabled
    assert app.button(key="again").label == "Being made again …"


def test_a_full_shelf_makes_nothing_again_and_says_so(
    explore: Explore, filled: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BITFRONT_QUOTA_GB", "0.0000001")
    gone = measurement(Recipe(5, 5), artifact="artifacts/gone.onnx")
    filled.append(gone)
    app = explore(point=gone.id)
    app.button(key="again").click().run()
    assert "nothing more is measured, what was measured is kept" in words(app)
    assert not filled.sweeps()


def test_a_store_that_is_only_read_offers_no_deletion(
    explore: Explore, filled: Store, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    filled.read_only = True
    monkeypatch.setattr("pages.parts.cache.store", lambda: filled)
    app = filing(explore)
    assert not {"Archive", "Delete …"} & set(labels(app))
    assert "15 files, 0.000135 MB" in words(app)
    assert "of 20 GB" not in words(app)
    (home / W4.artifact).unlink()
    app = explore(point=W4.id)
    assert "The file of this point is not here" in words(app)
    assert not [button for button in app.button if button.key == "again"]
