"""What a report says, part by part: page and deck both are these sections in order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from quant import advice, certainty, explain, metric
from quant.breakdown.words import time_words
from quant.compare.facts import facts, folded
from quant.devices import words as ondevice
from quant.devices.checked import DOCUMENTED
from quant.devices.roofline import FLOAT_EFFICIENCY, INTEGER_EFFICIENCY, SOURCE
from quant.point import Figures
from quant.present import words
from quant.present.change import changes
from quant.present.considered import considered
from quant.present.named import named
from quant.ran_in import ran_in
from quant.records import Measurement
from quant.report import reproduce
from quant.report.charts import Chart, charts
from quant.report.report import Report
from quant.selection import MOST_ROWS
from quant.timing import in_threads

FORMULA = (
    "Each layer takes the longer of its multiply-adds at the published throughput and its bytes at "
    "the published bandwidth, divided by the share of that which networks reach: "
    f"{FLOAT_EFFICIENCY:g} in float, {INTEGER_EFFICIENCY:g} in 8 bits. {SOURCE}."
)


@dataclass(frozen=True, slots=True)
class Table:
    """A heading and rows of text, and a line below them."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    below: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """`said` are sentences, `notes` what a speaker says. `code` are commands. A `folded` one is
    read last. `is_modelled` sets apart what nobody measured."""

    name: str
    title: str
    said: tuple[str, ...] = ()
    chart: Chart | None = None
    table: Table | None = None
    code: tuple[str, ...] = ()
    notes: str = ""
    folded: bool = False
    is_modelled: bool = False


def headline(report: Report) -> str:
    """One sentence, as the page says it: Present's, or Explore's of the point that is chosen."""
    point, limits = report.chosen, report.asked.limits
    if not report.pinned or point is None:
        answered = words.verdict(report.answer, report.asked)
        said = words.sentence(report.answer, report.asked, report.compared)
        return f"{answered}. {said}" if answered else said
    best = report.answer.beside.point
    if best is not None and best.id == point.id:
        return advice.why(report.answer.beside, limits, report.compared).replace("**", "")
    judged = advice.verdict_of(point, limits)
    return f"{named(point.recipe)}: {words.facts(point, report.compared)}. {judged}"


def asked(report: Report) -> str:
    """The question that the report answers."""
    limits, device = advice.in_words(report.asked.budgets), report.asked.device
    said = f"Wanted: {limits}" if limits else "No limit was set"
    where = f", to run on {device.name}" if device else ""
    return f"{said}{where}; {report.asked.matters} matters most."


def provenance(report: Report) -> str:
    """Pictures, machine, runtime and date in a line."""
    one = report.of
    timed = f"{in_threads(one.threads)}, {explain.batch_of(one.batch)} at a time"
    return (
        f"Measured on {one.n:,} pictures of {report.workload.dataset} ({metric.named(one)}) · "
        f"{one.machine.cpu}, {timed} · {ran_in(one)} · {one.measured_at[:10]}"
    )


def sections(report: Report) -> tuple[Section, ...]:
    """In the order in which they are read; those that have nothing to say are left out."""
    drawn = charts(report)
    made = (
        _answer(report, drawn),
        _front(drawn["size"]),
        _front(drawn["latency"]),
        _considered(report),
        _changes(report),
        _time(report, drawn),
        _modelled(report),
        _points(report),
        _layers(report),
        _how(report),
        _again(report),
    )
    return tuple(one for one in made if one is not None)


def _answer(report: Report, drawn: dict[str, Chart]) -> Section:
    chart = drawn["answer"]
    shown = [one for one in (report.fp32, report.chosen) if one is not None]
    differ, _ = folded(facts(shown))
    keep = tuple(row for row in differ if not row.minor)
    alone = len(shown) == 1
    rows = [row for row in facts(shown) if not row.minor] if alone else keep
    head = ("", *("FP32" if one.recipe.is_fp32 else one.recipe.label for one in shown))
    table = Table(head, tuple((row.name, *row.cells) for row in rows)) if shown else None
    title = "The answer beside FP32" if len(shown) == 2 else "What there is"
    doubt = explain.unsteady(report.chosen) if report.chosen else ""
    return Section(
        "answer",
        title,
        said=(doubt,) if doubt else (),
        chart=chart,
        table=table,
        notes=f"{headline(report)} {asked(report)} {chart.alt} Faint dots are outside the limits, "
        "hollow ones undecided, the coloured one is the answer.",
    )


def _front(chart: Chart) -> Section:
    told = (
        "Each dot is a file that was measured. The dotted steps are the front: nothing measured "
        "lies on its good side. Bars are 95 % intervals; dim dots are dominated or outside a limit."
    )
    return Section(chart.name, chart.title, said=(told,), chart=chart, notes=f"{chart.alt} {told}")


def _considered(report: Report) -> Section | None:
    others = considered(report.selection.own, report.answer, report.asked, report.compared)
    if not others:
        return None
    rows = tuple(
        (
            f"{named(one.point.recipe)} ({one.point.recipe.label})",
            one.role,
            explain.size(one.point.size_bytes),
            one.why_not,
        )
        for one in others
    )
    return Section(
        "considered",
        "What else was considered, and why not",
        table=Table(("file", "which is", "size", "why not"), rows),
        notes=" ".join(f"{row[0]}: {row[3]}" for row in rows),
    )


def _changes(report: Report) -> Section | None:
    said = changes(report.selection.own, report.answer, report.asked, report.energy, report.draws)
    if not said:
        return None
    return Section("changes", "What would change the answer", said=said, notes=" ".join(said))


def _time(report: Report, drawn: dict[str, Chart]) -> Section | None:
    told = report.explained
    if told is None:
        return None
    said = tuple(one.replace("**", "") for one in time_words(told.breakdown))
    return Section("time", "Where the time goes", said, drawn["time"], notes=" ".join(said))


def _modelled(report: Report) -> Section | None:
    found = report.modelled
    if found is None:
        return None
    error = ondevice.error(report.check, DOCUMENTED)
    rows = tuple(ondevice.rows(found)) + tuple(
        (title, value if one is None else f"{value}; {one.source.title}, {one.source.publisher}")
        for title, value, one in ondevice.published(found.device)
    )
    return Section(
        "modelled",
        f"On {found.device.name}: modelled, not measured",
        said=(ondevice.sentence(found), error, FORMULA),
        table=Table(("modelled, or published", found.device.name), rows),
        notes=f"Nothing was measured on this device. {ondevice.sentence(found)} {error}",
        is_modelled=True,
    )


def _points(report: Report) -> Section:
    listed = report.selection.rows(MOST_ROWS, report.asked.limits)
    what = metric.common(listed.points)
    head = (
        "file", "size", "against FP32's", "latency", "speed", what, "less FP32's", "n",
        "within the limits", "on the front",
    )  # fmt: skip
    rows = tuple(
        (*_figures(one), certainty.verdict(one, report.asked.limits), "yes" if best else "no")
        for one, best in zip(listed.points, listed.best, strict=True)
    )
    more = f"{listed.left_out:,} more are in the CSV and the JSON. " if listed.left_out else ""
    return Section(
        "points",
        f"All {len(report.selection.own):,} that are measured",
        table=Table(
            head,
            rows,
            f"{more}Intervals are 95 %, in brackets; differences and ratios are paired, of the "
            "same pictures and the same runs. Front: size, latency and accuracy together.",
        ),
        notes="Every file that was measured, with its intervals and what it is to the limits.",
        folded=True,
    )


def _figures(one: Figures) -> tuple[str, ...]:
    base = one.recipe.is_fp32
    interval = explain.latency_range(one.latency_low_ms, one.latency_high_ms)
    ratio = explain.speed_range(*explain.latency_ratio(one)[1:])
    speed = explain.faster(one)
    return (
        one.recipe.label,
        explain.size(one.size_bytes),
        "the baseline" if base else explain.smaller(one),
        f"{explain.latency(one.latency_ms)} ({interval})",
        "the baseline" if base else speed if ratio == explain.ABSENT else f"{speed} ({ratio})",
        explain.accuracy(one),
        "the baseline" if base else explain.change(one),
        f"{one.n:,}",
    )


def _layers(report: Report) -> Section | None:
    point = report.chosen
    if point is None or not point.outcomes:
        return None
    rows = tuple(
        (
            one.layer, one.op, str(one.weight_bits), str(one.activation_bits),
            one.kernel or "float", f"{one.parameters:,}", f"{one.macs:,}", one.kept or one.note,
        )
        for one in point.outcomes
    )  # fmt: skip
    head = (
        "layer", "op", "weights, bits", "input, bits", "kernel", "parameters", "multiply-adds",
        "why in float, or note",
    )  # fmt: skip
    said = (
        f"{explain.percent(point.integer_mac_share)} of the multiply-adds run on integer kernels."
    )
    return Section(
        "layers",
        f"Layers of {point.recipe.label}",
        said=(said,),
        table=Table(head, rows),
        notes=said,
        folded=True,
    )


def _how(report: Report) -> Section:
    one = report.of
    rows = tuple(_provenance(report, one))
    return Section(
        "how",
        "How it was measured",
        table=Table(("what", "how"), rows),
        notes=f"{provenance(report)}. Every figure is of a file that was run; intervals are 95 %.",
    )


def _provenance(report: Report, one: Measurement) -> list[tuple[str, str]]:
    machine = one.machine
    label = "FP32" if one.recipe.is_fp32 else one.recipe.label
    facts_: dict[str, Any] = {
        "Model": f"{report.workload.title} ({report.workload.name}), "
        f"{report.workload.parameters:,} parameters",
        "Pictures": f"{one.data}; {one.n:,} counted",
        "Splits": _splits(one),
        "Metric": _metric(one),
        "Machine": f"{machine.label}, {machine.memory_gb:g} GB, {machine.system}; "
        f"{', '.join(machine.instruction_sets) or 'no instruction sets that matter'}",
        "Runtime": f"{ran_in(one)}; the file needs {one.oldest_runtime} or later",
        "Timed": f"{one.latency_runs:,} runs of {explain.batch_of(one.batch)} in "
        f"{one.latency_starts} process starts, {in_threads(one.threads)}, beside FP32",
        "Measured": f"{one.measured_at[:16].replace('T', ' ')} UTC ({label})",
        "Versions": ", ".join(f"{name} {number}" for name, number in one.versions.items()),
        "File": f"{label}: {one.size_bytes:,} bytes, SHA-256 {one.artifact_sha256}",
        "Weights from": report.workload.weights_from,
        "Pictures' id": one.data_id,
        "Notes": "; ".join(one.notes),
        "Report made": f"{report.made_at[:16].replace('T', ' ')} UTC",
    }
    return [(name, str(value)) for name, value in facts_.items() if value]


def _metric(one: Measurement) -> str:
    if metric.is_agreement(one):
        return "agreement with FP32: there are no true labels, so FP32's answers stand for them"
    return "accuracy: the share of pictures whose likeliest class is the true one"


def _splits(one: Measurement) -> str:
    if not one.report_pictures:
        return ""
    return (
        f"{one.calibrate_pictures:,} calibrate, {one.select_pictures:,} select, {one.n:,} of "
        f"{one.report_pictures:,} report; no picture is in two of them"
    )


def _again(report: Report) -> Section:
    mixed = any(one.recipe.is_mixed for one in report.measured)
    code = (*reproduce.sweeps(report.measured, report.data), *_own(report))
    return Section(
        "again",
        "Do it again",
        said=(
            "In Bitfront's folder, with its environment active: the first lines measure the same "
            "points, the last ones write the file, a folder with all that runs it, and this "
            "report. Latencies are this machine's."
            + (" Recipes whose layers differ are in the report as .zip." if mixed else ""),
        ),
        code=code,
        notes="The commands that measure and write all of this again.",
    )


def _own(report: Report) -> Sequence[str]:
    """The file, the bundle and the report."""
    point = report.chosen
    pinned = point.recipe.label if point is not None and report.pinned else ""
    name = report.workload.slug
    told = reproduce.report(
        report.workload.name, report.asked, report.of.runtime, f"{name}.html", pinned
    )
    if point is None or point.recipe.is_fp32:
        return (told,)
    file = f"{name}-{point.recipe.bits}.onnx"
    recipe = reproduce.in_archive(point.recipe)
    return (
        reproduce.export(point, file, report.data, recipe_file=recipe),
        reproduce.export(point, file.replace(".onnx", ".zip"), report.data, "bundle", recipe),
        told,
    )
