"""A device as its makers and reviewers describe it: each figure with its source, or unknown."""

from __future__ import annotations

from dataclasses import dataclass

from quant.errors import DataError

KINDS = ("phone", "board", "microcontroller", "laptop", "server")


@dataclass(frozen=True, slots=True)
class Source:
    """Where a figure was published."""

    title: str
    publisher: str
    date: str
    url: str


@dataclass(frozen=True, slots=True)
class Published:
    """One figure. `how` tells what was worked out from what the source says, or is empty."""

    value: float
    source: Source
    how: str = ""

    def __post_init__(self) -> None:
        if not self.value > 0:
            raise DataError(f"a published figure must be above 0; got {self.value}: leave it out")


@dataclass(frozen=True, slots=True)
class Device:
    """What is known of one device; None is what nobody published, and nothing is guessed.

    `bandwidth` is in 10⁹ bytes a second from main memory, `int8` and `float32` in 10⁹ multiply-adds
    a second, `memory` and `storage` in 10⁹ bytes, `power` in watts, `battery` in watt-hours.
    `processor` is what throughput is of.
    """

    id: str
    name: str
    kind: str
    processor: str
    bandwidth: Published | None = None
    int8: Published | None = None
    float32: Published | None = None
    memory: Published | None = None
    storage: Published | None = None
    power: Published | None = None
    battery: Published | None = None

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise DataError(f"the kind of {self.name} must be of {', '.join(KINDS)}: {self.kind!r}")


FIGURES = {
    "bandwidth": ("memory bandwidth", "GB/s"),
    "int8": ("8-bit throughput", "10⁹ multiply-adds/s"),
    "float32": ("float throughput", "10⁹ multiply-adds/s"),
    "memory": ("memory", "GB"),
    "storage": ("storage", "GB"),
    "power": ("power", "W"),
    "battery": ("battery", "Wh"),
}
