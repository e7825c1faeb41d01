"""Where one is, and what the sliders say: all of it in the address."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

import streamlit as st

from pages.parts import complaints, links
from quant.learn.glossary import terms

STEP, TERM = "step", "term"
KEY = "learn-step"
STEPS = {
    "picture": "A picture",
    "sound": "A sound",
    "line": "Rounding and clipping",
    "layer": "A real layer",
    "answer": "A network's answer",
    "questions": "Questions",
    "words": "Glossary",
}
OWN = ("bits", "of", "clip", "network", "layer", "model", "like", "row")  # of single screens

Option = TypeVar("Option", int, str)


def step() -> str:
    """The screen that the address names: the glossary where it names a term, else the first."""
    term = links.chosen(TERM)
    if term and term not in terms():
        _refuse(TERM, "those of the glossary", key=KEY)
    usual = "words" if term in terms() else next(iter(STEPS))
    asked = links.chosen(STEP)
    if asked not in ("", *STEPS):
        _refuse(STEP, ", ".join(STEPS), key=KEY)
    return asked if asked in STEPS else usual


def go(to: str) -> None:
    """A callback: another screen, which begins with what is usual there."""
    links.choose(STEP, "" if to == next(iter(STEPS)) else to)
    for name in (*OWN, TERM):
        links.choose(name, "")


def number(name: str, low: int, high: int, usual: int, by: int = 1) -> int:
    """A whole number of the address; what it cannot be is the usual."""
    asked = links.chosen(name)
    fits = asked.isdecimal() and len(asked) < 6 and low <= int(asked) <= high
    if asked and (not fits or (int(asked) - low) % by):
        _refuse(name, f"{low} to {high}")
        return usual
    return int(asked) if asked else usual


def choice(name: str, options: Sequence[str]) -> str:
    """One of the options, which the address names; the first where it names none."""
    asked = links.chosen(name)
    if asked and asked not in options:
        _refuse(name, "what there is here")
    return asked if asked in options else options[0]


def slider(
    label: str, name: str, low: int, high: int, usual: int, *, by: int = 1, percent: bool = False,
    tip: str | None = None,
) -> int:  # fmt: skip
    """A slider whose place is in the address."""
    now = number(name, low, high, usual, by)
    key = f"learn-{name}"
    st.session_state[key] = now
    st.slider(
        label, low, high, step=by, key=key, format="%d %%" if percent else "%d", help=tip,
        on_change=_keep, args=(name, key, str(usual)),
    )  # fmt: skip
    return now


def picked(
    label: str, name: str, options: Sequence[str], *, shown: Callable[[str], str] = str,
    forget: Sequence[str] = (), tip: str | None = None, small: bool = True,
) -> str:  # fmt: skip
    """One of some options, in the address; `forget` names what belongs to the one before."""
    now = choice(name, options)
    key = f"learn-{name}"
    st.session_state[key] = now
    how = {"key": key, "on_change": _keep, "args": (name, key, options[0], tuple(forget)),
           "format_func": shown, "help": tip}  # fmt: skip
    if small:
        st.segmented_control(label, options, required=True, wrap=True, **how)
    else:
        st.selectbox(label, options, **how)
    return now


def _keep(name: str, key: str, usual: str, forget: Sequence[str] = ()) -> None:
    value = str(st.session_state[key])
    links.choose(name, "" if value == usual else value)
    for other in forget:
        links.choose(other, "")


def _refuse(name: str, options: str, key: str = "") -> None:
    """Told until that control, or the screen, is another."""
    complaints.note(
        key or f"learn-{name}",
        f"The link asks for another {name} than {options}; the usual one is shown instead.",
    )
    links.choose(name, "")
