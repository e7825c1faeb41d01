"""What was answered so far, all of it in the address: a link opens at the same screen."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from models.workload import WORKLOADS, Workload, known
from pages.parts import cache, complaints, controls, links
from quant.budgets import Budgets
from quant.devices.device import Device
from quant.devices.table import device, devices
from quant.present.asked import PRIORITIES, SIZE, Asked
from quant.present.presets import Preset, preset, presets

SCREENS = ("model", "matters", "device", "limits", "answer")
HERE = "here"  # no device: only what was measured
LIMITS = {"size": controls.SIZES, "loss": controls.LOSSES, "latency": controls.LATENCIES}
USUAL = {
    "screen": SCREENS[0],
    "matters": SIZE,
    "device": HERE,
    "situation": "",
    "size": controls.NO_LIMIT,
    "loss": "0.5 pp",
    "latency": controls.NO_LIMIT,
}
ALLOWED = {
    "screen": SCREENS,
    "matters": PRIORITIES,
    "device": (HERE, *(one.id for one in devices())),
    "situation": tuple(one.id for one in presets()),
    **{name: tuple(options) for name, options in LIMITS.items()},
}


@dataclass(frozen=True, slots=True)
class State:
    """`limits` are in the words of the choices, by name."""

    screen: str
    workload: Workload
    matters: str
    device: Device | None
    situation: Preset | None
    limits: dict[str, str]

    @property
    def asked(self) -> Asked:
        chosen = {name: LIMITS[name][words] for name, words in self.limits.items()}
        budgets = Budgets(chosen["size"], chosen["latency"], chosen["loss"])
        return Asked(budgets, self.matters, self.device)

    @property
    def number(self) -> int:
        """Of the screen, from 0."""
        return SCREENS.index(self.screen)


def read() -> State:
    """From the address; what no choice offers is told once and taken out of it."""
    found = _model()
    complaints.show(ALLOWED)
    for name, options in ALLOWED.items():
        if links.chosen(name) not in ("", *options):
            links.choose(name, "")
    values = {name: links.chosen(name) or usual for name, usual in USUAL.items()}
    return State(
        values["screen"],
        found,
        values["matters"],
        None if values["device"] == HERE else device(values["device"]),
        preset(values["situation"]),
        {name: values[name] for name in LIMITS},
    )


def answer(**changes: str) -> None:
    """A callback: put answers into the address; what is usual is left out of it."""
    for name, value in changes.items():
        links.choose(name, "" if value == USUAL.get(name) else value)


def choose_model(name: str) -> None:
    """A callback: another model, and on to the next question."""
    links.choose(links.GROUND, "")
    answer(model=name, screen=SCREENS[1])


def apply(one: Preset) -> None:
    """A callback: all answers of a situation, and on to its limits, where they can be changed."""
    answer(
        situation=one.id, matters=one.matters, device=one.device, size=one.size, loss=one.loss,
        latency=one.latency, screen="limits",
    )  # fmt: skip


def take_limit(name: str) -> None:
    """A callback: the limit that was just picked."""
    answer(**{name: st.session_state[f"present-{name}"]})


def _model() -> Workload:
    """That of the link, or the first that is measured, or the first that ships."""
    name = links.chosen("model")
    found = known(name) if name else None
    if name and found is None:
        complaints.note(
            "model",
            "The link asks for a model that is not known here; the usual one is shown instead.",
        )
        links.choose("model", "")
    if found is not None:
        return found
    return next(filter(None, map(known, measured())), WORKLOADS[0])


def measured() -> tuple[str, ...]:
    """Models that have points: those that ship first."""
    there = cache.workloads()
    ships = [one.name for one in WORKLOADS if one.name in there]
    return (*ships, *(name for name in there if name not in ships and known(name)))
