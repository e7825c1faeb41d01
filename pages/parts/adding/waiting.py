"""Reading what somebody brings takes seconds: it is done beside the page, which looks in on it.

A page that waited itself would keep others from being built.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, TypeVar

import streamlit as st

from pages.parts import cache, shell
from quant.errors import BitfrontError

LOOK_SECONDS = 0.4
Result = TypeVar("Result")


@dataclass
class _Work:
    """What runs or ran for one step. `key` names what it was asked for."""

    key: tuple[Any, ...]
    future: Future[Any]
    since: float


def result(
    step: str, key: tuple[Any, ...], words: str, work: Callable[[], Result]
) -> Result | None:
    """What `work` gives for this key; None while it runs and where it refuses, which is shown."""
    kept: dict[str, _Work] = st.session_state.setdefault("adding", {})
    known = kept.get(step)
    if known is None or known.key != key:
        known = kept[step] = _Work(key, cache.readers().submit(work), time.monotonic())
    if not known.future.done():
        _look(step, words)
        return None
    try:
        found: Result = known.future.result()
        return found
    except BitfrontError as exc:
        st.error(shell.sentence(exc), icon=":material/error:")
        return None


def forget() -> None:
    """Begin anew."""
    st.session_state.pop("adding", None)


@st.fragment(run_every=LOOK_SECONDS)
def _look(step: str, words: str) -> None:
    work: _Work | None = st.session_state.get("adding", {}).get(step)
    if work is None or work.future.done():
        st.rerun()
    else:
        seconds = time.monotonic() - work.since
        st.info(f"{words} … {seconds:.0f} s", icon=":material/hourglass_top:")
