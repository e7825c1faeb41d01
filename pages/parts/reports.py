"""Reports of what is seen, made when they are asked for."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from pages.parts import cache
from pages.parts.view import EVERYTHING
from quant.devices.checked import Check
from quant.pareto import Ground
from quant.present.asked import Asked
from quant.records import Measurement
from quant.report.bundle import bundle
from quant.report.packed import written, zipped
from quant.report.report import Report, Source, gather
from quant.settings import settings
from quant.shelf import shelf

FORMS = (
    (".html", "Page", ":material/language:", "text/html",
     "One HTML file, 5 MB, with charts that answer to the pointer; needs no network."),
    (".pptx", "Slides", ":material/slideshow:",
     "application/vnd.openxmlformats-officedocument.presentationml.presentation",
     "A deck with tables, pictures and speaker notes. Takes some seconds."),
    (".zip", "Everything", ":material/folder_zip:", "application/zip",
     "Page, slides, every number as CSV and JSON, every chart as PNG and SVG. "
     "Takes some seconds."),
)  # fmt: skip


def menu(
    name: str,
    ground: Ground,
    asked: Asked,
    pinned: str = "",
    *,
    data: str | None = None,
    check: Callable[[], Check | None] = lambda: None,
) -> None:
    """The forms that a report has.

    Args:
        name: of the files.
        pinned: the id of the point that the page speaks of, where no answer names it.
        check: of the model of devices.
    """

    def content(kind: str) -> bytes:
        # Two at once on this machine, whoever asks: drawing a deck takes seconds.
        return cache.readers().submit(lambda: written(_report(), kind)).result()

    def _report() -> Report:
        selection = cache.selection(ground.workload, (), ground, EVERYTHING)
        source = Source(cache.store(), ground, selection, cache.right, check())
        return gather(source, asked, pinned, data)

    with st.popover("Report", icon=":material/description:"):
        st.caption("What is measured, with intervals, machine, data and the commands to repeat it.")
        for kind, label, icon, mime, told in FORMS:
            st.download_button(
                label,
                data=lambda kind=kind: content(kind),
                file_name=f"{name}{kind}",
                mime=mime,
                key=f"report-{kind[1:]}",
                on_click="ignore",
                icon=icon,
                help=told,
            )


def deployment(point: Measurement, name: str, data: str | None) -> None:
    """The file with all that runs it, as a zip."""
    st.download_button(
        "Bundle",
        data=lambda: zipped(bundle(cache.store(), point, settings().home, data)),
        file_name=f"{name}.zip",
        mime="application/zip",
        key="bundle",
        on_click="ignore",
        icon=":material/inventory_2:",
        disabled=shelf().find(point.artifact) is None,
        help="The model with a short script, three pictures with the expected answers, and a "
        "README: all that a deployment starts from.",
    )
