"""A recipe: everything that changes the file."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from typing import Any, Self

from quant.errors import InvalidRecipe
from quant.methods import METHODS, method
from quant.widths import Layers, checked

WEIGHT_BITS = (2, 3, 4, 5, 6, 7, 8, 16, 32)
ACTIVATION_BITS = (4, 5, 6, 7, 8, 32)
RANGES = ("minmax", "mse")
VERSION = 1
FLOAT = 32
MIXED = 0  # stands for a width where layers differ
CALIBRATION_IMAGES = 200  # unless asked otherwise
MOST_CALIBRATION_IMAGES = 100_000


@dataclass(frozen=True, slots=True, order=True)
class Recipe:
    """Bits for weights and activations, and how they are chosen.

    `weights` of 16 are float16 on disk and computed in float32; 32 is float. `method` rounds
    weights, `ranges` chooses what activations cover, on `calibration_images` pictures drawn with
    `seed`. `layers` are those with widths of their own, as (name, weights, activations). What
    cannot change the file is put back to its default, so equal files have equal ids.
    """

    weights: int = 8
    activations: int = 8
    method: str = "nearest"
    ranges: str = "minmax"
    calibration_images: int = CALIBRATION_IMAGES
    seed: int = 0
    version: int = VERSION
    layers: Layers = ()

    def __post_init__(self) -> None:
        _one_of("weights", self.weights, WEIGHT_BITS)
        _one_of("activations", self.activations, ACTIVATION_BITS)
        _one_of("method", self.method, METHODS)
        _one_of("ranges", self.ranges, RANGES)
        _one_of("version", self.version, (VERSION,))
        _between("calibration_images", self.calibration_images, 1, MOST_CALIBRATION_IMAGES)
        _between("seed", self.seed, 0, 2**32 - 1)
        if self.layers != ():
            own = checked(self.layers, _own_widths)
            usual = self.weights, self.activations
            object.__setattr__(self, "layers", tuple(one for one in own if one[1:] != usual))
        defaults: dict[str, Any] = {}
        if self.least_weights >= 16:
            defaults["method"] = "nearest"
        if self.least_activations == FLOAT:
            defaults["ranges"] = "minmax"
        if not self.uses_pictures:
            defaults |= {"calibration_images": CALIBRATION_IMAGES, "seed": 0}
        for field, value in defaults.items():
            object.__setattr__(self, field, value)

    @classmethod
    def fp32(cls) -> Self:
        """The baseline: nothing quantised."""
        return cls(weights=FLOAT, activations=FLOAT)

    @property
    def is_fp32(self) -> bool:
        return self.least_weights == FLOAT and self.least_activations == FLOAT

    @property
    def is_mixed(self) -> bool:
        """Whether layers have widths of their own."""
        return bool(self.layers)

    @property
    def least_weights(self) -> int:
        """The narrowest weights of any layer."""
        return min(self._each_weights)

    @property
    def least_activations(self) -> int:
        """The narrowest activations of any layer."""
        return min(self._each_activations)

    @property
    def most_weights(self) -> int:
        """The widest weights of any layer."""
        return max(self._each_weights)

    @property
    def common_weights(self) -> int:
        """The width of the weights of all layers, or MIXED."""
        return MIXED if len(set(self._each_weights)) > 1 else self.weights

    @property
    def common_activations(self) -> int:
        """The width of the activations of all layers, or MIXED."""
        return MIXED if len(set(self._each_activations)) > 1 else self.activations

    @property
    def _each_weights(self) -> list[int]:
        return [self.weights, *(one[1] for one in self.layers)]

    @property
    def _each_activations(self) -> list[int]:
        return [self.activations, *(one[2] for one in self.layers)]

    @property
    def learns(self) -> bool:
        """Whether the rounding looks at calibration pictures."""
        return self.least_weights < 16 and method(self.method).learns

    @property
    def equalizes(self) -> bool:
        """Whether scales are moved between layers before rounding."""
        return self.least_weights < 16 and method(self.method).equalizes

    @property
    def uses_pictures(self) -> bool:
        """Whether calibration pictures change the file."""
        return self.least_activations < FLOAT or self.learns

    @property
    def bits(self) -> str:
        """For eyes: `w4a8`, `fp32`, and `w2-8a8` where layers differ."""
        if self.is_fp32:
            return "fp32"
        return f"w{_range(self._each_weights)}a{_range(self._each_activations)}"

    @property
    def label(self) -> str:
        """For eyes: `w4a8·mse·mse ranges`, leaving out what is the default. The first digits of
        its id tell mixed ones apart: `w2-8a8·mse·mixed 3f2a`."""
        parts = [self.bits]
        if self.least_weights < 16:
            parts.append(self.method)
        if self.ranges != "minmax":
            parts.append(f"{self.ranges} ranges")
        if self.seed:
            parts.append(f"seed {self.seed}")
        if self.is_mixed:
            parts.append(f"mixed {self.id[:4]}")
        return "·".join(parts)

    @property
    def canonical(self) -> str:
        """Canonical JSON: sorted keys, no spaces."""
        return json.dumps(self.to_dict(), sort_keys=True, separators=(",", ":"))

    def to_dict(self) -> dict[str, Any]:
        """Its fields; `layers` only where there are some."""
        fields = asdict(self)
        if not self.layers:
            del fields["layers"]
        return fields

    @property
    def id(self) -> str:
        """First 16 hexadecimal digits of the SHA-256 of the canonical JSON."""
        return hashlib.sha256(self.canonical.encode()).hexdigest()[:16]

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read a recipe back; a foreign or damaged one raises InvalidRecipe."""
        try:
            fields = json.loads(text)
            return cls(**fields)
        except (TypeError, ValueError, RecursionError) as exc:
            raise InvalidRecipe(f"this is not a Bitfront recipe: {text[:80]!r} ({exc})") from exc


def _own_widths(name: str, weights: object, activations: object) -> None:
    _one_of(f"weights of {name}", weights, WEIGHT_BITS)
    _one_of(f"activations of {name}", activations, ACTIVATION_BITS)


def _range(widths: list[int]) -> str:
    low, high = min(widths), max(widths)
    return f"{low}" if low == high else f"{low}-{high}"


def _one_of(name: str, value: object, allowed: tuple[object, ...]) -> None:
    if isinstance(value, bool) or value not in allowed:
        listed = ", ".join(str(item) for item in allowed)
        raise InvalidRecipe(f"{name} must be one of {listed}; got {value!r}")


def _between(name: str, value: object, low: int, high: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise InvalidRecipe(f"{name} must be a whole number from {low} to {high:,}; got {value!r}")
