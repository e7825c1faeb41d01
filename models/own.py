"""Networks that somebody brought, with their own pictures: `own/NAME`, kept below the home folder.

own/NAME/workload.json   what is known of it; all of it may be published
own/NAME/place.json      where its pictures lie on this machine
own/NAME/network.onnx    the network, checked, with a free batch
own/NAME/pictures/       what a zip held
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, cast

from models.workload import Family, Fit, Workload
from quant.errors import ModelError, UnknownWorkload
from quant.settings import settings

PREFIX = "own/"
FOLDER = "own"  # below the home folder
FACTS, PLACE, NETWORK, PICTURES = "workload.json", "place.json", "network.onnx", "pictures"
NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,39}")
VERSION = 1  # of workload.json


@dataclass(frozen=True, slots=True)
class Own:
    """What `workload.json` holds. `names` has a name for each class, `class_of` the class index of
    each folder of pictures; both are empty where pictures have no labels. `told` are sentences on
    what was changed or guessed when it was added."""

    workload: Workload
    names: tuple[str, ...]
    class_of: dict[str, int]
    file: str
    added_at: str
    told: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Place:
    """Where the pictures lie: a folder, and a CSV of labels where folders do not tell classes."""

    folder: Path
    labels: Path | None = None


def folder_of(name: str, home: Path | None = None) -> Path:
    """Where all that belongs to `own/NAME` lies.

    Raises:
        UnknownWorkload: no own network can have that name.
    """
    short = name.removeprefix(PREFIX)
    if not NAME.fullmatch(short):
        raise UnknownWorkload(
            f"there is no workload {name[:60]!r}; own networks are called own/NAME, with a NAME of "
            "at most 40 small letters, digits, dots, dashes and underscores"
        )
    return (home or settings().home) / FOLDER / short


def own_names() -> tuple[str, ...]:
    """The names of those there are, in order."""
    try:
        found = sorted((settings().home / FOLDER).iterdir())
    except OSError:
        return ()
    return tuple(
        f"{PREFIX}{path.name}"
        for path in found
        if NAME.fullmatch(path.name) and (path / FACTS).is_file()
    )


def own(name: str) -> Workload:
    """The workload of that name.

    Raises:
        UnknownWorkload: there is none, or what is known of it is damaged.
    """
    return facts(name).workload


def facts(name: str) -> Own:
    """All that is known of it; see `own`."""
    path = folder_of(name) / FACTS
    try:
        state = path.stat()
        return _read(path, name, state.st_mtime_ns, state.st_size)
    except OSError as exc:
        there = ", ".join(own_names()) or "none"
        raise UnknownWorkload(
            f"there is no workload {name!r} here; own networks: {there}; "
            "python -m quant add brings one in"
        ) from exc


def place(name: str) -> Place:
    """Where its pictures lie.

    Raises:
        ModelError: that is not known here: only its figures came from elsewhere.
    """
    folder = folder_of(name)
    try:
        values = json.loads((folder / PLACE).read_bytes())
        found = folder / values["folder"]  # which is absolute where they lie elsewhere
        labels = values["labels"]
        return Place(found, None if labels is None else found / labels)
    except (OSError, ValueError, KeyError, TypeError) as exc:
        raise ModelError(_only_figures(name)) from exc


def network_path(name: str) -> Path:
    """The network's file.

    Raises:
        ModelError: it is not here: only its figures came from elsewhere.
    """
    path = folder_of(name) / NETWORK
    if not path.is_file():
        raise ModelError(_only_figures(name))
    return path


def _only_figures(name: str) -> str:
    return (
        f"only the figures of {name} are here, not its network and pictures; to measure more, add "
        "it under another name: python -m quant add"
    )


@lru_cache(maxsize=64)
def _read(path: Path, name: str, _modified_ns: int, _size: int) -> Own:
    try:
        return parsed(name, json.loads(path.read_bytes()))
    except (ValueError, KeyError, TypeError, AttributeError) as exc:
        raise UnknownWorkload(
            f"what is known of {name} is damaged or of another version ({path}); remove it with "
            f"python -m quant remove {name} and add it again"
        ) from exc


def parsed(name: str, values: dict[str, Any]) -> Own:
    """What `workload.json` says; ValueError, KeyError or TypeError where it is not understood."""
    if values["version"] != VERSION:
        raise ValueError(values["version"])
    channels, height, width = map(int, values["input_shape"])
    found = Workload(
        name=name,
        title=str(values["title"]),
        dataset=str(values["dataset"]),
        builder="",
        input_shape=(channels, height, width),
        mean=tuple(map(float, values["mean"])),
        std=tuple(map(float, values["std"])),
        classes=int(values["classes"]),
        parameters=int(values["parameters"]),
        macs=int(values["macs"]),
        weights_from=f"{values['file']}, added by its owner",
        crop_fraction=float(values["crop_fraction"]),
        fit=cast(Fit, values["fit"]),
        family=cast(Family, values["family"]),
        has_labels=bool(values["has_labels"]),
        calibration_images=int(values["calibration_images"]),
    )
    return Own(
        workload=found,
        names=tuple(map(str, values["names"])),
        class_of={str(key): int(index) for key, index in values["class_of"].items()},
        file=str(values["file"]),
        added_at=str(values["added_at"]),
        told=tuple(map(str, values["told"])),
    )
