"""Explore: choose a model and bit-widths, measure, and see what every bit buys."""

import streamlit as st

from pages.parts import (
    arrivals,
    cache,
    chart,
    complaints,
    controls,
    details,
    explaining,
    export,
    filing,
    headline,
    measuring,
    models,
    pytorch,
    reports,
    share,
    shell,
    showing,
    table,
    take,
    view,
)
from quant.present.asked import Asked
from quant.recipe import Recipe


def empty(choice: controls.Choice, seen: view.View) -> None:
    """Before the first point: what happens, or what to do next."""
    name = choice.workload.name
    lacks = models.lacking(choice.workload, choice.data)
    lacking = f" Measuring downloads {models.in_words(lacks)} first." if lacks else ""
    if seen.ground and not measuring.in_hand(name, choice.timing, choice.runtime):
        st.info(measuring.untimed(view.timed_at(seen.ground)), icon=":material/timer:")
    elif awaited := measuring.awaited(name):
        st.info(awaited, icon=":material/hourglass_top:")
    elif choice.lacks_data:
        needs = shell.escape(choice.workload.needs_data.partition(":")[0])
        st.info(
            f"{choice.workload.name} needs {needs}. Name the folder in the side panel, or use "
            f"Imagenette, ten classes of ImageNet; then press Measure.{lacking}",
            icon=":material/folder_open:",
        )
        if not cache.store().read_only:
            models.imagenette_button("imagenette-here")
    else:
        st.info(
            f"Nothing is measured yet.{lacking} Choose widths in the side panel and press Measure; "
            "each point appears here as soon as it is measured.",
            icon=":material/touch_app:",
        )


def report(file: str, choice: controls.Choice, seen: view.View) -> None:
    """Of all that is measured of the model where it is seen, about the chosen point."""
    if seen.ground is not None and seen.chosen is not None:
        asked = Asked(seen.budgets)
        reports.menu(file, seen.ground, asked, seen.chosen.id, data=choice.data)


with shell.page("Explore"):
    complaints.show(controls.allowed() | showing.allowed() | details.ALLOWED)
    measuring.begin()

    with st.sidebar:
        choice = controls.model()
        button = st.container()
        budgets = controls.budgets()

    name = choice.workload.name
    top = st.container()  # says what is seen, which the controls below decide
    wanted = showing.bar(choice.workload.metric) if cache.places(name) else showing.Showing()
    seen = view.of(choice, budgets, wanted.filters, wanted.also)
    with button:
        asked = (Recipe.fp32(), *choice.recipes)
        known = measuring.known(choice, seen.measured(asked))
        measuring.offer(choice, known, measuring.known(choice, seen.filed(asked)))

    with top:
        with st.container(horizontal=True, vertical_alignment="top"):
            with st.container():
                headline.title(choice.workload, seen)
            share.offer(seen)
        measuring.progress(name)
        if seen.complaint:
            st.warning(seen.complaint, icon=":material/link_off:")
        headline.numbers(seen)
    if seen.chosen is None:
        empty(choice, seen)
    else:
        chart.draw(seen, wanted, arrivals.now(name, seen))
        headline.why(seen)
        take.row(seen.chosen, choice, lambda file: report(file, choice, seen))
        rows, layers, why, flips, provenance, history = details.tabs()
        if rows.open:  # what no one sees is not drawn
            with rows:
                table.table(seen, wanted)
                pytorch.rows(seen)
                export.offer(seen)
        if layers.open:
            with layers:
                details.layers(seen.chosen)
        if why.open:
            with why:
                explaining.explained(seen.chosen, choice)
        if flips.open:
            with flips:
                details.flips(seen.chosen)
        if provenance.open:
            with provenance:
                details.provenance(seen.chosen)
        if history.open:
            with history:
                details.history(seen.chosen)
    with st.sidebar:
        filing.use()
