"""What a measured file would do on a device: modelled, never measured, and never mixed with it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from quant.devices.checked import Check
from quant.devices.device import FIGURES, Device, Published
from quant.devices.energy import at_rated_power, millijoules, pictures_a_charge
from quant.devices.roofline import milliseconds, peaks_of
from quant.devices.work import Work, work
from quant.records import Measurement


class Fits(Enum):
    """Whether something has room."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Range:
    """A modelled figure with the ends that the model's error gives it."""

    middle: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Modelled:
    """One file on one device, for one picture. None is what cannot be modelled, for want of what
    `lacks` names. `gain` is FP32's latency there as times the file's, above 1 where it is faster.
    `energy_mj` is of arithmetic and memory, `rated_mj` of the whole device at its rated power.
    """

    device: Device
    latency_ms: Range | None
    gain: Range | None
    lacks: tuple[str, ...]
    energy_mj: float | None
    fp32_energy_mj: float | None
    rated_mj: float | None
    charge: float | None
    fits_storage: Fits
    fits_memory: Fits
    memory_bytes: int | None
    flow_known: bool
    is_fp32: bool


def modelled(point: Measurement, device: Device, error: Check) -> Modelled:
    """From what was stored of the point's layers and what was published of the device.

    Args:
        error: how far the model was from what was measured where both are known.
    """
    found = work(point.outcomes)
    peaks = peaks_of(device, found)
    latency = gain = None
    if peaks is not None:
        middle = milliseconds(found, peaks)
        latency = Range(middle, middle * error.low, middle * error.high)
        before = peaks_of(device, found.in_float)
        if before is not None and not point.recipe.is_fp32:
            faster = milliseconds(found.in_float, before) / middle
            gain = Range(faster, faster / error.gain_high, faster / error.gain_low)
    energy = millijoules(found) if found.steps else None
    return Modelled(
        device=device,
        latency_ms=latency,
        gain=gain,
        lacks=() if peaks is not None else _lacks(device, found),
        energy_mj=energy,
        fp32_energy_mj=millijoules(found.in_float) if found.steps else None,
        rated_mj=None if latency is None else at_rated_power(device, latency.middle),
        charge=None if energy is None else pictures_a_charge(device, energy),
        fits_storage=_fits(point.size_bytes, device.storage),
        fits_memory=_fits(found.memory_bytes, device.memory),
        memory_bytes=found.memory_bytes,
        flow_known=found.flow_known,
        is_fp32=point.recipe.is_fp32,
    )


def _fits(needed_bytes: float | None, room: Published | None) -> Fits:
    if needed_bytes is None or room is None:
        return Fits.UNKNOWN
    return Fits.YES if needed_bytes <= room.value * 1e9 else Fits.NO


def _lacks(device: Device, found: Work) -> tuple[str, ...]:
    if not found.steps:
        return ("the layers' operations",)
    floats = any(not step.is_integer for step in found.steps)
    integers = any(step.is_integer for step in found.steps)
    needed = {"bandwidth": True, "float32": floats, "int8": integers}
    return tuple(
        FIGURES[name][0]
        for name, wanted in needed.items()
        if wanted and getattr(device, name) is None
    )
