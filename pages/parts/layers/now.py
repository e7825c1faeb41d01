"""The bits that are shown now: in the address, with the way back and forth in the session."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import streamlit as st

from pages.parts import links
from quant.bits import state
from quant.bits.state import State
from quant.sensitivity.scores import Sensitivity

# In the session: of which network, the states seen, which is shown, and the gesture that made it.
BEFORE = "bits before"
MOST_KEPT = 500
Codes = dict[str, str]


def read(found: Sensitivity) -> tuple[State, str]:
    """What the address says, and what is wrong with it in a sentence, or nothing."""
    codes = {name: links.chosen(name) for name in state.NAMES}
    now, wrong = state.read(found, codes)
    _remember(found, now.written(found))
    return now, wrong


def show(found: Sensitivity, wanted: State, gesture: str = "") -> None:
    """Put a state into the address; for callbacks. Changes of one gesture are undone together."""
    _kept()["gesture"] = gesture
    _put(wanted.written(found))


def pick(found: Sensitivity, now: State, places: tuple[int, ...]) -> None:
    """Look at other layers."""
    show(found, replace(now, picked=places or now.picked))


def can_undo() -> bool:
    return _kept()["at"] > 0


def can_redo() -> bool:
    return bool(_kept()["at"] < len(_kept()["seen"]) - 1)


def step(by: int) -> None:
    """A callback: undo with -1, redo with 1. What is picked stays."""
    kept = _kept()
    at = kept["at"] + by
    if 0 <= at < len(kept["seen"]):
        kept["at"] = at
        _put(kept["seen"][at] | _picked({name: links.chosen(name) for name in state.NAMES}))


def _remember(found: Sensitivity, codes: Codes) -> None:
    """A state that came by a control, a link or the browser's Back is the newest."""
    kept = _kept()
    bits = {name: code for name, code in codes.items() if name != state.PICKED}
    if kept["of"] != found.key:
        kept.update({"of": found.key, "seen": [bits], "at": 0, "by": ""})
    elif kept["seen"][kept["at"]] != bits:
        gesture = kept["gesture"]
        first = kept["at"] + (0 if gesture and gesture == kept["by"] else 1)
        seen = [*kept["seen"][:first], bits][-MOST_KEPT:]
        kept.update({"seen": seen, "at": len(seen) - 1, "by": gesture, "gesture": ""})


def _kept() -> dict[str, Any]:
    fresh = {"of": "", "seen": [{}], "at": 0, "by": "", "gesture": ""}
    kept: dict[str, Any] = st.session_state.setdefault(BEFORE, fresh)
    return kept


def _picked(codes: Codes) -> Codes:
    return {state.PICKED: codes[state.PICKED]}


def _put(codes: Codes) -> None:
    for name in state.NAMES:
        links.choose(name, codes.get(name, ""))
