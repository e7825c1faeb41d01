"""docs/zoo.md, from what was measured."""

from __future__ import annotations

import re
from collections.abc import Sequence

from benchmarks.zoo.results import Row, outdated

LEAST_SHARE = 0.9  # of multiply-adds in integers; below, the profile is listed
HEAD = """# Every classifier of torchvision

`make zoo` writes this file. Each architecture is exported with a free batch, quantised at w8a8 and
w4a8 (`{method}`, ranges by minmax), packed, loaded again, checked and run, in a process of its own
with the limits on time and memory of the settings. What is done already is not done again;
`make zoo DATA=folder` takes labelled pictures of a folder, `ONLY="resnet18 vit_b_16"` some
architectures, `FAILED=1` tries again what failed.

- **Weights**: those in torch's cache where there are any, else random ones, drawn as
  `models/random_weights.py` says. Random weights tell of kernels, sizes and speed as trained ones
  do. Their SQNR does not: they are drawn so that the answers to different pictures differ, which
  is little beside all that the layers compute, so noise weighs more than in a trained network.
- **Pictures**: {pictures}. Few are used: 64 to calibrate and 32 to judge up to 2 billion
  multiply-adds, 16 and 16 up to 20, 8 and 8 beyond. That shows whether a network works, and not how
  good its file can be.
- **Integer**: share of the multiply-adds of layers and of products of two activations in integer
  kernels.
- **SQNR**: of the logits, against FP32, in dB.
- **Size** and **latency**: of the file, as a share of FP32's. Latency at w8a8, batch 1, both files
  in turns in one process, {threads}; the machine was shared (load {load}), so read it as a hint.

"""
COLUMNS = (
    "architecture", "weights", "side", "parameters, M", "multiply-adds, G", "integer w8a8",
    "SQNR w8a8", "SQNR w4a8", "size w8a8", "size w4a8", "FP32 ms", "latency w8a8",
)  # fmt: skip


def document(names: Sequence[str], found: dict[str, Row], machine: str) -> str:
    """The whole file, architectures in alphabetical order."""
    rows = [found[name] for name in sorted(names) if name in found]
    whole = [row for row in rows if "failed" not in row]
    loads = [row["w8a8"]["load"] for row in whole]
    parts = [
        HEAD.format(
            method=rows[0]["method"] if rows else "nearest",
            pictures=" and ".join(sorted({row["pictures"] for row in rows if "pictures" in row})),
            threads=machine,
            load=f"{min(loads):.1f} to {max(loads):.1f}" if loads else "unknown",
        ),
        f"{len(whole)} of {len(names)} architectures went through.\n\n" + _table(whole),
        _outdated(names, found),
        _section("Not through", _failures(names, found)),
        _section("Less than 90 % in integers", _exceptions(whole)),
        _section("Not faster than FP32", _slow(whole)),
        _section("What stays in float", _reasons(whole)),
    ]
    return "\n".join(filter(None, parts)).rstrip() + "\n"


def _outdated(names: Sequence[str], found: dict[str, Row]) -> str:
    old = [f"`{name}`" for name in outdated(sorted(names), found)]
    return (
        f"Measured by an earlier version of the engine or on fewer pictures: {', '.join(old)}.\n"
        if old
        else ""
    )


def _table(rows: Sequence[Row]) -> str:
    lines = [f"| {' | '.join(COLUMNS)} |", "|---|---|" + "---:|" * (len(COLUMNS) - 2)]
    for row in rows:
        eight, four = row["w8a8"], row["w4a8"]
        cells = (
            f"`{row['architecture']}`",
            row["weights"],
            str(row["side"]),
            f"{row['parameters'] / 1e6:.1f}",
            f"{row['macs'] / 1e9:.2f}",
            f"{_floor(eight['integer_mac_share']):.1f} %",
            _db(eight["sqnr_db"]),
            _db(four["sqnr_db"]),
            f"{eight['size_ratio']:.3f}",
            f"{four['size_ratio']:.3f}",
            f"{eight['fp32_ms']:.1f}",
            f"{eight['latency_ratio']:.2f}",
        )
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def _floor(share: float) -> float:
    """100 % is all of them."""
    return int(share * 1000) / 10


def _db(value: float | None) -> str:
    return "exact" if value is None else f"{value:.1f}"


def _section(title: str, lines: Sequence[str]) -> str:
    return f"## {title}\n\n" + "\n".join(lines) + "\n" if lines else ""


def _failures(names: Sequence[str], found: dict[str, Row]) -> list[str]:
    failed = [
        f"- `{name}`: {_plain(found[name]['failed'])}"
        for name in sorted(names)
        if "failed" in found.get(name, {})
    ]
    waiting = ", ".join(f"`{name}`" for name in sorted(names) if name not in found)
    if not waiting:
        return failed
    return [*failed, f"- Not run yet; `make zoo` was stopped before and goes on there: {waiting}."]


def _plain(text: str) -> str:
    """In one line, and without the paths of the machine."""
    return re.sub(r"(/[\w.+-]+){2,}/", "…/", " ".join(text.split()))


def _exceptions(rows: Sequence[Row]) -> list[str]:
    lines = []
    for row in rows:
        share = row["w8a8"]["integer_mac_share"]
        if share < LEAST_SHARE:
            parts = [
                f"{op}: {times}, {macs / row['graph_macs']:.1%} of multiply-adds ({kept})"
                for op, kept, times, macs in row["w8a8"]["in_float"]
                if macs
            ]
            lines.append(f"- `{row['architecture']}`: {share:.1%}. In float: {'; '.join(parts)}.")
    return lines


def _slow(rows: Sequence[Row]) -> list[str]:
    return [
        f"- `{row['architecture']}`: {row['w8a8']['ms']:.2f} ms, FP32 {row['w8a8']['fp32_ms']:.2f} "
        f"ms at load {row['w8a8']['load']:.1f}."
        for row in rows
        if row["w8a8"]["latency_ratio"] >= 1
    ]


def _reasons(rows: Sequence[Row]) -> list[str]:
    """By operation and reason, the architectures that have it."""
    users: dict[tuple[str, str], list[str]] = {}
    for row in rows:
        for op, kept, _, _ in row["w8a8"]["in_float"]:
            if kept:
                users.setdefault((op, kept), []).append(row["architecture"])
    return [
        f"- {op} in {len(names)} of them ({_few(names)}): {kept}."
        for (op, kept), names in sorted(users.items(), key=lambda item: -len(item[1]))
    ]


def _few(names: Sequence[str]) -> str:
    return ", ".join(f"`{name}`" for name in names[:3]) + (" …" if len(names) > 3 else "")
