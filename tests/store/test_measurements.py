"""Measurements are kept as they were, and the best founded is shown."""

from __future__ import annotations

import math

from quant.recipe import Recipe
from quant.store import Store
from tests.pages.samples import XEON, measurement


def test_a_measurement_comes_back_as_it_was(store: Store) -> None:
    measured = measurement(sqnr_db=None, p_value=math.inf, notes=("a note",))
    store.append(measured, b"packed")
    assert store.measurement(measured.id) == measured
    assert store.history(measured.key) == [measured]
    assert store.points(with_outcomes=True) == [measured]
    assert store.predictions(measured.id) == b"packed"


def test_points_leave_outcomes_out_unless_asked(store: Store) -> None:
    store.append(measurement())
    assert store.points()[0].outcomes == ()


def test_the_newest_of_the_largest_n_is_shown(store: Store) -> None:
    for n, accuracy in ((100, 0.1), (1000, 0.2), (1000, 0.3), (500, 0.4)):
        store.append(measurement(n=n, accuracy=accuracy))
    shown = store.points()
    assert [(item.n, item.accuracy) for item in shown] == [(1000, 0.3)]
    assert len(store.history(shown[0].key)) == 4


def test_points_are_apart_by_machine_runtime_and_workload(store: Store) -> None:
    store.append(measurement())
    store.append(measurement(machine=XEON))
    store.append(measurement(runtime="onnxruntime 9"))
    store.append(measurement(workload="imagenet-lite0", key="another"))
    assert len(store.points()) == 4
    assert len(store.points("fashion-resnet")) == 3
    assert len({item.id for item in store.points()}) == 4


def test_points_are_apart_by_batch_and_threads(store: Store) -> None:
    usual, batch, single = measurement(), measurement(batch=8), measurement(threads=1, n=50)
    for one, said in ((usual, b"usual"), (batch, b"batch"), (single, b"single")):
        store.append(one, said)
    assert {item.identity for item in store.points()} == {
        one.identity for one in (usual, batch, single)
    }
    for one, said in ((usual, b"usual"), (batch, b"batch"), (single, b"single")):
        timed = one.batch, one.threads
        assert store.measurement(one.id, timed) == one
        assert store.predictions(one.id, timed) == said
    assert store.measurement(usual.id) == batch  # the newest of those with the largest n
    assert store.measurement(usual.id, (32, 2)) is None
    place = (usual.key, usual.machine.id, usual.runtime)
    assert store.find(*place, least_n=51, timed=(1, 1)) is None


def test_find_wants_enough_pictures(store: Store) -> None:
    measured = measurement(n=100)
    store.append(measured)
    place = (measured.key, measured.machine.id, measured.runtime)
    assert store.find(*place, least_n=100) == measured
    assert store.find(*place, least_n=101) is None
    assert store.find("nothing", *place[1:]) is None


def test_a_mangled_identity_names_nothing(store: Store) -> None:
    for identity in ("", "@", "a@b@c@d", "no such"):
        assert store.measurement(identity) is None
        assert store.predictions(identity) is None


def test_the_stamp_changes_with_points_and_sweeps(store: Store) -> None:
    stamps = [store.version_stamp()]
    store.append(measurement())
    stamps.append(store.version_stamp())
    assert store.version_stamp() == stamps[-1]
    assert stamps[0].points != stamps[1].points
    assert stamps[0].store == stamps[1].store


def test_many_points_are_all_there(store: Store) -> None:
    for number in range(1200):
        store.append(measurement(Recipe(), key=f"key-{number}"))
    assert len(store.points()) == 1200
