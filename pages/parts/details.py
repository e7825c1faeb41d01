"""The chosen point whole: its layers, what changed, where its numbers come from, and before."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st

from pages.parts import cache, shell, terms, to_layers
from quant import explain, metric
from quant.ran_in import ran_in
from quant.records import LayerOutcome, Measurement
from quant.timing import in_threads

TABS = ("Table", "Layers", "Explain", "Flips", "Provenance", "History")
ALLOWED = {"tab": TABS}


def tabs() -> Sequence[Any]:
    """The open one is in the link."""
    return st.tabs(TABS, key="tab", bind="query-params")


def layers(point: Measurement) -> None:
    """What happened to every layer: nothing is skipped silently."""
    whole = cache.measurement(point.id, point.batch, point.threads) or point
    if not whole.outcomes:
        st.caption("No layers are recorded for this point.")
        return
    kept = [outcome for outcome in whole.outcomes if outcome.kept]
    st.caption(
        f"{len(whole.outcomes)} layers, {len(kept)} of them kept in float. "
        f"{whole.integer_mac_share:.1%} of the multiply-adds run on integer kernels; effective "
        f"widths are {whole.effective_weight_bits:.2g} bits for weights and "
        f"{whole.effective_activation_bits:.2g} for activations."
    )
    rows = [_layer(outcome) for outcome in whole.outcomes]
    st.dataframe(
        {name: [row[name] for row in rows] for name in rows[0]},
        hide_index=True,
        key="layers",
        alt=f"Layers of {point.recipe.label}: widths, kernels and reasons",
    )
    to_layers.link(point, "Change bits by layer")


def flips(point: Measurement) -> None:
    """How many predictions changed, which way, and whether chance would do the same."""
    if point.recipe.is_fp32:
        st.markdown("This is FP32: the others are compared with its predictions.")
        return
    wrong = point.flips - point.lost - point.gained
    with st.container(horizontal=True):
        st.metric(
            "Changed", f"{point.flips:,}", help=terms.told(f"Of {point.n:,} predictions.", "flips")
        )
        st.metric(
            "Lost",
            f"{point.lost:,}",
            help=terms.told("Right with FP32, wrong with this file.", "flips"),
        )
        st.metric(
            "Gained",
            f"{point.gained:,}",
            help=terms.told("Wrong with FP32, right with this file.", "flips"),
        )
        st.metric("Wrong both times", f"{wrong:,}", help="Changed from one wrong class to another.")
    st.markdown(
        f"Of {point.n:,} pictures, {explain.percent(point.flips / point.n)} get another answer "
        f"than from FP32. {explain.chance(point)}"
    )


def history(point: Measurement) -> None:
    """Every measurement of this point, the newest first."""
    measured = cache.history(point.key)
    if len(measured) < 2:
        st.markdown(
            f"Measured once, {_when(point)}, on {shell.escape(point.machine.label)}. Measure it "
            "again with `sweep --fresh`, and both are listed here."
        )
    rows = [
        {
            "measured": _when(one),
            "machine": one.machine.label,
            "runtime": one.ran_in,
            "batch": one.batch,
            "threads": one.threads,
            "pictures": one.n,
            metric.named(one): explain.accuracy(one),
            "speed": explain.speed(one),
            "latency": f"{explain.latency(one.latency_ms)} "
            f"({explain.latency_range(one.latency_low_ms, one.latency_high_ms)})",
            "size": explain.size(one.size_bytes),
            "shown": "yes" if one == point else "",
        }
        for one in reversed(measured)
    ]
    if rows:
        st.dataframe(
            {name: [row[name] for row in rows] for name in rows[0]},
            hide_index=True,
            key="history",
            alt=f"{len(rows)} measurements of {point.recipe.label}, the newest first",
        )


def provenance(point: Measurement) -> None:
    """How the numbers were made."""
    machine, versions = point.machine, point.versions
    sets = ", ".join(machine.instruction_sets) or "none that matters"
    facts = {
        "Pictures": f"{point.data}; {point.n:,} counted",
        "Splits": _splits(point),
        metric.titled(point.metric, "Accuracy"): f"{explain.accuracy(point)}, 95 % interval",
        "Against FP32": f"{explain.change(point)}, paired on the same pictures",
        "Logits": "" if point.sqnr_db is None else f"{point.sqnr_db:.1f} dB signal to noise",
        "Latency": f"{explain.latency_range(point.latency_low_ms, point.latency_high_ms)}, "
        f"{point.latency_runs:,} runs of {explain.batch_of(point.batch)} in "
        f"{point.latency_starts} process starts, {in_threads(point.threads)}",
        "Latency against FP32": _ratio(point),
        "Machine": f"{machine.label}, {machine.memory_gb:g} GB, {machine.system}; {sets}",
        "Runtime": f"{ran_in(point)}; the file needs {point.oldest_runtime} or later",
        "Versions": ", ".join(f"{name} {version}" for name, version in versions.items()),
        "Time taken": f"{point.quantize_seconds:.1f} s to make, {point.evaluate_seconds:.1f} s "
        "to measure",
        "Measured": point.measured_at,
        "All but latency measured": point.rest_measured_at,
        "Pictures' id": point.data_id,
        "File": f"{point.size_bytes:,} bytes, SHA-256 {point.artifact_sha256}",
        "Notes": "; ".join(point.notes),
        "Skipped pictures": _skipped(point),
    }
    shown = {name: shell.escape(fact) for name, fact in facts.items() if fact}
    st.table(shown, border="horizontal", alt=f"Provenance of {point.recipe.label}")


def _splits(point: Measurement) -> str:
    """How many pictures serve which purpose, and where they come from."""
    used, seed = point.recipe.calibration_images, point.recipe.seed
    if not point.report_pictures:
        return f"{used:,} calibrate, drawn with seed {seed}"
    calibrate = (
        f"{used:,} of {point.calibrate_pictures:,} calibrate, drawn with seed {seed}"
        if point.recipe.uses_pictures
        else f"none of {point.calibrate_pictures:,} that could calibrate"
    )
    return (
        f"{calibrate}; {point.select_pictures:,} select; {point.n:,} of "
        f"{point.report_pictures:,} report. No picture is in two of them. "
        f"From {point.pictures_from}."
    )


def _ratio(point: Measurement) -> str:
    middle, low, high = point.latency_ratio, point.latency_ratio_low, point.latency_ratio_high
    if point.recipe.is_fp32 or middle is None or low is None or high is None:
        return ""
    again = (point.latency_again_low or 0.0, point.latency_again_high or 0.0)
    return (
        f"{middle:.3f} of its time in the same run ({low:.3f} to {high:.3f}, 95 %); a repeat of "
        f"the whole measurement should find {again[0]:.3f} to {again[1]:.3f} (90 %)"
    )


def _skipped(point: Measurement) -> str:
    if not point.skipped:
        return ""
    more = f" and {len(point.skipped) - 5} more" if len(point.skipped) > 5 else ""
    return f"{len(point.skipped)}: {', '.join(point.skipped[:5])}{more}"


def _layer(outcome: LayerOutcome) -> dict[str, object]:
    return {
        "layer": outcome.layer,
        "op": outcome.op,
        "weights, bits": outcome.weight_bits,
        "input, bits": outcome.activation_bits,
        "kernel": outcome.kernel or "float",
        "kept in float, why": outcome.kept,
        "parameters": outcome.parameters,
        "multiply-adds": outcome.macs,
        "note": outcome.note,
    }


def _when(point: Measurement) -> str:
    """`2026-05-04 10:20 UTC`."""
    return f"{point.measured_at[:16].replace('T', ' ')} UTC"
