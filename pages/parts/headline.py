"""The top of Explore: what is seen, and the chosen point in four numbers."""

from __future__ import annotations

import streamlit as st

from models.offered import counted
from models.workload import Workload
from pages.parts import cache, links, terms
from pages.parts.text import escape
from pages.parts.view import View
from quant import advice, certainty, explain, metric
from quant.ran_in import ran_in
from quant.records import Measurement
from quant.timing import in_threads

NO_LABELS = (
    ":material/info: There are no true labels here, so this is no accuracy: it is the share of "
    "pictures that get the same answer as from FP32."
)
DRAWS_WORDS = (
    "Figures are those of the chosen file; the spread is what other calibration pictures give, "
    "beside the interval, which is what other report pictures would."
)


def title(workload: Workload, view: View) -> None:
    """Model and data; then on how many pictures and on which machine it was measured."""
    st.title(f"{workload.name} on {escape(workload.dataset)}", anchor=False)
    if view.chosen:
        one = view.chosen
        timed = in_threads(one.threads)
        timed += f", batch of {one.batch}" if one.batch > 1 else ""
        st.caption(
            f"Measured on {one.n:,} pictures{_others(one)} · {one.machine.cpu}, {timed} · "
            f"{ran_in(one)}"
        )
    else:
        st.caption(f"{escape(workload.title)} · {counted(workload.parameters)} parameters")


def _others(one: Measurement) -> str:
    """The other splits."""
    if not one.report_pictures:
        return ""
    used = one.recipe.calibration_images if one.recipe.uses_pictures else 0
    return f", calibrated on {used:,} others" if used else ", none of them calibrates"


def numbers(view: View) -> None:
    """The chosen point against FP32."""
    point = view.chosen
    if point is None:
        return
    size, loss = _against(point)
    with st.grid(4, min_column_width=130):
        st.metric(
            _role(view),
            point.recipe.bits,
            _rest(view, point),
            delta_color="off",
            delta_arrow="off",
            help=terms.told(
                "Bits of weights and of activations; below, how weights are rounded.",
                "w4a8",
                "rounding",
            ),
        )
        _metric("Size", explain.size(point.size_bytes), size, terms.told("Of the file.", "size"))
        _metric("Latency", *_speed(point), terms.told(_interval(point), "latency", "runtime"))
        _metric(
            metric.titled(point.metric, "Accuracy"),
            explain.percent(point.accuracy),
            loss,
            terms.told(_paired(point, view), "pp", "interval", "not-told-apart"),
        )
    kind = point.metric
    if metric.is_agreement(point):
        st.caption(NO_LABELS)
    if view.draws and (words := certainty.over_draws(view.draws)):
        what = metric.titled(kind, "Accuracy")
        st.caption(f":material/casino: {what} {words}{_noise(view)}. {DRAWS_WORDS}")
    if doubt := explain.unsteady(point):
        st.caption(f":material/warning: {doubt}")


def why(view: View) -> None:
    """The recommendation in a sentence, and what the chosen point is if it is another."""
    st.markdown(f"**Why this one** — {_sentence(view)}")
    if view.pinned and view.recommendation.point and not view.is_recommended:
        best = view.recommendation.point
        st.button(
            f"Show the recommended {best.recipe.label}",
            key="recommended",
            on_click=links.choose,
            args=(links.POINT, ""),
        )


def _sentence(view: View) -> str:
    advised = advice.why(view.recommendation, view.budgets, view.compared)
    if view.chosen is None or view.is_recommended or not view.pinned:
        return advised
    beside = _beside_best(view, view.chosen)
    return f"you chose it. {advice.verdict_of(view.chosen, view.budgets)}{beside} {advised}"


def _beside_best(view: View, point: Measurement) -> str:
    """What the chosen point is beside the recommended one, in a sentence."""
    found, best = view.compared.beside.get(point.id), view.compared.best
    if found is None or best is None:
        return ""
    return f" In {metric.named(point)} it is {certainty.beside(found, best.recipe.label)}."


def _role(view: View) -> str:
    if view.is_recommended:
        return "Best within your budgets" if view.budgets.limits else "The smallest"
    if view.pinned:
        return "The point you chose"
    return "Nearest to your budgets"


def _rest(view: View, point: Measurement) -> str:
    """The label without its bits; with its model, where several are shown."""
    _, _, rest = point.recipe.label.partition("·")
    own = rest.replace("·", ", ") or "the baseline"
    models = {place.workload for place in view.points.used}
    return f"{point.workload}: {own}" if len(models) > 1 else own


def _against(point: Measurement) -> tuple[str, str]:
    if point.recipe.is_fp32:
        return ("the baseline",) * 2
    return explain.smaller(point), explain.change(point)


def _speed(point: Measurement) -> tuple[str, str]:
    """The ratio to FP32 in the same run first: what else the machine does moves it least."""
    time = explain.latency(point.latency_ms, point.latency_low_ms, point.latency_high_ms)
    if point.recipe.is_fp32:
        return time, "the baseline"
    fp32 = explain.latency(
        point.fp32_latency_ms, point.fp32_latency_low_ms, point.fp32_latency_high_ms
    )
    doubt = "" if explain.latency_told_apart(point) else "not told apart, "
    return explain.speed(point), f"{doubt}{time}, FP32 {fp32}"


def _metric(label: str, value: str, note: str, tip: str = "") -> None:
    st.metric(label, value, note, delta_color="off", delta_arrow="off", help=tip or None)


def _interval(point: Measurement) -> str:
    measured = explain.latency_range(point.latency_low_ms, point.latency_high_ms)
    baseline = explain.latency_range(point.fp32_latency_low_ms, point.fp32_latency_high_ms)
    starts = "" if point.latency_starts == 1 else f" in {point.latency_starts} process starts"
    alone = (
        f"{point.latency_runs:,} runs{starts}, each on {explain.batch_of(point.batch)} with "
        f"{in_threads(point.threads)}: {measured} (95 %)."
    )
    if point.recipe.is_fp32:
        return alone
    _, low, high = explain.latency_ratio(point)
    ratio, again = (
        explain.speed_range(*ends)
        for ends in ((low, high), (point.latency_again_low, point.latency_again_high))
    )
    if ratio == explain.ABSENT:
        return f"{alone} FP32, interleaved: {baseline}."
    return (
        f"{ratio} times FP32's speed in the same run (95 %); a repeat should find {again} (90 %). "
        f"{alone} FP32, in turn with it: {baseline}."
    )


def _noise(view: View) -> str:
    """The spread of the logits' signal to noise."""
    draws = view.draws
    if draws is None:
        return ""
    timed = (0, 0) if view.ground is None else (view.ground.batch, view.ground.threads)
    found = {name: cache.measurement(name, *timed) for name in draws.ids}
    kept = {name: one for name, one in found.items() if one is not None}
    noise = draws.sqnr_db(kept)
    return f", logits {certainty.spread(noise, unit='dB')}" if noise else ""


def _paired(point: Measurement, view: View) -> str:
    alone = f"{explain.accuracy(point)} on {point.n:,} pictures, 95 % interval."
    if point.recipe.is_fp32:
        return alone
    words = explain.against_fp32(point, certainty.told_apart(point, view.compared))
    said = [alone, f"{words[:1].upper()}{words[1:]}.", explain.p_value(point)]
    if (corrected := view.compared.against_fp32.get(point.id)) is not None:
        count = len(view.compared.against_fp32)
        said.append(f"After Holm's correction over {count} points: {explain.chance_of(corrected)}.")
    if could := certainty.could_tell(certainty.detectable_drop(point)):
        said.append(f"{could[:1].upper()}{could[1:]}.")
    return " ".join(said)
