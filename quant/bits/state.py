"""What the Layers page shows now, and its short form in a link."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from quant.bits import link
from quant.bits.bits import NONE, USUAL, Bits
from quant.errors import RequestError
from quant.recipe import ACTIVATION_BITS, WEIGHT_BITS
from quant.sensitivity.scores import ACTIVATIONS, WEIGHTS, Sensitivity

WIDTHS = {WEIGHTS: WEIGHT_BITS, ACTIVATIONS: ACTIVATION_BITS}
ON_WEIGHTS, ON_ACTIVATIONS, LOCKED, PICKED = "w", "a", "lock", "pick"  # names in a link
NAMES = (ON_WEIGHTS, ON_ACTIVATIONS, LOCKED, PICKED)
HURTS_AT = 4  # bits by which the layer is chosen that is picked at first


@dataclass(frozen=True, slots=True)
class State:
    """`locked` layers keep their bits when a budget is solved for; `picked` ones are looked at,
    and change together. Both are places in network order."""

    bits: Bits
    locked: tuple[int, ...] = ()
    picked: tuple[int, ...] = ()

    def written(self, found: Sensitivity) -> dict[str, str]:
        """By name in a link; what is usual is left out."""
        codes = {
            ON_WEIGHTS: link.written(_held(self.bits)) if _held(self.bits) else "",
            ON_ACTIVATIONS: link.written(self.bits.activations),
            LOCKED: link.written_places(self.locked),
            PICKED: link.written_places(self.picked),
        }
        usual = {ON_WEIGHTS: str(USUAL[0]), ON_ACTIVATIONS: str(USUAL[1])}
        if self.picked == first_picked(found):
            usual[PICKED] = codes[PICKED]
        return {name: code for name, code in codes.items() if code and code != usual.get(name)}

    def changed(self, kind: str, width: int) -> State:
        """The picked layers with another width."""
        return replace(self, bits=self.bits.changed(kind, self.picked, width))

    def stepped(self, kind: str, step: int) -> State:
        """Each picked layer at the next wider or narrower of the widths that there are."""
        bits, widths = self.bits, sorted(WIDTHS[kind])
        for place in self.picked:
            now = bits.of_kind(kind)[place]
            if now == NONE:
                continue
            at = widths.index(now) + step
            bits = bits.changed(kind, (place,), widths[min(max(at, 0), len(widths) - 1)])
        return replace(self, bits=bits)


def usual(found: Sensitivity) -> State:
    """Before anything is chosen."""
    return State(Bits.uniform(found.layers, *USUAL), picked=first_picked(found))


def first_picked(found: Sensitivity) -> tuple[int, ...]:
    """The layer whose weights hurt most."""
    names = [layer.name for layer in found.layers]
    scores = found.ranked(WEIGHTS, HURTS_AT)
    return (names.index(scores[0].layer),) if scores else (0,)


def read(found: Sensitivity, given: Mapping[str, str]) -> tuple[State, str]:
    """The state of a link, and what was wrong with it in a sentence, or nothing.

    What cannot be read is as usual; the rest holds.
    """
    state, wrong = usual(found), []
    count, has = len(found.layers), len(_held(state.bits))
    for name in NAMES:
        text = given.get(name, "")
        if not text:
            continue
        try:
            if name == ON_WEIGHTS:
                held = link.read(text, has, WEIGHT_BITS, "weights")
                state = replace(state, bits=_spread(state.bits, held))
            elif name == ON_ACTIVATIONS:
                own = link.read(text, count, ACTIVATION_BITS, "activations")
                state = replace(state, bits=replace(state.bits, activations=own))
            elif name == LOCKED:
                state = replace(state, locked=link.read_places(text, count, "locked"))
            else:
                picked = link.read_places(text, count, "picked")
                state = replace(state, picked=picked or state.picked)
        except RequestError as exc:
            wrong.append(str(exc))
    return state, ". ".join(text[:1].upper() + text[1:] for text in wrong)


def _held(bits: Bits) -> tuple[int, ...]:
    return tuple(width for width in bits.weights if width != NONE)


def _spread(bits: Bits, held: tuple[int, ...]) -> Bits:
    own = iter(held)
    return replace(bits, weights=tuple(NONE if w == NONE else next(own) for w in bits.weights))
