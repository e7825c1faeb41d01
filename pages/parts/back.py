"""The browser's Back leads to the view before.

Streamlit 1.67 adds an entry to the browser's history when the script changes `st.query_params`,
and none when a bound widget changes the address: it replaces the entry instead, and the view
before is lost. It also adds entries for what it corrects in the address by itself. The few lines
below make it one entry for each thing that the visitor does, and none for anything else. Without
them all works as Streamlit has it: clicks on points can be undone, filters cannot.
"""

from __future__ import annotations

import streamlit as st

# A gesture is a press of a pointer or key, or a click by assistive technology. The first change of
# the address after it is pushed, later ones belong to it; keys in quick succession that turn the
# same knob are one gesture. What happens before any gesture, or after Back, is replaced; and what
# was pushed before this ran, as a short link is replaced by its view, is stepped over.
SCRIPT = """<script>
if (!window.bitfrontBack) {
  window.bitfrontBack = true
  const push = history.pushState.bind(history), replace = history.replaceState.bind(history)
  const QUICK_MS = 1000
  let acted = false, settled = true, before = {what: '', at: 0}
  const gesture = () => { acted = true; settled = false }
  addEventListener('pointerdown', gesture, true)
  addEventListener('keydown', gesture, true)
  addEventListener('click', event => { if (!event.detail) gesture() }, true)
  const asked = new URL(performance.getEntriesByType('navigation')[0].name).search
  const corrected = location.search !== asked
  addEventListener('popstate', event => {
    settled = true
    if (!corrected || event.state !== null || location.search !== asked) return
    event.stopImmediatePropagation()
    history.back()
  }, true)
  const changed = to => {
    const from = new URLSearchParams(location.search)
    const names = new Set([...from.keys(), ...to.searchParams.keys()])
    const differs = name => from.getAll(name).join() !== to.searchParams.getAll(name).join()
    return [...names].filter(differs).sort().join()
  }
  const go = (state, title, url) => {
    const to = new URL(url ?? location.href, location.href)
    const what = to.pathname === location.pathname ? changed(to) : to.pathname
    if (!what) return replace(state, title, url)
    const now = performance.now(), again = what === before.what && now - before.at < QUICK_MS
    if (!acted || settled) return replace(state, title, url)
    before = {what, at: now}
    settled = true
    return again ? replace(state, title, url) : push(state, title, url)
  }
  history.pushState = go
  history.replaceState = go
}
</script>"""


def one_entry_a_gesture() -> None:
    """Once a page; it does nothing the second time."""
    st.html(SCRIPT, unsafe_allow_javascript=True)
