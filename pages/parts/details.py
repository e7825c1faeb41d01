"""The chosen point whole: take it with you, its layers, and where its numbers come from."""

from __future__ import annotations

import hashlib
import shlex
from pathlib import Path

import streamlit as st

from pages.parts import cache, shell
from pages.parts.controls import Choice
from quant import explain
from quant.errors import StoreError
from quant.recipe import CALIBRATION_IMAGES
from quant.records import LayerOutcome, Measurement
from quant.settings import settings


def take(point: Measurement, choice: Choice) -> None:
    """Download the model and its recipe, and the command that makes the same file."""
    path = artifact(point)
    name = f"{point.workload}-{point.recipe.label.replace('·', '-').replace(' ', '-')}"
    with st.container(horizontal=True):
        st.download_button(
            f"Download model · {explain.size(point.size_bytes)}",
            data=lambda: _read(path, point),
            file_name=f"{name}.onnx",
            mime="application/octet-stream",
            on_click="ignore",
            type="primary",
            icon=":material/download:",
            disabled=path is None,
            help=None if path else "The file is not on this machine; the command makes it again.",
        )
        st.download_button(
            "Recipe",
            data=point.recipe.canonical,
            file_name=f"{name}.json",
            mime="application/json",
            on_click="ignore",
            icon=":material/data_object:",
        )
        with st.popover("Reproduce", icon=":material/terminal:"):
            given = ", given the pictures it was made with" if choice.workload.needs_data else ""
            st.caption(
                "In Bitfront's folder, with its environment active, this writes the same "
                f"file{given}."
            )
            st.code(command(point, choice, f"{name}.onnx"), language="bash", wrap_lines=True)


def artifact(point: Measurement) -> Path | None:
    """Where the file is, if it is here; never outside the home folder."""
    home = settings().home.resolve()
    path = (home / point.artifact).resolve()
    return path if point.artifact and path.is_relative_to(home) and path.is_file() else None


def command(point: Measurement, choice: Choice, file: str) -> str:
    """The `export` that makes the same file."""
    recipe = point.recipe
    words = ["python", "-m", "quant", "export", point.workload]
    words += ["--weights", str(recipe.weights), "--activations", str(recipe.activations)]
    words += ["--method", recipe.method, "--ranges", recipe.ranges]
    if recipe.seed:
        words += ["--seed", str(recipe.seed)]
    if recipe.calibration_images != CALIBRATION_IMAGES:
        words += ["--calibration-images", str(recipe.calibration_images)]
    if choice.workload.needs_data:
        words += ["--data", choice.data or "DIR"]
    return shlex.join([*words, "-o", file])


def layers(point: Measurement) -> None:
    """What happened to every layer: nothing is skipped silently."""
    whole = cache.measurement(point.id) or point
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


def provenance(point: Measurement) -> None:
    """How the numbers were made."""
    machine, versions = point.machine, point.versions
    sets = ", ".join(machine.instruction_sets) or "none that matters"
    facts = {
        "Pictures": f"{point.data}; {point.n:,} counted",
        "Accuracy": f"{explain.accuracy(point)}, 95 % interval",
        "Against FP32": f"{explain.change(point)}, paired on the same pictures",
        "Changed predictions": f"{point.flips:,}: {point.lost:,} lost, {point.gained:,} gained",
        "Logits": "" if point.sqnr_db is None else f"{point.sqnr_db:.1f} dB signal to noise",
        "Latency": f"{explain.latency_range(point.latency_low_ms, point.latency_high_ms)}, "
        f"{point.latency_runs:,} runs, {point.threads} threads",
        "Machine": f"{machine.label}, {machine.memory_gb:g} GB, {machine.system}; {sets}",
        "Runtime": f"{point.runtime}; the file needs {point.oldest_runtime} or later",
        "Versions": ", ".join(f"{name} {version}" for name, version in versions.items()),
        "Calibration": f"{point.recipe.calibration_images} pictures, seed {point.recipe.seed}",
        "Time taken": f"{point.quantize_seconds:.1f} s to make, {point.evaluate_seconds:.1f} s "
        "to measure",
        "Measured": point.measured_at,
        "File": f"SHA-256 {point.artifact_sha256[:16]}…",
        "Notes": "; ".join(point.notes),
        "Skipped pictures": _skipped(point),
    }
    shown = {name: shell.escape(fact) for name, fact in facts.items() if fact}
    st.table(shown, border="horizontal", alt=f"Provenance of {point.recipe.label}")


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


def _read(path: Path | None, point: Measurement) -> bytes:
    """The file that was measured, when it is asked for; no other in its place."""
    try:
        content = path.read_bytes() if path else b""
    except OSError as exc:
        raise StoreError(f"the file {path} cannot be read ({exc.strerror})") from exc
    if path and hashlib.sha256(content).hexdigest() != point.artifact_sha256:
        raise StoreError(f"the file {path} is not the one that was measured; measure it again")
    return content
