"""Short links: `?view=ID` stands for a view that the store keeps."""

from __future__ import annotations

from urllib.parse import parse_qs

import streamlit as st
from streamlit.errors import StreamlitAPIException

from pages.parts import cache, complaints
from pages.parts.text import escape

VIEW = "view"


def expand() -> None:
    """Put what a short link stands for into the address, and begin again with that.

    Controls take their values from the address a run begins with, so it comes before any of them.
    """
    identity = st.query_params.get(VIEW, "")
    if not identity:
        return
    query = cache.store().view_query(identity)
    if query is None:
        st.query_params.pop(VIEW)
        complaints.note(
            VIEW,
            f"The link asks for the view {escape(identity[:40])}, which this store does not hold; "
            "the usual view is shown instead. Ask for the long link.",
        )
        return
    try:
        st.query_params.from_dict(parse_qs(query, keep_blank_values=True))
    except StreamlitAPIException:
        # Back in the history, with the controls in place: they own their part of the address.
        st.query_params.pop(VIEW)
        complaints.note(VIEW, "Reload the page to see this short link's view again.")
        return
    st.rerun()
