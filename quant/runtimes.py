"""What executes files: names and versions, read without loading a runtime."""

from __future__ import annotations

from importlib.metadata import version

from quant.errors import RequestError

RUNTIMES = ("onnxruntime", "openvino")
BEST = "best"  # measured in each of them; a point has the quicker one's file and figures
CHOICES = (*RUNTIMES, BEST)
USUAL = RUNTIMES[0]
TITLES = {
    "onnxruntime": "ONNX Runtime",
    "openvino": "OpenVINO",
    BEST: "best of both",
    "pytorch": "PyTorch",  # which runs no files: see quant/reference
}


def checked(name: str) -> str:
    """The name itself.

    Raises:
        RequestError: there is no such runtime.
    """
    if name not in CHOICES:
        raise RequestError(f"there is no runtime {name[:40]!r}; there are {', '.join(CHOICES)}")
    return name


def members(name: str) -> tuple[str, ...]:
    """The runtimes that a choice measures in."""
    return RUNTIMES if checked(name) == BEST else (name,)


def full_name(name: str) -> str:
    """`onnxruntime 1.32.0`: the name that stands beside a number.

    Of `best`, those of all that were tried: `best of onnxruntime 1.32.0 and openvino 2026.4.1`.
    """
    named = [f"{one} {version(one)}" for one in members(name)]
    return named[0] if name != BEST else f"{BEST} of {' and '.join(named)}"


def choice_of(full: str) -> str:
    """`openvino`, of a full name; what starts with none of ours is its own first word."""
    return full.partition(" ")[0]


def label(name: str) -> str:
    """Of a choice beside a recipe's label; nothing of the usual one."""
    return "" if name == USUAL else title(name)


def title(name: str) -> str:
    """`OpenVINO`, of a choice or a full name, for eyes; `OpenVINO 2026.4.1` of a full one."""
    own, _, rest = name.partition(" ")
    known = TITLES.get(own, own)
    return f"{known} {rest}" if rest and own != BEST else known
