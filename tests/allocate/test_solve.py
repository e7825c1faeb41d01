"""Allocation: as good as trying everything, within its limits, better with more room."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from quant.allocate.constraints import Limits
from quant.allocate.front import front
from quant.allocate.highs import GAP
from quant.allocate.hull import hull
from quant.allocate.problem import Assignment, Group, Option, Problem, assigned
from quant.allocate.solve import Infeasible, solve
from quant.errors import RequestError

WIDTHS = (8, 6, 4, 3, 2)


def drawn(seed: int, groups: int, widths: tuple[int, ...] = WIDTHS, *, timed: bool = True):
    draw = np.random.default_rng(seed)
    made = []
    for at in range(groups):
        weights, gain = 10 ** draw.uniform(2, 5), 10 ** draw.uniform(-4, 0)
        options = [
            Option(
                (bits, 8),
                noise=gain * 4.0**-bits * draw.uniform(0.6, 1.6),
                size_bytes=weights * bits / 8 + draw.integers(0, 300),
                bit_operations=weights * 50 * bits * 8,
                latency_ms=draw.uniform(0.1, 1.0) if timed else 0.0,
            )
            for bits in widths
        ]
        made.append(Group((f"layer{at}",), tuple(options)))
    return Problem(tuple(made), 1000.0, 0.5, object() if timed else None)  # type: ignore[arg-type]


def everything(given: Problem) -> list[Assignment]:
    every = itertools.product(*(range(len(group.options)) for group in given.groups))
    return [assigned(given, picks) for picks in every]


def middle(values: list[float], share: float) -> float:
    return float(np.quantile(values, share))


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("share", [0.05, 0.4, 0.8])
def test_it_is_as_good_as_trying_everything(seed: int, share: float) -> None:
    given = drawn(seed, 5)
    every = everything(given)
    limit = middle([one.size_bytes for one in every], share)
    found = solve(given, Limits(size_bytes=limit))
    best = min(one.noise for one in every if one.size_bytes <= limit)
    assert found.size_bytes <= limit
    assert best <= found.noise <= best * (1 + GAP)
    assert found.gap <= GAP


@pytest.mark.parametrize("seed", range(12))
def test_several_limits_hold_together(seed: int) -> None:
    given = drawn(seed, 5)
    every = everything(given)
    limits = Limits(
        size_bytes=middle([one.size_bytes for one in every], 0.5),
        latency_ms=middle([one.latency_ms for one in every], 0.5),
        bit_operations=middle([one.bit_operations for one in every], 0.6),
    )
    allowed = [one for one in every if all(getattr(one, n) <= v for n, v in limits.given.items())]
    found = solve(given, limits)
    best = min(one.noise for one in allowed)
    assert all(getattr(found, name) <= value for name, value in limits.given.items())
    assert best <= found.noise <= best * (1 + GAP)


@pytest.mark.parametrize("seed", range(12))
def test_the_smallest_file_within_a_loss(seed: int) -> None:
    given = drawn(seed, 5)
    every = everything(given)
    limits = Limits(
        noise=middle([one.noise for one in every], 0.3),
        latency_ms=middle([one.latency_ms for one in every], 0.7),
    )
    allowed = [one for one in every if all(getattr(one, n) <= v for n, v in limits.given.items())]
    found = solve(given, limits)
    best = min(one.size_bytes for one in allowed)
    assert found.noise <= limits.noise
    assert best <= found.size_bytes <= best * (1 + GAP)


@pytest.mark.parametrize("cost", ["size_bytes", "bit_operations", "latency_ms"])
def test_more_room_is_never_worse(cost: str) -> None:
    found = front(drawn(3, 30), cost)
    assert len(found.between) >= 24
    noises = [one.noise for one in found.between]
    assert noises == sorted(noises, reverse=True)
    assert all(one.gap <= GAP for one in found.between)
    listed = found.assignments
    assert [getattr(one, cost) for one in listed] == sorted(getattr(one, cost) for one in listed)
    assert [one.noise for one in listed] == sorted((one.noise for one in listed), reverse=True)


@pytest.mark.parametrize("seed", range(5))
def test_the_hull_is_convex_and_nothing_lies_below_it(seed: int) -> None:
    given = drawn(seed, 4)
    own = hull(given, "size_bytes")
    x, y = np.array(own.costs), np.array(own.noises)
    slopes = np.diff(y) / np.diff(x)
    assert (np.diff(slopes) >= -1e-12 * abs(slopes[:-1])).all()
    for at in range(len(own)):
        made = own.at(at)
        assert (made.size_bytes, made.noise) == pytest.approx((x[at], y[at]))
    for one in everything(given):
        if x[0] <= one.size_bytes <= x[-1]:
            assert one.noise >= np.interp(one.size_bytes, x, y) * (1 - 1e-9)


def test_a_budget_that_cannot_be_kept_to_says_what_the_least_is() -> None:
    given = drawn(0, 6)
    least = min(one.size_bytes for one in everything(drawn(0, 6)))
    with pytest.raises(Infeasible, match=f"at least {least:,.0f}"):
        solve(given, Limits(size_bytes=least - 1))
    assert solve(given, Limits(size_bytes=least)).size_bytes == pytest.approx(least)


def test_budgets_that_exclude_each_other_say_so() -> None:
    given = drawn(0, 5)
    every = everything(given)
    least, quiet = min(o.size_bytes for o in every), min(o.noise for o in every)
    with pytest.raises(Infeasible, match="all together cannot"):
        solve(given, Limits(size_bytes=least * 1.01, noise=quiet * 1.01))


def test_what_is_missing_meets_a_sentence() -> None:
    with pytest.raises(RequestError, match="no budget"):
        solve(drawn(0, 3), Limits())
    with pytest.raises(RequestError, match="no latency of this model"):
        solve(drawn(0, 3, timed=False), Limits(latency_ms=1.0))
    with pytest.raises(RequestError, match="from 0 up"):
        Limits(size_bytes=-1.0)


def test_a_cost_that_nothing_changes_has_one_point() -> None:
    found = front(drawn(0, 8, timed=False), "latency_ms")
    assert found.between == ()
    assert len(found.assignments) == 1


def test_the_solver_prints_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    given = drawn(1, 60)
    for share in np.linspace(0.1, 0.9, 9):
        own = hull(given, "size_bytes")
        solve(given, Limits(size_bytes=own.costs[0] + share * (own.costs[-1] - own.costs[0])))
    assert capfd.readouterr() == ("", "")


def test_no_room_at_all_and_all_the_room() -> None:
    given = drawn(2, 10)
    own = hull(given, "size_bytes")
    assert solve(given, Limits(size_bytes=own.costs[-1] * 10)).noise == pytest.approx(
        own.noises[-1]
    )
    assert solve(given, Limits(noise=10.0)).size_bytes == pytest.approx(own.costs[0])
