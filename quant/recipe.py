"""A recipe: everything that changes the file."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from typing import Any, Self

from quant.errors import InvalidRecipe
from quant.methods import METHODS, method

WEIGHT_BITS = (2, 3, 4, 5, 6, 7, 8, 16, 32)
ACTIVATION_BITS = (4, 5, 6, 7, 8, 32)
RANGES = ("minmax", "mse")
VERSION = 1
FLOAT = 32
CALIBRATION_IMAGES = 200  # unless asked otherwise
MOST_CALIBRATION_IMAGES = 100_000


@dataclass(frozen=True, slots=True, order=True)
class Recipe:
    """Bits for weights and activations, and how they are chosen.

    `weights` of 16 are float16 on disk and computed in float32; 32 is float. `method` rounds
    weights, `ranges` chooses what activations cover, on `calibration_images` pictures drawn with
    `seed`. What cannot change the file is put back to its default, so equal files have equal ids.
    """

    weights: int = 8
    activations: int = 8
    method: str = "nearest"
    ranges: str = "minmax"
    calibration_images: int = CALIBRATION_IMAGES
    seed: int = 0
    version: int = VERSION

    def __post_init__(self) -> None:
        _one_of("weights", self.weights, WEIGHT_BITS)
        _one_of("activations", self.activations, ACTIVATION_BITS)
        _one_of("method", self.method, METHODS)
        _one_of("ranges", self.ranges, RANGES)
        _one_of("version", self.version, (VERSION,))
        _between("calibration_images", self.calibration_images, 1, MOST_CALIBRATION_IMAGES)
        _between("seed", self.seed, 0, 2**32 - 1)
        defaults: dict[str, Any] = {}
        if self.weights >= 16:
            defaults["method"] = "nearest"
        if self.activations == FLOAT:
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
        return self.weights == FLOAT and self.activations == FLOAT

    @property
    def learns(self) -> bool:
        """Whether the rounding looks at calibration pictures."""
        return self.weights < 16 and method(self.method).learns

    @property
    def equalizes(self) -> bool:
        """Whether scales are moved between layers before rounding."""
        return self.weights < 16 and method(self.method).equalizes

    @property
    def uses_pictures(self) -> bool:
        """Whether calibration pictures change the file."""
        return self.activations < FLOAT or self.learns

    @property
    def bits(self) -> str:
        """For eyes: `w4a8`, `fp32`."""
        return "fp32" if self.is_fp32 else f"w{self.weights}a{self.activations}"

    @property
    def label(self) -> str:
        """For eyes: `w4a8·mse·mse ranges`, leaving out what is the default."""
        parts = [self.bits]
        if self.weights < 16:
            parts.append(self.method)
        if self.ranges != "minmax":
            parts.append(f"{self.ranges} ranges")
        if self.seed:
            parts.append(f"seed {self.seed}")
        return "·".join(parts)

    @property
    def canonical(self) -> str:
        """Canonical JSON: sorted keys, no spaces."""
        return json.dumps(asdict(self), sort_keys=True, separators=(",", ":"))

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
        except (TypeError, ValueError) as exc:
            raise InvalidRecipe(f"this is not a Bitfront recipe: {text[:80]!r} ({exc})") from exc


def _one_of(name: str, value: object, allowed: tuple[object, ...]) -> None:
    if isinstance(value, bool) or value not in allowed:
        listed = ", ".join(str(item) for item in allowed)
        raise InvalidRecipe(f"{name} must be one of {listed}; got {value!r}")


def _between(name: str, value: object, low: int, high: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise InvalidRecipe(f"{name} must be a whole number from {low} to {high:,}; got {value!r}")
