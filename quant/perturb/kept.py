"""What was tried so far, on disk: a run that is stopped goes on at the layer it had reached."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from quant.disk import writing
from quant.perturb.marks import Doubles


@dataclass(frozen=True)
class AtLayer:
    """`marks` (4, pictures) of each try, `local` power of the error in the layer's output."""

    marks: Mapping[str, Doubles] = field(default_factory=dict)
    local: Mapping[str, float] = field(default_factory=dict)


class Kept:
    """A folder for one request; it holds one file for each layer of a walk and its pictures."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def load(self, name: str) -> AtLayer | None:
        """What an earlier run has kept; a damaged file counts as none."""
        try:
            with np.load(self.folder / f"{name}.npz") as held:
                marks = dict(zip(held["names"].tolist(), held["marks"], strict=True))
                local = zip(held["tries"].tolist(), held["local"].tolist(), strict=True)
                return AtLayer(marks, dict(local))
        except (OSError, ValueError, KeyError, EOFError):
            return None

    def keep(self, name: str, found: AtLayer) -> None:
        """Write a layer whole or not at all."""
        self.folder.mkdir(parents=True, exist_ok=True)
        marks = [*found.marks.values()]
        parts: dict[str, Any] = {
            "names": np.array(list(found.marks), np.str_),
            "marks": np.stack(marks) if marks else np.zeros((0, 4, 0)),
            "tries": np.array(list(found.local), np.str_),
            "local": np.array(list(found.local.values()), np.float64),
        }
        draft = self.folder / f".{name}.{os.getpid()}.npz"
        with writing(draft):
            np.savez(draft, allow_pickle=False, **parts)
            draft.replace(self.folder / f"{name}.npz")

    def clear(self) -> None:
        """All of it is told now."""
        shutil.rmtree(self.folder, ignore_errors=True)
