"""The chosen point's file: archived, brought back, deleted; and how much all files take."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from pages.parts import cache, shell
from quant import explain
from quant.errors import BitfrontError
from quant.records import Measurement
from quant.shelf import shelf

FAILED = "filing failed"  # why the last press of a button did nothing


def menu(point: Measurement) -> None:
    """Where the file is, and what can be done with it; nothing in a store that is only read."""
    if cache.store().read_only:
        return
    button = st.popover("File", icon=":material/draft:", key="file", on_change="rerun")
    with button:
        if button.open:
            _actions(point)


def use() -> None:
    """One quiet line: how much the files take, of how much."""
    place = shelf()
    used, away = place.use(), place.archive_use()
    if not used.files and not away.files:
        return
    files = "1 file" if used.files == 1 else f"{used.files:,} files"
    words = f"{files}, {_size(used.size_bytes)}"
    if cache.store().read_only:  # nothing is measured here, so no quota is in the way
        st.caption(words)
        return
    words += f" of {_size(place.quota_bytes)}"
    if away.files:
        words += f" · {_size(away.size_bytes)} archived"
    st.caption(words, help="Delete or archive a point's file under File, below the chart.")


def _actions(point: Measurement) -> None:
    place = shelf()
    archived = place.is_archived(point.artifact)
    where = "in the archive, where the quota does not count it" if archived else "on the shelf"
    st.caption(f"{explain.size(point.size_bytes)}, {where}.")
    with st.container(horizontal=True):
        if archived:
            st.button(
                "Bring back",
                key="restore",
                icon=":material/unarchive:",
                on_click=_try,
                args=(place.bring_back, point),
            )
        else:
            st.button(
                "Archive",
                key="archive",
                icon=":material/archive:",
                on_click=_try,
                args=(place.put_away, point),
                help=f"Moves it to {place.archive}; it can still be downloaded.",
            )
        if st.button("Delete …", key="delete", icon=":material/delete:"):
            _confirm(point)
    say_what_failed()


@st.dialog("Delete this file?", icon=":material/delete:")
def _confirm(point: Measurement) -> None:
    """The one question before a file goes."""
    st.markdown(_consequences(point))
    with st.container(horizontal=True):
        if st.button("Delete", key="delete-now", type="primary"):
            _try(shelf().delete, point)
            st.rerun()
        if st.button("Keep it", key="keep"):
            st.rerun()
    say_what_failed()


def _consequences(point: Measurement) -> str:
    # Only the same point can have the same file, measured elsewhere or by another runtime.
    sharing = {one.id: one for one in cache.history(point.key) if one.artifact == point.artifact}
    sharing.pop(point.id, None)
    shared = ""
    if sharing:
        places = ", ".join(f"{one.machine.label}, {one.runtime}" for one in sharing.values())
        shared = f" It is also the file of {len(sharing)} more: {shell.escape(places)}."
    seconds = explain.duration(point.quantize_seconds + point.evaluate_seconds)
    return (
        f"Deleting the file of **{shell.escape(point.recipe.label)}** frees "
        f"{explain.size(point.size_bytes)}.{shared} Its figures stay on the chart, and it can be "
        f"made again in {seconds}."
    )


def _try(act: Callable[[str], object], point: Measurement) -> None:
    """Do it; what stops it is told by `say_what_failed`."""
    try:
        act(point.artifact)
    except BitfrontError as exc:
        st.session_state[FAILED] = shell.sentence(exc)


def say_what_failed() -> None:
    if said := st.session_state.pop(FAILED, ""):
        st.warning(said, icon=":material/warning:")


def _size(size_bytes: float) -> str:
    return f"{size_bytes / 1e9:.3g} GB" if size_bytes >= 1e9 else f"{size_bytes / 1e6:.3g} MB"
