"""Take the chosen point with you: the model, its recipe, a script that runs it, the command."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import streamlit as st

from models.workload import slug
from pages.parts import again, compare, filing, present, reports
from pages.parts.controls import Choice
from quant import explain
from quant.errors import StoreError
from quant.records import Measurement
from quant.report import reproduce
from quant.runtimes import choice_of, title
from quant.shelf import shelf
from quant.standalone import script


def row(
    point: Measurement,
    choice: Choice,
    report: Callable[[str], None] | None = None,
    *,
    only_take: bool = False,
) -> None:
    """One row of buttons; where the file is gone, how to have it again. `report` draws the button
    of a report, given a name for its file. `only_take` leaves out comparing and filing."""
    path = shelf().find(point.artifact)
    name = f"{slug(point.workload)}-{point.recipe.label.replace('·', '-').replace(' ', '-')}"
    if path is None:
        again.offer(point, choice)
    with st.container(horizontal=True):
        st.download_button(
            f"Download model · {explain.size(point.size_bytes)}",
            data=lambda: _read(path, point),
            file_name=f"{name}.onnx",
            mime="application/octet-stream",
            on_click="ignore",
            type="primary",
            icon=":material/download:",
            disabled=path is None,
            help=None if path else "The file is not on this machine.",
        )
        st.download_button(
            "Script",
            data=lambda: script(point, f"{name}.onnx"),
            file_name=f"{name}.py",
            mime="text/x-python",
            on_click="ignore",
            icon=":material/code:",
            help=f"Runs the model on your pictures, with {_plain(point)}, numpy and Pillow alone.",
        )
        st.download_button(
            "Recipe",
            data=point.recipe.canonical,
            file_name=f"{name}.json",
            mime="application/json",
            on_click="ignore",
            icon=":material/data_object:",
            help="What was asked for: widths, method, ranges, calibration, seed.",
        )
        reports.deployment(point, name, choice.data)
        if report is not None:
            report(name)
        with st.popover("Reproduce", icon=":material/terminal:"):
            given = ", given the pictures it was made with" if choice.workload.needs_data else ""
            st.caption(
                "In Bitfront's folder, with its environment active, this writes the same "
                f"file{given}." + (" Download the recipe first." if point.recipe.is_mixed else "")
            )
            command = reproduce.export(point, f"{name}.onnx", choice.data)
            st.code(command, language="bash", wrap_lines=True)
        if only_take:
            return
        compare.one(point)
        present.link()
        if path is not None:
            filing.menu(point)


def _plain(point: Measurement) -> str:
    """`ONNX Runtime`: what the file needs."""
    return title(choice_of(point.ran_in))


def _read(path: Path | None, point: Measurement) -> bytes:
    """The file that was measured, when it is asked for; no other in its place."""
    try:
        content = path.read_bytes() if path else b""
    except OSError as exc:
        raise StoreError(f"the file {path} cannot be read ({exc.strerror})") from exc
    if path and hashlib.sha256(content).hexdigest() != point.artifact_sha256:
        raise StoreError(f"the file {path} is not the one that was measured; measure it again")
    return content
