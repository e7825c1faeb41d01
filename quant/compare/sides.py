"""Points in columns A to F, with what each of them said of each picture."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from quant.errors import RequestError, StoreError
from quant.records import Measurement
from quant.samples import Integers, Samples

LETTERS = "ABCDEF"
LEAST, MOST = 2, len(LETTERS)
NOT_KEPT = "it was measured before answers to single pictures were kept; measure it again"


@dataclass(frozen=True, eq=False, slots=True)
class Side:
    """One column. Where there are no `samples`, `why_not` ends a sentence that begins with whom."""

    letter: str
    point: Measurement
    samples: Samples | None
    why_not: str = ""

    @property
    def name(self) -> str:
        """`B: w4a8·mse`."""
        return f"{self.letter}: {self.point.recipe.label}"


def sides(
    points: Sequence[Measurement],
    kept: Callable[[Measurement], bytes | None],
    truth: Callable[[Measurement], Integers | None] = lambda _: None,
) -> tuple[Side, ...]:
    """The columns, in the order given.

    Args:
        kept: what the store has beside a measurement.
        truth: the report pictures' classes, for points measured before they were kept.
    Raises:
        RequestError: fewer than two points, more than six, or one of them twice.
    """
    if not LEAST <= len(points) <= MOST:
        raise RequestError(
            f"{len(points)} of {LEAST} to {MOST} points were named; name others as well"
            if len(points) < LEAST
            else f"{len(points)} points were named and at most {MOST} can be compared; name fewer"
        )
    twice = [one for at, one in enumerate(points) if one.id in {p.id for p in points[:at]}]
    if twice:
        raise RequestError(f"{twice[0].recipe.label} was named twice; name each point once")
    return tuple(
        _side(letter, point, kept(point), truth)
        for letter, point in zip(LETTERS, points, strict=False)
    )


def _side(
    letter: str,
    point: Measurement,
    content: bytes | None,
    truth: Callable[[Measurement], Integers | None],
) -> Side:
    if content is None:
        return Side(letter, point, None, NOT_KEPT)
    try:
        samples = Samples.read(content, point.n)
    except StoreError as exc:
        return Side(letter, point, None, str(exc))
    if samples.labels is None:
        labels = truth(point)
        if labels is not None and len(labels) >= point.n:
            samples = replace(samples, labels=labels[: point.n])
    return Side(letter, point, samples)
