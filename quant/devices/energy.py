"""Energy for one picture, from operations and bytes, and at the power a device is rated at."""

from __future__ import annotations

from quant.devices.device import Device
from quant.devices.work import Work

# Picojoules at 45 nm and 0.9 V: a product and a sum in 8 and 32 bits, in float32, and a byte from
# DRAM (the middle of 1.3 to 2.6 nJ for 8 bytes). Newer processors need less; the ratio lasts.
INTEGER_PJ, FLOAT_PJ, BYTE_PJ = 0.2 + 0.1, 3.7 + 0.9, 1950 / 8
SOURCE = (
    "Horowitz, Computing's energy problem (and what we can do about it), ISSCC 2014, "
    "doi:10.1109/ISSCC.2014.6757323, figure 1.1.9"
)
FORMULA = r"E = 0.3\,\text{pJ}\, M_8 + 4.6\,\text{pJ}\, M_{32} + 244\,\text{pJ}\, B"


def millijoules(work: Work) -> float:
    """Of arithmetic and memory alone, whatever the device; an approximation."""
    floats = work.macs - work.integer_macs
    arithmetic = work.integer_macs * INTEGER_PJ + floats * FLOAT_PJ
    return (arithmetic + work.moved_bytes * BYTE_PJ) * 1e-9


def at_rated_power(device: Device, latency_ms: float) -> float | None:
    """Millijoules if the device draws what it is rated at all the while; None where unknown."""
    return None if device.power is None else device.power.value * latency_ms


def pictures_a_charge(device: Device, energy_mj: float) -> float | None:
    """Pictures that a full battery pays for, if nothing else drew from it; None where unknown."""
    if device.battery is None or not energy_mj > 0:
        return None
    return device.battery.value * 3600 * 1000 / energy_mj
