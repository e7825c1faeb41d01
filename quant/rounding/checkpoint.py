"""Finished layers on disk, so that a run that is stopped goes on where it was."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

import numpy as np

from quant.disk import writing
from quant.rounding.codes import Codes, RoundedLayer
from quant.rounding.levels import Levels


class Checkpoint:
    """A folder for one point; it holds one file a finished layer, by its number."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def load(self, number: int, shape: tuple[int, ...]) -> RoundedLayer | None:
        """A layer that an earlier run has finished; a damaged file counts as none."""
        try:
            with np.load(self._file(number)) as held:
                codes = Codes(held["values"], held["scale"], _levels(held))
                bias = held["bias"] if "bias" in held.files else None
        except (OSError, ValueError, KeyError, EOFError):
            return None
        return RoundedLayer(codes, bias) if codes.values.shape == shape else None

    def keep(self, number: int, layer: RoundedLayer) -> None:
        """Write a layer whole or not at all."""
        self.folder.mkdir(parents=True, exist_ok=True)
        codes, bias = layer.codes, layer.bias
        parts: dict[str, Any] = {
            "values": codes.values,
            "scale": codes.scale,
            "name": codes.levels.name,
            "levels": codes.levels.codes,
        }
        if bias is not None:
            parts["bias"] = bias
        draft = self.folder / f".{number}.{os.getpid()}.npz"
        with writing(draft):
            np.savez(draft, allow_pickle=False, **parts)
            draft.replace(self._file(number))

    def clear(self) -> None:
        """Everything is in the file now."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def _file(self, number: int) -> Path:
        return self.folder / f"{number}.npz"


def _levels(held: Any) -> Levels:
    return Levels(str(held["name"]), tuple(int(code) for code in held["levels"]))
