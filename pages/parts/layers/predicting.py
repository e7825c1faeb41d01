"""What predicts: made once for a network, a method and all that is measured of it."""

from __future__ import annotations

from pages.parts import cache
from pages.parts.layers.asked import Asked
from quant.allocate import kept_gains
from quant.allocate.latency import pace_of
from quant.allocate.losses import Gains
from quant.allocate.predict import Predictor
from quant.allocate.predicted import Checked
from quant.recipe import Recipe
from quant.records import Measurement
from quant.sensitivity.scores import Sensitivity
from quant.settings import settings

MOST_RESTED_ON = 200  # measured points, the newest
MOST_CHECKED = 40  # of which each is predicted from the others


def predictor(
    asked: Asked, found: Sensitivity, method: str, without: Recipe | None = None
) -> Predictor:
    """By what is measured on the machine and runtime that are looked at, but for one recipe."""
    left = without.id if without else ""
    what = ("predictor", found.key, method, asked.ranges, asked.ground, left)
    return cache.drawn(what, lambda: _made(asked, found, method, without))


def checked(asked: Asked, found: Sensitivity, known: Predictor) -> tuple[Checked, ...]:
    """The newest measured points of a method, each beside what all the others predict of it."""
    newest = sorted(known.alike, key=lambda one: one.measured_at)[-MOST_CHECKED:]
    what = ("checked", found.key, known.method, asked.ranges, asked.ground)

    def made() -> tuple[Checked, ...]:
        blind = [(one, _made(asked, found, known.method, one.recipe)) for one in newest]
        return tuple(
            Checked(one.recipe, other.of(other.widths(one.recipe)), one) for one, other in blind
        )

    return cache.drawn(what, made)


def _made(asked: Asked, found: Sensitivity, method: str, without: Recipe | None) -> Predictor:
    known = [one for one in _known(asked) if one.recipe != without]
    keys = {(one.key, one.machine.id, one.runtime) for one in known}
    apart = [
        one
        for one in cache.store().breakdowns([asked.name])
        if (one.key, one.machine.id, one.runtime) in keys
    ]
    pace = pace_of(found, known, apart)
    return Predictor(found, method, asked.ranges, known, pace, gains(found, method) or {})


def gains(found: Sensitivity, method: str) -> Gains | None:
    """What a method leaves of the noise of plain rounding, by layer; None where that was not found
    on this machine."""
    return kept_gains.read(settings().home, found, method)


def _known(asked: Asked) -> list[Measurement]:
    points, ground = asked.measured, asked.ground
    if ground is None:
        return []
    order = points.measured_at.argsort()[::-1][:MOST_RESTED_ON]
    found = [
        cache.measurement(one.id, ground.batch, ground.threads) for one in points.figures(order)
    ]
    return [one for one in found if one is not None]
