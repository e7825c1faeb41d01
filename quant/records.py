"""What is kept of a measurement: plain values that go through JSON unchanged."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from typing import Any, Self

from quant.recipe import Recipe


@dataclass(frozen=True, slots=True)
class Machine:
    """Where a number was measured. `id` hashes what bears on speed, not who owns it."""

    id: str
    cpu: str
    cores: int
    memory_gb: float
    instruction_sets: tuple[str, ...]
    system: str

    @property
    def label(self) -> str:
        return f"{self.cpu}, {self.cores} cores"


@dataclass(frozen=True, slots=True)
class LayerOutcome:
    """What happened to one layer. `kept` says why it is in float, or is empty.

    `weight_bits` and `activation_bits` are those of its codes and of its input. `inputs` and
    `outputs` are values that it reads and writes for one picture, weights apart; 0 where that was
    not kept.
    """

    layer: str
    op: str
    weight_bits: int
    activation_bits: int
    macs: int
    parameters: int
    kernel: str
    kept: str = ""
    note: str = ""
    inputs: int = 0
    outputs: int = 0


@dataclass(frozen=True, slots=True)
class Measurement:
    """What was measured of one artifact, with how. Fractions of 1, bytes, ms, seconds.

    Intervals are 95 %. `drop` is FP32's accuracy less this file's, on the same pictures;
    `flips` counts changed predictions, `lost` and `gained` those that became wrong and right.
    Latencies are of one run on `batch` pictures, `latency_ratio` is the file's share of FP32's in
    the same run; 90 of 100 repeats of the whole measurement should find a ratio within
    `latency_again`. `rest_measured_at` is when all but latency was measured, where that was
    earlier, or empty. `peaks` are what short kernels reached there with these threads: 10⁹
    multiply-adds a second in float and in 8 bits, and 10⁹ bytes a second from memory.

    `runtime` names what the point was asked for in. Where that is the best of several,
    `executed_by` is the one that the file and all figures are of, `fp32_executed_by` that of FP32's
    figures; else both are empty.

    `artifact` is a path below the home folder. `key` names the point: workload, recipe, weights,
    data and method version; `data_id` names the pictures by their contents. `calibrate_pictures`,
    `select_pictures` and `report_pictures` are the sizes of the three splits, 0 where that was not
    kept: the recipe says how many of the first were used, `n` how many of the last.

    `metric` says what the figures called accuracy are, and `fp32_accuracy` and `drop` with them:
    see `quant.metric`.
    """

    key: str
    workload: str
    recipe: Recipe
    data: str
    n: int
    accuracy: float
    accuracy_low: float
    accuracy_high: float
    top5: float
    top5_low: float
    top5_high: float
    fp32_accuracy: float
    drop: float
    drop_low: float
    drop_high: float
    flips: int
    lost: int
    gained: int
    p_value: float
    sqnr_db: float | None
    size_bytes: int
    fp32_size_bytes: int
    effective_weight_bits: float
    effective_activation_bits: float
    latency_ms: float
    latency_low_ms: float
    latency_high_ms: float
    fp32_latency_ms: float
    fp32_latency_low_ms: float
    fp32_latency_high_ms: float
    latency_runs: int
    threads: int
    runtime: str
    kernels: dict[str, int]
    integer_mac_share: float
    outcomes: tuple[LayerOutcome, ...]
    quantize_seconds: float
    evaluate_seconds: float
    machine: Machine
    artifact: str
    artifact_sha256: str
    oldest_runtime: str
    measured_at: str
    versions: dict[str, str]
    skipped: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    data_id: str = ""
    calibrate_pictures: int = 0
    select_pictures: int = 0
    report_pictures: int = 0
    pictures_from: str = ""
    batch: int = 1
    latency_ratio: float | None = None
    latency_ratio_low: float | None = None
    latency_ratio_high: float | None = None
    latency_again_low: float | None = None
    latency_again_high: float | None = None
    latency_starts: int = 1
    rest_measured_at: str = ""
    peaks: tuple[float, float, float] | None = None
    executed_by: str = ""
    fp32_executed_by: str = ""
    metric: str = "accuracy"

    @property
    def ran_in(self) -> str:
        """The runtime that the figures are of."""
        return self.executed_by or self.runtime

    @property
    def fp32_ran_in(self) -> str:
        """The runtime that FP32's figures beside them are of."""
        return self.fp32_executed_by or self.runtime

    @property
    def id(self) -> str:
        """Names the dot on the chart: one point on one machine and one runtime."""
        return f"{self.key}@{self.machine.id}@{self.runtime}"

    @property
    def identity(self) -> tuple[str, int, int]:
        """Names one row of what is shown: the dot, and what its latency was timed at."""
        return self.id, self.batch, self.threads

    def to_dict(self) -> dict[str, Any]:
        """A JSON-ready dictionary that `from_dict` reads back."""
        return asdict(self) | {"recipe": self.recipe.to_dict()}

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Self:
        """Read a stored measurement; keys of a later version are left aside."""
        known = {field.name for field in fields(cls)}
        kept = {key: value for key, value in values.items() if key in known}
        kept["recipe"] = Recipe(**kept["recipe"])
        machine = dict(kept["machine"])
        machine["instruction_sets"] = tuple(machine["instruction_sets"])
        kept["machine"] = Machine(**machine)
        kept["outcomes"] = tuple(LayerOutcome(**outcome) for outcome in kept["outcomes"])
        kept["skipped"] = tuple(kept.get("skipped", ()))
        kept["notes"] = tuple(kept.get("notes", ()))
        kept["peaks"] = tuple(kept["peaks"]) if kept.get("peaks") else None
        return cls(**kept)

    def to_row(self) -> dict[str, Any]:
        """One flat object a point, as `--json` prints it. A width is None where layers differ."""
        row = asdict(self)
        recipe = row.pop("recipe")
        for name in ("outcomes", "executed_by", "fp32_executed_by"):
            row.pop(name)
        row["recipe"] = self.recipe.id
        row["label"] = self.recipe.label
        row["ran_in"], row["fp32_ran_in"] = self.ran_in, self.fp32_ran_in
        row["weights_bits"] = self.recipe.common_weights or None
        row["activation_bits"] = self.recipe.common_activations or None
        row["layers"] = {name: [weights, inputs] for name, weights, inputs in self.recipe.layers}
        row["method"] = recipe["method"]
        row["ranges"] = recipe["ranges"]
        row["calibration_images"] = recipe["calibration_images"]
        row["seed"] = recipe["seed"]
        row["machine"] = self.machine.label
        row["machine_id"] = self.machine.id
        return row
