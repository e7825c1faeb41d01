"""Walk through a network once, and at each layer try what else it could have been.

What comes before the layer is computed once for all tries; only the rest of the network runs anew.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from quant.perturb.cuts import Part, Parts, Values
from quant.perturb.setting import Changed, Setting

Logits = NDArray[np.float32]
Tries = Mapping[str, Changed]  # by a name that the caller knows
LOCAL_PICTURES = 16  # on which outputs of layers are compared


@dataclass(frozen=True)
class Tried:
    """At one layer. `logits` (n, classes) of each try that was run to the end; `local` is the
    power of the error that each try, run to the end or not, makes in the layer's output."""

    node: str
    logits: dict[str, Logits]
    local: dict[str, float]


class Walk:
    """The network as `base` has it, over batches of pictures."""

    def __init__(
        self,
        parts: Parts,
        base: Setting,
        batches: Sequence[NDArray[np.float32]],
        pool: ThreadPoolExecutor,
    ) -> None:
        self.parts, self.base, self.pool = parts, base, pool
        [source] = parts.network.inputs
        self._at = 0
        self._held: list[Values] = [{source: batch} for batch in batches]

    def over(
        self,
        tries: Callable[[str], tuple[Tries, Sequence[str]]],
        nodes: Sequence[str],
    ) -> Iterator[Tried]:
        """Through all nodes, stopping at each of `nodes`.

        Args:
            tries: for a node, what it could have been, and which of that to run to the end.
        """
        wanted = set(nodes)
        for index, node in enumerate(self.parts.network.nodes):
            if node.name not in wanted:
                continue
            self._advance(index)
            given, to_the_end = tries(node.name)
            if given:
                yield self._tried(index, given, to_the_end)
        self._advance(len(self.parts.network.nodes))

    def _advance(self, end: int) -> None:
        if end == self._at:
            return
        nodes, live = self.parts.network.nodes, self.parts.live(end)
        made = {name for node in nodes[self._at : end] for name in node.output}
        outputs = [name for name in live if name in made]
        part = self.parts.run(self._at, end, outputs, self.base)

        def onward(values: Values) -> Values:
            result = {name: values[name] for name in live if name in values}
            return result | part(values)

        self._held = list(self.pool.map(onward, self._held))
        self._at = end

    def _tried(self, index: int, tries: Tries, to_the_end: Sequence[str]) -> Tried:
        """Each batch goes through every try before the next batch, while it is in the caches."""
        nodes = self.parts.network.nodes
        node, answer = nodes[index], self.parts.answer
        [output] = node.output

        def changed(setting: Setting) -> Part:
            return self.parts.run(index, index + 1, [output], setting)

        plain = changed(self.base)
        own = {name: changed({node.name: one}) for name, one in tries.items()}
        rest = None
        if output != answer and to_the_end:
            rest = self.parts.run(index + 1, len(nodes), [answer], self.base)
        firsts = self._firsts()

        def through(at: int) -> tuple[dict[str, Logits], dict[str, float]]:
            values = self._held[at]
            kept: dict[str, Logits] = {}
            power: dict[str, float] = {}
            reference = np.asarray(plain(values)[output], np.float32) if at in firsts else None
            for name, part in own.items():
                if reference is None and name not in to_the_end:
                    continue
                made = part(values)
                if reference is not None:
                    apart = np.asarray(made[output], np.float32) - reference
                    power[name] = float(np.square(apart, dtype=np.float64).sum())
                if name in to_the_end:
                    end = made if rest is None else rest(values | made)
                    kept[name] = np.asarray(end[answer], np.float32)
            return kept, power

        found = list(self.pool.map(through, range(len(self._held))))
        logits = {name: np.concatenate([kept[name] for kept, _ in found]) for name in to_the_end}
        local = {name: sum(power.get(name, 0.0) for _, power in found) for name in tries}
        return Tried(node.name, logits, local)

    def _firsts(self) -> set[int]:
        """The batches that hold the first pictures."""
        count, found = 0, set[int]()
        for at, values in enumerate(self._held):
            if count >= LOCAL_PICTURES:
                break
            found.add(at)
            count += len(next(iter(values.values())))
        return found
