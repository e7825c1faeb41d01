"""How layers are computed: which weights they have, and on which levels they read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from quant.grid import Grid

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Changed:
    """One layer: its `weight` as its node reads it, None where it stays float, and the `grids` of
    the tensors that it reads; nobody else reads them so."""

    weight: Floats | None = None
    grids: Mapping[str, Grid] = field(default_factory=dict)


FLOAT = Changed()
Setting = Mapping[str, Changed]  # by the name of the layer's node; what is missing stays float
