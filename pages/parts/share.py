"""Share what is seen: a link, and a code that a phone reads."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from urllib.parse import urlencode, urlsplit

import segno
import streamlit as st

from pages.parts import cache, links, place, shell, short
from pages.parts.view import View
from quant.errors import BitfrontError

NOTHING: Mapping[str, Sequence[str]] = MappingProxyType({})
LONGEST = 1500  # characters: some mail and chat programs cut longer links
_SHORTENED = "shortened"  # the view that a short link was asked for


def offer(view: View) -> None:
    """The button. The link names the machine and runtime that is seen, and stays with it."""
    link({links.GROUND: [ground] if (ground := _ground(view)) else []})


def link(also: Mapping[str, Sequence[str]]) -> None:
    """The button, with a link that also holds what is seen without being in the address."""
    button = st.popover("Share", icon=":material/share:", key="share", on_change="rerun")
    with button:
        if button.open:
            _show(query(also))


def query(also: Mapping[str, Sequence[str]] = NOTHING) -> str:
    """The part of the link after its question mark."""
    names = [name for name in st.query_params if name != short.VIEW]
    seen = {name: st.query_params.get_all(name) for name in names}
    for name, values in also.items():
        if values:
            seen.setdefault(name, list(values))
    return urlencode(seen, doseq=True)


def code(link: str) -> bytes:
    """The link as a QR code, a PNG with black on white in either theme."""
    written = io.BytesIO()
    segno.make(link, error="m", micro=False).save(written, kind="png", scale=6, border=4)
    return written.getvalue()


def _address() -> str:
    """The page's own, `https://host/` or `https://host/Jobs`."""
    page = st.context.url or "/"
    return page if urlsplit(page).path else f"{page}/"


def _ground(view: View) -> str:
    return place.token(view.ground) if view.ground else ""


def _show(view: str) -> None:
    page = _address()
    long = f"{page}?{view}" if view else page
    too_long = len(long) > LONGEST
    link = long
    if too_long or st.session_state.get(_SHORTENED) == view:
        link = _short(page, view) or long
    st.caption("Whoever opens this link sees what you see now.")
    st.code(link, language=None, wrap_lines=True)
    if len(link) <= LONGEST:
        st.image(code(link), width=240, alt=f"QR code of the link {link}")
    if link == long and view and not too_long and not cache.store().read_only:
        st.button(
            "Make a short link",
            key="shorten",
            on_click=_shorten,
            args=(view,),
            help="Kept in this store: it works as long as the store is there.",
        )


def _short(page: str, view: str) -> str | None:
    """The short link; where there is none, why."""
    if cache.store().read_only:
        st.info(
            f"This link has {len(page) + len(view) + 1:,} characters. A shorter one cannot be "
            "kept: this store is read-only.",
            icon=":material/info:",
        )
        return None
    try:
        return f"{page}?{short.VIEW}={cache.store().keep_view(view)}"
    except BitfrontError as exc:
        st.warning(shell.sentence(exc), icon=":material/warning:")
        return None


def _shorten(view: str) -> None:
    st.session_state[_SHORTENED] = view
