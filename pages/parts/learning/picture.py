"""A picture in few bits."""

from __future__ import annotations

import streamlit as st

from models.labels import FASHION
from pages.parts import cache, terms
from pages.parts.learning import frame, state
from quant.learn import picture

USUAL_BITS = 2


def draw() -> None:
    """Before and after, and what it saves and costs."""
    frame.heading(
        "Fewer bits, fewer shades",
        "A pixel is a number, here of 8 bits: 256 shades. Move the slider and keep fewer. "
        "**That is quantisation:** each value moves to the nearest of a few levels, and only the "
        "level's number is kept.",
    )
    of = state.picked("Picture", "of", (picture.VIEW, *FASHION))
    bits = state.slider(
        "Bits a value", "bits", 1, 8, USUAL_BITS, tip=terms.told("", "bit-width", "levels")
    )
    before, after, found = cache.drawn(("learn picture", of, bits), lambda: _made(of, bits))
    shades = 2**bits
    left, right = st.columns(2)
    left.image(before, caption="8 bits: 256 shades", alt=f"{of}, as it was", width="stretch")
    right.image(
        after,
        caption=f"{bits} bit{'s' * (bits > 1)}: {shades} shades of each colour",
        alt=f"{of} with {shades} shades; {found.error:.1f} of 255 grey levels off",
        width="stretch",
    )
    frame.figures(
        (
            "Size",
            f"{found.size_bytes:,} bytes",
            terms.told("Of the pixels' codes, packed.", "size"),
        ),
        ("Smaller", f"{found.full_bytes / found.size_bytes:.2g}×", "Than with 8 bits."),
        (
            "Error",
            f"{found.error:.1f} of 255",
            terms.told("Root mean square over all pixels.", "rounding"),
        ),
        ("Colours left", f"{found.colours:,}", "Different ones in this picture."),
    )


def _made(of: str, bits: int) -> tuple[bytes, bytes, picture.Posterised]:
    pixels = picture.view() if of == picture.VIEW else picture.pictures()[FASHION.index(of)]
    found = picture.posterised(pixels, bits)
    return picture.magnified(pixels), picture.magnified(found.pixels), found
