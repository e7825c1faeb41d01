"""Why this one: a recommendation in sentences."""

from __future__ import annotations

from quant import certainty, explain
from quant.beside import Compared
from quant.budgets import Budgets, Recommendation, Verdict, judge
from quant.metric import is_agreement, named
from quant.point import Point

NAMES = {"size_bytes": "size", "latency_ms": "latency", "drop": "loss"}


def in_words(budgets: Budgets) -> str:
    """`loss is at most 0.5 pp and size at most 1.00 MB`; empty where no budget is set."""
    parts = [f"{NAMES[name]} at most {_amount(name, value)}" for name, value in _ordered(budgets)]
    if not parts:
        return ""
    return " and ".join([parts[0].replace(" at most", " is at most"), *parts[1:]])


def why(found: Recommendation, budgets: Budgets, compared: Compared | None = None) -> str:
    """One sentence for the recommended point, or one that says honestly why there is none; then
    what is not told apart from it, if points were compared."""
    if found.considered == 0:
        return "Nothing is measured yet."
    if found.point is None:
        return _none(found, budgets)
    said = [_chosen(found, budgets, compared), _undecided(found, budgets)]
    if compared is not None:
        said.append(certainty.family(compared))
    return " ".join(filter(None, said))


def verdict_of(measured: Point, budgets: Budgets) -> str:
    """What a point that is not the recommended one is to the budgets, in a sentence."""
    verdicts = judge(measured, budgets)
    missed = [name for name, found in verdicts.items() if found is Verdict.NOT_MET]
    label = measured.recipe.label
    if missed:
        over = " and ".join(
            f"{NAMES[name]} of at most {_amount(name, budgets.limits[name])}" for name in missed
        )
        return f"{label} does not meet the {over}."
    if Verdict.UNDECIDED in verdicts.values():
        return (
            f"Whether {label} stays within {_amount('drop', budgets.limits.get('drop', 0.0))} is "
            f"undecided on {measured.n:,} pictures: {explain.change(measured)}."
            + _would_tell(measured, budgets)
        )
    return f"{label} meets the budgets." if verdicts else f"{label} was measured; no budget is set."


def _would_tell(point: Point, budgets: Budgets) -> str:
    """` About 12,000 more pictures would tell.`, where a loss is what is open."""
    missing = certainty.pictures_missing(point, budgets)
    if missing is None:
        return ""
    words = certainty.would_tell(missing)
    return f" {words[0].upper()}{words[1:]}."


def _chosen(found: Recommendation, budgets: Budgets, compared: Compared | None) -> str:
    point = found.point
    if point is None:
        return ""
    label, limits = point.recipe.label, in_words(budgets)
    if found.considered == 1:
        place = "the only point measured so far" + (", and it meets the budgets" if limits else "")
    elif found.met == 1 and limits:
        place = f"the only one of {found.considered:,} measured whose {limits}"
    else:
        place = f"the smallest of {found.considered:,} measured" + (
            f" whose {limits}" if limits else ""
        )
    return f"**{label}** is {place}: {_facts(point, compared)}."


def _facts(point: Point, compared: Compared | None) -> str:
    if point.recipe.is_fp32:
        return "the network as it came, nothing quantised"
    speed = explain.faster(point)
    joint = ", though " if speed.endswith("slower") else ", "
    apart, least = certainty.told_apart(point, compared), certainty.detectable_drop(point)
    silent = apart or least is None or is_agreement(point)
    would = "" if silent else f" ({certainty.smallest(least or 0.0)} would have been)"
    return (
        f"{explain.smaller(point)}{joint}{speed}, {explain.change(point)} in {named(point)}, "
        f"{explain.against_fp32(point, apart)}{would}"
    )


def _undecided(found: Recommendation, budgets: Budgets) -> str:
    one = found.doubtful
    if not found.smaller or one is None or budgets.drop is None:
        return ""
    side = f"the loss may lie on either side of {_amount('drop', budgets.drop)}"
    if found.smaller == 1:
        who, told = f"A smaller one, {one.recipe.label}, is", _would_tell(one, budgets)
    else:
        who, told = f"{found.smaller:,} smaller ones are", ""
        if words := _would_tell(one, budgets).strip():
            told = f" For {one.recipe.label}, {words[0].lower()}{words[1:]}"
    return f"{who} undecided: on {one.n:,} pictures {side}.{told}"


def _none(found: Recommendation, budgets: Budgets) -> str:
    limits = in_words(budgets)
    if found.doubtful is not None:
        return _doubtful(found, found.doubtful, budgets)
    none = (
        "The one point measured does not have"
        if found.considered == 1
        else f"None of {found.considered:,} measured has"
    )
    sentence = f"{none} a {limits.replace(' is at most', ' of at most', 1)}."
    if found.instead is None:
        return sentence + " Ease a budget, or measure other widths."
    return (
        f"{sentence} Without the {NAMES[found.lifted]} budget it would be "
        f"{found.instead.recipe.label}: {explain.size(found.instead.size_bytes)}, "
        f"{explain.latency(found.instead.latency_ms)}, {explain.change(found.instead)}."
    )


def _doubtful(found: Recommendation, best: Point, budgets: Budgets) -> str:
    who = f"{best.recipe.label} may or may not"
    if found.undecided > 1:
        who = (
            f"{found.undecided:,} of {found.considered:,} measured may or may not. "
            f"The smallest of them is {best.recipe.label}"
        )
    return (
        f"No point is sure to stay within the budgets; {who}: {explain.change(best)} on "
        f"{best.n:,} pictures." + (_would_tell(best, budgets) or " More pictures would decide.")
    )


def _ordered(budgets: Budgets) -> list[tuple[str, float]]:
    limits = budgets.limits
    return [(name, limits[name]) for name in ("drop", "size_bytes", "latency_ms") if name in limits]


def _amount(name: str, value: float) -> str:
    if name == "drop":
        return explain.limit(value)
    return explain.size(value) if name == "size_bytes" else f"{value:g} ms"
