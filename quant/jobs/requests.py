"""What is asked for and how far it is: plain values, without SQL and without torch."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from itertools import product

from quant.errors import RequestError
from quant.recipe import Recipe
from quant.runtimes import label as runtime_label
from quant.timing import USUAL, Timing

QUEUED, RUNNING, DONE, FAILED, CANCELLED = "queued", "running", "done", "failed", "cancelled"
MOST_RECIPES = 1000
MOST_ATTEMPTS = 3
LATER, NORMAL, SOONER = -1, 0, 1  # priorities
MEASURE, EXPLAIN = "measure", "explain"  # what a task is for
SENSITIVITY = "sensitivity"
DONE_TO = {MEASURE: "measured", EXPLAIN: "explained", SENSITIVITY: "tried"}  # in words


class LostLease(Exception):
    """The attempt no longer holds its task: cancelled, or taken over after a silence."""


@dataclass(frozen=True, slots=True)
class SweepRequest:
    """Recipes to measure together, each timed at each of `timings`. FP32 is always among them and
    comes first.

    With the purpose EXPLAIN, points that are measured already, to be taken apart: those alone.
    With SENSITIVITY, one recipe, of which all but the widths counts; `images` are then pictures to
    try layers on, of those that calibrate.
    """

    workload: str
    recipes: tuple[Recipe, ...]
    data: str | None = None
    data_labels: str | None = None
    images: int | None = None
    runtime: str = "onnxruntime"
    fresh: bool = False
    requested_by: str = ""
    priority: int = NORMAL
    purpose: str = MEASURE
    timings: tuple[Timing, ...] = (USUAL,)

    def __post_init__(self) -> None:
        first = (Recipe.fp32(),) if self.purpose == MEASURE else ()
        once = tuple(dict.fromkeys((*first, *self.recipes)))
        object.__setattr__(self, "recipes", once)
        object.__setattr__(self, "timings", tuple(dict.fromkeys(self.timings)))
        if not self.timings:
            raise RequestError("a sweep needs a batch and a number of threads; give one of each")
        if len(once) * len(self.timings) > MOST_RECIPES:
            times = f" at {len(self.timings)} batches and threads" if len(self.timings) > 1 else ""
            raise RequestError(
                f"{len(once):,} recipes{times} in one sweep; the most is {MOST_RECIPES:,}: "
                "ask for fewer widths, methods or ranges at a time"
            )
        if self.images is not None and self.images < 1:
            raise RequestError(
                f"the number of pictures must be at least 1, got {self.images}; "
                "leave it out to measure on all of them"
            )

    @property
    def points(self) -> tuple[tuple[Recipe, Timing], ...]:
        """What is measured, in order: a file that is made is timed at all that is asked for."""
        return tuple(product(self.recipes, self.timings))


@dataclass(frozen=True, slots=True)
class Task:
    """One recipe of a sweep, claimed by one attempt. `fence` is that attempt's own key."""

    id: int
    workload: str
    recipe: Recipe
    data: str | None
    data_labels: str | None
    images: int | None
    runtime: str
    fresh: bool
    attempt: int
    fence: str
    worker: str
    purpose: str = MEASURE
    timing: Timing = USUAL


@dataclass(frozen=True, slots=True)
class TaskStatus:
    """One recipe of a sweep, for eyes; `broke` says that a bug stopped it.

    `seconds` is how long it took; the others are how long the point, and the step that runs,
    should go on, by what was measured before.
    """

    id: int
    recipe: Recipe
    state: str
    step: str
    fraction: float
    attempt: int
    seconds: float | None
    sentence: str
    broke: bool = False
    worker: str = ""
    seconds_left: float | None = None
    step_seconds_left: float | None = None
    purpose: str = MEASURE
    timing: Timing = USUAL
    runtime: str = "onnxruntime"

    @property
    def label(self) -> str:
        """See `task_label`."""
        return task_label(self.recipe, self.timing, self.runtime, self.purpose)


def task_label(recipe: Recipe, timing: Timing, runtime: str, purpose: str) -> str:
    """The recipe's, with batch, threads and runtime where they were asked for."""
    if purpose == SENSITIVITY:
        return f"sensitivity·{recipe.method}"
    return " · ".join(filter(None, (recipe.label, timing.label, runtime_label(runtime))))


@dataclass(frozen=True, slots=True)
class SweepStatus:
    """How far a sweep is. `requested_at` is seconds since 1970; `done` counts measured points.

    `step` is what runs now, in words, and `fraction` the share of the whole sweep, 0 to 1.
    `seconds_left` counts what comes before it in the queue; None is not known.
    `messages` are the sentences of what failed.
    """

    id: str
    workload: str
    requested_at: float
    requested_by: str
    state: str
    total: int
    done: int
    failed: int
    step: str
    fraction: float
    seconds_left: float | None
    messages: tuple[str, ...] = ()
    priority: int = NORMAL
    purpose: str = MEASURE

    @property
    def is_over(self) -> bool:
        return self.state in (DONE, FAILED, CANCELLED)


@dataclass(frozen=True, slots=True)
class Took:
    """Seconds that measuring a recipe took, on `n` pictures; making its file and timing it are
    parts of them."""

    recipe: Recipe
    seconds: float
    n: int
    quantize_seconds: float = 0.0
    timing_seconds: float = 0.0


def task_request_id(request: SweepRequest, recipe: Recipe, timing: Timing = USUAL) -> str:
    """Names what a task asks for: equal tasks that wait or run are executed once."""
    asked = (
        request.workload, request.data, request.data_labels, request.images, request.runtime,
        request.fresh, recipe.canonical, timing.batch, timing.threads,
        *(() if request.purpose == MEASURE else (request.purpose,)),
    )  # fmt: skip
    return hashlib.sha256(json.dumps(asked).encode()).hexdigest()[:32]
