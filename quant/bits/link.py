"""Bits of each layer and chosen layers, short enough for a link.

Runs of equal widths are written once: `8.4x50.3x249.8`. Places of layers are numbers and ranges of
them, counted from 0: `0.5-9.12`. Both hold only signs that addresses leave as they are.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from itertools import groupby

from quant.errors import RequestError

MOST_LETTERS = 20_000
SHOWN = 40  # letters of a bad value that its sentence repeats


def written(widths: Sequence[int]) -> str:
    """`8.4x3`; widths that are all the same are one number."""
    runs = [(width, len(list(run))) for width, run in groupby(widths)]
    if len(runs) == 1:
        return str(runs[0][0])
    return ".".join(str(width) if count == 1 else f"{width}x{count}" for width, count in runs)


def read(text: str, count: int, allowed: Collection[int], what: str) -> tuple[int, ...]:
    """The widths of `count` layers.

    Raises:
        RequestError: something else is written there, or for another number of layers.
    """
    runs = [_run(part, allowed, what) for part in _parts(text, what)]
    if len(runs) == 1 and "x" not in text:
        return (runs[0][0],) * count
    given = sum(times for _, times in runs)
    if given != count:
        raise RequestError(
            f"the link gives {what} to {given:,} layers and this network has {count:,}; "
            "the usual widths are shown instead"
        )
    return tuple(width for width, times in runs for _ in range(times))


def written_places(places: Iterable[int]) -> str:
    """`0.5-9.12`."""
    ranges: list[list[int]] = []
    for place in sorted(set(places)):
        if ranges and place == ranges[-1][1] + 1:
            ranges[-1][1] = place
        else:
            ranges.append([place, place])
    return ".".join(str(low) if low == high else f"{low}-{high}" for low, high in ranges)


def read_places(text: str, count: int, what: str) -> tuple[int, ...]:
    """Places of layers below `count`, in order.

    Raises:
        RequestError: something else is written there, or layers that are not there.
    """
    found: set[int] = set()
    for part in _parts(text, what) if text else ():
        low, _, high = part.partition("-")
        first = _number(low, part, what)
        last = _number(high, part, what) if "-" in part else first
        if not first <= last < count:
            raise RequestError(
                f"the link names layer {part[:SHOWN]} as {what} and this network has layers 0 to "
                f"{count - 1:,}; none is {what} instead"
            )
        found.update(range(first, last + 1))
    return tuple(sorted(found))


def _parts(text: str, what: str) -> list[str]:
    if len(text) > MOST_LETTERS:
        raise RequestError(
            f"the link's {what} have {len(text):,} letters and at most {MOST_LETTERS:,} are read"
        )
    return text.split(".")


def _run(part: str, allowed: Collection[int], what: str) -> tuple[int, int]:
    width, _, times = part.partition("x")
    bits = _number(width, part, what)
    if bits not in allowed:
        raise RequestError(
            f"the link asks for {what} of {bits} bits, which is not one of "
            f"{', '.join(map(str, sorted(allowed)))}; the usual widths are shown instead"
        )
    return bits, _number(times, part, what) if "x" in part else 1


def _number(text: str, part: str, what: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) < 7):
        raise RequestError(
            f"the link's {what} hold {part[:SHOWN]!r}, which is not a number; what is usual is "
            "shown instead"
        )
    return int(text)
