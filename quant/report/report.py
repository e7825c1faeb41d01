"""Everything that a report says, gathered once: the same values and functions as the pages'."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from models.workload import Workload, workload
from quant.beside import Compared, Right
from quant.breakdown.found import Found, found
from quant.devices.checked import DOCUMENTED, Check
from quant.devices.energy import millijoules
from quant.devices.modelled import Modelled, modelled
from quant.devices.work import work
from quant.draws import Draws
from quant.errors import RequestError
from quant.judged import rows
from quant.pareto import Ground
from quant.point import Figures
from quant.present.answer import Answer, Energy, answer
from quant.present.asked import Asked
from quant.records import Measurement
from quant.report.listed import measurements, with_draws
from quant.selection import MOST_ROWS, Selection
from quant.store import Store


@dataclass(frozen=True, slots=True)
class Source:
    """Where figures are read: what is measured of one model on one machine and runtime."""

    store: Store
    ground: Ground
    selection: Selection
    right: Right
    check: Check | None = None

    def measurement(self, identity: str) -> Measurement | None:
        """With its layers, at the batch and threads that are looked at."""
        return self.store.measurement(identity, (self.ground.batch, self.ground.threads))

    def energy(self, point: Figures) -> float | None:
        """Modelled millijoules of one picture."""
        kept = self.measurement(point.id)
        layers = None if kept is None else work(kept.outcomes)
        return millijoules(layers) if layers is not None and layers.steps else None


@dataclass(frozen=True, slots=True)
class Report:
    """`chosen` is the point that the report is about: the answer, or one that was pinned, and
    None where nothing is within the limits. `rows` are the objects of `points --json`, and
    `measured` what they are of, further calibration draws last. `modelled` is of no measurement.
    """

    workload: Workload
    ground: Ground
    asked: Asked
    answer: Answer
    selection: Selection
    compared: Compared
    draws: Draws | None
    energy: Energy
    chosen: Measurement | None
    pinned: bool
    fp32: Measurement | None
    measured: tuple[Measurement, ...]
    rows: tuple[dict[str, Any], ...]
    explained: Found | None
    check: Check | None
    modelled: Modelled | None
    made_at: str
    data: str | None

    @property
    def of(self) -> Measurement:
        """A point that tells machine, pictures and versions: the chosen one if there is one."""
        return self.chosen or self.fp32 or self.measured[0]


def gather(source: Source, asked: Asked, pinned: str = "", data: str | None = None) -> Report:
    """Read the store.

    Args:
        pinned: the id of the point to speak of, in the place of the answer.
        data: the folder of pictures, for the commands that are told.
    Raises:
        RequestError: nothing is measured, or not the pinned point.
    """
    selection = source.selection
    points = selection.own
    name = source.ground.workload
    if not len(points):
        raise RequestError(nothing(name))
    answered = answer(points, asked, source.energy)
    best = answered.point
    wanted = pinned or (best.id if best is not None else "")
    chosen = source.measurement(wanted) if wanted else None
    if pinned and chosen is None:
        raise RequestError(f"the point {pinned[:80]} is not measured here; choose another")
    named = tuple(one for one in (wanted, best.id if best else "") if one)
    listed = measurements(source.store, with_draws(selection, points))
    return Report(
        workload=workload(name),
        ground=source.ground,
        asked=asked,
        answer=answered,
        selection=selection,
        compared=selection.compared(asked.limits, MOST_ROWS, source.right, named),
        draws=selection.draws.get(wanted),
        energy=source.energy,
        chosen=chosen,
        pinned=bool(pinned) and (best is None or pinned != best.id),
        fp32=_baseline(source, listed),
        measured=tuple(listed),
        rows=tuple(rows(listed, selection, asked.limits, source.right)),
        explained=None if chosen is None else found(source.store, chosen),
        check=source.check,
        modelled=_modelled(chosen, asked, source.check),
        made_at=datetime.now(UTC).isoformat(timespec="seconds"),
        data=data,
    )


def nothing(name: str) -> str:
    """Where there is nothing to report."""
    return (
        f"nothing is measured of {name} yet, so there is nothing to report; "
        f"python -m quant sweep {name} measures it"
    )


def _baseline(source: Source, listed: Sequence[Measurement]) -> Measurement | None:
    at = next((one.id for one in listed if one.recipe.is_fp32), "")
    return source.measurement(at) if at else None


def _modelled(chosen: Measurement | None, asked: Asked, check: Check | None) -> Modelled | None:
    if chosen is None or asked.device is None:
        return None
    error = DOCUMENTED if check is None else check.widened(DOCUMENTED)
    return modelled(chosen, asked.device, error)
