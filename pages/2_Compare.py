"""Compare: two to six points side by side, picture by picture."""

import streamlit as st

from pages.parts import complaints, controls, measuring, share, shell
from pages.parts.comparing import chosen, classes, facts, flips, latencies, layers, older
from quant.errors import DataError

PARTS = {
    "Pictures": flips.grid,
    "Classes": classes.classes,
    "Confusions": classes.confused,
    "Latency": latencies.latencies,
    "Layers": layers.layers,
}
ALLOWED = {"part": tuple(PARTS), "measure": classes.MEASURES}


def empty(found: chosen.Chosen) -> None:
    """Fewer than two points: what to do next."""
    st.title("Compare", anchor=False)
    if found.is_measured:
        st.info("Choose two to six points in the side panel.", icon=":material/touch_app:")
        return
    st.info(
        measuring.awaited(found.workload.name)
        or f"Nothing is measured of {found.workload.name} yet. Measure some points on Explore, "
        "then compare them here.",
        icon=":material/touch_app:",
    )
    st.page_link("app.py", label="Explore", icon=":material/scatter_plot:")


with shell.page("Compare"):
    offered = controls.allowed()
    complaints.show({name: offered[name] for name in ("model", "batch", "threads")} | ALLOWED)
    with st.sidebar:
        found = chosen.choose()
    if found.complaint:
        st.warning(found.complaint, icon=":material/link_off:")
    if not found.sides:
        empty(found)
    else:
        sides = found.sides
        with st.container(horizontal=True, vertical_alignment="top"):
            with st.container():
                facts.title(sides, found.workload.name)
            share.link({chosen.POINTS: chosen.tokens(sides)})
        measuring.progress(found.workload.name)
        facts.statements(sides)
        older.offer(sides)
        facts.table(sides)
        for tab, (_, draw) in zip(
            st.tabs(list(PARTS), key="part", bind=controls.LINK), PARTS.items(), strict=True
        ):
            if tab.open:  # what no one sees is not drawn
                with tab:
                    try:
                        draw(sides)
                    except DataError as exc:
                        st.info(shell.sentence(exc), icon=":material/info:")
