"""Layers: where bits matter, what each assignment should give, and then measuring it."""

import streamlit as st

from pages.parts import cache, complaints, measuring, shell
from pages.parts.layers import asked, board, empty

with shell.page("Layers"):
    complaints.show(asked.allowed() | board.ALLOWED)
    with st.sidebar:
        wanted = asked.ask()
    found = cache.sensitivity(wanted.name)
    board.title(wanted, found)
    measuring.progress(wanted.name)
    if found is None:
        empty.draw(wanted)
    else:
        board.draw(wanted, found)
