"""What the engine asks of a runtime: load a file, run it, and say which kernels it uses."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Kernels:
    """`used` counts the kernels of layers; `of_weight` names the integer kernel that reads it.

    `of_node` names the integer kernel that took a node's place.
    """

    used: dict[str, int]
    of_weight: dict[str, str]
    of_node: dict[str, str]
    runtime: str = "onnxruntime"


class Loaded(Protocol):
    """A file that is ready to run, by several threads at a time."""

    def run(self, pictures: Floats) -> Floats:
        """Logits (n, classes) of pictures (n, c, h, w).

        Raises:
            ModelError: the file does not run on them.
        """


class Runtime(Protocol):
    """A module that runs files: `quant.runtime.table` names those there are."""

    def load(self, path: Path, *, threads: int, at_once: int = 1) -> Loaded:
        """Load a file for `at_once` callers, each run on `threads` of its own.

        Raises:
            ModelError: the file does not load.
        """

    def kernels(self, path: Path) -> Kernels:
        """Load a file and read the graph that is really executed.

        Raises:
            ModelError: the file does not load.
        """
