"""What is modelled of a file on a device, in words; each says that it is modelled."""

from __future__ import annotations

from math import floor, isfinite, log10

from quant import explain
from quant.devices.checked import Check
from quant.devices.device import FIGURES, Device, Published
from quant.devices.modelled import Fits, Modelled, Range

UNKNOWN = "not known"


def sentence(found: Modelled) -> str:
    """`Modelled, not measured: on POCO M6 Pro 5G one picture takes about 13 ms (6.1 to 26), …`"""
    device = found.device
    parts = []
    if found.latency_ms is not None:
        parts.append(f"one picture takes about {_span(found.latency_ms)} ms")
    else:
        parts.append(f"how long a picture takes is not known: {_lacking(found)}")
    if found.gain is not None:
        parts.append(gain(found.gain))
    if found.energy_mj is not None and found.fp32_energy_mj is not None:
        less = explain.ratio(found.fp32_energy_mj, found.energy_mj, "less", "more", "as much")
        if less != "as much":
            parts.append(f"arithmetic and memory take {less} energy than FP32's")
    return f"Modelled, not measured: on {device.name} {', '.join(parts)}."


def gain(found: Range) -> str:
    """`about 2.0× as fast as FP32 (1.4 to 2.9)`."""
    return (
        f"about {_two(found.middle)}{explain.TIMES} as fast as FP32 "
        f"({_two(found.low)} to {_two(found.high)})"
    )


def rows(found: Modelled) -> list[tuple[str, str]]:
    """Name and value, line by line; what cannot be modelled says why."""
    latency = "not known" if found.latency_ms is None else f"{_span(found.latency_ms)} ms"
    energy = UNKNOWN if found.energy_mj is None else f"{_two(found.energy_mj)} mJ"
    rated = UNKNOWN if found.rated_mj is None else f"{_two(found.rated_mj)} mJ"
    return [
        ("Latency, modelled", latency),
        ("Against FP32, modelled", _against(found)),
        ("Energy of arithmetic and memory, modelled", energy),
        ("Energy at rated power, modelled", rated),
        ("Pictures on one charge, modelled", _pictures(found.charge)),
        ("Fits in storage", room(found.fits_storage, found.device.storage)),
        ("Fits in memory", room(found.fits_memory, found.device.memory, found.memory_bytes)),
    ]


def room(fits: Fits, figure: Published | None, needed: float | None = None) -> str:
    """`yes`, `no: needs 1.41 MB of 1.00 MB`, `unknown: its memory is not published`."""
    if fits is Fits.UNKNOWN:
        return "unknown: not published" if figure is None else "unknown: measure the file again"
    has = "" if figure is None else f" of {explain.size(figure.value * 1e9)}"
    needs = "" if needed is None else f": needs {explain.size(needed)}{has}"
    return f"{fits.value}{needs}"


def _against(found: Modelled) -> str:
    if found.is_fp32:
        return "the baseline"
    return UNKNOWN if found.gain is None else gain(found.gain)


def published(device: Device) -> list[tuple[str, str, Published | None]]:
    """Each figure of a device: name, value with its unit or that it is not known, source."""
    found: list[tuple[str, str, Published | None]] = []
    for name, (title, unit) in FIGURES.items():
        one: Published | None = getattr(device, name)
        found.append((title, UNKNOWN if one is None else _with_unit(one.value, unit), one))
    return found


def _with_unit(value: float, unit: str) -> str:
    """`12 GB`, `1.00 MB`, `14,746 10⁹ multiply-adds/s`."""
    if unit == "GB" and value < 1:
        return explain.size(value * 1e9)
    return f"{value:,.0f} {unit}" if value >= 1000 else f"{value:g} {unit}"


def error(check: Check | None, documented: Check) -> str:
    """How far the model was from what was measured, where both are known."""
    if check is None:
        return (
            "On this machine the model is not checked yet: its peaks are measured with the next "
            f"file. Where it was checked, {_error(documented)} (docs/present.md)."
        )
    return f"On the machine that is shown, {_error(check)}."


def _error(check: Check) -> str:
    files = f"{check.n:,} file{'' if check.n == 1 else 's'} of {check.networks} network"
    said = (
        f"measured latencies were {_two(check.low)} to {_two(check.high)} times the modelled ones "
        f"(n = {files}{'' if check.networks == 1 else 's'}, typically a factor of "
        f"{_two(check.typical)} either way)"
    )
    if not check.gain_n:
        return said
    return (
        f"{said}, and what a file takes of FP32's time was {_two(check.gain_low)} to "
        f"{_two(check.gain_high)} times what was modelled (n = {check.gain_n:,})"
    )


def _lacking(found: Modelled) -> str:
    if found.lacks == ("the layers' operations",):
        return "the layers of this file were not kept"
    many = len(found.lacks) > 1
    what = explain.listed(found.lacks)
    return f"its {what} {'were' if many else 'was'} not found published"


def _span(found: Range) -> str:
    """`1.0 (0.5 to 2.0)`: two digits, the model supports no more."""
    return f"{_two(found.middle)} ({_two(found.low)} to {_two(found.high)})"


def _pictures(count: float | None) -> str:
    if count is None or not isfinite(count):
        return UNKNOWN
    digits = max(0, floor(log10(count)) - 1) if count >= 1 else 0
    return f"about {round(count / 10**digits) * 10**digits:,.0f}, if nothing else drew from it"


def _two(value: float) -> str:
    """Two significant digits."""
    if not isfinite(value) or value <= 0:
        return UNKNOWN
    decimals = max(0, 1 - floor(log10(value)))
    return f"{round(value, 1 - floor(log10(value))):,.{decimals}f}"
