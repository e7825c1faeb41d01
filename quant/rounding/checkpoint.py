"""Finished blocks on disk, so that a run that is stopped goes on where it was."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from quant.disk import writing
from quant.grid import Grid
from quant.rounding.codes import Codes, Learned, RoundedLayer
from quant.rounding.levels import Levels

Shapes = Sequence[tuple[int, ...]]
Grids = Mapping[str, Grid]


class Checkpoint:
    """A folder for one point; it holds one file a finished block, by its number."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def load(self, number: int, shapes: Shapes) -> Learned | None:
        """Layers and learned grids of a block that an earlier run has finished.

        A damaged file counts as none.
        """
        try:
            with np.load(self._file(number)) as held:
                layers = [_layer(held, index) for index in range(len(shapes))]
                grids = {
                    str(name): Grid(float(scale), int(zero), int(bits))
                    for name, scale, zero, bits in zip(
                        held["grids"], held["scales"], held["zeros"], held["bits"], strict=True
                    )
                }
        except (OSError, ValueError, KeyError, EOFError):
            return None
        fit = all(a.codes.values.shape == b for a, b in zip(layers, shapes, strict=True))
        return Learned(layers, grids) if fit else None

    def keep(self, number: int, layers: Sequence[RoundedLayer], grids: Grids) -> None:
        """Write a block whole or not at all."""
        self.folder.mkdir(parents=True, exist_ok=True)
        parts: dict[str, Any] = {
            "grids": np.array(list(grids), dtype=np.str_),
            "scales": np.array([grid.scale for grid in grids.values()], np.float64),
            "zeros": np.array([grid.zero_point for grid in grids.values()], np.int64),
            "bits": np.array([grid.bits for grid in grids.values()], np.int64),
        }
        for index, layer in enumerate(layers):
            parts[f"values{index}"] = layer.codes.values
            parts[f"scale{index}"] = layer.codes.scale
            parts[f"name{index}"] = layer.codes.levels.name
            parts[f"levels{index}"] = layer.codes.levels.array
            if layer.codes.shares is not None:
                parts[f"shares{index}"] = layer.codes.shares
            if layer.bias is not None:
                parts[f"bias{index}"] = layer.bias
        draft = self.folder / f".{number}.{os.getpid()}.npz"
        with writing(draft):
            np.savez(draft, allow_pickle=False, **parts)
            draft.replace(self._file(number))

    def clear(self) -> None:
        """Everything is in the file now."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def _file(self, number: int) -> Path:
        return self.folder / f"{number}.npz"


def _layer(held: Any, index: int) -> RoundedLayer:
    levels = Levels(str(held[f"name{index}"]), tuple(held[f"levels{index}"].tolist()))
    shares = held[f"shares{index}"] if f"shares{index}" in held.files else None
    codes = Codes(held[f"values{index}"], held[f"scale{index}"], levels, shares)
    return RoundedLayer(codes, held[f"bias{index}"] if f"bias{index}" in held.files else None)
