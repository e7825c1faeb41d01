"""What predicts: made once for a network, a method and all that is measured of it."""

from __future__ import annotations

from pages.parts import cache
from pages.parts.layers.asked import Asked
from quant.allocate import kept_gains
from quant.allocate.latency import pace_of
from quant.allocate.losses import Gains
from quant.allocate.predict import Predictor
from quant.records import Measurement
from quant.sensitivity.scores import Sensitivity
from quant.settings import settings

MOST_RESTED_ON = 200  # measured points, the newest


def predictor(asked: Asked, found: Sensitivity, method: str) -> Predictor:
    """By what is measured on the machine and runtime that are looked at."""
    what = ("predictor", found.key, method, asked.ranges, asked.ground)
    return cache.drawn(what, lambda: _made(asked, found, method))


def _made(asked: Asked, found: Sensitivity, method: str) -> Predictor:
    known = _known(asked)
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
