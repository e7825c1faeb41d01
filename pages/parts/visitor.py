"""Who asks: a name for the queue, so that people know their own sweeps from others'."""

from __future__ import annotations

import hashlib
import secrets
from itertools import cycle

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
        st.session_state["visitor"] = signs(st.context.cookies.get(COOKIE, ""))
    return str(st.session_state["visitor"])


def signs(cookie: str) -> str:
    """Four signs of the browser's own token, or of chance; the mask over the token, and so the
    cookie's text, changes with every answer of the server."""
    try:
        _, mask, masked, _ = cookie.strip("\"'").split("|")
        pairs = zip(bytes.fromhex(masked), cycle(bytes.fromhex(mask)), strict=False)
        token = bytes(one ^ other for one, other in pairs)
    except ValueError:
        token = b""
    return hashlib.sha256(token or secrets.token_bytes(8)).hexdigest()[:4]
