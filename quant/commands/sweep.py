"""`sweep`: measure recipes, each kept as soon as it is measured."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from models.workload import workload
from quant.budgets import USUAL
from quant.certainty import over_draws, spread
from quant.commands.judging import told
from quant.commands.progress import Line
from quant.commands.show import json_line, table
from quant.draws import draws
from quant.explain import duration
from quant.jobs.engine import engine_named
from quant.jobs.estimate import estimate, pictures_in
from quant.jobs.executor import Engine
from quant.jobs.foreground import work_through
from quant.jobs.local import LocalExecutor
from quant.jobs.requests import FAILED, SENSITIVITY, SweepRequest, SweepStatus, Task
from quant.jobs.submit import submit
from quant.judged import row
from quant.points import Points
from quant.recipe import Recipe
from quant.records import Measurement
from quant.settings import settings
from quant.store import Store, open_store

BAD_INPUT = 2
BROKE = 1


def run(request: SweepRequest, *, as_json: bool) -> int:
    """Measure and print; the exit code.

    Raises:
        BitfrontError: nothing can be measured, or nothing more.
    """
    kept: list[Measurement] = []

    def arrived(measurement: Measurement) -> None:
        kept.append(measurement)
        if as_json:
            print(json_line(row(measurement)), flush=True)

    code = measured(request, arrived)
    if kept and not as_json:
        with open_store() as store:
            said = told(store, kept, USUAL, alone=True)
        print(table(kept, rows=[said.rows[one.identity] for one in kept]))
        print(*said.sentences, sep="\n")
    for sentence in _over_draws(kept):
        print(sentence, file=sys.stderr if as_json else sys.stdout)
    return code


def _over_draws(kept: Sequence[Measurement]) -> Iterator[str]:
    """What several calibration draws of one recipe say together."""
    by_id = {one.id: one for one in kept}
    for name, one in draws(Points.of(kept)).items():
        noise = one.sqnr_db(by_id)
        logits = f", logits {spread(noise, unit='dB')}" if noise else ""
        yield f"{by_id[name].recipe.label} {over_draws(one)}{logits}"


def measured(request: SweepRequest, arrived: Callable[[Measurement], None]) -> int:
    """Run a sweep to its end in this process; 0, or what its failures make of the exit code."""
    chosen = settings()
    home = chosen.home
    with open_store() as store:
        # Before anything is queued: what is wrong with one point is wrong with all.
        engine = engine_named(chosen.engine)
        last = _task(request, request.recipes[-1])
        _fetch(engine, last, home)
        engine.identity(last, home)
        _say_how_long(store, engine, request, home)
        return finished(store, request, arrived)


def _fetch(engine: Engine, task: Task, home: Path) -> None:
    """Before anything is queued, so that a sentence comes once and at once."""
    line = Line()
    try:
        engine.fetch(task, home, line.fetching)
    finally:
        line.clear()


def finished(store: Store, request: SweepRequest, arrived: Callable[[Measurement], None]) -> int:
    """Queue what is asked for and run it to its end in this process; the exit code."""
    chosen = settings()
    line = Line()
    sweep = submit(store, request)
    executor = LocalExecutor(chosen.engine, chosen.home)
    try:
        with _cancelled_if_stopped(store, sweep, line):
            for measurement in work_through(store, executor, sweep, chosen.home, line):
                line.clear()
                arrived(measurement)
    finally:
        executor.close()
        line.clear()
    return _failures(store, sweep)


def _say_how_long(store: Store, engine: Engine, request: SweepRequest, home: Path) -> None:
    """Where a method learns, what is to be measured may take minutes: say so before it starts."""
    learners = [recipe for recipe in request.recipes if recipe.learns]
    wanted = [recipe for recipe in learners if not _is_known(store, engine, request, recipe, home)]
    if not wanted:
        return
    chosen = workload(request.workload)
    pictures = request.images
    if pictures is None and request.data is not None:
        pictures = pictures_in(request.data, chosen.classes)
    expected = estimate(store, chosen, wanted, pictures)
    points = "1 point" if len(wanted) == 1 else f"{len(wanted)} points"
    if expected is None:
        text = "nothing was measured yet that would tell how long it takes"
    else:
        guess = f", guessed from {expected.guessed_from}" if expected.guessed_from else ""
        text = f"{duration(expected.seconds)}{guess}"
    print(f"{points} with rounding that learns: {text}", file=sys.stderr)


def _is_known(
    store: Store, engine: Engine, request: SweepRequest, recipe: Recipe, home: Path
) -> bool:
    if request.fresh:
        return False
    known = engine.identity(_task(request, recipe), home)
    return store.find(known.key, known.machine_id, known.runtime, least_n=known.n) is not None


def _task(request: SweepRequest, recipe: Recipe) -> Task:
    return Task(
        id=0,
        workload=request.workload,
        recipe=recipe,
        data=request.data,
        data_labels=request.data_labels,
        images=request.images,
        runtime=request.runtime,
        fresh=request.fresh,
        attempt=0,
        fence="",
        worker="",
        timing=request.timings[0],
    )


@contextmanager
def _cancelled_if_stopped(store: Store, sweep: str, line: Line) -> Iterator[None]:
    """Ctrl-C, or a reader that went away: what is measured stays, the rest is cancelled."""
    try:
        yield
    except (KeyboardInterrupt, BrokenPipeError) as exc:
        store.cancel(sweep)
        line.clear()
        status = store.sweep(sweep)
        if isinstance(exc, KeyboardInterrupt) and status is not None:
            print(_stopped(status), file=sys.stderr)
        raise


def _stopped(status: SweepStatus) -> str:
    if status.purpose == SENSITIVITY:
        return "Stopped; the layers that were tried are kept, and the next run goes on from there."
    return f"Stopped; {status.done} of {status.total} points are kept."


def _failures(store: Store, sweep: str) -> int:
    """Say each reason once; a bug comes with its traceback."""
    failed = [task for task in store.tasks(sweep) if task.state == FAILED]
    for sentence, label in {task.sentence: task.label for task in reversed(failed)}.items():
        print(f"{label}: {sentence}", file=sys.stderr)
    broke = [task for task in failed if task.broke]
    for task in broke[:1]:
        print(store.log(task.id), file=sys.stderr)
    status = store.sweep(sweep)
    if status is not None and status.state == "cancelled":
        print("The sweep was cancelled elsewhere; what it measured is kept.", file=sys.stderr)
        return BAD_INPUT
    if broke:
        return BROKE
    return BAD_INPUT if failed else 0
