"""At the top: what is compared, what the data can tell apart, and all facts as rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st

from pages.parts import cache, shell, terms
from quant.compare import words
from quant.compare.facts import Fact, facts, folded
from quant.compare.sides import Side


def title(sides: Sequence[Side], model: str) -> None:
    """`w4a8·mse against fp32`; what is held against the first, where it is one."""
    first, *others = (side.point for side in sides)
    models = {side.point.workload for side in sides}
    what = others[0].recipe.label if len(others) == 1 else f"{len(others)} points"
    st.title(f"{what} against {first.recipe.label}", anchor=False)
    pictures = ", ".join(sorted({f"{side.point.n:,}" for side in sides}, key=len))
    st.caption(
        f"{' and '.join(sorted(models)) or model} · {pictures} pictures · {first.machine.label} · "
        f"{first.runtime}"
    )


def statements(sides: Sequence[Side]) -> None:
    """A line for each of the others; how sure it is, on demand."""
    said = cache.drawn(("statements", _ids(sides)), lambda: _told(sides))
    for line, grounds in said:
        st.markdown(line, help=terms.told(grounds, "not-told-apart", "interval"))


def table(sides: Sequence[Side]) -> None:
    """Rows that differ; minor ones, and those that are the same, in expanders that say how many."""
    differing, same = folded(facts([side.point for side in sides]))
    _rows(sides, [row for row in differing if not row.minor], "facts that differ")
    if minor := [row for row in differing if row.minor]:
        with _more(f"{len(minor)} more that differ: {_some(minor)}", "minor") as more:
            if more.open:
                _rows(sides, minor, "minor facts that differ")
    if same:
        with _more(f"{len(same)} the same in all: {_some(same)}", "same") as more:
            if more.open:
                st.table(
                    {row.name: shell.escape(row.cells[0]) for row in same},
                    border="horizontal",
                    alt="Facts that are the same in all points",
                )


def _more(label: str, key: str) -> Any:
    return st.expander(label, key=key, on_change="rerun", type="compact")


def _some(rows: Sequence[Fact]) -> str:
    names = [row.name if row.name[:2].isupper() else row.name.lower() for row in rows[:4]]
    return ", ".join(names) + (" …" if rows[4:] else "")


def _rows(sides: Sequence[Side], rows: Sequence[Fact], what: str) -> None:
    columns = {"": [row.name for row in rows]}
    for at, side in enumerate(sides):
        columns[side.name] = [shell.escape(row.cells[at]) for row in rows]
    st.table(columns, border="horizontal", hide_index=True, alt=f"{len(rows)} {what}")


def _told(sides: Sequence[Side]) -> list[tuple[str, str]]:
    found = []
    for one in words.statements(sides):
        label, _, rest = words.headline(one).partition(": ")
        name, _, rest = rest.partition(" against ")
        line = f"**{label}: {shell.escape(name)}** against {shell.escape(rest)}"
        found.append((line, words.grounds(one)))
    return found


def _ids(sides: Sequence[Side]) -> list[tuple[str, int, int]]:
    return [side.point.identity for side in sides]
