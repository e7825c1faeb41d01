"""The four questions, a screen each; what is pressed is the answer, and leads on."""

from __future__ import annotations

import streamlit as st

from models.workload import known
from pages.parts import measuring, shell
from pages.parts.presenting import frame, left
from pages.parts.presenting.state import (
    HERE,
    LIMITS,
    State,
    answer,
    apply,
    choose_model,
    measured,
    take_limit,
)
from pages.parts.presenting.view import Seen
from quant.devices.device import KINDS
from quant.devices.table import devices
from quant.present.asked import ACCURACY, BATTERY, SIZE, SPEED
from quant.present.presets import caveat, presets

MOST_BUTTONS = 8
MATTERS = {
    ACCURACY: ("Accuracy", ":material/target:", "The one that loses least for sure."),
    SIZE: ("Size", ":material/compress:", "The smallest within your limits."),
    SPEED: ("Speed", ":material/speed:", "The fastest within your limits, as measured here."),
    BATTERY: (
        "Battery",
        ":material/battery_charging_full:",
        "The one that should take least energy. Modelled, not measured.",
    ),
}
KIND_NAMES = {
    "phone": "Phones", "board": "Boards", "microcontroller": "Microcontrollers",
    "laptop": "Laptops", "server": "Servers",
}  # fmt: skip
OFFERED = {
    "size": ("0.5 MB", "1 MB", "2 MB", "3 MB", "5 MB", "10 MB", "50 MB", "no limit"),
    "loss": ("0.1 pp", "0.3 pp", "0.5 pp", "1 pp", "2 pp", "no limit"),
    "latency": ("0.2 ms", "0.5 ms", "1 ms", "5 ms", "10 ms", "50 ms", "no limit"),
}
ASKED = {
    "size": "The file may have, at most",
    "loss": "It may lose, at most",
    "latency": "A picture may take, at most, as measured here",
}


def model(state: State, _: Seen) -> None:
    """Which model?"""
    frame.heading("Which model?")
    names = measured()
    if not names:
        empty(state)
        return
    frame.text("Four short questions, and a recommendation from what was measured.")
    with st.container(horizontal=True):
        for name in names[:MOST_BUTTONS]:
            found = known(name)
            if found is not None:
                st.button(
                    f"{shell.escape(name)}  \n{shell.escape(found.title)}",
                    key=f"model-{name}",
                    type="primary" if name == state.workload.name else "secondary",
                    on_click=choose_model,
                    args=(name,),
                    width=270,
                )
    if len(names) > MOST_BUTTONS:
        st.selectbox(
            "Another model",
            names[MOST_BUTTONS:],
            index=None,
            key="present-model",
            placeholder="Choose among the others that are measured",
            on_change=lambda: choose_model(st.session_state["present-model"]),
        )
    frame.subheading("Or start from a situation")
    st.caption(
        "Each sets what matters, the device and the limits, which you can change. It illustrates "
        "a budget: nothing was measured on such a product."
    )
    with st.container(horizontal=True):
        for one in presets():
            st.button(
                one.title, key=f"situation-{one.id}", on_click=apply, args=(one,), help=one.words
            )


def matters(state: State, seen: Seen) -> None:
    """What matters most?"""
    frame.heading("What matters most?")
    with st.grid(4, min_column_width=200):
        for name, (label, icon, words) in MATTERS.items():
            with st.container():
                st.button(
                    label,
                    key=f"matters-{name}",
                    icon=icon,
                    type="primary" if name == state.matters else "secondary",
                    on_click=answer,
                    kwargs={"matters": name, "screen": "device"},
                    width="stretch",
                )
                st.caption(words)
    left.draw(seen)


def device(state: State, seen: Seen) -> None:
    """Where will it run?"""
    frame.heading("Where will it run?")
    st.caption(
        "Of the devices only what was published is known, so speed, energy and battery there are "
        "modelled, never measured. A device with less storage than a file has rules it out."
    )
    now = state.device.id if state.device else HERE
    _device_button(HERE, "Say nothing of a device", now)
    for kind in KINDS:
        st.markdown(f"**{KIND_NAMES[kind]}**")
        with st.container(horizontal=True):
            for one in devices():
                if one.kind == kind:
                    _device_button(one.id, one.name, now)
    left.draw(seen)


def limits(state: State, seen: Seen) -> None:
    """What may it cost?"""
    frame.heading("What may it cost?")
    if state.situation is not None:
        one = state.situation
        frame.text(f"{one.title}. {one.words}")
        st.caption(f":material/info: {caveat(one, state.workload.dataset)}")
    for name, label in ASKED.items():
        offered = OFFERED[name]
        if state.limits[name] not in offered:
            offered = tuple(w for w in LIMITS[name] if w in (*offered, state.limits[name]))
        st.session_state[f"present-{name}"] = state.limits[name]
        st.pills(
            label,
            offered,
            required=True,
            key=f"present-{name}",
            on_change=take_limit,
            args=(name,),
            wrap=True,
        )
    left.draw(seen)


def empty(state: State) -> None:
    """Before the first point: what happens, or what to do next."""
    st.info(
        measuring.awaited(state.workload.name)
        or "Nothing is measured yet, so there is nothing to present. Measure a model on Explore; "
        "its files appear here as soon as they are measured.",
        icon=":material/touch_app:",
    )
    measuring.progress(state.workload.name)
    st.page_link("app.py", label="Explore", icon=":material/scatter_plot:")


def _device_button(name: str, label: str, now: str) -> None:
    st.button(
        label,
        key=f"device-{name}",
        type="primary" if name == now else "secondary",
        on_click=answer,
        kwargs={"device": name, "screen": "limits"},
    )
