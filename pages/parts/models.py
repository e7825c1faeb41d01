"""Which model: a box to type into, and a list of all of them with what is known of each."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pyarrow as pa
import streamlit as st

from models import imagenette
from models.fetching import Missing, missing
from models.offered import counted, found, names, offered, published, weights_in_words
from models.workload import Workload, workload
from pages.parts import cache
from quant import explain
from quant.settings import settings

KEY, DATA = "model", "data"


def box(on_change: Callable[[], None]) -> Workload:
    """The chosen model; its list opens beside it."""
    name = st.selectbox(
        "Model",
        names(),
        key=KEY,
        bind="query-params",
        on_change=on_change,
        help="Type a part of a name, or open the list of all models with what is known of each.",
    )
    chosen = workload(name)
    st.caption(_facts(chosen))
    pressed = st.button(
        f"All {len(published())} models",
        key="all-models",
        icon=":material/format_list_bulleted:",
        help="Their size, their published accuracy, and whether weights are here.",
        width="stretch",
    )
    if pressed:
        _listed(on_change)
    return chosen


def pictures(chosen: Workload) -> str | None:
    """The folder of pictures for a model that needs one, or the name of Imagenette."""
    needs = chosen.needs_data.partition(":")[0]
    typed = st.text_input(
        "Folder of pictures, on this machine",
        key=DATA,
        bind="query-params",
        placeholder="/data/imagenet/val",
        help=f"{chosen.name} needs {needs}; or write {imagenette.NAME}, ten classes of ImageNet "
        "that are downloaded once.",
    )
    given = (typed or "").strip() or None
    if given is None and not cache.store().read_only:
        imagenette_button("imagenette")
    return given


def imagenette_button(key: str) -> None:
    """Pictures with one press."""
    here = imagenette.is_here(settings().home)
    size = "" if here else f" · {explain.size(imagenette.SIZE_BYTES)}"
    st.button(
        f"Use Imagenette{size}",
        key=key,
        icon=":material/photo_library:",
        on_click=_use_imagenette,
        help=f"{imagenette.PICTURES:,} pictures of ten classes of ImageNet. "
        + ("They are on this machine." if here else "Downloaded once, with the first point."),
        width="stretch" if key == "imagenette" else "content",
    )


def lacking(chosen: Workload, data: str | None) -> tuple[Missing, ...]:
    """What is downloaded before the first point is measured; nothing where none can be."""
    if cache.store().read_only:
        return ()
    return missing(chosen, data, settings().home)


def in_words(lacks: Sequence[Missing]) -> str:
    """`the weights of torchvision/resnet50 (103 MB)`."""
    return explain.listed([f"{one.what} ({explain.size(one.size_bytes)})" for one in lacks])


def _use_imagenette() -> None:
    st.session_state[DATA] = imagenette.NAME


def _facts(chosen: Workload) -> str:
    """How large it is, what is published of it, and whether its weights are here; a line each."""
    lines = [f"{counted(chosen.parameters)} parameters, {counted(chosen.macs)} multiply-adds"]
    if chosen.published_accuracy is not None:
        lines.append(f"Published top-1 {explain.percent(chosen.published_accuracy)}")
    if cache.store().read_only and not chosen.is_random:
        return "  \n".join(lines)
    if chosen.is_random:
        lines.append("Random weights: agreement with FP32 stands for accuracy")
    elif (words := weights_in_words(chosen)) == "here":
        lines.append("Weights on this machine")
    else:
        lines.append(f"Weights: {words}")
    return "  \n".join(lines)


@st.dialog("All models", width="large")
def _listed(on_change: Callable[[], None]) -> None:
    left, right = st.columns([3, 2], vertical_alignment="bottom")
    text = left.text_input(
        "Search", key="search-models", placeholder="resnet, vit, depthwise, IMAGENET1K_V2 …"
    )
    random = right.toggle(
        "With random weights",
        key="random-models",
        help="torchvision's networks without their weights: nothing is downloaded; size, latency "
        "and kernels are true, and accuracy is agreement with FP32.",
    )
    listed = found(text, offered() if random else published())
    if not listed:
        st.info("No model has these words. Search for a part of a name, such as resnet.")
        return
    st.dataframe(
        _table(listed),
        key="models-table",
        hide_index=True,
        height=420,
        on_select=lambda: _take(listed, on_change),
        selection_mode="single-row",
        column_config={
            "model": st.column_config.TextColumn(width=300),
            "parameters, M": st.column_config.NumberColumn(format="%.1f"),
            "multiply-adds, M": st.column_config.NumberColumn(format="%,.0f"),
            "published top-1, %": st.column_config.NumberColumn(format="%.1f"),
        },
        alt=f"{len(listed)} models, one a row, with size, published accuracy and weights",
    )
    sources = dict.fromkeys(one.published_by for one in listed if one.published_by)
    stated = f" Published accuracy is that of {explain.listed(list(sources))}." if sources else ""
    st.caption(
        f"{len(listed)} models. Tick one to choose it; click a heading to sort.{stated} What is "
        "not here is downloaded when its first point is measured."
    )
    if st.session_state.pop("model-taken", False):
        st.rerun()


def _table(listed: Sequence[Workload]) -> pa.Table:
    top1 = [one.published_accuracy for one in listed]
    return pa.table(
        {
            "model": [one.name for one in listed],
            "parameters, M": [one.parameters / 1e6 for one in listed],
            "multiply-adds, M": [one.macs / 1e6 for one in listed],
            "published top-1, %": [None if one is None else one * 100 for one in top1],
            "weights": [weights_in_words(one) for one in listed],
            "pictures": [
                "a folder, or Imagenette" if one.needs_data else "come with it" for one in listed
            ],
        }
    )


def _take(listed: Sequence[Workload], on_change: Callable[[], None]) -> None:
    """A callback: the ticked model becomes the chosen one, and the list closes."""
    rows = st.session_state["models-table"].selection.rows
    if rows and rows[0] < len(listed):
        st.session_state[KEY] = listed[rows[0]].name
        st.session_state["model-taken"] = True
        on_change()
