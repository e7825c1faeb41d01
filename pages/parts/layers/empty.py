"""Before any layer was tried: one button that finds out, or why there is none."""

from __future__ import annotations

import streamlit as st

from pages.parts import cache, shell, visitor
from pages.parts.layers.asked import Asked
from quant import explain
from quant.bits.bits import USUAL
from quant.jobs.requests import FAILED, QUEUED, RUNNING, SENSITIVITY, SweepRequest
from quant.jobs.submit import ensure_dispatcher, submit
from quant.recipe import Recipe
from quant.sensitivity.estimate import seconds

RANGES = "mse"  # what activations cover while layers are tried
GAINS = 1.3  # times as long with what a method that learns gains


def draw(asked: Asked) -> None:
    """What is known without trying, and the button; while it runs, what will be seen."""
    name = shell.escape(asked.name)
    if cache.store().read_only:
        st.info(
            f"Nobody tried the layers of {name} before this copy was made, and nothing is "
            "measured in it. Choose another model.",
            icon=":material/lock:",
        )
        return
    if is_tried(asked.name):
        st.info(
            "Each layer is quantised alone, at each width. The columns appear here when all are "
            "done; you may leave this page meanwhile.",
            icon=":material/hourglass_top:",
        )
        return
    st.markdown(
        "Some layers can do with two bits, and some cannot do with four. To see which, every layer "
        f"of {name} is quantised alone, at every width, weights and activations apart, on pictures "
        "that nothing is reported on. From then on, this page predicts size, accuracy and latency "
        "for whatever bits you give each layer."
    )
    offer(asked, "Find out where it hurts", "primary")


def offer(asked: Asked, label: str, kind: str = "secondary") -> None:
    """The button that has every layer tried."""
    last = cache.newest_sweep(asked.name)
    failed = last is not None and last.purpose == SENSITIVITY and last.state == FAILED
    waits = is_tried(asked.name)
    recipe = _recipe(asked)
    more = GAINS if recipe.learns else 1.0
    time = explain.duration(more * seconds(cache.store(), asked.workload))
    st.button(
        "Being tried …" if waits else f"{'Retry' if failed else label} · {time}",
        key="try-layers",
        type=kind,  # type: ignore[arg-type]
        icon=":material/refresh:" if failed else ":material/biotech:",
        disabled=waits or asked.lacks_data,
        help="Name the folder of pictures in the side panel first."
        if asked.lacks_data
        else f"Runs in the background; what was tried before is not tried again.{_also(recipe)}",
        on_click=_begin,
        args=(asked, recipe),
    )


def is_tried(workload: str) -> bool:
    """Whether its layers are being tried now, or wait for it."""
    return any(
        task.state in (QUEUED, RUNNING)
        for sweep in cache.running(workload)
        if sweep.purpose == SENSITIVITY
        for task in cache.tasks(sweep.id)
    )


def _also(recipe: Recipe) -> str:
    if not recipe.learns:
        return ""
    return f" Also finds how much better than plain rounding {recipe.method} does at each layer."


def _recipe(asked: Asked) -> Recipe:
    """Of which all but the widths counts."""
    weights, activations = USUAL
    method = asked.resolved(Recipe(weights, activations))
    return Recipe(weights, activations, method, RANGES, asked.workload.calibration_images)


def _begin(asked: Asked, recipe: Recipe) -> None:
    submit(cache.store(), SweepRequest(
        asked.name, (recipe,), data=asked.data, requested_by=visitor.name(), purpose=SENSITIVITY,
    ))  # fmt: skip
    ensure_dispatcher()
