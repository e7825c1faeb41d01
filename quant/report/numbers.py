"""Every number of a report for programs: JSON, and CSV of points, of layers, of the modelled."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from quant.devices import words as ondevice
from quant.present.considered import considered
from quant.report.report import Report
from quant.report.sections import headline, provenance, sections
from quant.rows import csv_text, json_line


def as_json(report: Report) -> str:
    """One object. What is modelled stands apart from `points`, which were measured."""
    return json_line(numbers(report)) + "\n"


def numbers(report: Report) -> dict[str, Any]:
    """The same as a dictionary."""
    machine, one = report.of.machine, report.of
    chosen = report.chosen
    return {
        "workload": report.workload.name,
        "headline": headline(report),
        "provenance": provenance(report),
        "made_at": report.made_at,
        "status": report.answer.status.value,
        "matters": report.asked.matters,
        "limits": report.asked.limits.limits,
        "chosen": None if chosen is None else chosen.recipe.id,
        "metric": one.metric,
        "machine": asdict(machine),
        "runtime": one.runtime,
        "batch": one.batch,
        "threads": one.threads,
        "data": one.data,
        "data_id": one.data_id,
        "n": one.n,
        "points": report.rows,
        "layers": layers(report),
        "considered": [
            {"recipe": other.point.recipe.id, "role": other.role, "why_not": other.why_not}
            for other in considered(
                report.selection.own, report.answer, report.asked, report.compared
            )
        ],
        "time_by_layer": None if report.explained is None else report.explained.row(),
        "modelled": modelled(report),
        "sections": [
            {
                "title": part.title,
                "said": part.said,
                "commands": part.code,
                "modelled": part.is_modelled,
                "table": None if part.table is None else asdict(part.table),
            }
            for part in sections(report)
        ],
    }


def layers(report: Report) -> list[dict[str, Any]]:
    """What became of each layer of the chosen point."""
    return [] if report.chosen is None else [asdict(one) for one in report.chosen.outcomes]


def modelled(report: Report) -> dict[str, Any] | None:
    """What the chosen file would do on the device; nothing of it was measured."""
    found = report.modelled
    if found is None:
        return None
    return {
        "measured": False,
        "device": found.device.id,
        "latency_ms": found.latency_ms and asdict(found.latency_ms),
        "gain_over_fp32": found.gain and asdict(found.gain),
        "energy_mj": found.energy_mj,
        "fp32_energy_mj": found.fp32_energy_mj,
        "rated_mj": found.rated_mj,
        "pictures_a_charge": found.charge,
        "fits_storage": found.fits_storage.value,
        "fits_memory": found.fits_memory.value,
        "memory_bytes": found.memory_bytes,
        "said": ondevice.sentence(found),
    }


def points_csv(report: Report) -> str:
    """A line a point, as `points --csv`."""
    return csv_text(report.rows)


def layers_csv(report: Report) -> str:
    """A line a layer of the chosen point."""
    return csv_text(layers(report))


def modelled_csv(report: Report) -> str:
    """A line a modelled figure, in words."""
    found = report.modelled
    if found is None:
        return ""
    return csv_text({"modelled, not measured": name, found.device.name: value}
                    for name, value in ondevice.rows(found))  # fmt: skip
