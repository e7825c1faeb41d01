"""Where a loss comes from, in sentences: weights or activations, layers, classes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from quant import explain
from quant.breakdown.lines import noise_shares
from quant.breakdown.record import Breakdown, Part
from quant.metric import ACCURACY, NAMES
from quant.samples import Samples

MOST_NAMED = 3
EVEN = 2.0  # times the other's noise before one of two is to blame


@dataclass(frozen=True, slots=True)
class OfClass:
    """Pictures of one class that FP32 has right and this file has not, less the other way."""

    name: str
    n: int
    lost: int
    gained: int

    @property
    def drop(self) -> float:
        return (self.lost - self.gained) / self.n


def loss_words(found: Breakdown, metric: str = ACCURACY) -> list[str]:
    """Weights or activations, then layers; `metric` says what is lost."""
    origin = found.origin
    if origin is None:
        return ["FP32 is what the others are compared with: it loses nothing."]
    parts = (("weights", origin.weights), ("activations", origin.activations))
    told = "; ".join(_part(what, part) for what, part in (*parts, ("both", origin.both)))
    of = "" if metric == ACCURACY else f", of {NAMES[metric]}"
    said = [
        f"On {origin.both.n:,} pictures that no figure reports on{of}: {told}.",
        _blame(origin.weights, origin.activations),
    ]
    if origin.left_out:
        return [*said, f"{origin.left_out[:1].upper()}{origin.left_out[1:]}."]
    return [*said, _layers(found)]


def classes(fp32: Samples, given: Samples, names: Sequence[str]) -> tuple[OfClass, ...]:
    """What each class lost on the report pictures, the most first; nothing without labels."""
    n = min(len(fp32), len(given))
    if given.labels is None:
        return ()
    truth = given.labels[:n]
    before, after = (one.predictions[:n] == truth for one in (fp32, given))
    found = [
        OfClass(
            names[at],
            int((truth == at).sum()),
            int((before & ~after)[truth == at].sum()),
            int((~before & after)[truth == at].sum()),
        )
        for at in np.unique(truth).tolist()
    ]
    return tuple(sorted(found, key=lambda one: (-(one.lost - one.gained), one.name)))


def class_words(found: Sequence[OfClass], metric: str = ACCURACY) -> str:
    """`Shirt loses 1.2 pp (12 of 1,000 pictures lost, 0 gained), …`."""
    worse = [one for one in found if one.lost > one.gained]
    if not found:
        return "What each picture was taken for is not kept with this point; measure it again."
    if not worse:
        return f"No class of {len(found)} loses pictures on balance."
    named = [
        f"{one.name} loses {explain.points(one.drop).lstrip('+')} pp ({one.lost:,} lost, "
        f"{one.gained:,} gained of {one.n:,})"
        for one in worse[:MOST_NAMED]
    ]
    more = f"; {len(worse) - MOST_NAMED} more lose" if len(worse) > MOST_NAMED else ""
    whose = "class" if metric == ACCURACY else "the class that FP32 says"
    return f"By {whose}: {explain.listed(named)}{more}."


def _part(what: str, part: Part) -> str:
    alone = f"{what} alone" if what != "both" else "both together"
    noise = "no noise" if part.sqnr_db is None else f"{part.sqnr_db:.1f} dB"
    low, high = explain.points(-part.drop_high), explain.points(-part.drop_low)
    return f"{alone}, {noise} and {explain.points(-part.drop)} pp ({low} to {high})"


def _blame(weights: Part, activations: Part) -> str:
    if weights.sqnr_db is None and activations.sqnr_db is None:
        return "Neither adds noise."
    if weights.sqnr_db is None or activations.sqnr_db is None:
        which = "activations" if weights.sqnr_db is None else "weights"
        return f"All of the noise comes from {which}."
    ratio = 10 ** ((activations.sqnr_db - weights.sqnr_db) / 10)  # of noise powers, weights first
    if 1 / EVEN < ratio < EVEN:
        return "Weights and activations add about as much noise."
    more = "weights" if ratio > 1 else "activations"
    return (
        f"Most of the noise comes from {more}: {max(ratio, 1 / ratio):.0f}{explain.TIMES} that of "
        f"{'activations' if more == 'weights' else 'weights'}."
    )


def _layers(found: Breakdown) -> str:
    shares = noise_shares(found)
    if not shares or found.origin is None:
        return "No layer adds noise when it is quantised alone."
    order = sorted(shares, key=lambda layer: -shares[layer])
    named = [f"{layer} {shares[layer]:.0%}".replace("%", " %") for layer in order[:MOST_NAMED]]
    return (
        f"Each of {len(shares)} layers quantised alone, on {found.origin.layer_n} pictures: of "
        f"their noise, {explain.listed(named)}."
    )
