"""How pixels become what a network takes: usual ways, and what was typed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite

from quant.errors import RequestError

MOST_VALUE = 1e4


@dataclass(frozen=True, slots=True)
class Normal:
    """A pixel as a fraction of 1 becomes (pixel - mean) / std, a channel. `words` say what that
    is."""

    words: str
    mean: tuple[float, ...]
    std: tuple[float, ...]


IMAGENET = Normal("ImageNet's mean and deviation", (0.485, 0.456, 0.406), (0.229, 0.224, 0.225))
FRACTIONS = ("0 to 1", 0.0, 1.0)
SIGNED = ("−1 to 1", 0.5, 0.5)
BYTES = ("0 to 255", 0.0, 1 / 255)
MNIST = ("MNIST's mean and deviation", 0.1307, 0.3081)


def usual(channels: int, hint: str = "") -> tuple[Normal, ...]:
    """The usual ways, the likeliest first. `hint` is what the network's first operations tell:
    see `quant.add.guess.Hints.scale`."""
    plain = {
        "bytes": (BYTES, FRACTIONS, SIGNED),
        "fractions": (FRACTIONS, SIGNED, BYTES),
        "": (FRACTIONS, SIGNED, MNIST, BYTES) if channels == 1 else (FRACTIONS, SIGNED, BYTES),
    }[hint]
    made = tuple(Normal(words, (mean,) * channels, (std,) * channels) for words, mean, std in plain)
    return made if channels == 1 or hint else (IMAGENET, *made)


def typed(mean: str | None, std: str | None, channels: int) -> Normal | None:
    """What was given as `--mean` and `--std`, for pixels as fractions of 1; None where neither was.

    Raises:
        RequestError: one without the other, not a number a channel, or a deviation of 0.
    """
    if mean is None and std is None:
        return None
    if mean is None or std is None:
        raise RequestError("--mean and --std belong together; give both, or neither")
    middle, spread = _numbers("--mean", mean, channels), _numbers("--std", std, channels)
    if min(spread) <= 0:
        raise RequestError(f"--std is {std[:40]!r}; a deviation is above 0")
    return Normal("as given", middle, spread)


def _numbers(option: str, text: str, channels: int) -> tuple[float, ...]:
    try:
        found = tuple(float(part) for part in text.split(","))
    except ValueError:
        found = ()
    if len(found) == 1:
        found *= channels
    if len(found) != channels or not all(isfinite(one) and abs(one) <= MOST_VALUE for one in found):
        raise RequestError(
            f"{option} must be {channels} numbers between commas, for pixels as fractions of 1, "
            f"such as {','.join(['0.5'] * channels)}; got {text[:40]!r}"
        )
    return found


def spoken(mean: Sequence[float], std: Sequence[float]) -> str:
    """Both as a person reads them."""
    listed = [", ".join(f"{value:.4g}" for value in values) for values in (mean, std)]
    return f"mean {listed[0]}; deviation {listed[1]}"
