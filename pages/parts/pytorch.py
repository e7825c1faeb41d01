"""What the network takes in PyTorch: rows beside the points, which are no files."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from pages.parts import cache
from pages.parts.view import View
from quant import explain
from quant.reference.record import Reference
from quant.reference.words import WHAT, sentence


def rows(view: View) -> None:
    """Those of the machine, batch and threads that are looked at; nothing where there are none."""
    ground, found = view.ground, here(view)
    if found:
        _table(found)
    elif ground is not None and not cache.store().read_only:
        st.caption(
            "To set PyTorch's own speed beside these, eager and compiled: "
            f"`python -m quant reference {ground.workload}`"
        )


def here(view: View) -> list[Reference]:
    """Those that may stand beside what is shown."""
    ground = view.ground
    if ground is None:
        return []
    place = (ground.machine_id, ground.batch, ground.threads)
    return [one for one in cache.references(ground.workload) if one.place[2:] == place]


def _table(found: Sequence[Reference]) -> None:
    st.markdown("**PyTorch, for reference**")
    table = [_row(one) for one in sorted(found, key=lambda one: one.latency_ms)]
    st.dataframe(
        {name: [row[name] for row in table] for name in table[0]},
        hide_index=True,
        key="pytorch",
        column_config={
            "latency, ms": st.column_config.NumberColumn(format="%.3f"),
            "speed, × FP32 in ONNX Runtime": st.column_config.NumberColumn(format="%.2f"),
            "accuracy, %": st.column_config.NumberColumn(format="%.1f"),
            "same answers as float32, %": st.column_config.NumberColumn(format="%.1f"),
        },
        alt=f"{len(table)} ways to run the network in PyTorch, with latency and accuracy",
    )
    newest = max(one.measured_at for one in found)[:10]
    told = " ".join(dict.fromkeys(filter(None, map(sentence, found))))
    st.caption(f"{WHAT} PyTorch {found[0].torch}, {newest}. {told}")


def _row(one: Reference) -> dict[str, object]:
    return {
        "way": one.label,
        "latency, ms": one.latency_ms,
        "95 % interval": explain.latency_range(one.latency_low_ms, one.latency_high_ms),
        "speed, × FP32 in ONNX Runtime": 1 / one.latency_ratio,
        "accuracy, %": None if one.accuracy is None else 100 * one.accuracy,
        "same answers as float32, %": None if one.agreement is None else 100 * one.agreement,
    }
