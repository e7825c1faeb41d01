"""Which pictures are right, out of the store and kept as bits."""

from __future__ import annotations

import numpy as np
import pytest

from quant.recipe import Recipe
from quant.samples import Samples
from quant.store import Right, Store
from tests.pages.samples import measurement, said


def test_bits_are_those_of_the_stored_answers_and_are_read_once(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    point = measurement(Recipe(4))
    store.append(point, said(point))
    store.append(measurement(Recipe(5)))
    store.append(measurement(Recipe(6)), b"damaged")
    old = measurement(Recipe(7))
    store.append(old, Samples(np.zeros(old.n, int), np.ones(old.n)).pack())
    right, points = Right(store), store.figures()
    found, *unknown = right.of(points)
    assert unknown == [None, None, None]
    kept = Samples.read(said(point), point.n)
    assert found is not None
    np.testing.assert_array_equal(found, kept.predictions == kept.labels)
    assert found.mean() == pytest.approx(point.accuracy, abs=1e-4)
    asked: list[int] = []
    monkeypatch.setattr(store, "contents", lambda numbers: asked.extend(numbers) or {})
    again = right.of(points)[0]
    np.testing.assert_array_equal(again, found)
    assert points.numbers[0] not in asked
