"""What is picked, and its bits: one layer, a group, or several columns together."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from pages.parts import cache, terms
from pages.parts.layers import now
from quant.bits.groups import Group, groups
from quant.bits.state import WIDTHS, State
from quant.recipe import FLOAT
from quant.sensitivity.scores import ACTIVATIONS, WEIGHTS, Sensitivity

NARROWER, WIDER = -1, 1
NAMED = {WEIGHTS: "Weights, bits", ACTIVATIONS: "Activations, bits"}
HELP = {
    WEIGHTS: "Of the picked layers, all at once. Nothing is marked where they differ.",
    ACTIVATIONS: "Of the inputs of the picked layers. Layers that read one tensor share its grid, "
    "at the widest of their widths; the picture and residual sums stay at 8 bits.",
}


def draw(found: Sensitivity, state: State) -> None:
    """The picker, a control for each kind of width, and whether solving may change them."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        _picker(found, state)
        _step("Previous layer", ":material/chevron_left:", "Shift+Left", found, state, -1)
        _step("Next layer", ":material/chevron_right:", "Shift+Right", found, state, 1)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        for kind in WIDTHS:
            _widths(found, state, kind)
        _lock(found, state)


def known(found: Sensitivity) -> tuple[Group, ...]:
    """Groups and then single layers, as the picker lists them."""

    def made() -> tuple[Group, ...]:
        single = [Group(f"{at + 1}. {layer.name}", (at,)) for at, layer in enumerate(found.layers)]
        return (*groups(found), *single)

    return cache.drawn(("picker", found.key), made)


def title(found: Sensitivity, state: State) -> str:
    """What is picked, in words."""
    picked = next((one for one in known(found) if one.places == state.picked), None)
    return picked.name if picked else f"{len(state.picked)} layers"


def _picker(found: Sensitivity, state: State) -> None:
    listed = known(found)
    picked = f"{len(state.picked)} layers, picked one by one"
    if all(one.places != state.picked for one in listed):
        listed = (Group(picked, state.picked), *listed)
    at = next(at for at, one in enumerate(listed) if one.places == state.picked)
    st.session_state["picked"] = at
    st.selectbox(
        "Layer or group",
        range(len(listed)),
        format_func=lambda at: _name(listed[at]) if listed[at].name != picked else picked,
        key="picked",
        width=420,
        on_change=lambda: now.pick(found, state, listed[st.session_state["picked"]].places),
        help="Type to search. Groups are blocks by their names, kinds, and what shares a tensor.",
    )


def _name(one: Group) -> str:
    count = len(one.places)
    return one.name if count == 1 else f"{one.name} ({count})"


def _help(kind: str) -> str:
    if kind == WEIGHTS:
        return terms.told(HELP[kind], "weights", "bit-width", "mixed")
    return terms.told(HELP[kind], "activations", "bit-width", "mixed")


def _step(label: str, icon: str, shortcut: str, found: Sensitivity, state: State, by: int) -> None:
    """Along the network; out of a group, to its first or last layer."""
    at = state.picked[-1] if by < 0 else state.picked[0]
    at += by if len(state.picked) == 1 else 0
    st.button(
        label,
        key=f"step{by}",
        icon=icon,
        shortcut=shortcut,
        disabled=not 0 <= at < len(found.layers),
        on_click=now.pick,
        args=(found, state, (at,)),
    )


def _widths(found: Sensitivity, state: State, kind: str) -> None:
    held = {state.bits.of_kind(kind)[place] for place in state.picked}
    held &= set(WIDTHS[kind])  # products of activations have no weights
    if not held:
        st.caption("No weights: it multiplies two activations.", width="content")
        return
    key = f"bits of {kind}"
    st.session_state[key] = str(*held) if len(held) == 1 else None
    st.segmented_control(
        NAMED[kind],
        [str(width) for width in sorted(WIDTHS[kind])],
        format_func=lambda width: "float" if int(width) == FLOAT else width,
        key=key,
        help=_help(kind),
        wrap=True,
        on_change=lambda: _take(found, state, kind, key),
    )
    if len(held) > 1:
        for label, icon, by in (("Narrower", ":material/remove:", NARROWER),
                                ("Wider", ":material/add:", WIDER)):  # fmt: skip
            st.button(
                label,
                key=f"{label} {kind}",
                icon=icon,
                help=f"Each of the {len(state.picked)} layers by one step.",
                on_click=lambda by=by: now.show(found, state.stepped(kind, by)),
            )


def _take(found: Sensitivity, state: State, kind: str, key: str) -> None:
    """A callback; a second press of what is chosen leaves it so."""
    if width := st.session_state[key]:
        now.show(found, state.changed(kind, int(width)))


def _lock(found: Sensitivity, state: State) -> None:
    st.session_state["locked"] = set(state.picked) <= set(state.locked)
    st.toggle(
        "Keep when solving",
        key="locked",
        on_change=lambda: now.show(found, _locked(state, st.session_state["locked"])),
        help="Solve for a budget then leaves these layers at their bits.",
    )


def _locked(state: State, keep: bool) -> State:
    picked, before = set(state.picked), set(state.locked)
    return replace(state, locked=tuple(sorted(before | picked if keep else before - picked)))
