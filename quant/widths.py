"""Widths of single layers in a recipe, and a sentence where a network has no such layer."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from difflib import get_close_matches

from quant.errors import InvalidRecipe

Layers = tuple[tuple[str, int, int], ...]  # (layer, bits of weights, bits of activations)
Check = Callable[[str, object, object], None]

MOST_LAYERS = 10_000
MOST_LETTERS = 500  # of a layer's name
MOST_NAMED = 3


def checked(given: object, check: Check) -> Layers:
    """The layers of a recipe in the order of their names, as plain values.

    Args:
        given: (layer, weights, activations) each, or a mapping of a layer to the two widths.
        check: raises InvalidRecipe for widths that no layer can have.
    Raises:
        InvalidRecipe: what is given is something else, names a layer twice, or is too long.
    """
    if isinstance(given, Mapping):
        given = [(name, *_pair(name, widths)) for name, widths in given.items()]
    if not isinstance(given, list | tuple):
        raise InvalidRecipe(f"layers must list [layer, weights, activations]; got {given!r:.80}")
    if len(given) > MOST_LAYERS:
        raise InvalidRecipe(f"a recipe names at most {MOST_LAYERS:,} layers; got {len(given):,}")
    found: dict[str, tuple[int, int]] = {}
    for one in given:
        if not isinstance(one, list | tuple) or len(one) != 3:
            raise InvalidRecipe(f"layers must list [layer, weights, activations]; got {one!r:.80}")
        name, weights, activations = one
        if not isinstance(name, str) or not 0 < len(name) <= MOST_LETTERS:
            raise InvalidRecipe(
                f"a layer's name must have 1 to {MOST_LETTERS} letters; got {name!r:.80}"
            )
        check(name, weights, activations)
        if name in found:
            raise InvalidRecipe(f"the layer {name} is named twice; name each layer once")
        found[name] = weights, activations
    return tuple((name, *found[name]) for name in sorted(found))


def _pair(name: object, widths: object) -> tuple[object, object]:
    if not isinstance(widths, list | tuple) or len(widths) != 2:
        raise InvalidRecipe(f"{name} must have [weights, activations]; got {widths!r:.80}")
    return widths[0], widths[1]


def refuse_unknown(named: Iterable[str], known: Collection[str]) -> None:
    """Refuse layers that the network does not have.

    Raises:
        InvalidRecipe: with the nearest names that it has.
    """
    strange = [name for name in named if name not in known]
    if not strange:
        return
    more = f" and {len(strange) - 1} more" if len(strange) > 1 else ""
    near = get_close_matches(strange[0], known, MOST_NAMED) or sorted(known)[:MOST_NAMED]
    raise InvalidRecipe(
        f"this network of {len(known):,} layers has no layer {strange[0]!r:.80}{more}; "
        + (f"there is {', '.join(near)}" if near else "it has none that can be quantised")
    )
