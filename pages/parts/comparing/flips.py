"""The pictures that get another answer, as a grid: filtered, the surest first, a page at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import streamlit as st

from models.labels import labels
from models.workload import workload
from pages.parts import cache, links, shell
from quant import metric
from quant.compare.pair import GAINED, LOST, OTHER, Pair, pair
from quant.compare.sides import Side
from quant.point import token
from quant.snapshot import marker

FIRST, SECOND, WAY, CLASS, PAGE = "from", "to", "way", "class", "page"
WAYS = {"lost": LOST, "gained": GAINED, "other": OTHER}
A_PAGE = 24
MANY_CLASSES = 20  # more than this are a list to search, not pills
WIDTH = 112  # pixels
RIGHT, WRONG = "✓", "✗"


@dataclass(frozen=True, eq=False, slots=True)
class Shown:
    """One page of flips: what is drawn, and how many there are."""

    pictures: list[str]
    captions: list[str]
    alts: list[str]
    total: int
    absent: int


def grid(sides: Sequence[Side]) -> None:
    """Everything on flipped pictures. A DataError in words ends it."""
    first, second = ends(sides)
    found = pair(first, second)
    names = labels(workload(first.point.workload))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        ways = _ways(found)
        classes = _classes(found, names)
    shown = cache.drawn(
        ("flips", first.point.identity, second.point.identity, ways, classes, _page()),
        lambda: _page_of(found, names, ways, classes, _page()),
    )
    _counts(found, shown.total)
    if not shown.total:
        st.info("No picture passes the filters: pick fewer.", icon=":material/filter_alt:")
        return
    if not shown.pictures:
        st.info(_not_here(first), icon=":material/hide_image:")
    elif shown.absent:
        st.caption(f"{shown.absent} of these pictures are not here.")
    if shown.pictures:
        with st.container(horizontal=True, gap="small"):
            for picture, caption, alt in zip(
                shown.pictures, shown.captions, shown.alts, strict=True
            ):
                st.image(picture, caption=caption, width=WIDTH, alt=alt)
    else:
        _list(shown)
    _turn(shown.total)


def ends(sides: Sequence[Side]) -> tuple[Side, Side]:
    """From which point to which; asked where there are more than two."""
    tokens = {token(side.point.id): side for side in sides}
    first = tokens.get(links.chosen(FIRST), sides[0])
    others = [side for side in sides if side is not first]
    second = tokens.get(links.chosen(SECOND), others[0])
    if second is first:
        second = others[0]
    if len(sides) > 2:
        with st.container(horizontal=True):
            _end("From", FIRST, sides, first)
            _end("To", SECOND, [side for side in sides if side is not first], second)
    return first, second


def _end(label: str, name: str, sides: Sequence[Side], now: Side) -> None:
    names = {token(side.point.id): side.name for side in sides}
    key = f"pair-{name}"
    st.session_state[key] = token(now.point.id)
    st.selectbox(
        label,
        list(names),
        format_func=names.__getitem__,
        key=key,
        on_change=_keep_end,
        args=(key, name),
        width=260,
    )


def _keep_end(key: str, name: str) -> None:
    links.choose(name, st.session_state[key])
    links.choose(PAGE, "")


def _ways(found: Pair) -> list[str]:
    picked = [way for way in links.chosen_all(WAY) if way in WAYS]
    counts = {way: int(found.which(direction).sum()) for way, direction in WAYS.items()}
    st.session_state["ways"] = picked
    st.pills(
        "Which way",
        list(WAYS),
        selection_mode="multi",
        format_func=lambda way: f"{found.spoken(WAYS[way])} ({counts[way]:,})",
        key="ways",
        on_change=_keep_many,
        args=("ways", WAY),
        wrap=True,
    )
    return picked


def _classes(found: Pair, names: Sequence[str]) -> list[int]:
    """True classes; pills, or where there are many a list of those that flipped."""
    numbers = [str(index) for index in range(len(names))]
    picked = [number for number in links.chosen_all(CLASS) if number in numbers]
    st.session_state["classes"] = picked
    class_of = "FP32's class" if metric.is_agreement(found.first.point) else "True class"
    counts = np.bincount(found.labels[found.changed], minlength=len(names))
    if len(names) <= MANY_CLASSES:
        st.pills(
            class_of,
            numbers,
            selection_mode="multi",
            format_func=lambda number: names[int(number)],
            key="classes",
            on_change=_keep_many,
            args=("classes", CLASS),
            wrap=True,
        )
    else:
        listed = [n for n in numbers if n in picked or counts[int(n)]]
        st.multiselect(
            class_of,
            sorted(listed, key=lambda number: -counts[int(number)]),
            format_func=lambda number: f"{names[int(number)]} ({counts[int(number)]:,})",
            key="classes",
            on_change=_keep_many,
            args=("classes", CLASS),
            placeholder="All",
            width=420,
        )
    return [int(number) for number in picked]


def _keep_many(key: str, name: str) -> None:
    links.choose_all(name, st.session_state[key])
    links.choose(PAGE, "")


def _counts(found: Pair, shown: int) -> None:
    changed = int(found.changed.sum())
    signs = f"{RIGHT} is right, {WRONG} is wrong"
    if metric.is_agreement(found.first.point):
        signs = f"{RIGHT} is what FP32 says, {WRONG} is not"
    filtered = "" if shown == changed else f" {shown:,} pass the filters."
    st.caption(
        f"{changed:,} of {len(found):,} pictures get another answer from {found.second.letter} "
        f"than from {found.first.letter}.{filtered} Those of which {found.second.letter} is surest "
        f"come first. {signs}; percentages are the network's own "
        "confidence."
    )


def _page() -> int:
    asked = links.chosen(PAGE)
    return int(asked) if asked.isdecimal() and 1 <= len(asked) <= 6 else 1


def _page_of(
    found: Pair, names: Sequence[str], ways: Sequence[str], classes: Sequence[int], page: int
) -> Shown:
    rows = found.flips([WAYS[way] for way in ways], classes)
    start = A_PAGE * (min(page, _pages(len(rows))) - 1)
    gallery = cache.gallery(found.first.point.workload, found.first.point.data_id)
    pictures, captions, alts = [], [], []
    absent = 0
    for row in rows[start : start + A_PAGE].tolist():
        caption, alt = _words(found, row, names)
        picture = gallery.shown(row) if gallery else None
        absent += picture is None
        if picture is not None:
            pictures.append(picture)
        if picture is not None or gallery is None:
            captions.append(caption)
            alts.append(alt)
    return Shown(pictures, captions, alts, len(rows), absent)


def _words(found: Pair, row: int, names: Sequence[str]) -> tuple[str, str]:
    """Under the picture, and for who cannot see it."""
    truth = found.labels[row]
    parts = [
        (names[said], f"{sure * 100:.0f}\N{NO-BREAK SPACE}%", RIGHT if said == truth else WRONG)
        for said, sure in (
            (found.before[row], found.sure_before[row]),
            (found.after[row], found.sure_after[row]),
        )
    ]
    before, after = (f"{sign} {shell.escape(name)} {sure}" for name, sure, sign in parts)
    alt = (
        f"Picture {row:,}, {names[truth]}: taken for {parts[0][0]}, {parts[0][1]}, then for "
        f"{parts[1][0]}, {parts[1][1]}"
    )
    return f"**{shell.escape(names[truth])}**  \n{before}  \n→ {after}", alt


def _list(shown: Shown) -> None:
    """Without pictures, their words alone."""
    st.markdown("\n".join(f"- {alt}" for alt in shown.alts))


def _not_here(side: Side) -> str:
    if marker.here():
        return (
            "These pictures are not in this snapshot: `snapshot --thumbnails` takes small copies "
            "of a folder's pictures along, and this one was written without."
        )
    return (
        f"The pictures of {shell.escape(side.point.data)} are not on this machine. They are kept "
        "where a point is measured; measure one again to see them here."
    )


def _pages(total: int) -> int:
    return max(1, -(-total // A_PAGE))


def _turn(total: int) -> None:
    """Back and on, where there is more than one page."""
    pages = _pages(total)
    if pages == 1:
        return
    page = min(_page(), pages)
    first = A_PAGE * (page - 1) + 1
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            "Previous",
            key="previous",
            disabled=page == 1,
            on_click=links.choose,
            args=(PAGE, str(page - 1) if page > 2 else ""),
            icon=":material/chevron_left:",
        )
        st.button(
            "Next",
            key="next",
            disabled=page == pages,
            on_click=links.choose,
            args=(PAGE, str(page + 1)),
            icon=":material/chevron_right:",
        )
        st.caption(f"{first:,} to {min(first + A_PAGE - 1, total):,} of {total:,}")
