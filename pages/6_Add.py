"""Add: your own network and pictures become a model like any other."""

import streamlit as st

from pages.parts import cache, shell
from pages.parts.adding import bring, finish, seen

with shell.page("Add"):
    st.title("Your own network", anchor=False)
    if cache.store().read_only:
        st.info("This is a read-only copy: nothing can be added.", icon=":material/lock:")
    else:
        st.markdown(
            "A classifier in one file and some pictures; then it is quantised, measured and "
            "compared as every other model. Both stay on this machine."
        )
        finish.done()
        network = bring.network()
        pictures = bring.pictures(network) if network else None
        classes = seen.classes(network, pictures) if network and pictures else None
        if network and pictures and classes:
            way = seen.way(network, pictures, classes)
            if way:
                finish.offer(network, pictures, classes, way[0])
        finish.listed()
