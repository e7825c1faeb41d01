"""Explore: choose a model and bit-widths, measure, and see what every bit buys."""

import streamlit as st

from pages.parts import (
    arrivals,
    cache,
    chart,
    controls,
    details,
    headline,
    links,
    measuring,
    shell,
    showing,
    table,
    view,
)


def empty(choice: controls.Choice) -> None:
    """Before the first point: what happens, or what to do next."""
    if awaited := measuring.awaited(choice.workload.name):
        st.info(awaited, icon=":material/hourglass_top:")
    elif choice.lacks_data:
        needs = shell.escape(choice.workload.needs_data.partition(":")[0])
        st.info(
            f"{choice.workload.name} needs {needs}. Name the folder in the side panel, then press "
            "Measure.",
            icon=":material/folder_open:",
        )
    else:
        st.info(
            "Nothing is measured yet. Choose widths in the side panel and press Measure; each "
            "point appears here as soon as it is measured.",
            icon=":material/touch_app:",
        )


with shell.page("Explore"):
    for complaint in links.complaints(controls.ALLOWED | showing.ALLOWED):
        st.warning(complaint, icon=":material/link_off:")
    measuring.begin()

    with st.sidebar:
        choice = controls.model()
        button = st.container()
        budgets = controls.budgets()

    name = choice.workload.name
    top = st.container()  # says what is seen, which the controls below decide
    wanted = showing.bar() if cache.places(name) else showing.Showing()
    seen = view.of(choice, budgets, wanted.filters, wanted.also)
    with button:
        measuring.offer(choice, measuring.known(choice, seen.measured(choice.recipes)))

    with top:
        headline.title(choice.workload, seen)
        measuring.progress(name)
        if seen.complaint:
            st.warning(seen.complaint, icon=":material/link_off:")
        headline.numbers(seen)
    if seen.chosen is None:
        empty(choice)
    else:
        chart.draw(seen, wanted, arrivals.now(name, seen))
        headline.why(seen)
        details.take(seen.chosen, choice)
        rows, layers, provenance = st.tabs(["Table", "Layers", "Provenance"])
        with rows:
            table.table(seen, wanted)
        with layers:
            details.layers(seen.chosen)
        with provenance:
            details.provenance(seen.chosen)
