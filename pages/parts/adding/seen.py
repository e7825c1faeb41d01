"""The third step: what pictures become on their way into the network, and what it answers."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from pages.parts import shell
from pages.parts.adding import waiting
from quant import explain
from quant.add import adding, normal
from quant.add.adding import FITS, Network, Pictures, Seen, Way
from quant.add.mapping import Classes, read_names
from quant.add.normal import Normal
from quant.errors import BitfrontError, DataError

TYPED = "Other values"
PICTURE = 150  # pixels: two beside one another on a phone
FIT_WORDS = {"crop": "Cut out the middle square", "stretch": "Stretch the whole picture"}


def classes(network: Network, pictures: Pictures) -> Classes | None:
    """Folders matched with classes; asked for where that is not sure."""
    text = st.session_state.get("adding-names", "").strip()
    wrong: BitfrontError | None = None
    found: Classes | None = None
    try:
        names = read_names(text, network.classes, "the list") if text else ()
        found = adding.classes_of(network, pictures, names)
    except DataError as exc:
        wrong = exc
    if wrong is not None:
        st.warning(shell.sentence(wrong), icon=":material/help:")
    elif found is not None and pictures.counts:
        st.caption(f"Classes: {shell.escape(found.told)}.")
    with st.expander("Names of the classes", expanded=wrong is not None, icon=":material/label:"):
        st.text_area(
            f"{network.classes:,} names, one a line, in the order of the network's outputs",
            key="adding-names",
            placeholder="\n".join(found.names[:3]) if found and found.names else "cat\ndog\n…",
            height=140,
        )
        if found is not None and found.class_of:
            listed = sorted(found.class_of.items(), key=lambda one: one[1])
            st.dataframe(
                {
                    "folder": [name for name, _ in listed],
                    "class": [index for _, index in listed],
                    "name": [found.names[index] for _, index in listed],
                    "pictures": [pictures.counts.get(name, 0) for name, _ in listed],
                },
                hide_index=True,
                height=200,
                alt=f"{len(listed)} folders and the classes they show",
            )
    return found


def way(network: Network, pictures: Pictures, found: Classes) -> tuple[Way, Seen] | None:
    """How pictures go in, with some as the network will see them; None while that is looked at."""
    st.subheader("3 · As the network will see them", anchor=False)
    usual = adding.usual_way(network)
    fit = st.segmented_control(
        "Pictures that are no squares", FITS, default=usual.fit, required=True,
        format_func=FIT_WORDS.get, key="adding-fit",
    )  # fmt: skip
    base = replace(usual, fit=fit)
    tried = waiting.result(
        "tried",
        (network.draft, network.file, network.shape, pictures.name, found, base),
        "Decoding some pictures and trying usual ways to normalise them",
        lambda: adding.guessed(network, pictures, found, base),
    )
    if tried is None:
        return None
    best, seen = tried
    chosen = _normalised(network, pictures, best, seen)
    if chosen is None:
        return None
    _shown(found, seen)
    for sentence in filter(None, [adding.doubtful(network, seen)]):
        st.warning(sentence, icon=":material/help:")
    return chosen, seen


def _normalised(network: Network, pictures: Pictures, best: Way, seen: Seen) -> Way | None:
    ways = network.normals
    right = dict(zip((one.words for one in ways), seen.right, strict=True))
    guess = next(one.words for one in ways if (one.mean, one.std) == (best.mean, best.std))
    options = [guess, *(one.words for one in ways if one.words != guess), TYPED]
    picked = st.selectbox(
        "Pixels become",
        options,
        key=f"adding-normal-{network.file}-{pictures.name}",
        format_func=lambda words: _with_share(words, right.get(words), seen.n),
        help="Every pixel as a fraction of 1, less the mean, divided by the deviation.",
    )
    if picked != TYPED:
        one = next(one for one in ways if one.words == picked)
        st.caption(f"{_said(pictures, guess == picked, seen)} {_numbers(one)}")
        return replace(best, mean=one.mean, std=one.std)
    left, middle = st.columns(2)
    example = ", ".join(["0.5"] * network.shape[0])
    mean = left.text_input("Mean, of pixels as fractions of 1", key="mean", placeholder=example)
    std = middle.text_input("Deviation", key="std", placeholder=example)
    if not (mean and std):
        return None
    try:
        given = normal.typed(mean, std, network.shape[0])
    except BitfrontError as exc:
        st.error(shell.sentence(exc), icon=":material/error:")
        return None
    return None if given is None else replace(best, mean=given.mean, std=given.std)


def _with_share(words: str, share: float | None, n: int) -> str:
    return words if share is None else f"{words} · {explain.percent(share)} of {n} right"


def _said(pictures: Pictures, is_guess: bool, seen: Seen) -> str:
    if not is_guess:
        return ""
    if pictures.has_labels:
        return f"The guess: of the usual ways it gets most of {seen.n} pictures right."
    return "A guess: without labels nothing tells which is right."


def _numbers(one: Normal) -> str:
    text = normal.spoken(one.mean, one.std)
    return f"{text[:1].upper()}{text[1:]}."


def _shown(found: Classes, seen: Seen) -> None:
    with st.container(horizontal=True):
        for one in seen.shown:
            label = one["label"]
            name = found.names[label] if found.class_of and label < len(found.names) else ""
            with st.container(width=PICTURE):
                st.image(one["picture"], width=PICTURE)
                st.caption(shell.escape(name or one["file"][:40]))
