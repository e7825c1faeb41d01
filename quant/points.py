"""Points as columns: what is asked of 100,000 of them is asked of arrays."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from functools import cached_property, lru_cache
from operator import attrgetter
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from quant.point import Figures, Point, mark
from quant.recipe import MIXED, Recipe
from quant.records import Measurement

Mask = NDArray[np.bool_]
Indices = NDArray[np.intp]
Floats = NDArray[np.float64]
Objects = NDArray[np.object_]

REAL = (
    "accuracy", "accuracy_low", "accuracy_high", "fp32_accuracy", "drop", "drop_low", "drop_high",
    "p_value", "flips", "lost", "gained", "size_bytes", "fp32_size_bytes", "latency_ms",
    "latency_low_ms", "latency_high_ms", "fp32_latency_ms", "fp32_latency_low_ms",
    "fp32_latency_high_ms", "latency_ratio", "latency_ratio_low", "latency_ratio_high",
    "effective_weight_bits",
)  # fmt: skip
COUNTS = ("flips", "lost", "gained", "size_bytes", "fp32_size_bytes")


class Place(NamedTuple):
    """Where and on what points were measured, and at what they were timed; many share one.
    `executed_by` is that of Measurement."""

    workload: str
    data: str
    data_id: str
    machine_id: str
    machine_label: str
    runtime: str
    batch: int
    threads: int
    executed_by: str = ""
    metric: str = "accuracy"


@dataclass(frozen=True)
class Points:
    """One row a point. `numbers` are rows of the store, `marks` stand for ids, and `where` leads
    into `places`. Names and units are those of Measurement; what was not measured is NaN. A
    `recipe` is one, or its canonical JSON until it is asked for: 100,000 take a second to read.
    `weights` and `activations` are MIXED where layers differ.

    Never written to: views share the arrays.
    """

    places: tuple[Place, ...]
    where: NDArray[np.int32]
    numbers: NDArray[np.int64]
    marks: NDArray[np.uint64]
    key: Objects
    recipe: Objects
    measured_at: Objects
    weights: NDArray[np.int16]
    activations: NDArray[np.int16]
    method: Objects
    n: NDArray[np.int64]
    accuracy: Floats
    accuracy_low: Floats
    accuracy_high: Floats
    fp32_accuracy: Floats
    drop: Floats
    drop_low: Floats
    drop_high: Floats
    p_value: Floats
    flips: Floats
    lost: Floats
    gained: Floats
    size_bytes: Floats
    fp32_size_bytes: Floats
    latency_ms: Floats
    latency_low_ms: Floats
    latency_high_ms: Floats
    fp32_latency_ms: Floats
    fp32_latency_low_ms: Floats
    fp32_latency_high_ms: Floats
    latency_ratio: Floats
    latency_ratio_low: Floats
    latency_ratio_high: Floats
    effective_weight_bits: Floats

    def __len__(self) -> int:
        return len(self.numbers)

    @classmethod
    def of(cls, points: Iterable[Point]) -> Self:
        """Columns of points in the order given; their rows are numbered from 0."""
        listed = list(points)
        return cls.build(
            numbers=range(len(listed)),
            places=[_place(point) for point in listed],
            key=[point.key for point in listed],
            recipe=[point.recipe for point in listed],
            weights=[point.recipe.common_weights for point in listed],
            activations=[point.recipe.common_activations for point in listed],
            method=[point.recipe.method for point in listed],
            measured_at=[point.measured_at for point in listed],
            n=[point.n for point in listed],
            **dict(zip(REAL, zip(*map(attrgetter(*REAL), listed), strict=True), strict=True))
            if listed
            else dict.fromkeys(REAL, ()),
        )

    @classmethod
    def build(
        cls,
        *,
        numbers: Sequence[int],
        places: Sequence[Place],
        key: Sequence[str],
        recipe: Sequence[Recipe | str],
        weights: Sequence[int],
        activations: Sequence[int],
        method: Sequence[str],
        measured_at: Sequence[str],
        n: Sequence[int],
        **real: Sequence[float | None],
    ) -> Self:
        """From plain values, one sequence a column."""
        known = {place: code for code, place in enumerate(dict.fromkeys(places))}
        marks = [
            mark(f"{own}@{place.machine_id}@{place.runtime}")
            for own, place in zip(key, places, strict=True)
        ]
        return cls(
            places=tuple(known),
            where=np.array([known[place] for place in places], np.int32),
            numbers=np.array(numbers, np.int64),
            marks=np.array(marks, np.uint64),
            key=_objects(key),
            recipe=_objects(recipe),
            measured_at=_objects(measured_at),
            weights=np.array(weights, np.int16),
            activations=np.array(activations, np.int16),
            method=_objects(method),
            n=np.array(n, np.int64),
            **{name: np.array(real[name], np.float64) for name in REAL},
        )

    @classmethod
    def joined(cls, parts: Sequence[Points]) -> Points:
        """One after another; a single part is given back as it is."""
        filled = [part for part in parts if len(part)] or list(parts[:1])
        if len(filled) == 1:
            return filled[0]
        known: dict[Place, int] = {}
        for part in filled:
            for place in part.places:
                known.setdefault(place, len(known))
        codes = [
            np.array([known[place] for place in part.places], np.int32)[part.where]
            for part in filled
        ]
        rest = {name: np.concatenate([getattr(p, name) for p in filled]) for name in _COLUMNS[1:]}
        return cls(tuple(known), np.concatenate(codes), **rest)

    @cached_property
    def is_fp32(self) -> Mask:
        both: Mask = (self.weights == 32) & (self.activations == 32)
        return both

    @cached_property
    def weight_bits(self) -> Floats:
        """See quant.point.weight_bits."""
        return np.where(self.weights == MIXED, self.effective_weight_bits, self.weights)

    @cached_property
    def timings(self) -> NDArray[np.int64]:
        """A number a row that stands for batch and threads."""
        each = [place.batch << 20 | place.threads for place in self.places]
        return np.array(each, np.int64)[self.where]

    @cached_property
    def used(self) -> tuple[Place, ...]:
        """The places of these rows: rows taken from others keep those of all."""
        return tuple(self.places[code] for code in np.unique(self.where).tolist())

    def take(self, which: Mask | Indices) -> Points:
        """The rows of a mask, or of indices in their order."""
        if which.dtype == np.bool_:
            if which.all():
                return self
            which = np.flatnonzero(which)
        return type(self)(self.places, *(getattr(self, name)[which] for name in _COLUMNS))

    def at(self, places: Iterable[Place]) -> Mask:
        """Which rows were measured there."""
        wanted = set(places)
        found: Mask = np.array([place in wanted for place in self.places], np.bool_)[self.where]
        return found

    def index_of(self, name: str) -> int | None:
        """The row of a `Point.id`, or of the token that stands for one in links."""
        if "@" in name:
            found = np.flatnonzero(self.marks == np.uint64(mark(name)))
        elif len(name) == 12 and set(name) <= set("0123456789abcdef"):
            found = np.flatnonzero(self.marks >> np.uint64(16) == np.uint64(int(name, 16)))
        else:
            return None
        return int(found[0]) if len(found) else None

    def figures(self, indices: Indices | Sequence[int]) -> tuple[Figures, ...]:
        """The rows as values."""
        rows = self.take(np.asarray(indices, np.intp))
        columns = {name: getattr(rows, name).tolist() for name in (*_VALUES, *REAL)}
        columns["recipe"] = [
            _parsed(one) if isinstance(one, str) else one for one in columns["recipe"]
        ]
        for name in COUNTS:
            columns[name] = [int(value) if value == value else value for value in columns[name]]
        names = tuple(columns)
        return tuple(
            Figures(**dict(zip(names, values, strict=True)), **self.places[code]._asdict())
            for code, values in zip(
                rows.where.tolist(), zip(*columns.values(), strict=True), strict=True
            )
        )


_COLUMNS = tuple(field.name for field in fields(Points) if field.name != "places")
_VALUES = ("key", "recipe", "measured_at", "n")


def _place(point: Point) -> Place:
    if isinstance(point, Measurement):
        machine_id, label = point.machine.id, point.machine.label
    else:
        machine_id, label = point.machine_id, point.machine_label
    named = (point.workload, point.data, point.data_id, machine_id, label, point.runtime)
    return Place(*named, point.batch, point.threads, point.executed_by, point.metric)


_parsed = lru_cache(maxsize=4096)(Recipe.from_json)


def _objects(values: Sequence[Any]) -> Objects:
    # np.array would take apart what can be iterated.
    found = np.empty(len(values), np.object_)
    found[:] = values
    return found
