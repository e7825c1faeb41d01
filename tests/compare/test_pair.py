"""What changed from one point to another, picture by picture."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from quant.compare.classes import by_class, confusion_change, confusions
from quant.compare.pair import DIRECTIONS, GAINED, LOST, OTHER, pair
from quant.compare.sides import Side, sides
from quant.errors import DataError, RequestError
from quant.recipe import Recipe
from tests.compare.answers import AFTER, BEFORE, NAMES, TRUTH, samples, side
from tests.pages.samples import measurement

A = side("A", BEFORE, Recipe.fp32())
B = side("B", AFTER)


def test_flips_are_counted_both_ways() -> None:
    found = pair(A, B)
    assert {one: np.flatnonzero(found.which(one)).tolist() for one in DIRECTIONS} == {
        LOST: [1, 4],
        GAINED: [2],
        OTHER: [5],
    }
    assert (found.accuracy.lost, found.accuracy.gained, found.accuracy.n) == (2, 1, 8)


def test_the_surest_come_first_and_filters_add_up() -> None:
    found = pair(A, B)
    assert found.flips().tolist() == [4, 5, 1, 2]
    assert found.flips([LOST]).tolist() == [4, 1]
    assert found.flips(classes=[1]).tolist() == [4, 5]
    assert found.flips([GAINED, OTHER], [0, 1]).tolist() == [5, 2]
    assert found.flips([GAINED], [2]).tolist() == []


@given(st.lists(st.tuples(*[st.integers(0, 3)] * 3), min_size=1, max_size=30))
def test_every_flip_goes_one_way(rows: list[tuple[int, int, int]]) -> None:
    truth, before, after = (list(column) for column in zip(*rows, strict=True))
    labels = np.array(truth)
    columns = [
        Side(letter, measurement(n=len(rows), data_id="0" * 12), samples([0] * len(rows)))
        for letter in "AB"
    ]
    one, other = (
        replace(
            column,
            samples=samples(
                said, labels=labels, confidence=np.linspace(1, 0.1, len(rows)), runs_ms=None
            ),
        )
        for column, said in zip(columns, (before, after), strict=True)
    )
    found = pair(one, other)
    assert sum(int(found.which(way).sum()) for way in DIRECTIONS) == len(found.flips())
    assert sorted(found.flips()) == np.flatnonzero(found.changed).tolist()
    back = pair(other, one)
    np.testing.assert_array_equal(back.which(LOST), found.which(GAINED))


def test_a_shorter_measurement_is_compared_on_its_own_pictures() -> None:
    short = side("B", AFTER[:3])
    assert len(pair(A, short)) == 3
    assert pair(A, short).flips().tolist() == [1, 2]


def test_other_pictures_and_what_was_not_kept_are_sentences() -> None:
    elsewhere = side("B", AFTER, data_id="f" * 12)
    with pytest.raises(DataError, match="A and B were measured on different pictures"):
        pair(A, elsewhere)
    with pytest.raises(DataError, match=r"B: w4a8·mse cannot be followed .* measure it again"):
        pair(A, sides([A.point, B.point], lambda _: None)[1])
    blind = replace(B, samples=samples(AFTER, labels=None))
    assert pair(A, blind).labels.tolist() == TRUTH
    with pytest.raises(DataError, match="the true classes are not known"):
        pair(replace(A, samples=samples(BEFORE, labels=None)), blind)


def test_columns_are_checked_and_damage_stays_in_its_column() -> None:
    with pytest.raises(RequestError, match="1 of 2 to 6 points were named"):
        sides([A.point], lambda _: None)
    with pytest.raises(RequestError, match=r"w4a8·mse was named twice"):
        sides([A.point, B.point, B.point], lambda _: None)
    kept = {A.point.id: samples(BEFORE).pack(), B.point.id: b"broken"}
    one, other = sides([A.point, B.point], lambda point: kept[point.id])
    assert one.samples is not None
    assert other.samples is None
    assert "is damaged" in other.why_not


def test_truth_that_was_not_kept_comes_from_the_data() -> None:
    old = samples(BEFORE, labels=None).pack()
    truth = np.array([*TRUTH, 2, 2])
    one, _ = sides([A.point, B.point], lambda _: old, lambda _: truth)
    assert one.samples is not None
    assert one.samples.labels is not None
    assert one.samples.labels.tolist() == TRUTH


def test_classes_with_their_accuracy_and_noise() -> None:
    rows = by_class([A, B], NAMES)
    assert [(row.name, row.n) for row in rows] == [("cat", 3), ("dog", 3), ("fox", 2)]
    assert rows[0].accuracy == pytest.approx((2 / 3, 2 / 3))
    assert rows[1].accuracy == pytest.approx((2 / 3, 1 / 3))
    assert rows[1].spread == pytest.approx(1 / 3)
    assert rows[0].sqnr_db == pytest.approx((20, 20))
    assert rows[2].sqnr_db[0] == np.inf


def test_a_class_nobody_knows_is_nan_and_one_without_pictures_is_left_out() -> None:
    (unknown,) = sides([A.point, B.point], lambda _: None)[:1]
    rows = by_class([A, unknown], (*NAMES, "owl"))
    assert len(rows) == 3
    assert all(np.isnan(row.accuracy[1]) and np.isnan(row.sqnr_db[1]) for row in rows)


def test_confusions_are_what_changed_most() -> None:
    found = pair(A, B)
    told = {(one.truth, one.taken_for): one.more for one in confusions(found, NAMES)}
    assert told == {("dog", "cat"): 1}
    change = confusion_change(found, 3)
    assert change.sum() == 0
    assert change[1].tolist() == [1, -1, 0]


def test_a_foreign_store_s_classes_bring_nothing_down() -> None:
    strange = replace(B, samples=samples([60_000, *AFTER[1:]]))
    found = pair(A, strange)
    assert ("cat", "cat") not in {(c.truth, c.taken_for) for c in confusions(found, NAMES)}
    assert len(by_class([A, strange], NAMES)) == 3
