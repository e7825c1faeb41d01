"""What a person answers before a recommendation is made."""

from __future__ import annotations

from dataclasses import dataclass, replace

from quant.budgets import Budgets
from quant.devices.device import Device
from quant.errors import RequestError

ACCURACY, SIZE, SPEED, BATTERY = "accuracy", "size", "speed", "battery"
PRIORITIES = (ACCURACY, SIZE, SPEED, BATTERY)


@dataclass(frozen=True, slots=True)
class Asked:
    """`matters` is what the choice among those within `budgets` goes by. `device` is where it is
    to run, or None: then only this machine is spoken of."""

    budgets: Budgets
    matters: str = SIZE
    device: Device | None = None

    def __post_init__(self) -> None:
        if self.matters not in PRIORITIES:
            raise RequestError(
                f"what matters most is one of {', '.join(PRIORITIES)}; got {self.matters!r}"
            )

    @property
    def limits(self) -> Budgets:
        """The budgets, and no more than the device has storage for."""
        room = self.room_bytes
        if room is None:
            return self.budgets
        size = self.budgets.size_bytes
        return replace(self.budgets, size_bytes=room if size is None else min(size, room))

    @property
    def room_bytes(self) -> float | None:
        """What the device has storage for, where that is less than the size budget."""
        if self.device is None or self.device.storage is None:
            return None
        room = self.device.storage.value * 1e9
        size = self.budgets.size_bytes
        return room if size is None or room < size else None
