"""What quantising each layer costs: plain values that go through JSON unchanged. Torch-free."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import asdict, dataclass
from functools import cached_property
from math import log10
from typing import Any, Self

WEIGHTS, ACTIVATIONS = "weights", "activations"  # kinds: what of a layer is quantised
KINDS = (WEIGHTS, ACTIVATIONS)
WIDTHS = {WEIGHTS: (2, 3, 4, 5, 6, 7, 8), ACTIVATIONS: (4, 5, 6, 7, 8)}
PRODUCT = "product"
RUN, SCALED = "run", "scaled"  # how a loss was found


@dataclass(frozen=True, slots=True)
class Loss:
    """What is lost against FP32 on the same n pictures; each `_error` is a standard error of it.

    `noise` is the power of the error of the logits over the power of FP32's logits, `kl` the mean
    Kullback-Leibler divergence of softmax outputs from FP32's, in nats. With labels,
    `cross_entropy` is its mean change in nats and `drop` the accuracy lost, a fraction of 1;
    without, they are None, and so is the drop of what was not run.
    """

    noise: float
    noise_error: float
    kl: float
    kl_error: float
    cross_entropy: float | None = None
    cross_entropy_error: float | None = None
    drop: float | None = None
    drop_error: float | None = None

    @property
    def sqnr_db(self) -> float | None:
        """Signal to quantisation noise of the logits; None when there is no noise."""
        return -10 * log10(self.noise) if self.noise > 0 else None


@dataclass(frozen=True, slots=True)
class Score:
    """One layer's weights, or its inputs, at one width.

    `alone`: what is lost when nothing else is quantised. `recovered`: what leaving this in float
    gives back where the same of all other layers is quantised at that width. `alone_how` and
    `recovered_how` are RUN where the network was run so, SCALED where it follows from other widths.
    `used_bits` is the width that a file would use: the picture and residual sums stay at 8 bits.
    """

    layer: str
    kind: str
    bits: int
    used_bits: int
    alone: Loss
    recovered: Loss
    alone_how: str = RUN
    recovered_how: str = RUN


@dataclass(frozen=True, slots=True)
class Total:
    """The weights, or the inputs, of all layers quantised at one width."""

    kind: str
    bits: int
    loss: Loss


@dataclass(frozen=True, slots=True)
class WeightFacts:
    """What a layer's weights are like.

    `a_channel` is how many weights an output channel has. `channel_spread` is the largest range of
    an output channel over the median one, `input_spread` the same of inputs. `kurtosis` is the
    excess over a normal distribution's, `peak` the largest magnitude in standard deviations.
    By width, in the order of WIDTHS: `error`, the power of rounding over that of the weights, and
    `clipped`, the share that lies more than half a step beyond the last level.
    """

    a_channel: int
    channel_spread: float
    input_spread: float
    kurtosis: float
    peak: float
    error: tuple[float, ...]
    clipped: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class InputFacts:
    """What the tensor that a layer reads is like on the calibration pictures.

    `low` to `high` is all that was seen, `tail` that range over the one that holds 99.9 % of the
    values; `clipped`, by width in the order of WIDTHS, the share beyond the grid.
    """

    low: float
    high: float
    tail: float
    kurtosis: float
    clipped: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class LayerFacts:
    """One layer, in network order.

    `op` is Conv, Gemm, MatMul, or PRODUCT for a matrix product of two activations, which has no
    weights. `sources` name the tensors that it reads: layers of one source share its grid. `shape`
    is that of the weight as (out, *in), `macs` are multiply-adds for one picture. `inputs` are
    those of the first source, None where it stays float.
    """

    name: str
    op: str
    parameters: int
    macs: int
    shape: tuple[int, ...]
    groups: int
    sources: tuple[str, ...]
    weights: WeightFacts | None = None
    inputs: InputFacts | None = None


@dataclass(frozen=True)
class Sensitivity:
    """A workload's layers and their scores, for one method of rounding and of ranges.

    `key` names what it rests on: weights, pictures, method, ranges, seed and the version of the
    engine. The `n` pictures are of the calibrate split: no figure is reported on them.
    """

    key: str
    workload: str
    method: str
    ranges: str
    seed: int
    n: int
    data: str
    data_id: str
    has_labels: bool
    layers: tuple[LayerFacts, ...]
    scores: tuple[Score, ...]
    totals: tuple[Total, ...]
    seconds: float
    cpu_seconds: float
    machine: str
    made_at: str

    def score(self, layer: str, kind: str, bits: int) -> Score | None:
        """None where a layer has none: a product of activations has no weights."""
        return self._by_place.get((layer, kind, bits))

    def ranked(self, kind: str, bits: int) -> tuple[Score, ...]:
        """The scores at a width, the most noise first."""
        return self._ranked.get((kind, bits), ())

    @cached_property
    def _by_place(self) -> dict[tuple[str, str, int], Score]:
        return {(one.layer, one.kind, one.bits): one for one in self.scores}

    @cached_property
    def _ranked(self) -> dict[tuple[str, int], tuple[Score, ...]]:
        found: dict[tuple[str, int], list[Score]] = defaultdict(list)
        for one in sorted(self.scores, key=lambda score: -score.alone.noise):
            found[one.kind, one.bits].append(one)
        return {width: tuple(scores) for width, scores in found.items()}

    def total(self, kind: str, bits: int) -> Total | None:
        return next((t for t in self.totals if (t.kind, t.bits) == (kind, bits)), None)

    def to_dict(self) -> dict[str, Any]:
        """A JSON-ready dictionary that `from_dict` reads back."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Self:
        kept = dict(values)
        kept["layers"] = tuple(_layer(one) for one in kept["layers"])
        kept["scores"] = tuple(_score(one) for one in kept["scores"])
        kept["totals"] = tuple(
            Total(one["kind"], one["bits"], Loss(**one["loss"])) for one in kept["totals"]
        )
        return cls(**kept)


def _layer(values: dict[str, Any]) -> LayerFacts:
    kept = values | {name: tuple(values[name]) for name in ("shape", "sources")}
    if values["weights"] is not None:
        kept["weights"] = WeightFacts(**_tuples(values["weights"]))
    if values["inputs"] is not None:
        kept["inputs"] = InputFacts(**_tuples(values["inputs"]))
    return LayerFacts(**kept)


def _tuples(values: dict[str, Any]) -> dict[str, Any]:
    return {name: tuple(v) if isinstance(v, list) else v for name, v in values.items()}


def _score(values: dict[str, Any]) -> Score:
    losses = {name: Loss(**values[name]) for name in ("alone", "recovered")}
    return Score(**(values | losses))
