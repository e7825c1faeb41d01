"""Where names go beside dots, so that none covers another on a narrow screen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

# A phone's chart, in pixels: what does not overlap there overlaps nowhere.
WIDTH, HEIGHT = 275, 320
LETTER, LINE, NEAR = 6.4, 14, 5
DOT, RING = 4, 10  # how far they reach
# In order of preference: nothing lies above and left of a front, and bars stand straight up.
CORNERS = ("top left", "top right", "bottom right", "bottom left")
SIDES = ("middle right", "middle left")
ABOVE = "top center"  # where a name of two lines stands first
BREAK = "<br>"


class Box(NamedTuple):
    left: float
    right: float
    bottom: float
    top: float

    def meets(self, other: Box) -> bool:
        return (
            self.left < other.right
            and other.left < self.right
            and self.bottom < other.top
            and other.bottom < self.top
        )


def place(
    spots: Sequence[tuple[float, float]], names: Sequence[str], ringed: int | None = None
) -> list[str]:
    """A Plotly text position for each name, or an empty one where there is no room.

    Args:
        spots: (x, y) of each dot as shares of the chart, 0 to 1.
        names: earlier ones choose first; an empty one asks for no room but its dot keeps its own.
        ringed: the place of the spot that a ring is drawn around, if one is.
    """
    centres = [(x * WIDTH, y * HEIGHT) for x, y in spots]
    taken = [_dot(x, y, RING if at == ringed else DOT) for at, (x, y) in enumerate(centres)]
    found: list[str] = []
    for at, ((x, y), name) in enumerate(zip(centres, names, strict=True)):
        near = RING if at == ringed else NEAR
        boxes = _around(x, y, name.split(BREAK), near) if name else {}
        fitting = (where for where, box in boxes.items() if _fits(box, taken))
        where = next(fitting, "")
        if where:
            taken.append(boxes[where])
        found.append(where)
    return found


def _dot(x: float, y: float, reach: float) -> Box:
    return Box(x - reach, x + reach, y - reach, y + reach)


def _around(x: float, y: float, lines: Sequence[str], near: float = NEAR) -> dict[str, Box]:
    width, height = max(map(len, lines)) * LETTER, len(lines) * LINE
    found = {}
    for where in (ABOVE, *CORNERS, *SIDES) if len(lines) > 1 else (*CORNERS, *SIDES):
        upright, side = where.split()
        left = {"right": x + near, "center": x - width / 2, "left": x - near - width}[side]
        bottom = {"top": y + near, "middle": y - height / 2, "bottom": y - near - height}[upright]
        found[where] = Box(left, left + width, bottom, bottom + height)
    return found


def _fits(box: Box, taken: Sequence[Box]) -> bool:
    inside = box.left >= 0 and box.right <= WIDTH and box.bottom >= 0 and box.top <= HEIGHT
    return inside and not any(box.meets(other) for other in taken)
