"""A snapshot's README.md: what a Docker Space reads first, and a paragraph for people."""

from __future__ import annotations

from models.workload import AGREEMENT, known
from quant.explain import listed
from quant.snapshot.marker import Marker

PORT = 7860


def readme(marker: Marker) -> str:
    """Front matter of a Docker Space, then words."""
    return f"""---
title: Bitfront
emoji: 📉
colorFrom: pink
colorTo: blue
sdk: docker
app_port: {PORT}
pinned: false
license: apache-2.0
short_description: What does every bit buy? Accuracy, size and latency.
---

# What does every bit buy?

{_paragraph(marker)}

Every figure was measured; nothing can be measured here. Open it on this machine with

```
pip install -r requirements.txt
streamlit run app.py
```

or in a container with

```
docker build -t bitfront-view .
docker run --rm -p {PORT}:{PORT} bitfront-view
```

The measurements are in `bitfront.db`, an SQLite file; `python -m quant import FOLDER` takes them
into another store of Bitfront.
"""


def _paragraph(marker: Marker) -> str:
    files = f"{marker.files:,} quantised file{_s(marker.files)} can be downloaded here"
    return (
        f"{_what(marker)}, size and latency of {marker.points:,} quantised network"
        f"{_s(marker.points)} of {listed(marker.workloads)}, measured{_when(marker)} on "
        f"{listed(marker.machines)}. "
        + (
            f"{files} ({marker.files_bytes / 1e6:.1f} MB)."
            if marker.files
            else "No files are in it."
        )
    )


def _what(marker: Marker) -> str:
    """Accuracy, or what stands for it where there are no true labels."""
    chosen = [known(name) for name in marker.workloads]
    agree = [one is not None and one.metric == AGREEMENT for one in chosen]
    if all(agree):
        return "Agreement with FP32"
    return "Accuracy (or agreement with FP32, without true labels)" if any(agree) else "Accuracy"


def _when(marker: Marker) -> str:
    dates = list(dict.fromkeys(moment[:10] for moment in marker.measured))
    if not dates:
        return ""
    return f" on {dates[0]}" if len(dates) == 1 else f" from {dates[0]} to {dates[-1]}"


def _s(count: int) -> str:
    return "" if count == 1 else "s"
