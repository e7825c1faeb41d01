"""What was measured of one point's time and loss: plain values that go through JSON unchanged."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Self

from quant.recipe import Recipe
from quant.records import Machine

# What an operation does with its time.
INTEGER, FLOAT = "integer", "float"
CONVERSION, CLIP, LAYOUT = "conversion", "clip", "layout"
KINDS = (INTEGER, FLOAT, CONVERSION, CLIP, LAYOUT)
INPUT = "input"  # the row of what comes before the first layer
PICTURE, ANSWER, LEVELS = "the picture", "the answer", "levels"  # what a conversion may serve


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation that the runtime executed. `row` is the layer that it belongs to.

    `ms` is free of the profiler's own cost; `moved_bytes` counts its inputs, weights and outputs.
    `serves` says what a conversion is there for: the float operation beside it, PICTURE, ANSWER,
    or LEVELS where narrow levels are computed in float.
    """

    name: str
    op: str
    kind: str
    row: str
    ms: float
    moved_bytes: int
    serves: str = ""


@dataclass(frozen=True, slots=True)
class Timed:
    """One file's run at batch 1.

    `latency_ms` is the median without the profiler, interleaved with the profiled runs. Of it,
    `call_ms` is the call itself and the rest is in `operations`: the profiler's cost is taken off
    (`profiler_us` an operation), which leaves `before_scaling` of the latency, and what is left
    over is shared out in proportion.
    """

    latency_ms: float
    call_ms: float
    profiler_us: float
    before_scaling: float
    runs: int
    operations: tuple[Operation, ...]

    @property
    def sum_ms(self) -> float:
        """What the account adds up to."""
        return self.call_ms + sum(operation.ms for operation in self.operations)


@dataclass(frozen=True, slots=True)
class Row:
    """A layer, or a product of two activations, with its multiply-adds for one picture."""

    name: str
    op: str
    macs: int


@dataclass(frozen=True, slots=True)
class Peak:
    """The most that one kernel reached: 10⁹ multiply-adds a second, or 10⁹ bytes a second."""

    what: str
    giga_per_second: float


@dataclass(frozen=True, slots=True)
class Peaks:
    """What this machine reached with so many threads: every try, the best of which count.

    `copies` are by the bytes that the copied array has, smallest first.
    """

    threads: int
    float_tries: tuple[Peak, ...]
    integer_tries: tuple[Peak, ...]
    copies: tuple[tuple[int, float], ...]
    measured_at: str

    @property
    def float_gmacs(self) -> float:
        return max(one.giga_per_second for one in self.float_tries)

    @property
    def integer_gmacs(self) -> float:
        return max(one.giga_per_second for one in self.integer_tries)

    def bandwidth_gbs(self, footprint_bytes: float) -> float:
        """Of the copy nearest in size to what a run touches: small networks live in caches."""
        return min(self.copies, key=lambda one: abs(one[0] - footprint_bytes))[1]


@dataclass(frozen=True, slots=True)
class Part:
    """A network quantised in part, on `n` pictures: SQNR of its logits against FP32's, in dB, and
    its drop, a fraction of 1, with its paired 95 % interval. No noise at all is None."""

    n: int
    sqnr_db: float | None
    drop: float
    drop_low: float
    drop_high: float


@dataclass(frozen=True, slots=True)
class Alone:
    """One layer quantised alone: `noise` is its noise power in the logits, relative to theirs."""

    layer: str
    noise: float


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a loss comes from, on pictures of the select split; none of these is reported on.

    `alone` holds every layer with weights, on `layer_n` pictures, or nothing where the network is
    too large to try, which `left_out` then says.
    """

    weights: Part
    activations: Part
    both: Part
    layer_n: int
    alone: tuple[Alone, ...]
    left_out: str = ""


@dataclass(frozen=True, slots=True)
class Breakdown:
    """One point taken apart. `origin` is None for FP32, which loses nothing. `trial_ms` is what a
    file of 8 bits took beside a point whose activations are float, None where that was not tried.
    """

    key: str
    workload: str
    recipe: Recipe
    machine: Machine
    runtime: str
    threads: int
    fp32: Timed
    given: Timed
    rows: tuple[Row, ...]
    peaks: Peaks
    origin: Origin | None
    seconds: float
    made_at: str
    artifact_sha256: str
    trial_ms: float | None = None

    @property
    def id(self) -> str:
        """That of the point, as `Measurement.id` gives it."""
        return f"{self.key}@{self.machine.id}@{self.runtime}"

    def to_dict(self) -> dict[str, Any]:
        """A JSON-ready dictionary that `from_dict` reads back."""
        return asdict(self) | {"recipe": self.recipe.to_dict()}

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Self:
        kept = dict(values)
        kept["recipe"] = Recipe(**kept["recipe"])
        machine = dict(kept["machine"])
        machine["instruction_sets"] = tuple(machine["instruction_sets"])
        kept["machine"] = Machine(**machine)
        kept["fp32"], kept["given"] = _timed(kept["fp32"]), _timed(kept["given"])
        kept["rows"] = tuple(Row(**row) for row in kept["rows"])
        kept["peaks"] = peaks_of(kept["peaks"])
        kept["origin"] = None if kept["origin"] is None else _origin(kept["origin"])
        return cls(**kept)


def peaks_of(values: dict[str, Any]) -> Peaks:
    """What `asdict` made of peaks, read back."""
    tries = {
        name: tuple(Peak(**one) for one in values[name])
        for name in ("float_tries", "integer_tries")
    }
    copies = tuple((int(size), float(speed)) for size, speed in values["copies"])
    return Peaks(**(values | tries | {"copies": copies}))


def _timed(values: dict[str, Any]) -> Timed:
    operations = tuple(Operation(**one) for one in values["operations"])
    return Timed(**(values | {"operations": operations}))


def _origin(values: dict[str, Any]) -> Origin:
    parts = {name: Part(**values[name]) for name in ("weights", "activations", "both")}
    return Origin(**(values | parts | {"alone": tuple(Alone(**one) for one in values["alone"])}))
