"""A store with as many made-up points as asked for, all of one model on one machine."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from dataclasses import asdict, replace
from itertools import chain, cycle, islice, product, starmap
from pathlib import Path
from typing import Any

import numpy as np

from quant.recipe import RANGES, Recipe
from quant.store import open_store
from quant.store.measurements import row
from tests.pages.samples import FP32_ACCURACY, measurement, sweep

WIDTHS = (2, 3, 4, 5, 6, 7, 8)


def fill(file: Path, count: int) -> None:
    """Written past the store, in one transaction."""
    with open_store(f"sqlite:///{file}"):
        pass
    rows = islice(chain(map(row, sweep()), _scattered()), count)
    first = next(rows)
    names, values = (
        ", ".join(f'"{name}"' for name in first),
        ", ".join(f":{name}" for name in first),
    )
    connection = sqlite3.connect(file)
    with connection:
        connection.executemany(
            f"INSERT INTO measurement ({names}) VALUES ({values})", chain([first], rows)
        )
        connection.execute("UPDATE stamp SET points = points + ?", (count,))
    connection.close()


def _scattered() -> Iterator[dict[str, Any]]:
    """As many rows as wanted, around those of the samples; each recipe has a number of calibration
    pictures of its own."""
    draw = np.random.default_rng(0)
    each = [
        (recipe, row(measurement(recipe)))
        for recipe in starmap(Recipe, product(WIDTHS, (8, 6, 4), ("mse", "nearest"), RANGES))
    ]
    for number, (recipe, usual) in enumerate(cycle(each)):
        drop = usual["loss"] + 0.004 * float(draw.normal())
        speed = usual["latency_ms"] * float(draw.lognormal(0.0, 0.1))
        changes: dict[str, Any] = {
            "key": f"{number:024x}",
            "accuracy": FP32_ACCURACY - drop,
            "size_bytes": int(usual["size_bytes"] * draw.uniform(0.97, 1.03)),
            "latency_ms": speed,
            "latency_low_ms": speed * 0.98,
            "latency_high_ms": speed * 1.02,
        }
        losses = {"": drop, "_low": drop - 0.0015, "_high": drop + 0.0015}
        own = replace(recipe, calibration_images=201 + number // len(each))
        kept = {f"drop{end}": loss for end, loss in losses.items()} | {"recipe": asdict(own)}
        payload = json.dumps(json.loads(usual["payload"]) | changes | kept)
        columns = {f"loss{end}": loss for end, loss in losses.items()}
        yield usual | changes | columns | {"recipe": own.canonical, "payload": payload}
