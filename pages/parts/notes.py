"""What is said under the chart: how much is shown, and how to read it."""

from __future__ import annotations

import streamlit as st

from pages.parts import cache, showing
from pages.parts.showing import Showing
from pages.parts.view import View
from quant import metric
from quant.scene import Scene
from quant.selection import Drawn

DEEP = (
    "Drag to turn. Points on stems are on the front: nothing measured is at least as good in all "
    "three. Sheets are your budgets. Choose a point in the chart beside it, or in the table."
)
GAINS = {
    "size": "smaller files",
    "latency": "faster files",
    "weight bits": "fewer bits",
    "accuracy": "more accuracy",
    "loss": "less loss",
    "changed answers": "fewer changed answers",
}


def notes(view: View, wanted: Showing, drawn: Drawn, everything: bool) -> None:
    """Counts first, then how to read the chart; a way out where accuracies do not compare."""
    said = [_counts(view, drawn, everything), DEEP if wanted.deep else _read(view, wanted, drawn)]
    said.append(_alike(view, drawn))
    st.caption(" ".join(filter(None, said)))
    if _differ(view) and "accuracy" in wanted.axes:
        _apart(wanted)


def _alike(view: View, drawn: Drawn) -> str:
    """What a square means; not told apart is not equal."""
    compared = view.compared
    if not any(point.id in compared.alike for point in drawn.points):
        return ""
    what = metric.common(drawn.points)
    return (
        f"Squares mark what is not told apart from {compared.best_label} in {what}, on the same "
        "pictures; that is not equal."
    )


def _counts(view: View, drawn: Drawn, everything: bool) -> str:
    """`Showing 8 of 14 points.`"""
    if view.selection is None:
        return ""
    shown, whole = len(drawn.points), len(view.selection.whole)
    why = []
    if more := sum(len(one) - 1 for one in view.selection.draws.values()):
        draws = "is a further calibration draw" if more == 1 else "are further calibration draws"
        why.append(f"{more:,} {draws} of these")
    if hidden := whole - len(view.points) - more:
        why.append(f"{hidden:,} are filtered out")
    if drawn.left_out:
        which = "nearest to the front" if everything else "spread along it"
        why.append(f"{drawn.left_out:,} more would only cover each other, so those {which} stand")
    reason = f" ({'; '.join(why)})" if why else ""
    return f"Showing {shown:,} of {whole:,} points{reason}."


def _read(view: View, wanted: Showing, drawn: Drawn) -> str:
    """How to read the 2-D chart; worked out once for all who look at the same."""

    def words() -> str:
        scene = Scene.of(drawn.points, wanted.x, wanted.y, view.budgets)
        return " ".join(filter(None, (_flat(scene), _knee(scene, wanted))))

    identities = [point.identity for point in drawn.points]
    return cache.drawn(("notes", wanted.x, wanted.y, view.budgets, identities), words)


def _flat(scene: Scene) -> str:
    said = [
        "Click a dot to see it whole. The dotted line is the front: nothing measured is better "
        "in both."
    ]
    if any(scene.is_dim(point) for point in scene.shown):
        said.append("Dim points are dominated or outside your budgets.")
    if any(scene.limit(axis) is not None for axis in (scene.across, scene.up)):
        said.append("Grey is what a budget excludes.")
    if any(point.recipe.is_fp32 for point in scene.shown):
        said.append("The dashed line is FP32.")
    if any(scene.is_sunk(point) for point in scene.shown):
        said.append("↓ lies lower still." if scene.up.focused else "← lies farther still.")
    return " ".join(said)


def _knee(scene: Scene, wanted: Showing) -> str:
    """In plain words: what a knee is, and which point it is."""
    knees = [point for point in scene.shown if point.id in scene.knees]
    if not knees:
        return ""
    gains = [metric.titled(knees[0].metric, GAINS[axis]) for axis in (wanted.x, wanted.y)]
    if len(knees) == 1:
        who = f"The knee, {knees[0].recipe.label}, is where the front bends"
    else:
        each = [f"{point.recipe.label} of {point.workload}" for point in knees]
        who = f"The knees, {' and '.join(each)}, are where the fronts bend"
    return f"{who} most: from there, {gains[0]} and {gains[1]} each cost a lot of the other."


def _differ(view: View) -> bool:
    """Whether models are shown that were measured on different pictures."""
    return len({(place.data, place.data_id) for place in view.points.used}) > 1


def _apart(wanted: Showing) -> None:
    """Accuracy on other pictures says nothing; what quantising costs still compares."""
    words = (
        "These models were measured on different pictures, so their accuracies do not compare, "
        "and each set of pictures has a front of its own. Their loss against FP32 does."
    )
    if wanted.deep:
        st.caption(words)
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(words)
        st.button("Show the loss", key="show-loss", on_click=showing.show_loss)
