"""How sure a comparison is, in words: what pictures could tell, and how many more would."""

from __future__ import annotations

from math import ceil, floor, isfinite, log10

from quant import explain
from quant.beside import Beside, Compared
from quant.budgets import Budgets, Verdict, judge
from quant.draws import Draws, Spread
from quant.metric import is_agreement, named
from quant.point import Point
from quant.power import detectable, more_pictures
from quant.stats import LEVEL

VERDICTS = {
    Verdict.MET: "met",
    Verdict.UNDECIDED: "undecided",
    Verdict.NOT_MET: "not met",
}


def detectable_drop(point: Point) -> float | None:
    """The smallest loss against FP32 that these pictures tell in 8 of 10 cases, a fraction of 1;
    None of FP32 itself, where the counts were not kept, and where FP32's answers stand for true
    ones: then every other answer is a loss."""
    if (
        point.recipe.is_fp32
        or is_agreement(point)
        or not (isfinite(point.lost) and isfinite(point.gained))
    ):
        return None
    return detectable(int(point.lost), int(point.gained), point.n)


def pictures_missing(point: Point, budgets: Budgets) -> float | None:
    """How many more pictures would tell whether a loss budget is met, infinite where a million
    would not; None where it is decided or something else is open."""
    if budgets.drop is None or judge(point, budgets).get("drop") is not Verdict.UNDECIDED:
        return None
    if not (isfinite(point.lost) and isfinite(point.gained)):
        return None
    return more_pictures(int(point.lost), int(point.gained), point.n, budgets.drop)


def verdict(point: Point, budgets: Budgets) -> str:
    """`met`, `not met` or `undecided (about 12,000 more pictures would tell)`."""
    worst = max(judge(point, budgets).values(), default=Verdict.MET)
    missing = pictures_missing(point, budgets) if worst is Verdict.UNDECIDED else None
    return VERDICTS[worst] + (f" ({would_tell(missing)})" if missing else "")


def would_tell(missing: float) -> str:
    """`about 12,000 more pictures would tell`."""
    if not isfinite(missing):
        return "a million more pictures would not tell"
    digits = max(0, floor(log10(missing)) - 1)
    count = max(1, round(missing / 10**digits)) * 10**digits
    noun = "picture" if round(count) == 1 else "pictures"
    return f"about {count:,.0f} more {noun} would tell"


def told_apart(point: Point, compared: Compared | None = None) -> bool:
    """From FP32: by McNemar's test after Holm's correction where points were compared at once,
    else by the interval of the loss."""
    if compared is not None and point.id in compared.against_fp32:
        return compared.against_fp32[point.id] <= LEVEL
    return explain.told_apart(point)


def could_tell(share: float | None) -> str:
    """`these pictures tell a difference of 0.21 pp in 8 of 10 cases`."""
    if share is None:
        return ""
    if share >= 1:
        return "so few pictures can tell no difference"
    return f"these pictures tell a difference of {smallest(share)} in 8 of 10 cases"


def smallest(share: float) -> str:
    """`0.21 pp`, rounded up: less is not promised."""
    digits = 2 if share < 0.01 else 1
    steps = ceil(round(share * 100 * 10**digits, 6))
    return f"{steps / 10**digits:.{digits}f} pp"


def beside(one: Beside, best: str) -> str:
    """A line on a point beside the recommended one: the sign is that of the point's accuracy."""
    words = "told apart" if one.told_apart else "not told apart"
    return f"{words} from {best}: {gain(one)}, {smallest(one.detectable)} could be told"


def gain(one: Beside) -> str:
    """The point's accuracy less the recommended one's: `−0.2 pp (−0.5 to +0.1)`."""
    found = one.paired
    digits = 2 if found.interval.high - found.interval.low < 0.002 else 1
    ends = (found.drop, found.interval.high, found.interval.low)
    middle, low, high = (explain.points(-end, digits) for end in ends)
    return f"{middle} pp ({low} to {high})"


def family(compared: Compared) -> str:
    """How many of those compared at once are not told apart from the recommended one."""
    if compared.best is None or not compared.beside:
        return ""
    alike, every, who = len(compared.alike), len(compared.beside), compared.best.recipe.label
    what = named(compared.best)
    if every == 1:
        return f"In {what} the other one is {'not ' if alike else ''}told apart from {who}."
    if not alike:
        return f"In {what} all {every} others are told apart from {who}."
    are = "are" if alike > 1 else "is"
    return f"In {what} {alike} of the {every} others {are} not told apart from {who}."


def spread(found: Spread, *, unit: str = "%") -> str:
    """`93.4 % ± 0.2 (93.1 – 93.7)`; of decibels with one digit too."""
    scale = 100 if unit == "%" else 1
    mean, deviation, low, high = (
        scale * value for value in (found.mean, found.sd, found.low, found.high)
    )
    digits = 2 if deviation < 0.1 else 1
    return (
        f"{mean:.{digits}f} {unit} ± {deviation:.{digits}f} ({low:.{digits}f} – {high:.{digits}f})"
    )


def over_draws(draws: Draws) -> str:
    """`over 5 calibration draws 93.4 % ± 0.2 (93.1 – 93.7)`."""
    found = draws.accuracy
    return "" if found is None else f"over {len(draws)} calibration draws {spread(found)}"
