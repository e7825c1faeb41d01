"""A file with what happened to each layer, checked before anybody sees it."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from onnx import ModelProto

from quant.calibrate import Observed, grids
from quant.disk import writing
from quant.errors import InvalidRecipe, ModelError
from quant.graph.files import is_large
from quant.graph.layers import Layer
from quant.graph.metadata import tagged
from quant.graph.network import Network
from quant.graph.prepared import Prepared
from quant.grid import Grid
from quant.lower.gates import with_gates
from quant.lower.lowering import lower
from quant.lower.placement import Placement, place
from quant.measure.accuracy import sqnr_db
from quant.outcomes import outcomes_of
from quant.plan import Plan, plan
from quant.recipe import FLOAT, Recipe
from quant.records import LayerOutcome
from quant.rounding.codes import Rounded, Weight
from quant.rounding.plain import PLAIN, round_all, weights_of
from quant.rounding.scales import Scales
from quant.rounding.source import Source
from quant.runtime.ort import Session
from quant.runtime.table import runtime as named
from quant.runtimes import USUAL, title
from quant.trim import trim

NOTHING = Rounded({}, Scales.below(1.0))
CHECKED_PICTURES = 8
MORE_DB = 6.0  # four times the noise of quantisation
LEAST_AGREEMENT_DB = 12.0  # between the integer kernels and the file's own definition
# tried: docs/architecture.md, docs/runtimes.md
RUNS_SINCE = {"onnxruntime": "onnxruntime 1.15", "openvino": "openvino 2026.4"}

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Artifact:
    """The file written. `agreement_db` compares its kernels with its dequantised reference."""

    path: Path
    outcomes: tuple[LayerOutcome, ...]
    kernels: dict[str, int]
    effective_weight_bits: float
    effective_activation_bits: float
    integer_mac_share: float
    agreement_db: float | None
    oldest_runtime: str


@dataclass(frozen=True, slots=True)
class Told:
    """What a file says of itself; `weight_bits` are the effective ones."""

    workload: str
    recipe: Recipe
    weight_bits: float
    runtime: str = USUAL


def make(
    prepared: Prepared,
    recipe: Recipe,
    observed: Mapping[str, Observed],
    pictures: Floats,
    path: Path,
    workload: str,
    source: Source | None = None,
) -> Artifact:
    """Quantise, write, reload and check; the file is there only once it has passed.

    Args:
        observed: what calibration saw; unused when activations stay in float.
        path: where to write; the name gets the first digits of the content's hash.
        source: calibration pictures and more, for methods that learn.
        pictures: (n, c, h, w) to compare the kernels with the dequantised reference on.
    Raises:
        ModelError: the file does not do what it says.
    """
    bits = plan(recipe, prepared.layers, prepared.products)
    quantised = {name: b.activations for name, b in bits.items() if b.activations < FLOAT}
    placement = place(prepared.network, prepared.layers, quantised, prepared.products)
    chosen = _grids(observed, prepared.network, placement, recipe.ranges)
    model, rounded = prepared.model, NOTHING
    if not recipe.is_fp32:
        weights = weights_of(prepared.network, prepared.layers, bits, placement, chosen)
        rounded = _rounded(prepared, recipe, weights, chosen, placement, source)
        chosen |= rounded.grids
        chosen |= placement.passed_on(chosen)
        model = lower(model, prepared.layers, bits, placement, chosen, rounded)
    told = Told(workload, recipe, effective_weight_bits(prepared.layers, bits, rounded))
    return written(prepared, model, told, bits, placement, pictures, path)


def written(
    prepared: Prepared,
    model: ModelProto,
    told: Told,
    bits: Plan,
    placement: Placement,
    pictures: Floats,
    path: Path,
    *,
    definition: ModelProto | None = None,
) -> Artifact:
    """Write a lowered network, reload it in its runtime and check it there.

    Args:
        told: what the file says of itself, beside its layers.
        definition: the same mathematics for ONNX Runtime, where the file is another one's.
    Raises:
        ModelError: the file does not do what it says.
    """
    recipe, runtime = told.recipe, told.runtime
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.stem}.{os.getpid()}.onnx")
    plain = path.with_name(f".{path.stem}.{os.getpid()}.plain.onnx")
    try:
        _write(model, draft, told, ())
        found = named(runtime).kernels(draft)
        outcomes = outcomes_of(prepared, bits, placement, found)
        if not recipe.is_fp32:
            _write(model, draft, told, outcomes)
        if definition is not None:
            _write(definition, plain, told, ())
        agreement = _agreement(
            draft, draft if definition is None else plain, prepared.path, pictures, runtime
        )
        path = _named_by_content(path, draft)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
        plain.unlink(missing_ok=True)
    return Artifact(
        path=path,
        outcomes=outcomes,
        kernels=found.used,
        effective_weight_bits=told.weight_bits,
        effective_activation_bits=_mean_by_macs([(o.activation_bits, o.macs) for o in outcomes]),
        integer_mac_share=_mean_by_macs([(is_integer(o), o.macs) for o in outcomes]),
        agreement_db=agreement,
        oldest_runtime=RUNS_SINCE[runtime],
    )


def _rounded(
    prepared: Prepared,
    recipe: Recipe,
    weights: Mapping[str, Weight],
    chosen: Mapping[str, Grid],
    placement: Placement,
    source: Source | None,
) -> Rounded:
    if not weights:
        return NOTHING
    if not recipe.learns:
        return round_all(weights, PLAIN[recipe.method])
    if source is None:
        raise InvalidRecipe(f"{recipe.method} learns from calibration pictures, and has none here")
    from quant.rounding.learn import learn  # which loads torch

    rounded = learn(prepared, weights, chosen, placement, recipe.method, source)
    trim()
    return rounded


def _named_by_content(path: Path, draft: Path) -> Path:
    """A file that another version makes otherwise does not take this one's place."""
    digest = hashlib.sha256(draft.read_bytes()).hexdigest()
    return path.with_name(f"{path.stem}-{digest[:8]}{path.suffix}")


def is_integer(outcome: LayerOutcome) -> bool:
    """Whether a layer runs on an integer kernel."""
    return outcome.kernel not in ("float32", "")


def effective_weight_bits(layers: tuple[Layer, ...], bits: Plan, rounded: Rounded) -> float:
    """Bits a weight on disk, with what quantised layers hold besides: a byte for the scale of each
    output channel, and one for the share of each input where these have shares."""
    total, weights = 0, 0
    for layer in layers:
        total += bits[layer.name].weights * layer.parameters
        given = rounded.layers.get(layer.name)
        if given is not None:
            total += 8 * len(given.codes.scale)
            total += 0 if given.codes.shares is None else 8 * given.codes.shares.size
        weights += layer.parameters
    return total / max(weights, 1)


def _grids(
    observed: Mapping[str, Observed], network: Network, placement: Placement, ranges: str
) -> dict[str, Grid]:
    """A grid for every placed tensor; one that is passed on keeps the grid of its root."""
    roots = {n: w for n, w in placement.widths.items() if n not in placement.passed}
    chosen = with_gates(grids(observed, roots, ranges), network, placement)
    return chosen | placement.passed_on(chosen)


def _agreement(
    path: Path, definition: Path, fp32: Path, pictures: Floats, runtime: str
) -> float | None:
    """SQNR in dB of the kernels against the same graph run node by node, dequantised.

    Raises:
        ModelError: they differ much, and by much more than that graph differs from FP32: a network
            that quantisation itself upsets is upset by the last digits of a sum as well.
    """
    fast = named(runtime).load(path, threads=1).run(pictures)
    plain = Session(definition, threads=1, optimised=False).run(pictures)
    if not np.isfinite(fast).all():
        raise ModelError("the quantised file gives values that are not numbers")
    agreement = sqnr_db(plain, fast)
    if agreement is not None and agreement < LEAST_AGREEMENT_DB:
        lost = sqnr_db(Session(fp32, threads=1).run(pictures), plain)
        if lost is None or agreement < lost - MORE_DB:
            raise ModelError(
                f"{title(runtime)}'s kernels agree with the file's definition to "
                f"{agreement:.0f} dB only, {LEAST_AGREEMENT_DB:.0f} dB are wanted: on this "
                "processor it computes them differently; try 7-bit weights, or another runtime"
            )
    return agreement


def _write(model: ModelProto, path: Path, told: Told, outcomes: tuple[LayerOutcome, ...]) -> None:
    """Write the file with its recipe and outcomes in its metadata.

    Raises:
        ModelError: it would be larger than an ONNX file may be.
    """
    if is_large(model):
        size = sum(len(item.raw_data) for item in model.graph.initializer)
        raise ModelError(
            f"the file would have {size / 1e9:.1f} GB, and an ONNX file holds 2 GB at most; ask "
            "for fewer bits a weight"
        )
    entries = {"workload": told.workload, "recipe": told.recipe.canonical}
    if told.runtime != USUAL:
        entries["runtime"] = told.runtime
    if outcomes:
        entries["effective_weight_bits"] = repr(told.weight_bits)
        entries["outcomes"] = json.dumps([_short(o) for o in outcomes], separators=(",", ":"))
    with writing(path):
        path.write_bytes(tagged(model, entries).SerializeToString())


def _short(outcome: LayerOutcome) -> dict[str, object]:
    """An outcome without its empty fields."""
    values = asdict(outcome)
    return {key: value for key, value in values.items() if value}


def _mean_by_macs(pairs: list[tuple[float, int]]) -> float:
    total = sum(macs for _, macs in pairs)
    return sum(value * macs for value, macs in pairs) / total if total else 0.0
