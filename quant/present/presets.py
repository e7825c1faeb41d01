"""Situations that people recognise, read from presets.toml beside this file."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

FILE = Path(__file__).with_name("presets.toml")
CLASSIFIES = "image classification"  # what all models here do so far


@dataclass(frozen=True, slots=True)
class Preset:
    """A set of answers; limits are the words of the page's choices, so that they can be changed."""

    id: str
    title: str
    words: str
    task: str
    matters: str
    device: str
    size: str
    loss: str
    latency: str


@lru_cache(maxsize=1)
def presets() -> tuple[Preset, ...]:
    return tuple(
        Preset(**values) for values in tomllib.loads(FILE.read_text(encoding="utf-8"))["preset"]
    )


def preset(name: str) -> Preset | None:
    """The preset of that id, or None."""
    return next((one for one in presets() if one.id == name), None)


def caveat(one: Preset, data: str, task: str = CLASSIFIES) -> str:
    """What a preset does not say about the model shown, which does `task` and was measured on
    `data`."""
    if one.task != task:
        return (
            f"This preset illustrates a budget. The model shown does {task}, and nothing was "
            f"measured on {one.task}."
        )
    return (
        f"This preset illustrates a budget. The model shown was measured on {data}, and on no "
        "pictures of your own."
    )
