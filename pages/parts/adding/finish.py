"""The last step: a name, and the way on; and what is here already."""

from __future__ import annotations

import re

import streamlit as st

from models.own import NAME, PREFIX, facts, own_names
from pages.parts import cache, moment, shell
from pages.parts.adding import waiting
from pages.parts.adding.draft import TIMES
from quant.add import adding, keep
from quant.add.adding import Network, Pictures, Way
from quant.add.mapping import Classes
from quant.errors import BitfrontError

ADDED = "adding-added"


def offer(network: Network, pictures: Pictures, found: Classes, way: Way) -> None:
    """A name and the button that adds it."""
    st.subheader("4 · Its name", anchor=False)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        name = st.text_input(
            "It becomes the model own/…",
            value=suggested(network.file),
            key=f"adding-name-{network.file}",
            width=320,
        )
        pressed = st.button("Add it", type="primary", icon=":material/add:", key="add")
    if pressed:
        try:
            keep.refuse_used(cache.store(), keep.check_name(name))
        except BitfrontError as exc:
            st.error(shell.sentence(exc), icon=":material/error:")
            return
        st.session_state["adding-asked"] = (name, way)
    asked = st.session_state.get("adding-asked")
    if asked is None or asked[1] != way:
        return
    kept = waiting.result(
        "add",
        (*asked, network.draft),
        f"Decoding {pictures.total:,} pictures",
        lambda: adding.add(asked[0], network, pictures, found, way),
    )
    if kept is not None:
        st.session_state[ADDED] = (keep.short(asked[0]), adding.counts(kept))
        begin_anew()
        moment.changed()
        st.rerun()


def begin_anew() -> None:
    """Forget what this visit brought; uploaders get new keys, which empties them."""
    waiting.forget()
    st.session_state[TIMES] = st.session_state.get(TIMES, 0) + 1
    for key in list(st.session_state):
        if str(key).startswith("adding-") and key != ADDED:
            del st.session_state[key]


def done() -> None:
    """What was just added, and the way to Explore."""
    added = st.session_state.get(ADDED)
    if added is None or f"{PREFIX}{added[0]}" not in own_names():
        return
    name = f"{PREFIX}{added[0]}"
    told = " ".join(added[1])
    st.success(f"**{name}** is added. {shell.escape(told)}", icon=":material/check:")
    st.page_link(
        "app.py",
        label=f"Explore {name}",
        icon=":material/scatter_plot:",
        query_params={"model": name},
    )


def listed() -> None:
    """The own networks that are here, each with a way to remove it."""
    names = own_names()
    if not names:
        return
    st.subheader("Here already", anchor=False)
    for name in names:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.page_link("app.py", label=name, query_params={"model": name}, width="content")
            st.caption(_facts(name))
            if st.button("Remove", key=f"remove-{name}", type="tertiary", width="content"):
                _ask(name)


def suggested(file: str) -> str:
    """A name that can be one, from a file's."""
    plain = re.sub(r"[^a-z0-9._-]+", "-", file.rpartition(".")[0].lower()).strip("-._")[:40]
    return plain if NAME.fullmatch(plain) else "mine"


def _facts(name: str) -> str:
    try:
        known = facts(name)
    except BitfrontError as exc:
        return shell.sentence(exc)
    return shell.escape(
        f"{known.file} · {known.workload.classes:,} classes · {known.workload.dataset} · added "
        f"{known.added_at[:10]}"
    )


@st.dialog("Remove an own network")
def _ask(name: str) -> None:
    st.markdown(
        f"**{name}**: its network, its unpacked pictures and the files made of it are deleted. "
        "Measured figures stay in the store; a folder of pictures elsewhere stays as it is."
    )
    if st.button(f"Remove {name}", type="primary", key="remove"):
        try:
            keep.refuse_busy(cache.store(), name)
            keep.remove(name)
        except BitfrontError as exc:
            st.error(shell.sentence(exc), icon=":material/error:")
            return
        moment.changed()
        st.rerun()
