"""The report as one page: nothing is fetched, charts answer to the pointer, light and dark."""

from __future__ import annotations

import base64
import gzip
import json
from functools import lru_cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from plotly.offline import get_plotlyjs

from quant.report.numbers import as_json, points_csv
from quant.report.report import Report
from quant.report.sections import asked, headline, provenance, sections

FAR = "</script"  # what would end a script that holds it


def html(report: Report) -> bytes:
    """The whole file."""
    parts = sections(report)
    figures = {one.name: _figure(one.chart.figure) for one in parts if one.chart is not None}
    text: str = _page().render(
        title=f"{report.workload.name} · Bitfront",
        model=report.workload.title,
        headline=headline(report),
        asked=asked(report),
        provenance=provenance(report),
        sections=parts,
        figures=Markup(_inert(json.dumps(figures, separators=(",", ":")))),
        numbers=_pressed(as_json(report)),
        csv=_pressed(points_csv(report)),
        name=report.workload.slug,
        plotly=Markup(_plotly()),
    )
    return text.encode()


@lru_cache(maxsize=1)
def _page() -> Any:
    made = Environment(
        loader=PackageLoader("quant.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return made.get_template("report.html.j2")


@lru_cache(maxsize=1)
def _plotly() -> str:
    """Plotly's own code, once; it must not end the script that it stands in."""
    return str(get_plotlyjs()).replace(FAR, "<\\/script")


def _figure(figure: dict[str, Any]) -> dict[str, Any]:
    """Plain values, on no paper of its own: the page has the colours."""
    made = _as_lists(figure)
    made["layout"] |= {"paper_bgcolor": "rgba(0,0,0,0)", "plot_bgcolor": "rgba(0,0,0,0)"}
    return {"data": made["data"], "layout": made["layout"]}


def _as_lists(value: Any) -> Any:
    """Arrays as lists of seven digits: float32 has no more, and the page is smaller."""
    if isinstance(value, dict):
        return {key: _as_lists(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_as_lists(one) for one in value]
    if hasattr(value, "tolist"):
        return _as_lists(value.tolist())
    return float(f"{value:.7g}") if isinstance(value, float) else value


def _pressed(text: str) -> str:
    """Numbers that are taken away from the page, small: gzip in base64, which browsers undo."""
    return base64.b64encode(gzip.compress(text.encode(), mtime=0)).decode()


def _inert(text: str) -> str:
    """JSON inside a script: whatever names hold, it cannot end it or begin another."""
    return (
        text.replace("<", "\\u003c")
        .replace(">", "\\u003e")
        .replace("&", "\\u0026")
        .replace("\u2028", "\\u2028")
        .replace("\u2029", "\\u2029")
    )
