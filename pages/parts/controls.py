"""Widgets in, domain values out. Defaults and limits are constants, never taken from data."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import streamlit as st

from models.offered import names
from models.workload import Workload
from pages.parts import links, models, terms
from quant import auto
from quant.budgets import Budgets
from quant.draws import MOST_DRAWS, drawn
from quant.methods import LADDER
from quant.recipe import ACTIVATION_BITS, RANGES, WEIGHT_BITS, Recipe
from quant.runtimes import BEST, CHOICES, USUAL, title
from quant.timing import BATCHES, THREADS, Timing
from quant.timing import USUAL as USUAL_TIMING

WEIGHTS = tuple(str(bits) for bits in WEIGHT_BITS if bits != 32)
ACTIVATIONS = tuple(str(bits) for bits in ACTIVATION_BITS)
NO_LIMIT = "no limit"
MEGABYTES = (0.1, 0.2, 0.3, 0.5, 0.7, 1, 1.5, 2, 3, 5, 7, 10, 15, 20, 30, 50, 100, 200, 500)
MILLISECONDS = (0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 1, 1.5, 2, 3, 5, 7, 10, 20, 50, 100, 200, 500)
POINTS = (0.1, 0.2, 0.3, 0.5, 0.7, 1, 1.5, 2, 3, 5, 10)
SIZES: dict[str, float | None] = {f"{mb:g} MB": mb * 1e6 for mb in MEGABYTES} | {NO_LIMIT: None}
LATENCIES: dict[str, float | None] = {f"{ms:g} ms": ms for ms in MILLISECONDS} | {NO_LIMIT: None}
LOSSES: dict[str, float | None] = {f"{pp:g} pp": pp / 100 for pp in POINTS} | {NO_LIMIT: None}
DRAWS = tuple(str(count) for count in range(1, MOST_DRAWS + 1))
BATCH_SIZES = tuple(map(str, BATCHES))
USUAL_THREADS = "usual"
THREAD_COUNTS = (USUAL_THREADS, *map(str, THREADS))
ALLOWED = {
    "weights": WEIGHTS,
    "activations": ACTIVATIONS,
    "method": auto.CHOICES,
    "ranges": RANGES,
    "draws": DRAWS,
    "size": tuple(SIZES),
    "latency": tuple(LATENCIES),
    "loss": tuple(LOSSES),
    "batch": BATCH_SIZES,
    "threads": THREAD_COUNTS,
    "runtime": CHOICES,
}


def allowed() -> dict[str, tuple[str, ...]]:
    """What each control offers now: models come and go as they are added."""
    return {"model": names(), **ALLOWED}


METHOD_WORDS = "\n".join(
    [f"- {auto.AUTO} {auto.AUTO_WORDS}"]
    + [f"- {one.name} {one.words} ({one.source})" for one in LADDER]
)
DRAWS_WORDS = (
    "Measures each recipe with so many calibration seeds: how much the choice of calibration "
    "pictures changes the result. On the chart they are one dot, the first one's file."
)
RANGE_WORDS = "What activations cover: all that was seen, or the part with the least error."
LINK = "query-params"
Widths = tuple[tuple[int, int], ...]  # (weights, activations)


@dataclass(frozen=True, slots=True)
class Choice:
    """What the sidebar asks for. `data` is a folder of pictures on this machine, or None; `timing`
    says what latency is timed at, and shown of; `runtime` is what executes the files, or `best`."""

    workload: Workload
    recipes: tuple[Recipe, ...]
    data: str | None = None
    timing: Timing = USUAL_TIMING
    runtime: str = USUAL

    @property
    def lacks_data(self) -> bool:
        return bool(self.workload.needs_data) and not self.data


def model() -> Choice:
    """Model, widths, method and ranges."""
    chosen = models.box(_forget_the_point)
    data = models.pictures(chosen) if chosen.needs_data else None
    weights = st.pills(
        "Weights, bits",
        WEIGHTS,
        selection_mode="multi",
        default=["2", "3", "4", "6", "8"],
        key="weights",
        bind=LINK,
        help=terms.told("", "weights", "bit-width"),
        wrap=True,
    )
    activations = st.pills(
        "Activations, bits",
        ACTIVATIONS,
        selection_mode="multi",
        default=["8"],
        key="activations",
        bind=LINK,
        help=terms.told(
            "The inputs of convolutions and matrix products. 32 leaves them in float.",
            "activations",
            "bit-width",
        ),
        wrap=True,
    )
    widths = _widths(weights, activations)
    method, ranges = how()
    if method == auto.AUTO:
        _picked(chosen, widths)
    count = _draws()
    asked = drawn(_recipes(chosen, widths, method, ranges), count)
    executed = runtime()
    return Choice(chosen, asked, data, timing(), executed)


def runtime() -> str:
    """What executes the files that are looked at. The link's point may be of another one."""
    named = [f"{title(name)} ({name})" for name in CHOICES if name != BEST]
    chosen: str = st.selectbox(
        "Runtime",
        CHOICES,
        key="runtime",
        bind=LINK,
        on_change=_forget_the_point,
        help=terms.told(
            f"What executes the files: {', '.join(named)}. A front belongs to one of them: size, "
            "accuracy and latency are of the file that it loaded, against FP32 there. With best, "
            "each point is measured in all of them and has the quickest one's file.",
            "runtime",
        ),
    )
    return chosen


def timing() -> Timing:
    """What the latencies that are looked at were timed at."""
    left, right = st.columns(2)
    batch = left.selectbox(
        "Batch",
        BATCH_SIZES,
        key="batch",
        bind=LINK,
        help=terms.told(
            "Pictures that are given to the network at once. A file that is measured already is "
            "only timed again.",
            "batch",
            "latency",
        ),
    )
    threads = right.selectbox(
        "Threads",
        THREAD_COUNTS,
        key="threads",
        bind=LINK,
        help=terms.told(
            "Of the runtime. The usual number is what BITFRONT_THREADS says, or the physical "
            "cores.",
            "threads",
        ),
    )
    return Timing(int(batch), 0 if threads == USUAL_THREADS else int(threads))


def budgets() -> Budgets:
    """Three sliders that end in no limit."""
    st.subheader("Budgets", anchor=False)
    loss = st.select_slider(
        "Loss, at most",
        LOSSES,
        "0.5 pp",
        key="loss",
        bind=LINK,
        help=terms.told("", "pp", "budget"),
    )
    size = st.select_slider(
        "Size, at most", SIZES, NO_LIMIT, key="size", bind=LINK, help=terms.told("", "size")
    )
    latency = st.select_slider(
        "Latency, at most",
        LATENCIES,
        NO_LIMIT,
        key="latency",
        bind=LINK,
        help=terms.told("", "latency"),
    )
    return Budgets(size_bytes=SIZES[size], latency_ms=LATENCIES[latency], drop=LOSSES[loss])


def how() -> tuple[str, str]:
    """The method of rounding and that of ranges."""
    left, right = st.columns(2)
    method = left.selectbox(
        "Rounding", ALLOWED["method"], key="method", bind=LINK, help=_method_words()
    )
    ranges = right.selectbox(
        "Ranges",
        RANGES,
        key="ranges",
        bind=LINK,
        help=terms.told(RANGE_WORDS, "ranges", "mse-ranges"),
    )
    return method, ranges


def _method_words() -> str:
    return terms.told(
        METHOD_WORDS, "rounding", "auto", "mse", "equalize", "gptq", "adaround", "brecq", "qdrop"
    )


def _draws() -> int:
    """How many calibration seeds each recipe is measured with."""
    return int(
        st.select_slider(
            "Calibration draws",
            DRAWS,
            key="draws",
            bind=LINK,
            help=terms.told(DRAWS_WORDS, "draws", "calibration"),
        )
    )


def _widths(weights: list[str], activations: list[str]) -> Widths:
    """Every weight width with every activation width, widest first."""
    return tuple(
        product(sorted(map(int, weights), reverse=True), sorted(map(int, activations))[::-1])
    )


def _recipes(chosen: Workload, widths: Widths, method: str, ranges: str) -> tuple[Recipe, ...]:
    """One for each pair of widths, `auto` resolved; equal files once."""
    return tuple(
        dict.fromkeys(
            Recipe(w, a, auto.resolved(method, chosen, w, a), ranges, chosen.calibration_images)
            for w, a in widths
        )
    )


def _picked(chosen: Workload, widths: Widths) -> None:
    """What `auto` stands for at these widths, and why."""
    parts = [sentence.partition(" ") for sentence in auto.told(chosen, widths)]
    if parts:
        st.caption("\n".join(f"- **{method}** {rest}" for method, _, rest in parts))


def _forget_the_point() -> None:
    links.choose(links.POINT, "")
    links.choose(links.GROUND, "")
