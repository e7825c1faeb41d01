"""A sound in few bits."""

from __future__ import annotations

import math

import streamlit as st

from pages.parts import cache, terms
from pages.parts.learning import frame, state
from quant.learn import figures, levels, sound

MOST_BITS, USUAL_BITS = 12, 4


def draw() -> None:
    """Listen, look, and the rule of thumb beside what was measured."""
    frame.heading(
        "Fewer bits, more noise",
        "Sound is a row of numbers too. With few levels you hear the error as noise: listen to "
        "both.",
    )
    of = state.picked("Sound", "of", tuple(sound.SOUNDS))
    bits = state.slider(
        "Bits a value", "bits", 1, MOST_BITS, USUAL_BITS, tip=terms.told("", "bit-width", "levels")
    )
    before = sound.sound(of)
    plain, rough, chart, words, measured = cache.drawn(
        ("learn sound", of, bits), lambda: _made(of, bits)
    )
    left, right = st.columns(2)
    left.caption("As it was")
    left.audio(plain, format="audio/wav")
    right.caption(f"In {bits} bit{'s' * (bits > 1)}")
    right.audio(rough, format="audio/wav")
    frame.chart(chart, words, "wave")
    expected, offset = levels.expected_db(before, bits), levels.offset_db(before)
    frame.figures(
        (
            "SQNR, measured",
            f"{measured:.1f} dB" if math.isfinite(measured) else "no noise",
            terms.told("Of all samples of this sound.", "sqnr"),
        ),
        (
            "By the rule of thumb",
            f"{expected:.1f} dB",
            "Holds where the error is spread evenly over a step; with few bits it is not quite.",
        ),
        ("Levels", f"{2**bits:,}", terms.told("", "levels")),
    )
    full = levels.offset_db(sound.sound("A pure tone"))
    st.markdown(
        f"The rule of thumb: **{levels.DB_A_BIT:.2f} dB for each bit**, "
        f"{levels.DB_A_BIT:.2f} b + {full:.2f} dB for a pure tone at full scale. This sound: "
        f"{levels.DB_A_BIT:.2f} b {'+' if offset >= 0 else '−'} {abs(offset):.2f} dB, since it "
        f"is {'as loud all the time' if of == 'A pure tone' else 'mostly quieter than its peak'}."
    )


def _made(of: str, bits: int) -> tuple[bytes, bytes, object, str, float]:
    before = sound.sound(of)
    after = levels.on_levels(before, bits)
    made, words = figures.wave(before, after)
    return sound.wav(before), sound.wav(after), made, words, levels.sqnr_db(before, after)
