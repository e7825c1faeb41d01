"""Rounding and clipping on a number line."""

from __future__ import annotations

from pages.parts import cache, terms
from pages.parts.learning import frame, state
from quant.learn import figures, line
from quant.learn.line import SHARES

LEAST_BITS, MOST_BITS, USUAL_BITS = 2, 8, 3


def draw() -> None:
    """Values, levels, and the two errors that pull in opposite directions."""
    frame.heading(
        "Two errors that pull apart",
        "Levels have to cover the values. **Cover everything**, and a few large values make every "
        "step wide: rounding error. **Cover less**, and steps get fine, but what lies outside is "
        "moved to the edge: clipping error. Find the least of both.",
    )
    bits = state.slider(
        "Bits a value", "bits", LEAST_BITS, MOST_BITS, USUAL_BITS, tip=terms.told("", "bit-width")
    )
    share = state.slider(
        "Range that the levels cover", "clip", SHARES[0], SHARES[-1], SHARES[-1], by=SHARES.step,
        percent=True, tip=terms.told("Of the smallest to the largest value.", "clipping", "ranges"),
    )  # fmt: skip
    found = line.line(bits, share)
    made, words = cache.drawn(("learn line", bits, share), lambda: figures.number_line(found))
    frame.chart(made, words, "line")
    frame.figures(
        (
            "Scale",
            f"{found.grid.scale:.3g}",
            terms.told("From one level to the next.", "scale"),
        ),
        (
            "Zero point",
            f"{found.grid.zero_point}",
            terms.told("The code of zero.", "zero-point"),
        ),
        ("Rounding error", f"{found.rounding:.3g}", terms.told("Mean square.", "rounding")),
        ("Clipping error", f"{found.clipping:.3g}", terms.told("Mean square.", "clipping")),
    )
    made, words = cache.drawn(("learn errors", bits, share), lambda: figures.errors(bits, share))
    frame.chart(made, words, "errors")
    frame.table(
        {
            "range covered, %": list(SHARES),
            "rounding error": [line.line(bits, one).rounding for one in SHARES],
            "clipping error": [line.line(bits, one).clipping for one in SHARES],
            "both": [line.line(bits, one).total for one in SHARES],
        },
        "errors",
    )
