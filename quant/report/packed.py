"""A report in the form that a file's name asks for."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import PurePath

from quant.errors import RequestError
from quant.report import numbers, reproduce
from quant.report.charts import charts
from quant.report.report import Report

KINDS = (".html", ".pptx", ".json", ".csv", ".zip")


def checked(name: str) -> str:
    """How the file's name ends.

    Raises:
        RequestError: no report is written so.
    """
    kind = PurePath(name).suffix.lower()
    if kind not in KINDS:
        raise RequestError(
            f"a report is written as {', '.join(KINDS[:-1])} or {KINDS[-1]} (all of them, with "
            f"every chart as PNG and SVG); got {name[:80]!r}"
        )
    return kind


def written(report: Report, kind: str) -> bytes:
    """The content of a file that ends so."""
    made: dict[str, Callable[[Report], bytes]] = {
        ".html": _html,
        ".pptx": _slides,
        ".json": lambda one: numbers.as_json(one).encode(),
        ".csv": lambda one: numbers.points_csv(one).encode(),
        ".zip": _all,
    }
    return made[kind](report)


def _html(report: Report) -> bytes:
    from quant.report.html import html  # Plotly's code is read once, where it is asked for

    return html(report)


def _slides(report: Report) -> bytes:
    from quant.report.slides import slides  # python-pptx and matplotlib take a second to load

    return slides(report)


def _all(report: Report) -> bytes:
    """Page, deck, numbers, and every chart as PNG and SVG."""
    from quant.report.static import pictures

    name = report.workload.slug
    files = {
        f"{name}.html": _html(report),
        f"{name}.pptx": _slides(report),
        f"{name}.json": numbers.as_json(report).encode(),
        f"{name}-points.csv": numbers.points_csv(report).encode(),
        f"{name}-layers.csv": numbers.layers_csv(report).encode(),
        f"{name}-modelled.csv": numbers.modelled_csv(report).encode(),
        **{
            reproduce.in_archive(one.recipe): one.recipe.canonical.encode()
            for one in report.measured
            if one.recipe.is_mixed
        },
        **{f"charts/{file}": content for file, content in pictures(charts(report))},
    }
    return zipped({file: content for file, content in files.items() if content})


def zipped(files: dict[str, bytes]) -> bytes:
    """One archive; equal files give equal bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()
