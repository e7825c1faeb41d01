"""Initializers as tensors, without a second copy of the network."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import torch
from onnx import NodeProto, numpy_helper
from torch import Tensor

from quant.graph.network import Network

MOST_KEPT = 100_000  # values of a constant that is kept as a tensor


class Constants(Mapping[str, Tensor]):
    """Initializers as tensors. Large ones are made when they are asked for and not kept: all of
    them would weigh as much as the network."""

    def __init__(self, network: Network) -> None:
        self._items = network.constants
        self._small: dict[str, Tensor] = {}

    def __getitem__(self, name: str) -> Tensor:
        if name in self._small:
            return self._small[name]
        value = torch.from_numpy(np.array(numpy_helper.to_array(self._items[name])))
        if value.numel() <= MOST_KEPT:
            self._small[name] = value
        return value

    def __contains__(self, name: object) -> bool:
        return name in self._items  # without making it

    def __iter__(self) -> Iterator[str]:
        return iter(self._items)

    def __len__(self) -> int:
        return len(self._items)

    def read_by(self, nodes: Sequence[NodeProto]) -> dict[str, Tensor]:
        """What these nodes read."""
        return {name: self[name] for node in nodes for name in node.input if name in self}
