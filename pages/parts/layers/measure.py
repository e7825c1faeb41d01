"""Measure this: the file with these bits is made and measured as any other point."""

from __future__ import annotations

import streamlit as st

from pages.parts import cache, compare, links, measuring, visitor
from pages.parts.layers.asked import Asked
from quant import explain
from quant.jobs.estimate import estimate
from quant.jobs.requests import SweepRequest
from quant.jobs.submit import ensure_dispatcher, submit
from quant.point import Figures, token
from quant.recipe import Recipe


def point(asked: Asked, recipe: Recipe) -> Figures | None:
    """What is measured of this recipe there, or None."""
    points = asked.measured
    found = [one for one in points.figures(range(len(points))) if one.recipe == recipe]
    return found[0] if found else None


def offer(asked: Asked, recipe: Recipe, found: Figures | None) -> None:
    """The button with the time it takes; once measured, the way to the point."""
    if found is not None:
        st.page_link(
            "app.py",
            label="Measured: see it on Explore",
            icon=":material/scatter_plot:",
            query_params={"model": asked.name, links.POINT: token(found.id)},
        )
        compare.one(found)
        return
    waits = recipe in measuring.in_hand(asked.name)
    label, why_not = _label(asked, recipe, waits=waits)
    pressed = st.button(
        label,
        key="measure-this",
        type="primary",
        icon=":material/play_arrow:",
        disabled=bool(why_not),
        help=why_not
        or "Makes the file with these bits and measures it, in the background; what "
        "was measured then stands beside what was predicted.",
    )
    if pressed:
        _submit(asked, recipe)
        st.rerun()


def _label(asked: Asked, recipe: Recipe, *, waits: bool) -> tuple[str, str]:
    """What the button says, and why it cannot be pressed, or nothing."""
    if cache.store().read_only:
        return "Measure this", "Measuring is off: this store is read-only."
    if asked.lacks_data:
        return "Measure this", "Name the folder of pictures in the side panel first."
    if waits:
        return "Being measured …", "It appears here as soon as it is measured."
    expected = estimate(cache.store(), asked.workload, (recipe,))
    time = f" · {explain.duration(expected.seconds)}" if expected else ""
    return f"Measure this{time}", ""


def _submit(asked: Asked, recipe: Recipe) -> None:
    submit(
        cache.store(),
        SweepRequest(
            asked.name,
            (recipe,),
            data=asked.data,
            requested_by=visitor.name(),
            runtime=asked.runtime,
            timings=(asked.timing,),
        ),
    )
    ensure_dispatcher()
