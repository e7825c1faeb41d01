"""Solve for a budget: the best bits within it, but for layers that are locked."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial

import streamlit as st

from pages.parts import controls, shell
from pages.parts.layers import now
from quant.allocate.constraints import Constraints, Limits, sharing
from quant.allocate.predict import Predictor
from quant.allocate.problem import Assignment, Problem, problem
from quant.allocate.solve import solve
from quant.allocate.words import lost
from quant.bits.bits import NONE, Bits
from quant.bits.state import State
from quant.errors import BitfrontError, RequestError
from quant.recipe import FLOAT
from quant.sensitivity.scores import ACTIVATIONS, PRODUCT, WEIGHTS, WIDTHS, Sensitivity

OFFERED = {kind: tuple(map(str, widths)) for kind, widths in WIDTHS.items()}
USUAL = {WEIGHTS: ["2", "3", "4", "5", "6", "8"], ACTIVATIONS: ["8"]}
NAMES = {WEIGHTS: "allow-weights", ACTIVATIONS: "allow-activations"}  # in the address
ALLOWED = {NAMES[kind]: OFFERED[kind] for kind in NAMES}
MOST_MB, MOST_PP, MOST_MS = 100_000.0, 100.0, 100_000.0
HARM = "budget refused"


@dataclass(frozen=True, slots=True)
class Asked:
    """Budgets; None is no limit. `drop` is a fraction of 1."""

    size_bytes: float | None = None
    latency_ms: float | None = None
    drop: float | None = None


@dataclass(frozen=True, slots=True)
class Rules:
    """What the solver may choose from; `tied` layers that read one tensor share a width."""

    weights: tuple[int, ...]
    activations: tuple[int, ...]
    tied: bool

    @property
    def is_open(self) -> bool:
        """Whether there is anything to choose from."""
        return bool(self.weights and self.activations)


def menu(found: Sensitivity, state: State, known: Predictor) -> Rules:
    """A popover: budgets, what is allowed, and the button."""
    with st.popover("Solve for a budget", icon=":material/target:", key="solve-menu"):
        st.caption("The least loss within these budgets. Leave empty what does not matter.")
        with st.grid(3, min_column_width=120):
            size = _number("Size, MB", "budget-mb", MOST_MB)
            loss = _number("Loss, pp", "budget-pp", MOST_PP, off=known.curve is None)
            latency = _number("Latency, ms", "budget-ms", MOST_MS, off=known.pace is None)
        weights, activations = _allowed(WEIGHTS), _allowed(ACTIVATIONS)
        tied = st.toggle(
            "One width for layers that read one tensor",
            key="tie",
            bind=controls.LINK,
            help="They share its grid anyhow, at the widest of their activations.",
        )
        rules = Rules(weights, activations, tied)
        locked = len(state.locked)
        st.caption(f"{locked} locked layer{'' if locked == 1 else 's'} will stay at their bits.")
        asked = Asked(size and size * 1e6, latency, loss and loss / 100)
        st.button(
            "Solve · about 1 s",
            key="solve",
            type="primary",
            disabled=asked == Asked() or not rules.is_open,
            help="Give a budget and allow a width of each kind."
            if asked == Asked() or not rules.is_open
            else "Changes all layers but the locked ones; Undo brings these bits back.",
            on_click=_solve,
            args=(found, state, known, asked, rules),
        )
        if harm := st.session_state.get(HARM):
            st.error(harm, icon=":material/error:")
    return rules


def given(found: Sensitivity, state: State, known: Predictor, rules: Rules) -> Problem:
    """The choice that there is, with locked layers as they are."""
    fixed = tuple(
        (found.layers[at].name, _or_float(weights), inputs)
        for at in state.locked
        for weights, inputs in [state.bits.pairs[at]]
    )
    tied = tuple(sharing(found.layers)) if rules.tied else ()
    kept = Constraints(rules.weights, rules.activations, fixed, tied)
    return problem(found, kept, known.losses, known.sizes, known.pace)


def bits_of(found: Sensitivity, one: Assignment) -> Bits:
    """As the page holds them; products of activations have no weights."""
    own, has = one.by_layer, [layer.op != PRODUCT for layer in found.layers]
    pairs = [own[layer.name] for layer in found.layers]
    return Bits(
        tuple(pair[0] if held else NONE for pair, held in zip(pairs, has, strict=True)),
        tuple(pair[1] for pair in pairs),
    )


def _solve(found: Sensitivity, state: State, known: Predictor, asked: Asked, rules: Rules) -> None:
    """A callback: the answer is shown, or a sentence says why there is none."""
    st.session_state.pop(HARM, None)
    try:
        noise = None if asked.drop is None else _noise(known, asked.drop)
        limits = Limits(size_bytes=asked.size_bytes, latency_ms=asked.latency_ms, noise=noise)
        best = solve(given(found, state, known, rules), limits, partial(lost, known))
    except BitfrontError as exc:
        st.session_state[HARM] = shell.sentence(exc)
        return
    now.show(found, replace(state, bits=bits_of(found, best)))


def _noise(known: Predictor, drop: float) -> float:
    noise = known.noise_for(drop)
    if not noise:
        raise RequestError(
            f"a loss of {100 * drop:g} pp is less than any quantised file is predicted to have; "
            "allow more"
        )
    return noise


def _number(label: str, key: str, most: float, *, off: bool = False) -> float | None:
    value: float | None = st.number_input(
        f"{label}, at most",
        min_value=0.0,
        max_value=most,
        value=None,
        key=key,
        bind=controls.LINK,
        placeholder="no limit",
        format="%.4g",
        disabled=off,
        help="Nothing that this could be predicted from is measured here yet." if off else None,
    )
    return value or None


def _allowed(kind: str) -> tuple[int, ...]:
    chosen = st.pills(
        f"Allowed widths of {kind}, bits",
        OFFERED[kind],
        selection_mode="multi",
        default=USUAL[kind],
        key=NAMES[kind],
        bind=controls.LINK,
    )
    return tuple(sorted(map(int, chosen)))


def _or_float(weights: int) -> int:
    return FLOAT if weights == NONE else weights
