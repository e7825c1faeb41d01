"""Which pictures each file has right, kept in memory as bits: only what is new is read."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from quant.errors import StoreError
from quant.points import Points
from quant.samples import right
from quant.store.protocol import Store

KEPT = 4096  # rows; 1.25 kB each for 10,000 pictures
Bits = NDArray[np.bool_]


class Right:
    """One a process and store. Rows never change, so what was read stays true."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = Lock()
        self._packed: OrderedDict[int, NDArray[np.uint8]] = OrderedDict()

    def of(self, points: Points) -> list[Bits | None]:
        """(n,) a point, in their order; None where it is not known picture by picture.

        Raises:
            StoreError: the store cannot be read.
        """
        numbers, counts = points.numbers.tolist(), points.n.tolist()
        with self._lock:
            self._read(
                {k: n for k, n in zip(numbers, counts, strict=True) if k not in self._packed}
            )
            found = [self._packed.get(number) for number in numbers]
            while len(self._packed) > KEPT:
                self._packed.popitem(last=False)
        return [
            None if bits is None else np.unpackbits(bits, count=n).view(np.bool_)
            for bits, n in zip(found, counts, strict=True)
        ]

    def _read(self, wanted: dict[int, int]) -> None:
        for number, content in self._store.contents(list(wanted)).items():
            try:
                bits = right(content, wanted[number])
            except StoreError:
                continue  # the page of that point says so
            if bits is not None:
                self._packed[number] = np.packbits(bits)
