"""How long a point should take, by what was measured before. Plain values; asks no store."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from statistics import fmean

from models.workload import WORKLOADS, Workload, known
from quant.explain import listed
from quant.jobs.requests import Took
from quant.methods import method
from quant.recipe import FLOAT, Recipe

History = Callable[[str], Sequence[Took]]  # of a workload, newest first
# A method of effort 1 takes so many times what FP32 takes for the calibration pictures: 36 on a
# quiet and 110 on a busy machine, by gptq on fashion-mobilenet. Only the first guess rests on it.
PASSES = 60.0
MACS_A_WEIGHT = 100  # rounding's own work, as quant/rounding/learn.py shares out its progress


@dataclass(frozen=True, slots=True)
class Estimate:
    """`guessed_from` names whose pace stands in where there is none of the same kind yet: a
    workload, a method, or a method on a workload."""

    seconds: float
    guessed_from: str = ""


@dataclass(frozen=True, slots=True)
class Expected:
    """Of one workload. `pictures` that it will be measured on, where that is known."""

    name: str
    history: History
    pictures: int | None = None

    def of(self, recipe: Recipe) -> Estimate | None:
        """The mean of the newest of its kind; else a guess, or None where nothing was measured.

        A point of a method that learns is measured as others are, and learning comes on top.
        """
        own = self.history(self.name)
        alike = [took.seconds for took in own if kind(took.recipe) == kind(recipe)]
        if alike:
            return Estimate(fmean(alike))
        rest = self._rest(recipe, own)
        if rest is None or not recipe.learns:
            return rest
        learning = self._learning(recipe, own)
        if learning is None:
            return None
        return Estimate(rest.seconds + learning.seconds, learning.guessed_from)

    def timing(self) -> Estimate | None:
        """Of a file that is there and only timed; None where none was timed yet."""
        took = [one.timing_seconds for one in self.history(self.name) if one.timing_seconds]
        return Estimate(fmean(took)) if took else None

    def _rest(self, recipe: Recipe, own: Sequence[Took]) -> Estimate | None:
        """All but learning."""
        plain = [took for took in own if _kernels(took.recipe) == _kernels(recipe)] or own
        if plain:
            return Estimate(fmean(map(_measuring, plain)))
        chosen = _facts(self.name)
        for other, found in self._others():
            took = [one for one in found if one.n]
            if not took or chosen is None:
                continue
            same = other.dataset == chosen.dataset
            pictures = self.pictures or (took[0].n if same else None)
            if pictures is None:
                return None
            pace = fmean(_measuring(one) / (other.macs * one.n) for one in took)
            return Estimate(pace * chosen.macs * pictures, other.name)
        return None

    def _learning(self, recipe: Recipe, own: Sequence[Took]) -> Estimate | None:
        """From another method here, else from methods elsewhere, else from how fast FP32 runs."""
        chosen = _facts(self.name)
        if learners := _learners(own):
            return Estimate(_effort(recipe) * _pace(learners), _methods(learners))
        others = list(self._others()) if chosen else []
        for other, found in others:
            if chosen and (learners := _learners(found)):
                seconds = _effort(recipe) * _pace(learners) * _work(chosen) / _work(other)
                return Estimate(seconds, f"{_methods(learners)} on {other.name}")
        known = [(chosen, own), *others] if chosen else []
        for other, found in known:
            ran = [one for one in found if one.n and one.recipe.is_fp32] or list(found)
            if chosen and other and ran:
                passed = _work(chosen) * recipe.calibration_images * PASSES * _effort(recipe)
                pace = fmean(_measuring(one) / (other.macs * max(one.n, 1)) for one in ran)
                return Estimate(passed * pace, other.name)
        return None

    def _others(self) -> Iterable[tuple[Workload, Sequence[Took]]]:
        """The other workloads, those on the same pictures first."""
        chosen = _facts(self.name)
        others = [other for other in WORKLOADS if other.name != self.name]
        dataset = chosen.dataset if chosen else ""
        for other in sorted(others, key=lambda other: other.dataset != dataset):
            yield other, self.history(other.name)


def kind(recipe: Recipe) -> str:
    """What bears on how long a point takes: float kernels are slow, FP32 is run once and kept,
    and methods that learn take their time."""
    kernels = _kernels(recipe)
    return f"{kernels}, {recipe.method}" if recipe.learns else kernels


def _kernels(recipe: Recipe) -> str:
    if recipe.is_fp32:
        return "fp32"
    return "float" if recipe.least_activations == FLOAT else "integer"


def _measuring(took: Took) -> float:
    """Seconds without learning."""
    return max(took.seconds - took.quantize_seconds, 0.0) if took.recipe.learns else took.seconds


def _learners(found: Sequence[Took]) -> list[Took]:
    return [took for took in found if took.recipe.learns]


def _effort(recipe: Recipe) -> float:
    return method(recipe.method).effort or 1.0


def _pace(learners: Sequence[Took]) -> float:
    """Seconds of learning for an effort of 1."""
    return fmean(took.quantize_seconds / _effort(took.recipe) for took in learners)


def _methods(learners: Sequence[Took]) -> str:
    return listed(sorted({took.recipe.method for took in learners}))


def _work(workload: Workload) -> float:
    return workload.macs + MACS_A_WEIGHT * workload.parameters


def _facts(name: str) -> Workload | None:
    return known(name)
