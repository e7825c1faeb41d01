"""What the answer would do on the chosen device: modelled, with the model one click away."""

from __future__ import annotations

import streamlit as st

from pages.parts import terms
from pages.parts.presenting import frame
from pages.parts.presenting.state import HERE, answer
from pages.parts.presenting.view import Seen, error, usable
from quant.devices import energy, roofline, words
from quant.devices.checked import DOCUMENTED
from quant.devices.device import Device
from quant.devices.modelled import modelled
from quant.devices.table import devices
from quant.records import Measurement

HOW = (
    "Each layer takes the longer of its multiply-adds *M* at the published throughput *T* and its "
    "bytes *B* (weights, inputs, outputs) at the published memory bandwidth *W*, divided by a "
    f"share *e* of that which networks reach: {roofline.FLOAT_EFFICIENCY:g} in float, "
    f"{roofline.INTEGER_EFFICIENCY:g} in 8 bits, fitted to four networks (docs/present.md). Codes "
    "of up to 8 bits are bytes once they are loaded, so fewer bits save storage and not time. "
    "Operations between layers are not counted."
)
ENERGY = (
    "Energy counts multiply-adds in 8 bits and in float and bytes, at 45 nm; newer processors need "
    "less, so its ratio to FP32 says more than its value. Energy at rated power is the published "
    "power for the modelled time."
)


def draw(point: Measurement, seen: Seen) -> None:
    """The sentence, the lines, the formula with its error, and the sources."""
    device = seen.state.device
    name = f"On {device.name}" if device else "On a device"
    frame.subheading(f"{name}: modelled, not measured")
    _choose(device)
    if device is None:
        return
    check = error(seen.ground) if seen.ground else None
    found = modelled(point, device, usable(check))
    frame.text(words.sentence(found))
    if not found.flow_known:
        st.caption(
            ":material/info: This file was measured before its layers' inputs and outputs were "
            "kept, so only operations and weights are counted. Measure it again for the rest."
        )
    st.table(dict(words.rows(found)), border="horizontal")
    st.caption(words.error(check, DOCUMENTED))
    how = st.expander(
        "The formula, and what was published of this device", key="formula", on_change="rerun"
    )
    if how.open:
        with how:
            _formula(device)


def _formula(device: Device) -> None:
    st.latex(roofline.FORMULA)
    st.markdown(HOW)
    st.latex(energy.FORMULA)
    st.markdown(ENERGY)
    st.caption(f"{roofline.SOURCE}. {energy.SOURCE}.")
    st.markdown(f"**{device.name}**: {device.processor}")
    st.markdown("\n".join(_published(device)))


def _choose(device: Device | None) -> None:
    """Another device, without going back."""
    names = {one.id: one.name for one in devices()}
    st.session_state["present-device"] = device.id if device else None
    st.selectbox(
        "Device",
        list(names),
        format_func=names.get,
        key="present-device",
        placeholder="Choose one to see what it would gain",
        on_change=lambda: answer(device=st.session_state["present-device"] or HERE),
        width=340,
        help=terms.told("Modelled from what was published of it.", "roofline", "energy"),
    )


def _published(device: Device) -> list[str]:
    lines = []
    for name, value, one in words.published(device):
        if one is None:
            lines.append(f"- {name}: {value}")
            continue
        how = f" ({one.how})" if one.how else ""
        source = one.source
        lines.append(
            f"- {name}: {value}{how}. [{source.title}]({source.url}), {source.publisher}, "
            f"{source.date}"
        )
    return lines
