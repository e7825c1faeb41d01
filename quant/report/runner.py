"""The script of a bundle: some twenty lines that run the file on a folder of pictures."""

from __future__ import annotations

from string import Template

from models.workload import Workload, workload
from quant.records import Measurement
from quant.runtimes import choice_of

MODEL, SCRIPT, PICTURES, EXPECTED, LABELS = (
    "model.onnx", "run.py", "pictures", "expected.tsv", "labels.txt",
)  # fmt: skip
_SCRIPT = Template('''\
"""What is on each picture of a folder? Its name, the likeliest class and that one's share.

Usage: python run.py [FOLDER]   (pip install $library numpy pillow; without, pictures/ is taken)
"""

import sys
from pathlib import Path

import numpy as np
import $library
from PIL import Image

HERE = Path(__file__).parent
NAMES = (HERE / "labels.txt").read_text(encoding="utf-8").splitlines()
MEAN, STD = np.float32($mean), np.float32($std)  # of pixels as fractions of 1, a channel
$load
folder, kinds = Path(*sys.argv[1:2] or [HERE / "pictures"]), Image.registered_extensions()
for path in sorted(one for one in folder.iterdir() if one.suffix.lower() in kinds):
    picture = Image.open(path).convert("$mode")
$square
    pixels = np.float32(square).reshape($height, $width, $channels) / 255
    logits = $answer
    shares = logits
    if logits.min() < 0 or abs(logits.sum() - 1) > 0.02:  # else it ends in Softmax itself
        shares = np.exp(logits - logits.max()) / np.exp(logits - logits.max()).sum()
    print(path.name, NAMES[shares.argmax()], f"{shares.max():.1%}", sep="\\t")
''')
_LOAD = {
    "onnxruntime": """\
onnxruntime.set_default_logger_severity(3)  # errors alone
session = onnxruntime.InferenceSession(HERE / "model.onnx")
entry = session.get_inputs()[0].name""",
    "openvino": """\
exact = {"INFERENCE_PRECISION_HINT": "f32"}  # what the file has in float stays float32
model = openvino.compile_model(HERE / "model.onnx", "CPU", exact)""",
}
_ANSWER = {
    "onnxruntime": "session.run(None, {entry: $given})[0][0]",
    "openvino": "model($given)[0][0]",
}
_GIVEN = "((pixels - MEAN) / STD).transpose(2, 0, 1)[None]"
_STRETCH = "    square = picture.resize(({width}, {height}), Image.Resampling.BICUBIC)"
_CROP = """\
    side = max(1, round(min(picture.size) * {crop}))  # the middle square, then scaled
    left, top = (picture.width - side) // 2, (picture.height - side) // 2
    square = picture.crop((left, top, left + side, top + side))
    if square.size != ({width}, {height}):
        square = square.resize(({width}, {height}), Image.Resampling.BICUBIC)"""
_RESIZE = """\
    sides = [int({resize} * side / min(picture.size)) for side in picture.size]
    scaled = picture.resize(sides, Image.Resampling.{how})  # then the centre is cut out
    left, top = round((sides[0] - {width}) / 2), round((sides[1] - {height}) / 2)
    square = scaled.crop((left, top, left + {width}, top + {height}))"""


def runner(point: Measurement) -> str:
    """The script's text, for a folder that also holds the model and the names of classes.

    Raises:
        UnknownWorkload: the point is of a workload that is not in the table.
    """
    chosen = workload(point.workload)
    library = choice_of(point.ran_in)
    channels, height, width = chosen.input_shape
    return _SCRIPT.substitute(
        library=library,
        mean=repr(list(chosen.mean)),
        std=repr(list(chosen.std)),
        load=_LOAD[library],
        mode="L" if channels == 1 else "RGB",
        square=_square(chosen),
        height=height,
        width=width,
        channels=channels,
        answer=_ANSWER[library].replace("$given", _GIVEN),
    )


def _square(chosen: Workload) -> str:
    _, height, width = chosen.input_shape
    size = {"height": height, "width": width}
    if chosen.fit == "stretch":
        return _STRETCH.format(**size)
    if chosen.resize:
        how = chosen.interpolation.upper()
        return _RESIZE.format(**size, resize=chosen.resize, how=how)
    return _CROP.format(**size, crop=repr(chosen.crop_fraction))
