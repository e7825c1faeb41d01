"""Which points go into a snapshot, and which of their files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from quant.draws import dots
from quant.errors import RequestError
from quant.pareto import fronts
from quant.records import Measurement
from quant.shelf import shelf
from quant.snapshot.paths import digest, is_plain
from quant.store import Store

FRONT, ALL, NONE = "front", "all", "none"


@dataclass(frozen=True, slots=True)
class Choice:
    """`workloads`: all when empty. `points` name files by id, by its beginning or by label; when
    empty, `files` says which: those on a front and FP32's, all, or none."""

    workloads: tuple[str, ...] = ()
    points: tuple[str, ...] = ()
    files: str = FRONT


@dataclass(frozen=True, slots=True)
class File:
    """A file to copy: where it lies, and the measurement that names it."""

    source: Path
    point: Measurement
    size_bytes: int


@dataclass(frozen=True, slots=True)
class Files:
    """Files to copy, each name once, and points whose file is not there or is another one."""

    found: tuple[File, ...]
    absent: tuple[Measurement, ...]

    @property
    def size_bytes(self) -> int:
        return sum(file.size_bytes for file in self.found)


def points(store: Store, choice: Choice) -> list[Measurement]:
    """What is shown of the chosen workloads.

    Raises:
        RequestError: there is nothing of one of them, or nothing at all.
    """
    shown = store.points()
    measured = sorted({point.workload for point in shown})
    for name in choice.workloads:
        if name not in measured:
            there = f"there are points of {', '.join(measured)}" if measured else "there are none"
            raise RequestError(f"nothing was measured of {name!r}; {there}")
    kept = [point for point in shown if not choice.workloads or point.workload in choice.workloads]
    if not kept:
        raise RequestError(
            "the store holds no measurement to show; measure first: "
            "python -m quant sweep fashion-resnet"
        )
    return kept


def files(shown: Sequence[Measurement], choice: Choice, home: Path) -> Files:
    """The files of the chosen points that are still what was measured.

    Raises:
        RequestError: a point is named that there is not.
    """
    place = shelf(home)
    found: dict[str, File] = {}
    absent = []
    for point in _chosen(shown, choice):
        source = place.find(point.artifact) if is_plain(point.artifact) else None
        if source is not None and digest(source) == point.artifact_sha256:
            found[point.artifact] = File(source, point, source.stat().st_size)
        else:
            absent.append(point)
    return Files(tuple(found[name] for name in sorted(found)), tuple(absent))


def _chosen(shown: Sequence[Measurement], choice: Choice) -> list[Measurement]:
    if choice.points:
        named = [match for name in choice.points for match in _named(shown, name)]
        return list({point.id: point for point in named}.values())
    if choice.files == NONE:
        return []
    if choice.files == ALL:
        return list(shown)
    best = {point.id for point in fronts(dots(shown))}
    return [point for point in shown if point.id in best or point.recipe.is_fp32]


def _named(shown: Sequence[Measurement], name: str) -> list[Measurement]:
    matches = [point for point in shown if name and name in (point.id, point.recipe.label)]
    matches = matches or [point for point in shown if len(name) >= 6 and point.id.startswith(name)]
    if not matches:
        raise RequestError(
            f"there is no point {name[:60]!r}; name an id, six or more of its first letters, or a "
            "label, as `points --json` prints them"
        )
    return matches
