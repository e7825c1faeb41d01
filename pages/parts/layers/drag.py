"""Columns are dragged to other bits: the numbers follow while the mouse moves.

Plotly tells of clicks only, and a chart that is drawn anew meanwhile would lose them. The few lines
below see where in the chart the mouse is pressed and moved, and send the layer with the width that
lies nearest, each time that it changes; the server answers by drawing what follows. A press without
a movement picks the layer. Touches go to Plotly, whose taps pick: the same movement there scrolls
the page. Keys have the controls below the chart.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

KEY = "drag"
LEAST_PX = 6  # of movement, less is a click
SCRIPT = """
// Outlives the chart and this function, which are made anew with every change.
const now = window.bitfrontDrag ??= { held: null }
export default function({ data, setStateValue }) {
  const find = () => document.querySelector(`.st-key-${data.chart} .js-plotly-plot`)
  const inside = (chart, event) => {
    const box = chart.getBoundingClientRect(), { xaxis, yaxis } = chart._fullLayout
    return [xaxis.p2d(event.clientX - box.left - xaxis._offset),
            yaxis.p2d(event.clientY - box.top - yaxis._offset)]
  }
  const column = (chart, x) => {
    const { x: middle, width } = chart._fullData[0]
    return [...middle].findIndex((at, place) => Math.abs(x - at) <= width[place] / 2)
  }
  const nearest = y => data.heights.reduce((best, one) =>
    Math.abs(one[1] - y) < Math.abs(best[1] - y) ? one : best)[0]
  const down = event => {
    const chart = find()
    if (event.button || !chart?._fullLayout || !chart.contains(event.target)) return
    if (!event.target.closest('.nsewdrag')) return
    const place = column(chart, inside(chart, event)[0])
    if (place < 0) return
    document.activeElement?.blur?.()
    event.stopImmediatePropagation()
    event.preventDefault()
    now.held = { place, from: event.clientY, sent: null, gesture: Date.now() }
  }
  const move = event => {
    const chart = find(), held = now.held
    if (!held || !chart?._fullLayout) return
    if (held.sent === null && Math.abs(event.clientY - held.from) < data.least) return
    const width = nearest(inside(chart, event)[1])
    if (width === held.sent) return
    held.sent = width
    setStateValue('bits', { place: held.place, width, gesture: held.gesture })
  }
  const up = event => {
    const held = now.held
    now.held = null
    if (held && held.sent === null)
      setStateValue('picked', { place: held.place, more: event.shiftKey, gesture: held.gesture })
  }
  const hint = () => {
    const plot = find()?.querySelector('.nsewdrag')
    if (plot) plot.style.cursor = 'ns-resize'
  }
  const listeners = [['mousedown', down], ['mousemove', move], ['mouseup', up], ['mouseover', hint]]
  for (const [name, listen] of listeners) document.addEventListener(name, listen, true)
  return () => {
    for (const [name, listen] of listeners) document.removeEventListener(name, listen, true)
  }
}
"""
Taken = Callable[[dict[str, Any]], None]


def of(chart: str, heights: dict[int, float], drag: Taken, pick: Taken) -> None:
    """Let the columns of the chart with that key be dragged and picked.

    Args:
        heights: where in the chart's units each width ends.
        drag: a callback with the `place` of a layer, the `width` that it is dragged to, and the
            `gesture`, which stays the same until the mouse is released.
        pick: a callback with a `place`, and `more` where it comes to what is picked already.
    """

    def told(name: str, take: Taken) -> Callable[[], None]:
        return lambda: take(st.session_state[KEY].get(name) or {})

    st.components.v2.component("bitfront_drag", js=SCRIPT)(
        key=KEY,
        data={"chart": chart, "heights": list(heights.items()), "least": LEAST_PX},
        on_bits_change=told("bits", drag),
        on_picked_change=told("picked", pick),
        width="content",
    )
