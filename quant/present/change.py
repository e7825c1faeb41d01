"""What would change the answer: limits, pictures, other priorities, another machine."""

from __future__ import annotations

from quant import advice, certainty, explain
from quant.draws import Draws
from quant.points import Points
from quant.present.answer import Answer, Energy, Status, without
from quant.present.asked import BATTERY, Asked
from quant.present.named import named
from quant.present.words import more_pictures
from quant.timing import in_threads

MATTERS = {"accuracy": "accuracy", "size": "size", "speed": "speed", "battery": "battery"}


def changes(
    points: Points, found: Answer, asked: Asked, energy: Energy, draws: Draws | None = None
) -> tuple[str, ...]:
    """Sentences, what is likeliest to matter first."""
    if found.point is None:
        return _remedies(points, asked, energy)
    said = [
        *_ends(found, asked),
        *_remedies(points, asked, energy, found),
        *_pictures(found, asked),
        *_priorities(found),
        _seeds(found, draws),
        _machine(found),
    ]
    return tuple(filter(None, said))


def _ends(found: Answer, asked: Asked) -> list[str]:
    """Down to where a limit may fall before the answer is another."""
    point = found.point
    if point is None or found.status is not Status.MET or point.recipe.is_fp32:
        return []
    ends = []
    if asked.limits.size_bytes is not None:
        ends.append(f"a size limit below {explain.size(point.size_bytes)}")
    if asked.limits.drop is not None:
        least = max(point.drop_high, 0.0)
        ends.append(f"a loss limit below {explain.points(least, 2).lstrip('+')} pp")
    if asked.limits.latency_ms is not None:
        ends.append(f"a latency limit below {explain.latency(point.latency_ms)}")
    return [f"It would be another with {explain.listed(ends)}."] if ends else []


def _remedies(
    points: Points, asked: Asked, energy: Energy, found: Answer | None = None
) -> tuple[str, ...]:
    """Each limit lifted by itself, where that gives another answer."""
    said = []
    now = found.point.id if found and found.point else ""
    for name in asked.budgets.limits:
        instead = without(points, asked, name, energy)
        if instead is None or instead.id == now:
            continue
        what = named(instead.recipe)
        lost = "" if instead.recipe.is_fp32 else f", {explain.change(instead)}"
        said.append(
            f"Without the limit on {advice.NAMES[name]} it would be {what[0].lower()}{what[1:]}: "
            f"{explain.size(instead.size_bytes)}{lost}."
        )
    return tuple(said)


def _pictures(found: Answer, asked: Asked) -> list[str]:
    one, limit = found.beside.doubtful, asked.limits.drop
    if one is None or limit is None or found.status is not Status.MET or not found.beside.smaller:
        return []
    return [
        f"More pictures: {named(one.recipe)[0].lower()}{named(one.recipe)[1:]} "
        f"({explain.size(one.size_bytes)}) would be smaller, and whether it loses at most "
        f"{explain.limit(limit)} is not decided on {one.n:,}: {explain.change(one)}."
        + more_pictures(one, asked)
    ]


def _priorities(found: Answer) -> list[str]:
    point = found.point
    if point is None:
        return []
    other: dict[str, tuple[str, list[str]]] = {}
    for name, one in found.others.items():
        if one.id != point.id:
            other.setdefault(one.id, (named(one.recipe), []))[1].append(MATTERS[name])
    return [
        f"If {' or '.join(names)} mattered most, it would be {what[0].lower()}{what[1:]}"
        f"{' (battery by the model, not measured)' if BATTERY in names else ''}."
        for what, names in other.values()
    ]


def _seeds(found: Answer, draws: Draws | None) -> str:
    point = found.point
    if point is None or not point.recipe.uses_pictures:
        return ""
    if draws is not None and (words := certainty.over_draws(draws)):
        return f"Other calibration pictures move its accuracy: {words}."
    return (
        "Other calibration pictures: it was made with one draw of them, so how much the draw "
        "matters is not known."
    )


def _machine(found: Answer) -> str:
    point = found.point
    if point is None:
        return ""
    pictures = explain.batch_of(point.batch)
    return (
        f"Another machine: speed was measured on {point.machine_label} with "
        f"{in_threads(point.threads)}, {pictures} at a time, in {point.runtime}; sizes and answers "
        "stay the same elsewhere, speeds do not."
    )
