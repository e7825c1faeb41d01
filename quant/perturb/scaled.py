"""Losses that follow from others: across widths by the error in the layer's output, and what all
layers lose shared out among them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields, replace

from quant.sensitivity.scores import Loss

MEANS = ("noise", "kl", "cross_entropy")


def between(runs: Mapping[int, Loss], local: Mapping[int, float], bits: int) -> Loss:
    """The loss at a width that was not run, from those nearest that were.

    While errors are small, what reaches the logits is a linear function of the error in the
    layer's output, and all losses grow with its power. The ratio of the two hardly changes from
    width to width and is interpolated. Accuracy is not told: it does not follow so.

    Args:
        runs: by width; at least one.
        local: power of the error in the layer's output by width, those of `runs` and `bits`.
    """
    below = max((b for b in runs if b < bits), default=None)
    above = min((b for b in runs if b > bits), default=None)
    if below is None or above is None:
        nearest = above if below is None else below
        if nearest is None:
            raise ValueError("no width was run that this one could follow from")
        return _times(runs[nearest], _ratio(local[bits], local[nearest]))
    share = (bits - below) / (above - below)
    low = _times(runs[below], _ratio(local[bits], local[below]) * (1 - share))
    high = _times(runs[above], _ratio(local[bits], local[above]) * share)
    return _sum(low, high)


def shared_out(alone: Sequence[Loss], total: Loss) -> list[Loss]:
    """What each of these gives back when it alone stays float: its share of what all lose.

    Errors of different layers hardly correlate, so that their powers add up in the logits, while
    they are small; how far the sum is from what all lose together is shared out in proportion.
    """
    noise, kl = (sum(getattr(one, name) for one in alone) for name in ("noise", "kl"))
    by_noise, by_kl = _ratio(total.noise, noise), _ratio(total.kl, kl)
    return [
        replace(
            _times(one, by_kl), noise=one.noise * by_noise, noise_error=one.noise_error * by_noise
        )
        for one in alone
    ]


def _ratio(of: float, to: float) -> float:
    return of / to if to > 0 else 0.0


def _times(loss: Loss, factor: float) -> Loss:
    values = {name: getattr(loss, name) for name in _TOLD}
    scaled = {name: None if v is None else v * factor for name, v in values.items()}
    return Loss(**scaled)  # type: ignore[arg-type]


def _sum(one: Loss, other: Loss) -> Loss:
    pairs = {name: (getattr(one, name), getattr(other, name)) for name in _TOLD}
    added = {name: None if a is None or b is None else a + b for name, (a, b) in pairs.items()}
    return Loss(**added)  # type: ignore[arg-type]


_TOLD = [item.name for item in fields(Loss) if not item.name.startswith("drop")]
