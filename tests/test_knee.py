"""The knee: where a front bends most, whatever its units."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from quant.knee import knee

ELBOW = [(0.0, 10.0), (1.0, 1.0), (10.0, 0.0)]


def test_the_knee_is_where_a_front_bends() -> None:
    assert knee(ELBOW) == 1
    assert knee([*reversed(ELBOW)]) == 1


def test_a_straight_front_has_no_knee() -> None:
    assert knee([(0.0, 2.0), (1.0, 1.0), (2.0, 0.0)]) is None


def test_a_front_that_bulges_outwards_has_no_knee() -> None:
    assert knee([(0.0, 10.0), (9.0, 9.0), (10.0, 0.0)]) is None


def test_few_points_and_points_in_a_row_have_no_knee() -> None:
    assert knee([]) is None
    assert knee(ELBOW[:2]) is None
    assert knee([(1.0, 1.0), (1.0, 2.0), (1.0, 3.0)]) is None


def test_a_front_that_ends_before_the_baseline_has_its_knee_there() -> None:
    straight = [(0.0, 2.0), (1.0, 1.0), (2.0, 0.0)]
    assert knee(straight, beside=[(20.0, 0.0)]) == 2


@given(st.floats(0.01, 1e4), st.floats(-1e3, 1e3), st.floats(0.01, 1e4))
def test_units_do_not_move_the_knee(wide: float, shift: float, high: float) -> None:
    assert knee([(x * wide + shift, y * high) for x, y in ELBOW]) == 1
