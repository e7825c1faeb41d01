"""The recommendation in a sentence, every figure from what was measured."""

from __future__ import annotations

from math import isfinite

from quant import advice, certainty, explain
from quant.beside import Compared
from quant.budgets import Verdict, judge
from quant.metric import is_agreement
from quant.point import Figures, Point
from quant.present.answer import Answer, Status
from quant.present.asked import Asked
from quant.present.named import named

SHORT = {Status.MET: "Yes", Status.UNDECIDED: "Not decided", Status.NONE: "No"}


def verdict(found: Answer, asked: Asked) -> str:
    """`Yes`, `No`, `Not decided`; nothing where no budget was set or nothing else is measured."""
    if not asked.limits.limits:
        return ""
    if only_fp32(found):
        if found.beside.considered == 1:
            return ""
        return SHORT[Status.UNDECIDED if found.beside.doubtful else Status.NONE]
    return SHORT.get(found.status, "")


def only_fp32(found: Answer) -> bool:
    """Whether the network as it came is all that stays within the limits."""
    return found.status is Status.MET and found.point is not None and found.point.recipe.is_fp32


def sentence(found: Answer, asked: Asked, compared: Compared | None = None) -> str:
    """`Four-bit weights: 6.5× smaller, 3.4× faster, no loss that 10,000 pictures can detect
    (−0.1 pp, −0.3 to +0.1).`
    """
    if found.status is Status.EMPTY:
        return "Nothing is measured yet."
    if found.point is None:
        return _none(found, asked)
    if only_fp32(found):
        return _unquantised(found, asked)
    point = found.point
    said = f"{named(point.recipe)}: {facts(point, compared)}."
    if found.status is Status.UNDECIDED:
        limits = advice.in_words(asked.limits)
        return f"{said} Whether its {limits} is not decided.{more_pictures(point, asked)}"
    return said


def facts(point: Point, compared: Compared | None = None) -> str:
    """Size, speed and accuracy against FP32."""
    if point.recipe.is_fp32:
        return "nothing quantised, the baseline that all else is held against"
    speed = _speed(point)
    slower = speed.endswith("slower")
    parts = [size(point), f"though {speed}" if slower else speed]
    return ", ".join([*parts, loss(point, compared)])


def size(point: Point) -> str:
    """`6.5× smaller`."""
    found = explain.smaller(point)
    return "its size unknown" if found == explain.ABSENT else found.replace("same", "the same")


def loss(point: Point, compared: Compared | None = None) -> str:
    """What became of accuracy, with its interval and the pictures that it rests on. Without labels
    it is how often FP32 gives the same answer."""
    if not all(map(isfinite, (point.drop, point.drop_low, point.drop_high))):
        return "its accuracy not measured"
    if is_agreement(point):
        return _agreeing(point)
    change = explain.change(point)
    middle, _, ends = change.partition(" (")
    inside = f"({middle}, {ends.removesuffix(')')})"
    if not certainty.told_apart(point, compared):
        return f"no loss that {point.n:,} pictures can detect {inside}"
    if point.drop < 0:
        return f"more accurate on {point.n:,} pictures {inside}"
    return f"a loss on {point.n:,} pictures {inside}"


def more_pictures(point: Point, asked: Asked) -> str:
    """` About 12,000 more pictures would tell.`, where a loss is what is open."""
    missing = certainty.pictures_missing(point, asked.limits)
    if missing is None:
        undecided = judge(point, asked.limits).get("drop") is Verdict.UNDECIDED
        return " More pictures would tell." if undecided else ""
    told = certainty.would_tell(missing)
    return f" {told[0].upper()}{told[1:]}."


def room_of(asked: Asked) -> str:
    """The device whose storage is what limits size, or nothing."""
    return asked.device.name if asked.device is not None and asked.room_bytes is not None else ""


def _agreeing(point: Point) -> str:
    same = f"{explain.percent(point.accuracy)} of {point.n:,} pictures"
    if point.flips == 0:
        return f"the same answer as FP32 to all {point.n:,} pictures"
    ends = explain.percent_range(point.accuracy_low, point.accuracy_high)
    return f"the same answer as FP32 to {same} ({ends}); there are no labels to tell which is right"


def _speed(point: Point) -> str:
    found = explain.faster(point)
    if found == explain.ABSENT:
        return "its speed not measured"
    return found.replace("same speed", "the same speed")


def _unquantised(found: Answer, asked: Asked) -> str:
    """FP32 alone, and what may join it."""
    beside = found.beside
    if beside.considered == 1:
        return "Only the network as it came is measured so far. Measure some bit-widths on Explore."
    doubtful = beside.doubtful
    if doubtful is None:
        return "Nothing quantised stays within the limits; only the network as it came does."
    what = named(doubtful.recipe)
    return (
        "Only the network as it came is sure to stay within the limits. "
        f"{what} may: {explain.smaller(doubtful)}, {explain.change(doubtful)} on "
        f"{doubtful.n:,} pictures.{more_pictures(doubtful, asked)}"
    )


def _none(found: Answer, asked: Asked) -> str:
    """Nothing within the budgets, and what comes nearest."""
    beside = found.beside
    many = f"None of {beside.considered:,} measured has"
    who = "The one file measured does not have" if beside.considered == 1 else many
    limits = advice.in_words(asked.limits).replace(" is at most", " of at most", 1)
    said = f"{who} a {limits}."
    near: Figures | None = beside.instead
    if near is None:
        return f"{said} Ease a limit, or measure other widths."
    what = named(near.recipe)
    lifted = f"Without the limit on {advice.NAMES[beside.lifted]}"
    if beside.lifted == "size_bytes" and (owner := room_of(asked)):
        lifted = f"With more storage than {owner} has"
    if near.recipe.is_fp32:
        alone = "only the network as it came would do"
        return f"{said} {lifted} {alone}: {explain.size(near.size_bytes)}."
    return (
        f"{said} {lifted} it would be "
        f"{what[0].lower()}{what[1:]}: {explain.size(near.size_bytes)}, {facts(near)}."
    )
