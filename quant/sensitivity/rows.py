"""Scores as rows: for programs, and as a table for eyes. Torch-free."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
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
            | _told(score.alone)
            | {f"recovered_{name}": value for name, value in _told(score.recovered).items()}
            | {"how": score.alone_how, "recovered_how": score.recovered_how}
            | {"why": why(found, layer, score.kind, score.bits)}
        )


def table(
    found: Sensitivity, kind: str, shown: str, *, recovered: bool = False
) -> list[tuple[str, ...]]:
    """Layers in network order, widths as columns, all layers together last.

    `~` marks what was not run and follows from other widths.
    """
    widths = WIDTHS[kind]
    lines = [(f"{kind}, {UNITS[shown]}", "parameters", *(f"{bits} bits" for bits in widths))]
    for layer in found.layers:
        scores = [found.score(layer.name, kind, bits) for bits in widths]
        cells = [_cell(score, shown, recovered=recovered) for score in scores if score is not None]
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


def _cell(score: Score, shown: str, *, recovered: bool) -> str:
    loss = score.recovered if recovered else score.alone
    how = score.recovered_how if recovered else score.alone_how
    text = value(loss, shown)
    return f"~{text}" if how == SCALED and text != ABSENT else text


def _told(loss: Loss) -> dict[str, Any]:
    return asdict(loss) | {"sqnr_db": loss.sqnr_db}
