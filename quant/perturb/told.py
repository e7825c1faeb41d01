"""From what was tried to a loss for every layer, kind and width."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from quant.perturb.changes import Unit
from quant.perturb.kept import AtLayer
from quant.perturb.marks import Doubles
from quant.perturb.scaled import between, shared_out
from quant.perturb.schedule import RECOVERED, Sweep
from quant.perturb.trials import Trials
from quant.sensitivity.scores import KINDS, RUN, SCALED, WIDTHS, Loss, Score, Total

Width = tuple[str, int]  # kind and bits


@dataclass(frozen=True)
class Found:
    """What was tried. By unit, alone and without it at a kind and width; `totals` are the marks of
    all units at a kind and width."""

    sweeps: Sequence[Sweep]
    alone: Mapping[str, AtLayer]
    without: Mapping[Width, Mapping[str, AtLayer]]
    totals: Mapping[Width, Doubles]


def totals_of(trials: Trials, found: Found) -> tuple[Total, ...]:
    """Of every kind and width."""
    own, loss = trials.reference.own, trials.reference.loss
    return tuple(
        Total(kind, bits, loss(own, marks)) for (kind, bits), marks in found.totals.items()
    )


def scores_of(trials: Trials, found: Found) -> tuple[Score, ...]:
    """Of every unit in network order, kind and width."""
    told: dict[tuple[str, str, int], Score] = {}
    for kind in KINDS:
        units = [unit for unit in trials.changes.units if kind in unit.kinds]
        for bits in WIDTHS[kind]:
            for score in _at(trials, found, units, kind, bits):
                told[score.layer, kind, bits] = score
    every = [(u.name, kind, bits) for u in trials.changes.units for kind in u.kinds
             for bits in WIDTHS[kind]]  # fmt: skip
    return tuple(told[one] for one in every)


def _at(trials: Trials, found: Found, units: Sequence[Unit], kind: str, bits: int) -> list[Score]:
    alone = [_alone(trials, found.alone[unit.name], unit, kind, bits) for unit in units]
    recovered, how = _recovered(trials, found, units, [loss for loss, _ in alone], (kind, bits))
    return [
        Score(
            layer=unit.name,
            kind=kind,
            bits=bits,
            used_bits=min(trials.changes.used(unit, kind, bits)),
            alone=loss,
            recovered=given,
            alone_how=alone_how,
            recovered_how=how,
        )
        for unit, (loss, alone_how), given in zip(units, alone, recovered, strict=True)
    ]


def _alone(trials: Trials, at: AtLayer, unit: Unit, kind: str, bits: int) -> tuple[Loss, str]:
    reference, name = trials.reference, trials.named(unit, kind, bits)
    if name in at.marks:
        return reference.loss(reference.own, at.marks[name]), RUN
    names = {width: trials.named(unit, kind, width) for width in WIDTHS[kind]}
    runs = {
        width: reference.loss(reference.own, at.marks[one])
        for width, one in names.items()
        if one in at.marks
    }
    return between(runs, {width: at.local[one] for width, one in names.items()}, bits), SCALED


def _recovered(
    trials: Trials, found: Found, units: Sequence[Unit], alone: Sequence[Loss], width: Width
) -> tuple[list[Loss], str]:
    loss, total = trials.reference.loss, found.totals[width]
    if width in found.without:
        left = found.without[width]
        return [loss(left[unit.name].marks[RECOVERED], total) for unit in units], RUN
    return shared_out(alone, loss(trials.reference.own, total)), SCALED
