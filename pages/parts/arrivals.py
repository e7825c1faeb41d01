"""What was measured while this visitor looks: to be seen coming in, even when it is dominated."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import NamedTuple

import numpy as np
import streamlit as st

from pages.parts import cache
from pages.parts.view import View

CAME, SEEN = "came", "newest seen"
MOST = 300


class Arrivals(NamedTuple):
    """Ids of points: all that arrived during the visit, and those of a moment ago."""

    all: tuple[str, ...] = ()
    fresh: frozenset[str] = frozenset()


def now(workload: str, view: View) -> Arrivals:
    """While a sweep of the workload runs; nothing once it is over."""
    came = st.session_state.setdefault(CAME, datetime.now(UTC).isoformat(timespec="seconds"))
    if not cache.running(workload):
        st.session_state.pop(SEEN, None)
        return Arrivals()
    points = view.points
    newest = np.flatnonzero(points.measured_at >= came)[-MOST:]
    arrived = points.figures(newest)
    seen: str = st.session_state.get(SEEN, came)
    st.session_state[SEEN] = max((point.measured_at for point in arrived), default=seen)
    fresh = frozenset(point.id for point in arrived if point.measured_at > seen)
    return Arrivals(tuple(point.id for point in arrived), fresh)
