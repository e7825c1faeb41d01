"""Where names go beside dots, so that none covers another on a narrow screen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

# A phone's chart, in pixels: what does not overlap there overlaps nowhere.
WIDTH, HEIGHT = 300, 320
LETTER, LINE, NEAR = 6.4, 14, 5
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


def place(spots: Sequence[tuple[float, float]], names: Sequence[str]) -> list[str]:
    """A Plotly text position for each name, or an empty one where there is no room.

    Args:
        spots: (x, y) of each dot as shares of the chart, 0 to 1.
        names: earlier ones choose first; an empty one asks for no room but its dot keeps its own.
    """
    centres = [(x * WIDTH, y * HEIGHT) for x, y in spots]
    taken = [Box(x - 4, x + 4, y - 4, y + 4) for x, y in centres]
    found: list[str] = []
    for (x, y), name in zip(centres, names, strict=True):
        boxes = _around(x, y, name.split(BREAK)) if name else {}
        fitting = (where for where, box in boxes.items() if _fits(box, taken))
        where = next(fitting, "")
        if where:
            taken.append(boxes[where])
        found.append(where)
    return found


def _around(x: float, y: float, lines: Sequence[str]) -> dict[str, Box]:
    width, height = max(map(len, lines)) * LETTER, len(lines) * LINE
    found = {}
    for where in (ABOVE, *CORNERS, *SIDES) if len(lines) > 1 else (*CORNERS, *SIDES):
        upright, side = where.split()
        left = {"right": x + NEAR, "center": x - width / 2, "left": x - NEAR - width}[side]
        bottom = {"top": y + NEAR, "middle": y - height / 2, "bottom": y - NEAR - height}[upright]
        found[where] = Box(left, left + width, bottom, bottom + height)
    return found


def _fits(box: Box, taken: Sequence[Box]) -> bool:
    inside = box.left >= -4 and box.right <= WIDTH + 4 and box.bottom >= 0 and box.top <= HEIGHT
    return inside and not any(box.meets(other) for other in taken)
