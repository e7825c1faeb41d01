"""Scores as rows: for programs, and as a table for eyes. Torch-free."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from math import log10
from typing import Any

from quant.explain import ABSENT, MINUS
from quant.sensitivity.scores import SCALED, WIDTHS, Loss, Score, Sensitivity
from quant.sensitivity.words import why

SHOWN = ("sqnr", "kl", "loss", "drop")  # what a cell may hold
UNITS = {"sqnr": "dB", "kl": "nats", "loss": "nats", "drop": "pp"}


def rows(found: Sensitivity) -> Iterator[dict[str, Any]]:
    """One for each layer, kind and width."""
    by_name = {layer.name: layer for layer in found.layers}
    shared = {
        name: getattr(found, name)
        for name in ("workload", "method", "ranges", "seed", "n", "data", "data_id", "key")
    }
    for score in found.scores:
        layer = by_name[score.layer]
        told = {
            "layer": layer.name, "op": layer.op, "kind": score.kind, "bits": score.bits,
            "used_bits": score.used_bits, "parameters": layer.parameters, "macs": layer.macs,
            "shape": list(layer.shape), "groups": layer.groups, "sources": list(layer.sources),
        }  # fmt: skip
        yield (
            shared
            | told
            | asdict(score.alone)
            | {"sqnr_db": score.alone.sqnr_db}
            | {f"recovered_{name}": value for name, value in asdict(score.recovered).items()}
            | {"recovered_db": gained_db(found, score)}
            | {"how": score.alone_how, "recovered_how": score.recovered_how}
            | {"why": why(found, layer, score.kind, score.bits)}
        )


def table(
    found: Sensitivity, kind: str, shown: str, *, recovered: bool = False
) -> list[tuple[str, ...]]:
    """Layers in network order, widths as columns, all layers together last.

    Of what is recovered, decibels are those that the logits gain. `~` marks what was not run and
    follows from other widths.
    """
    widths = WIDTHS[kind]
    lines = [(f"{kind}, {UNITS[shown]}", "parameters", *(f"{bits} bits" for bits in widths))]
    for layer in found.layers:
        scores = [found.score(layer.name, kind, bits) for bits in widths]
        given = [score for score in scores if score is not None]
        if recovered:
            cells = [_recovered(found, score, shown) for score in given]
        else:
            cells = [_marked(value(one.alone, shown), one.alone_how) for one in given]
        if cells:
            lines.append((layer.name, f"{layer.parameters:,}", *cells))
    if not recovered:
        totals = [found.total(kind, bits) for bits in widths]
        cells = [ABSENT if one is None else value(one.loss, shown) for one in totals]
        parameters = sum(layer.parameters for layer in found.layers)
        lines.append(("all layers", f"{parameters:,}", *cells))
    return lines


def value(loss: Loss, shown: str) -> str:
    """`31.2`, `0.0123`, `−0.8`, or a dash where it is not told."""
    if shown == "sqnr":
        return ABSENT if loss.sqnr_db is None else f"{loss.sqnr_db:.1f}"
    told = {"kl": loss.kl, "loss": loss.cross_entropy, "drop": loss.drop}[shown]
    if told is None:
        return ABSENT
    text = f"{100 * told:.1f}" if shown == "drop" else f"{told:.2g}"
    return text.replace("-", MINUS)


def gained_db(found: Sensitivity, score: Score) -> float | None:
    """How much better the logits' SQNR is when this alone stays float and the same of all other
    layers has that width; None where nothing of the noise is left."""
    total = found.total(score.kind, score.bits)
    if total is None:
        return None
    left = total.loss.noise - score.recovered.noise
    return 10 * log10(total.loss.noise / left) if left > 0 and total.loss.noise > 0 else None


def _recovered(found: Sensitivity, score: Score, shown: str) -> str:
    if shown != "sqnr":
        return _marked(value(score.recovered, shown), score.recovered_how)
    gained = gained_db(found, score)
    text = ABSENT if gained is None else f"{gained:+.1f}".replace("-", MINUS)
    return _marked(text, score.recovered_how)


def _marked(text: str, how: str) -> str:
    return f"~{text}" if how == SCALED and text != ABSENT else text
