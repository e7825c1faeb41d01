"""The folder of this visit, where what is uploaded is written."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from quant.add import keep

TIMES = "add-times"  # how often something was added: uploaders are new, and empty, each time


def fresh(key: str) -> str:
    """The key of a widget that is emptied when something was added."""
    return f"{key}-{st.session_state.get(TIMES, 0)}"


def draft() -> Path:
    """Made when first asked for."""
    kept: Path | None = st.session_state.get("adding-draft")
    if kept is None or not kept.is_dir():
        kept = st.session_state["adding-draft"] = keep.new_draft()
    return kept
