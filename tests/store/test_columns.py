"""Columns read from the store show what its measurements show, read once and then added to."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from quant.points import Points
from quant.recipe import Recipe
from quant.records import Measurement
from quant.store import Shown, Stamp, Store
from quant.store.columns import shown
from tests.pages.samples import XEON, measurement, sweep


def as_shown(points: Points) -> list[Any]:
    return list(points.figures(range(len(points))))


def as_measured(measured: list[Measurement]) -> list[Any]:
    return list(Points.of(measured).figures(range(len(measured))))


def test_columns_hold_the_figures_of_every_row(store: Store) -> None:
    kept = [*sweep(), measurement(n=5), measurement(workload="other", data_id="abc", machine=XEON)]
    numbers = [store.append(one) for one in kept]
    points = store.figures()
    assert points.numbers.tolist() == numbers
    assert as_shown(points) == as_measured(kept)
    assert as_shown(store.figures(after=numbers[-3])) == as_measured(kept[-2:])
    assert len(store.figures(after=numbers[-1])) == 0


def test_no_number_stays_none(store: Store) -> None:
    store.append(measurement(p_value=math.nan, accuracy=math.nan))
    points = store.figures()
    assert np.isnan(points.p_value).all()
    assert np.isnan(points.accuracy).all()


def test_what_is_shown_grows_with_the_store(store: Store) -> None:
    held = Shown(store)
    assert len(held.of("fashion-resnet", store.version_stamp())) == 0
    for n, accuracy in ((100, 0.1), (1000, 0.2), (1000, 0.3), (500, 0.4)):
        store.append(measurement(n=n, accuracy=accuracy))
        store.append(measurement(n=n, accuracy=accuracy, batch=8))
        store.append(measurement(n=n, accuracy=accuracy, threads=1))
        store.append(measurement(n=n, accuracy=accuracy, machine=XEON))
        store.append(measurement(workload="other", key="another"))
        for workload in ("fashion-resnet", "other", "unheard-of"):
            now = held.of(workload, store.version_stamp())
            assert as_shown(now) == as_measured(store.points(workload))


def test_what_was_read_is_not_read_again(store: Store) -> None:
    held = Shown(watched(store, asked := []))
    last = store.append(measurement())
    for _ in range(3):
        held.of("fashion-resnet", store.version_stamp())
    store.append(measurement(Recipe(3)))
    held.of("fashion-resnet", store.version_stamp())
    assert asked == [0, last]


def test_who_asks_with_an_older_stamp_has_nothing_read_anew(store: Store) -> None:
    held = Shown(watched(store, asked := []))
    store.append(measurement())
    late = store.version_stamp()
    store.append(measurement(Recipe(3)))
    for now in (store.version_stamp(), late, store.version_stamp(), late):
        assert len(held.of("fashion-resnet", now)) == 2
    assert asked == [0]


@pytest.mark.parametrize("change", [{"store": "another"}, {"points": 0}])
def test_another_store_in_its_place_is_read_anew(store: Store, change: dict[str, Any]) -> None:
    store.append(measurement())
    now = store.version_stamp()
    stamps = [now]
    held = Shown(watched(store, asked := [], stamps))
    before = held.of("fashion-resnet", now)
    assert held.of("fashion-resnet", now._replace(sweeps=now.sweeps + 1)) is before
    stamps[0] = now._replace(**change)
    assert len(held.of("fashion-resnet", stamps[0])) == 1
    assert asked == [0, 0]


def watched(store: Store, asked: list[int], stamps: Sequence[Stamp] = ()) -> Any:
    """The store, and from which rows on it was read; at the first of these stamps, if any."""

    class Watched:
        def figures(self, after: int = 0) -> Points:
            asked.append(after)
            return store.figures(after)

        def version_stamp(self) -> Stamp:
            return stamps[0] if stamps else store.version_stamp()

    return Watched()


ROWS = st.lists(st.tuples(st.integers(0, 3), st.integers(1, 3)), max_size=25)


@given(ROWS, st.integers(0, 25))
def test_shown_in_two_steps_is_shown_in_one(rows: list[tuple[int, int]], cut: int) -> None:
    kept = [measurement(key=f"key-{key}", n=n) for key, n in rows]
    points = replace(Points.of(kept), numbers=np.arange(1, len(kept) + 1))
    first, rest = (points.take(np.arange(len(kept))[part]) for part in (np.s_[:cut], np.s_[cut:]))
    both = Points.joined([first.take(shown(first)), rest])
    at_once = points.take(shown(points)).numbers.tolist()
    assert both.take(shown(both)).numbers.tolist() == at_once
    best = {
        key: (n, at) for at, (key, n) in sorted(enumerate(rows, 1), key=lambda r: (r[1][1], r[0]))
    }
    assert sorted(at for _, at in best.values()) == at_once
