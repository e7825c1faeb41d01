"""The rounding methods: names, what they do in words, and where they come from. Torch-free."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Method:
    """One rung of the ladder; each contains what helps of those before it.

    `learns` says that it looks at calibration pictures, `version` changes with its codes, and
    `effort` is how often it looks at a layer's weights, roughly: its share of the time to come;
    `equalizes` says that scales are moved between layers first.
    """

    name: str
    words: str
    source: str
    equation: str
    learns: bool = False
    version: int = 2
    effort: float = 0.0
    equalizes: bool = False


LADDER = (
    Method(
        "nearest",
        "rounds every weight to the nearest level",
        "Nagel et al. 2021, arXiv:2106.08295, section 2.3",
        r"q = clip(round(w / s))",
    ),
    Method(
        "mse",
        "also picks each channel's scale with the least error",
        "Nagel et al. 2021, arXiv:2106.08295, eq. 13",
        r"min over s of ||w - s q||^2",
        version=3,
    ),
    Method(
        "equalize",
        "also moves scales between layers, so that narrow widths lose less, and corrects biases",
        "Nagel et al. 2019, arXiv:1906.04721, eq. 9-19; Xiao et al. 2022, arXiv:2211.10438, eq. 4",
        r"W2 f(W1 x) = (W2 S) f(S^-1 W1 x), b -= E[W x^ - W x]",
        learns=True,
        version=2,
        effort=0.5,
        equalizes=True,
    ),
    Method(
        "gptq",
        "rounds one input after the other and lets the rest make up for it",
        "Frantar et al. 2022, arXiv:2210.17323, algorithm 1",
        r"min over q of ||W X - s Q X||^2, column by column",
        learns=True,
        version=3,
        equalizes=True,
        effort=1.0,
    ),
    Method(
        "adaround",
        "learns for each weight whether to round up or down, through the activation function",
        "Nagel et al. 2020, arXiv:2004.10568, eq. 21-25",
        r"min over V of ||f(W x) - f(s (floor(W/s) + h(V)) x^)||^2 + c sum(1 - |2 h(V) - 1|^b)",
        learns=True,
        version=3,
        equalizes=True,
        effort=12.0,
    ),
    Method(
        "brecq",
        "learns the roundings and biases of a whole block at once, and its activation steps",
        "Li et al. 2021, arXiv:2102.05426, algorithm 1",
        r"min over V, b, s_x of ||block(x) - quantised block(x^)||^2",
        learns=True,
        version=3,
        equalizes=True,
        effort=12.0,
    ),
    Method(
        "qdrop",
        "does the same while half of the activations, drawn anew at each step, stay in float",
        "Wei et al. 2022, arXiv:2203.05740, eq. 12",
        r"min over V, b, s_x of ||block(x) - quantised block(drop(x^))||^2",
        learns=True,
        version=3,
        equalizes=True,
        effort=14.0,
    ),
)
METHODS = tuple(method.name for method in LADDER)


def method(name: str) -> Method:
    """The method of that name."""
    return next(one for one in LADDER if one.name == name)
