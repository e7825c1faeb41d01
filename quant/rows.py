"""Points as rows for programs: a JSON object or a line of CSV each, under the same names."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Iterable, Mapping
from typing import Any


def json_line(row: Mapping[str, Any]) -> str:
    """One JSON object; a number that is not finite is null, as JSON has no other word for it."""
    return json.dumps(_finite(row), ensure_ascii=False)


def json_text(rows: Iterable[Mapping[str, Any]]) -> str:
    """One array, an object a line."""
    lines = ",\n".join(map(json_line, rows))
    return f"[\n{lines}\n]\n" if lines else "[]\n"


def csv_text(rows: Iterable[Mapping[str, Any]]) -> str:
    """A heading and a line a point; what is not measured is empty, lists and maps are JSON."""
    finite = [_finite(row) for row in rows]
    names = list(dict.fromkeys(name for row in finite for name in row))
    written = io.StringIO()
    sheet = csv.writer(written, lineterminator="\n")
    if names:
        sheet.writerow(map(_cell, names))
    sheet.writerows([_cell(row.get(name)) for name in names] for row in finite)
    return written.getvalue()


FORMULA = ("=", "+", "-", "@", "\t", "\r")  # what a cell begins with that spreadsheets compute


def _cell(value: Any) -> Any:
    """A name that a spreadsheet would take for a formula has an apostrophe before it."""
    if value is None:
        return ""
    if isinstance(value, str) and value.startswith(FORMULA):
        return f"'{value}"
    if isinstance(value, Mapping | list | tuple):
        return json.dumps(value, ensure_ascii=False)
    return value


def _finite(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, Mapping):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(item) for item in value]
    return value
