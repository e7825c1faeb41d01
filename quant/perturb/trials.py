"""All tries of one network: walks through it, what they found kept as they go."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from math import prod

import numpy as np
from numpy.typing import NDArray

from quant.graph.fold import shapes_of
from quant.perturb.changes import Changes, Unit
from quant.perturb.cuts import Parts
from quant.perturb.kept import AtLayer, Kept
from quant.perturb.marks import Doubles, Reference
from quant.perturb.schedule import ALONE, RECOVERED, Sweep
from quant.perturb.setting import FLOAT, Setting
from quant.perturb.walk import Logits, Tries, Walk
from quant.sensitivity.scores import WIDTHS

MOST_BYTES = 1_500_000_000  # of tensors that are held of all pictures of a walk
Batches = Sequence[NDArray[np.float32]]
Telling = Callable[[int], None]  # the number of the layer that is tried next


class Trials:
    """Of one network under one recipe, on batches of pictures."""

    def __init__(
        self,
        changes: Changes,
        batches: Batches,
        labels: NDArray[np.int64] | None,
        threads: int,
    ) -> None:
        self.changes, self.batches = changes, batches
        self.parts = Parts(changes.prepared.network)
        self.pool = ThreadPoolExecutor(threads)
        self.reference = Reference(self.answers({}), labels)

    def answers(self, setting: Setting) -> Logits:
        """(n, classes): of the whole network in a setting."""
        nodes = self.parts.network.nodes
        whole = self.parts.run(0, len(nodes), [self.parts.answer], setting)
        [source] = self.parts.network.inputs

        def of(batch: NDArray[np.float32]) -> Logits:
            return np.asarray(whole({source: batch})[self.parts.answer], np.float32)

        return np.concatenate(list(self.pool.map(of, self.batches)))

    def total(self, kind: str, bits: int) -> Doubles:
        """Marks of the network with all of a kind at a width."""
        return self.reference.marks(self.answers(self.changes.setting(kind, bits)))

    def alone(self, sweeps: Sequence[Sweep], kept: Kept, tell: Telling) -> dict[str, AtLayer]:
        """By unit: each kind and width alone in the float network; tries are named by `named`."""
        run = {(kind, bits) for way, kind, bits in sweeps if way == ALONE}

        def tries(unit: Unit) -> tuple[Tries, Sequence[str]]:
            every = [(kind, bits) for kind in unit.kinds for bits in WIDTHS[kind]]
            names = {one: self.named(unit, *one) for one in every}
            first = {names[one]: one for one in reversed(every)}
            wanted = dict.fromkeys(names[one] for one in every if one in run)
            return {name: self.changes.changed(unit, *one) for name, one in first.items()}, list(
                wanted
            )

        return self._walked("alone", {}, tries, self.changes.units, kept, tell)

    def recovered(self, kind: str, bits: int, kept: Kept, tell: Telling) -> dict[str, AtLayer]:
        """By unit: this one float where the same of all others has that width."""
        base = self.changes.setting(kind, bits)
        units = [unit for unit in self.changes.units if kind in unit.kinds]

        def tries(_: Unit) -> tuple[Tries, Sequence[str]]:
            return {RECOVERED: FLOAT}, [RECOVERED]

        return self._walked(f"without-{kind}-{bits}", base, tries, units, kept, tell)

    def named(self, unit: Unit, kind: str, bits: int) -> str:
        """Equal for widths that come to the same in a file."""
        return f"{kind}-{'-'.join(map(str, self.changes.used(unit, kind, bits)))}"

    def _walked(
        self,
        name: str,
        base: Setting,
        tries: Callable[[Unit], tuple[Tries, Sequence[str]]],
        units: Sequence[Unit],
        kept: Kept,
        tell: Telling,
    ) -> dict[str, AtLayer]:
        """Some pictures after the other, as many at a time as can be held."""
        numbers = {unit.node: at for at, unit in enumerate(units)}
        by_node = {unit.node: unit for unit in units}
        found: dict[str, list[AtLayer]] = {unit.name: [] for unit in units}
        for start, batches in self._shares():
            files = {node: f"{name}-{at}-{start}" for node, at in numbers.items()}
            walk = Walk(self.parts, base, batches, self.pool)
            known = {node: kept.load(file) for node, file in files.items()}
            missing = [node for node, one in known.items() if one is None]

            def at(node: str) -> tuple[Tries, Sequence[str]]:
                tell(numbers[node])
                return tries(by_node[node])

            for tried in walk.over(at, missing):
                marks = {
                    key: self.reference.marks(logits, start) for key, logits in tried.logits.items()
                }
                known[tried.node] = AtLayer(marks, tried.local)
                kept.keep(files[tried.node], AtLayer(marks, tried.local))
            for node, one in known.items():
                found[by_node[node].name].append(one or AtLayer())
        return {unit: _joined(parts) for unit, parts in found.items()}

    def _shares(self) -> Iterator[tuple[int, Batches]]:
        """Batches that are held together, each with the number of its first picture."""
        shapes, nodes = shapes_of(self.parts.network.model), self.parts.network.nodes
        held = max(
            sum(prod(shapes.get(name, ())) for name in self.parts.live(end))
            for end in range(len(nodes))
        )
        most = max(1, MOST_BYTES // (2 * 4 * max(held, 1)))  # before and behind a step
        start, batches = 0, list[NDArray[np.float32]]()
        for batch in self.batches:
            if batches and sum(map(len, batches)) + len(batch) > most:
                yield start, batches
                start, batches = start + sum(map(len, batches)), []
            batches.append(batch)
        yield start, batches


def _joined(parts: Sequence[AtLayer]) -> AtLayer:
    """Of pictures after pictures; errors of the layer's output are those of the first."""
    names = parts[0].marks
    marks = {name: np.concatenate([one.marks[name] for one in parts], axis=1) for name in names}
    return AtLayer(marks, parts[0].local)
