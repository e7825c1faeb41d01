"""The devices that there are, read from devices.toml beside this file."""

from __future__ import annotations

import tomllib
from functools import lru_cache
from pathlib import Path
from typing import Any

from quant.devices.device import FIGURES, KINDS, Device, Published, Source
from quant.errors import DataError, RequestError

FILE = Path(__file__).with_name("devices.toml")


@lru_cache(maxsize=1)
def devices() -> tuple[Device, ...]:
    """All of them, kind by kind."""
    read = tomllib.loads(FILE.read_text(encoding="utf-8"))
    sources = {name: Source(**values) for name, values in read["source"].items()}
    found = [_device(values, sources) for values in read["device"]]
    return tuple(sorted(found, key=lambda one: KINDS.index(one.kind)))


def device(name: str) -> Device:
    """The device of that id.

    Raises:
        RequestError: there is none.
    """
    for one in devices():
        if one.id == name:
            return one
    known = ", ".join(one.id for one in devices())
    raise RequestError(f"there is no device {name!r}; there are {known}")


def _device(values: dict[str, Any], sources: dict[str, Source]) -> Device:
    known: dict[str, Any] = {
        name: _published(values["name"], name, given, sources) if name in FIGURES else given
        for name, given in values.items()
    }
    return Device(**known)


def _published(
    owner: str, name: str, given: dict[str, Any], sources: dict[str, Source]
) -> Published:
    if given.get("source") not in sources:
        raise DataError(f"the {name} of {owner} names no source that is listed: {given}")
    return Published(float(given["value"]), sources[given["source"]], given.get("how", ""))
