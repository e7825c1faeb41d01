"""A script that runs one file anywhere: its runtime, numpy and Pillow, nothing of ours.

Sizes and the input's name are read from the model when the script runs; what the file does not
say, how a picture becomes numbers and what classes are called, is written into the script.
"""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from string import Template

from models.labels import labels
from models.workload import Workload, workload
from quant.records import Measurement
from quant.runtimes import choice_of

_SCRIPT = Template('''\
"""$title: what is on these pictures?

Usage: python $script PICTURE ...   (pip install $library numpy pillow)
Runs $model, which must lie beside this script; it needs $runtime or later.
"""

import sys
from pathlib import Path

import numpy as np
$imports

MODEL = Path(__file__).with_name("$model")
$scaling
MEAN, STD = $mean, $std  # of pixels as fractions of 1


def pixels(path, channels, height, width):
    picture = Image.open(path).convert("L" if channels == 1 else "RGB")
$square
    values = np.asarray(square, np.float32).reshape(height, width, channels).transpose(2, 0, 1)
    scale, shift = 1 / (255 * np.array(STD)), np.array(MEAN) / np.array(STD)
    return values * np.float32(scale)[:, None, None] - np.float32(shift)[:, None, None]


def main(paths):
$load
    for path in paths:
        logits = $answer
        shares = logits
        if logits.min() < 0 or abs(logits.sum() - 1) > 0.02:  # else it ends in Softmax itself
            shares = np.exp(logits - logits.max())
            shares /= shares.sum()
        print(path)
        for index in shares.argsort()[::-1][:5]:
            print(f"{shares[index]:8.2%}  {LABELS[index]}")


LABELS = """
$labels
""".replace("\\n", " ").strip().split("; ")

if __name__ == "__main__":
    main(sys.argv[1:] or sys.exit(__doc__))
''')


@dataclass(frozen=True, slots=True)
class _Way:
    """How the script loads and asks a file in one runtime."""

    load: str
    answer: str


_WAYS = {
    "onnxruntime": _Way(
        """\
    onnxruntime.set_default_logger_severity(3)  # errors alone
    session = onnxruntime.InferenceSession(str(MODEL))
    entry = session.get_inputs()[0]""",
        "session.run(None, {entry.name: pixels(path, *entry.shape[1:])[None]})[0][0]",
    ),
    "openvino": _Way(
        """\
    exact = {"INFERENCE_PRECISION_HINT": "f32"}  # what the file has in float stays float32
    model = openvino.compile_model(MODEL, "CPU", exact)
    shape = [axis.get_length() for axis in list(model.input(0).partial_shape)[1:]]""",
        "model(pixels(path, *shape)[None])[0][0]",
    ),
}
_CROP_FIRST = """\
    side = max(1, round(min(picture.size) * CROP))
    left, top = (picture.width - side) // 2, (picture.height - side) // 2
    square = picture.crop((left, top, left + side, top + side))
    if square.size != (width, height):
        square = square.resize((width, height), Image.Resampling.BICUBIC)"""
_RESIZE_FIRST = """\
    short = min(picture.size)
    scaled = picture.resize([int(RESIZE * side / short) for side in picture.size], HOW)
    left, top = round((scaled.width - width) / 2), round((scaled.height - height) / 2)
    square = scaled.crop((left, top, left + width, top + height))"""


_STRETCH = """\
    square = picture.resize((width, height), Image.Resampling.BICUBIC)"""


def script(point: Measurement, model: str) -> str:
    """The script's text, for a model that lies beside it under the name `model`.

    Raises:
        UnknownWorkload: the point is of a workload that is not in the table.
    """
    chosen = workload(point.workload)
    named = "; ".join(map(_harmless, labels(chosen)))
    library = choice_of(point.ran_in)
    way = _WAYS[library]
    return _SCRIPT.substitute(
        title=f"{_harmless(chosen.title)}, {point.recipe.label}",
        script=f"{model.removesuffix('.onnx')}.py",
        model=model,
        runtime=point.oldest_runtime,
        library=library,
        imports=f"import {library}\nfrom PIL import Image",
        load=way.load,
        answer=way.answer,
        scaling=_scaling(chosen),
        square=_square(chosen),
        mean=_tuple(chosen.mean),
        std=_tuple(chosen.std),
        labels="\n".join(textwrap.wrap(named, 96, break_long_words=False, break_on_hyphens=False)),
    )


def _harmless(name: str) -> str:
    """A name that somebody gave, as text inside the script: it must not end a string there."""
    plain = "".join(letter if letter.isprintable() else "?" for letter in name)
    return plain.replace("\\", "/").replace('"', "'").replace(";", ",")


def _square(chosen: Workload) -> str:
    if chosen.fit == "stretch":
        return _STRETCH
    return _RESIZE_FIRST if chosen.resize else _CROP_FIRST


def _scaling(chosen: Workload) -> str:
    if chosen.fit == "stretch":
        return "# the whole picture is scaled to the network's input, whatever its shape"
    if chosen.resize:
        how = f"Image.Resampling.{chosen.interpolation.upper()}"
        return (
            f"RESIZE, HOW = {chosen.resize}, {how}  # of the shorter side, then the centre is cut"
        )
    return (
        f"CROP = {chosen.crop_fraction}  # the share of the shorter side that is kept, as a square"
    )


def _tuple(values: tuple[float, ...]) -> str:
    """As Python writes it, shortly where all values are one."""
    return f"({values[0]!r},) * {len(values)}" if len(set(values)) == 1 else repr(values)
