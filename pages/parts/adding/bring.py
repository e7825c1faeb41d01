"""The first two steps: a network, and pictures."""

from __future__ import annotations

import streamlit as st

from models.offered import counted
from pages.parts import shell
from pages.parts.adding import waiting
from pages.parts.adding.draft import draft, fresh
from quant.add import adding, brought
from quant.add.adding import Network, Pictures

MOST_SIDE = 4096
ZIP, FOLDER = "A zip", "A folder on this machine"
EXPORT = """import torch

model = model.float().eval()
torch.onnx.export(
    model,
    (torch.zeros(2, 3, 224, 224),),  # two pictures, of the size that the network takes
    "model.onnx",
    dynamo=True,
    external_data=False,
    dynamic_shapes=({0: torch.export.Dim("batch")},),
)"""


def network() -> Network | None:
    """The network that was uploaded, read; None before that."""
    st.subheader("1 · The network", anchor=False)
    uploads = st.file_uploader(
        "An ONNX file, or an exported torch program (.pt2)",
        type=["onnx", "pt2", "data"],
        accept_multiple_files=True,
        key=fresh("network"),
        help="One file; where an ONNX file keeps its weights in a second file, give both.",
    )
    with st.expander("How to export it from PyTorch", icon=":material/code:"):
        st.code(EXPORT, language="python")
        st.caption(
            "Pickles (.pt, .pth) are not taken: they can run any code. docs/your-model.md tells "
            "more, also of other frameworks."
        )
    if not uploads:
        return None
    folder = draft()
    key = tuple(one.file_id for one in uploads)
    size = st.session_state.get("adding-size")
    found = waiting.result(
        "network",
        (key, size),
        "Reading the network, in a process of its own",
        lambda: adding.read_network(brought.network(folder, uploads), folder, size),
    )
    if found is not None:
        _network_facts(found)
    return found


def _network_facts(found: Network) -> None:
    channels, height, width = found.shape
    with st.container(horizontal=True):
        st.metric("Pictures", f"{width} × {height}, {'grey' if channels == 1 else 'RGB'}")
        st.metric("Classes", f"{found.classes:,}")
        st.metric("Parameters", counted(found.parameters))
        st.metric("Multiply-adds", counted(found.macs))
    for sentence in found.told:
        st.caption(shell.escape(sentence))
    if found.size_is_guessed:
        _size(height, width)


def _size(height: int, width: int) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        for name, side in (("width", width), ("height", height)):
            st.number_input(
                name.capitalize(), 1, MOST_SIDE, value=side, step=1, key=f"adding-{name}",
                help="The file leaves the size open: give the one that the network was trained "
                "with.",
                width=160,
            )  # fmt: skip
        st.button("Take this size", on_click=_resize, key="resize")


def _resize() -> None:
    st.session_state["adding-size"] = tuple(
        int(st.session_state[f"adding-{name}"]) for name in ("height", "width")
    )


def pictures(found: Network) -> Pictures | None:
    """The pictures that were given, looked at; None before that."""
    st.subheader("2 · Pictures that it was not trained on", anchor=False)
    how = st.segmented_control(
        "From", [ZIP, FOLDER], default=ZIP, required=True, key="adding-from",
        label_visibility="collapsed",
    )  # fmt: skip
    told = "One folder a class; or pictures alone, then agreement with FP32 is measured."
    if how == ZIP:
        upload = st.file_uploader("A zip of pictures", type=["zip"], key=fresh("zip"), help=told)
        if upload is None:
            st.caption(f"{told} At least 40 pictures; some hundreds tell more.")
            return None
        seen = waiting.result(
            "pictures",
            (upload.file_id, found.draft),
            "Unpacking the pictures and looking at them",
            lambda: adding.read_pictures(brought.zipped(found.draft, upload), found.draft),
        )
    else:
        text = st.text_input(
            "Folder of pictures, on this machine", key="adding-folder",
            placeholder="/data/pictures", help=told,
        )  # fmt: skip
        if not text.strip():
            st.caption(f"{told} At least 40 pictures; some hundreds tell more.")
            return None
        seen = waiting.result(
            "pictures",
            (text, found.draft),
            "Looking at the pictures",
            lambda: adding.read_pictures(brought.folder(text), found.draft),
        )
    if seen is not None:
        _picture_facts(seen)
    return seen


def _picture_facts(seen: Pictures) -> None:
    classes = f" in {len(seen.counts):,} folders" if seen.counts else ""
    labels = "" if seen.has_labels else " without labels: agreement with FP32 will be reported"
    table = f", labelled by {shell.escape(seen.table)}" if seen.table else ""
    st.markdown(f"**{seen.total:,} pictures**{classes}{table}{labels}")
    for sentence in seen.told:
        st.caption(shell.escape(sentence))
