"""What a network answers as bits fall: stored answers of files that were measured."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from models.gallery import Gallery
from models.labels import labels
from pages.parts import cache, links, measuring, terms
from pages.parts.learning import asking, frame, state
from pages.parts.learning.asking import Stored
from pages.parts.text import escape
from quant.learn import figures
from quant.learn.answers import Answer, answers, worth_a_look
from quant.recipe import FLOAT
from quant.samples import Integers, Samples

MOST_SHOWN = 60  # pictures to leaf through
WIDTH = 168  # pixels


def draw() -> None:
    """A picture, and what each file said of it."""
    frame.heading(
        "What a network answers as bits fall",
        "One picture that the network never learned from, and what each measured file says of it: "
        "the class, and how sure it is. Move the slider to fewer bits.",
    )
    with st.container(horizontal=True, vertical_alignment="bottom"):
        model = state.picked(
            "Model", "model", asking.models(), forget=("like", "row", "bits"), small=False
        )
        found = asking.stored(model)
        if len(found.kinds) > 2:  # the best, and two families or more
            state.picked(
                "Rounding",
                "like",
                found.kinds,
                forget=("row", "bits"),
                small=False,
                tip=terms.told("How the files were rounded.", "rounding", "recipe"),
            )
    measuring.progress(model)
    said = {
        bits: one
        for bits, point in found.files.items()
        if (one := cache.samples(point.identity)) is not None
    }
    if any(bits != FLOAT for bits in said):
        _shown(found, said)
    elif found.files:
        st.info(
            "The answers to single pictures were not kept with these measurements, so there is "
            "nothing to show of them.",
            icon=":material/hide_image:",
        )
    else:
        st.info("Nothing is measured of this model yet.", icon=":material/touch_app:")
    asking.offer(found)


def _shown(found: Stored, said: Mapping[int, Samples]) -> None:
    """`said` holds two files at least, or one that is quantised."""
    point = next(iter(found.files.values()))
    pictures = cache.gallery(point.workload, point.data_id)
    truth = _truth(said, pictures)
    rows = cache.drawn(
        ("learn rows", found.workload.name, found.ground, found.kind, sorted(said)),
        lambda: _present(worth_a_look(said, truth), pictures),
    )
    row = state.number("row", 0, min(map(len, said.values())) - 1, rows[0])
    every = answers(said, row)
    names = labels(found.workload)
    bits = _bits(every)
    now = next(one for one in every if one.bits == bits)
    true = None if truth is None or row >= len(truth) else int(truth[row])
    left, right = st.columns([1, 2], vertical_alignment="center")
    with left:
        _picture(pictures, row, true, names)
        _turn(rows, row)
    with right:
        called = "In FP32" if bits == FLOAT else f"With {bits}-bit weights"
        right_or = "" if true is None else (", right" if now.predicted == true else ", wrong")
        st.metric(
            f"{called} it says",
            names[now.predicted],
            f"{100 * now.confidence:.0f} % sure{right_or}",
            delta_color="off",
            delta_arrow="off",
            help=terms.told("As stored when the file was measured.", "confidence"),
        )
    made, words = cache.drawn(
        ("learn answers", found.workload.name, found.ground, found.kind, sorted(said), row, bits),
        lambda: figures.answers(every, bits, true, names),
    )
    frame.chart(made, words, "answers")
    frame.table(
        {
            "weights": ["FP32" if one.bits == FLOAT else f"{one.bits} bits" for one in every],
            "answer": [names[one.predicted] for one in every],
            "sure, %": [round(100 * one.confidence, 1) for one in every],
        },
        "answers",
    )
    st.caption(
        f"Stored answers of {len(said)} files of {escape(found.workload.name)}, measured on "
        f"{point.n:,} pictures. Pictures that the most bits get right and the fewest "
        "do not come first, so most pictures change less than these."
    )


def _bits(every: Sequence[Answer]) -> int:
    """The width that is looked at; a slider over those there are, widest first."""
    names = ["FP32" if one.bits == FLOAT else str(one.bits) for one in every]
    if len(every) < 2:
        return every[0].bits
    key = "learn-answer-bits"
    st.session_state[key] = now = state.choice("bits", names)
    st.select_slider(
        "Bits of weights",
        names,
        key=key,
        help=terms.told("", "bit-width", "w4a8", "fp32"),
        on_change=lambda: links.choose("bits", st.session_state[key]),
    )
    return every[names.index(now)].bits


def _picture(pictures: Gallery | None, row: int, true: int | None, names: Sequence[str]) -> None:
    name = "unknown" if true is None else names[true]
    shown = pictures.shown(row) if pictures else None
    if shown is None:
        st.info(f"Report picture {row + 1:,} is not here. It shows: {name}.",
                icon=":material/hide_image:")  # fmt: skip
        return
    st.image(shown, width=WIDTH, caption=f"It shows: {name}", alt=f"A picture of: {name}")


def _turn(rows: Sequence[int], row: int) -> None:
    """To other pictures."""
    at = rows.index(row) if row in rows else -1
    st.button(
        "Another picture",
        key="learn-another",
        icon=":material/shuffle:",
        disabled=len(rows) < 2,
        on_click=links.choose,
        args=("row", str(rows[(at + 1) % len(rows)])),
    )


def _truth(said: Mapping[int, Samples], pictures: Gallery | None) -> Integers | None:
    kept = next((one.labels for one in said.values() if one.labels is not None), None)
    return kept if kept is not None or pictures is None else pictures.labels


def _present(rows: Sequence[int], pictures: Gallery | None) -> list[int]:
    """Those that can be shown; all where none can."""
    if pictures is None:
        return list(rows[:MOST_SHOWN])
    here = [row for row in rows if pictures.encoded(row) is not None]
    return (here or list(rows))[:MOST_SHOWN]
