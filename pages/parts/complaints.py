"""What was wrong with a link, told until the visitor changes that control or says it is read.

Streamlit cleans such values out of the address at once, so they are remembered here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from pages.parts.text import escape

_KEPT = "complaints"  # by the name of a control: its sentence, and its value then
_UNKNOWN = object()
MOST_LISTED = 20


def note(name: str, sentence: str) -> None:
    """Tell it with the others from now on."""
    _kept()[name] = (sentence, _UNKNOWN)


def show(allowed: Mapping[str, Sequence[str]]) -> None:
    """A sentence for each value in the address that no control offers. Ask before the controls
    run: they drop such values without a word."""
    for name, (_, value) in list(_kept().items()):
        if value is not _UNKNOWN and st.session_state.get(name) != value:
            del _kept()[name]
    for name, options in allowed.items():
        unknown = [value for value in st.query_params.get_all(name) if value not in ("", *options)]
        if unknown:
            asked = escape(", ".join(unknown)[:60])
            note(
                name,
                f"The link asks for {name} {asked}, which is not one of {_listed(options)}; the "
                "usual choice is shown instead.",
            )
    for name, (sentence, _) in _kept().items():
        with st.container(horizontal=True, vertical_alignment="center", wrap=False):
            st.warning(sentence, icon=":material/link_off:")
            st.button(
                "Dismiss",
                key=f"dismiss-{name}",
                on_click=_kept().pop,
                args=(name, None),
                type="tertiary",
                width="content",
            )


def _listed(options: Sequence[str]) -> str:
    """All of a few, the first of many."""
    if len(options) <= MOST_LISTED:
        return ", ".join(options)
    return f"{', '.join(options[:4])} and {len(options) - 4} others"


def settle() -> None:
    """At the end of a page: what the controls show instead."""
    for name, (sentence, value) in list(_kept().items()):
        if value is _UNKNOWN:
            _kept()[name] = (sentence, st.session_state.get(name))


def _kept() -> dict[str, tuple[str, object]]:
    found: dict[str, tuple[str, object]] = st.session_state.setdefault(_KEPT, {})
    return found
