"""Points beside one of them: paired on stored answers, corrected for how many are looked at."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from quant.beside import Bits, Compared, compare
from quant.points import Points
from quant.power import detectable
from quant.recipe import Recipe
from quant.records import Measurement
from quant.stats import LEVEL, holm, paired
from tests.pages.samples import measurement

N = 1000
BEST = measurement(Recipe(5), n=N)


def right(wrong: int, seed: int = 0) -> Bits:
    """So many wrong answers among N."""
    found = np.ones(N, np.bool_)
    found[np.random.default_rng(seed).permutation(N)[:wrong]] = False
    return found


def beside(*known: tuple[Measurement, Bits | None]) -> Compared:
    """The others beside the first."""
    points = Points.of([one for one, _ in known])
    (best,) = points.figures([0])
    return compare(points, best, lambda asked: [known[number][1] for number in asked.numbers])


def family(wrong: list[int]) -> list[tuple[Measurement, Bits]]:
    return [
        (measurement(Recipe(3, seed=k), n=N), right(count, seed=k))
        for k, count in enumerate(wrong, 1)
    ]


def test_any_two_points_are_paired_on_their_stored_answers() -> None:
    other = measurement(Recipe(3), n=N)
    found = beside((BEST, right(50)), (other, right(120, seed=1)))
    one = found.beside[other.id]
    assert one.paired == paired(right(50), right(120, seed=1))
    assert one.paired.drop == pytest.approx(0.07)
    assert one.told_apart
    assert found.best_label == BEST.recipe.label
    assert BEST.id not in found.beside


def test_all_that_are_compared_at_once_are_corrected_together() -> None:
    others = family([70 + 4 * k for k in range(9)])
    found = beside((BEST, right(50)), *others)
    alone = [paired(right(50), bits).p_value for _, bits in others]
    told = [found.beside[one.id].p_value for one, _ in others]
    assert told == pytest.approx(holm(alone).tolist())
    assert sum(p <= LEVEL for p in alone) > len(others) - len(found.alike)
    assert found.alike == {one.id for one, _ in others if found.beside[one.id].p_value > LEVEL}


def test_a_comparison_states_what_it_could_have_told_at_the_level_of_its_family() -> None:
    found = beside((BEST, right(50)), *family([60] * 4))
    one = next(iter(found.beside.values()))
    counts = one.paired.lost, one.paired.gained, N
    assert one.detectable == detectable(*counts, LEVEL / 4) > detectable(*counts)


def test_of_different_numbers_the_first_pictures_are_compared() -> None:
    fewer = measurement(Recipe(3), n=400)
    found = beside((BEST, right(50)), (fewer, right(80, seed=1)[:400]))
    assert found.beside[fewer.id].paired == paired(right(50)[:400], right(80, seed=1)[:400])


def test_what_is_not_known_picture_by_picture_is_not_compared() -> None:
    elsewhere = replace(measurement(Recipe(3), n=N), data_id="other")
    unknown = measurement(Recipe(4), n=N)
    found = beside((BEST, right(50)), (elsewhere, right(50)), (unknown, None))
    assert found.beside == {}
    assert found.alike == frozenset()
    assert beside((BEST, None), (unknown, right(50))).beside == {}


def test_losses_are_corrected_over_all_and_fp32_is_no_test() -> None:
    points = [
        measurement(Recipe.fp32(), p_value=1.0),
        *(measurement(Recipe(bits), p_value=p) for bits, p in ((8, 0.02), (6, 0.6), (4, 1e-9))),
    ]
    found = compare(Points.of(points), None, lambda asked: [None] * len(asked))
    assert found.best is None
    told = [found.against_fp32.get(one.id) for one in points]
    assert told == [None, pytest.approx(0.04), pytest.approx(0.6), pytest.approx(3e-9)]
