"""Lines at latencies of what is no point: PyTorch's, on a chart whose axis is latency."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from quant.axes import Axis
from quant.palette import NEUTRAL
from quant.scene import Scene
from quant.spans import Span

LATENCY = "latency"
FONT = {"size": 10, "color": NEUTRAL}
LINE = {"color": NEUTRAL, "width": 1, "dash": "dot"}


class Mark(NamedTuple):
    """`ms` of one run on the batch that the points were timed at."""

    label: str
    ms: float


Drawn = list[dict[str, Any]]


def drawn(scene: Scene, marks: Sequence[Mark]) -> tuple[Drawn, Drawn]:
    """Shapes and annotations along the axis of latency; nothing where there is none.

    One beyond the visible part has its label at that edge, with an arrow, and no line.
    """
    for axis, visible, along, other in (
        (scene.across, scene.wide, "x", "y"),
        (scene.up, scene.high, "y", "x"),
    ):
        if axis.name == LATENCY:
            shares = [min(max(visible.share(mark.ms), 0.0), 1.0) for mark in marks]
            labels = [
                _label(mark, share, along, other, at)
                for at, (mark, share) in enumerate(zip(marks, shares, strict=True))
            ]
            return [_line(mark, along, other) for mark in marks if _is_in(mark, visible)], labels
    return [], []


def told(axes: Sequence[Axis], marks: Sequence[Mark]) -> str:
    """The same in words, for who cannot see it."""
    if not marks or all(axis.name != LATENCY for axis in axes):
        return ""
    listed = ", ".join(f"{mark.label} {mark.ms:.3g} ms" for mark in marks)
    return f" Lines mark what is no file: {listed}."


def _is_in(mark: Mark, visible: Span) -> bool:
    return 0 <= visible.share(mark.ms) <= 1


def _line(mark: Mark, along: str, other: str) -> dict[str, Any]:
    return {
        "type": "line", "layer": "below", "line": LINE, f"{other}ref": f"{other} domain",
        f"{other}0": 0, f"{other}1": 1, f"{along}0": mark.ms, f"{along}1": mark.ms,
    }  # fmt: skip


def _label(mark: Mark, share: float, along: str, other: str, at: int) -> dict[str, Any]:
    arrow = {0.0: "\N{LEFTWARDS ARROW} ", 1.0: "\N{RIGHTWARDS ARROW} "}.get(share, "")
    if along == "y" and arrow:
        arrow = "\N{DOWNWARDS ARROW} " if share == 0 else "\N{UPWARDS ARROW} "
    place = {f"{along}ref": f"{along} domain", f"{other}ref": f"{other} domain", along: share}
    anchor = "left" if share < 0.5 else "right"
    shift = 14 * at if along == "x" else 0
    return place | {
        other: 1 if along == "x" else 0, "text": f"{arrow}{mark.label} {mark.ms:.3g} ms",
        "showarrow": False, "font": FONT, "xanchor": anchor if along == "x" else "left",
        "yanchor": "top" if along == "x" else "bottom", "yshift": -shift,
    }  # fmt: skip
