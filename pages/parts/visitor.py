"""Who asks: a name for the queue, so that people know their own sweeps from others'."""

from __future__ import annotations

import hashlib
import secrets

import streamlit as st

COOKIE = "_streamlit_xsrf"  # one a browser, kept by Streamlit itself


def name() -> str:
    """Of the person who is signed in, else `visitor` and four signs that stay with the browser."""
    if getattr(st.user, "is_logged_in", False):
        return str(st.user.get("name") or st.user.get("email") or "signed in")
    return f"visitor {_signs()}"


def shown(requested_by: str) -> str:
    """Who asked, as this visitor reads it."""
    return "you" if requested_by == name() else requested_by or "somebody"


def _signs() -> str:
    if "visitor" not in st.session_state:
        # The cookie's last part is the browser's own; the parts before it change.
        token = st.context.cookies.get(COOKIE, "").rsplit("|", 2)[-2:]
        text = token[0] if len(token) == 2 else ""
        whole = hashlib.sha256((text or secrets.token_hex(8)).encode()).hexdigest()
        st.session_state["visitor"] = whole[:4]
    return str(st.session_state["visitor"])
