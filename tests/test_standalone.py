"""The script that comes with a file runs it, and says what the engine says."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from models.labels import labels
from models.pictures import decode
from models.workload import WORKLOADS, Workload, workload
from quant.evaluate import evaluate
from quant.graph.prepared import prepare
from quant.identity import Request, data_of
from quant.recipe import Recipe
from quant.runtime.table import runtime as named
from quant.runtimes import RUNTIMES
from quant.standalone import script
from tests.models.folders import SAMPLE, picture
from tests.pages.samples import measurement

NAME = "model.onnx"
Answers = list[tuple[float, str]]  # percent and label, the likeliest first


def taken(folder: Path, model: Path, name: str, runtime: str = "onnxruntime") -> Path:
    """A model and its script side by side, elsewhere."""
    folder.mkdir()
    (folder / NAME).write_bytes(model.read_bytes())
    (folder / "run.py").write_text(script(measurement(workload=name, runtime=runtime), NAME))
    return folder / "run.py"


def ran(file: Path, *pictures: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-I", "-W", "error", str(file), *map(str, pictures)]
    return subprocess.run(command, cwd="/", capture_output=True, text=True, check=False)


def said(done: subprocess.CompletedProcess[str]) -> Answers:
    assert (done.returncode, done.stderr) == (0, "")
    lines = re.findall(r"^ +([\d.]+)%  (.+)$", done.stdout, re.MULTILINE)
    return [(float(share), label) for share, label in lines]


def expected(
    chosen: Workload, model: Path, pixels: NDArray[np.float32], runtime: str = "onnxruntime"
) -> Answers:
    """What the engine gives for normalised pictures (1, c, h, w)."""
    logits = named(runtime).load(model, threads=1).run(pixels)[0].astype(np.float64)
    shares = np.exp(logits - logits.max())
    shares *= 100 / shares.sum()
    return [(shares[index], labels(chosen)[index]) for index in shares.argsort()[::-1][:5]]


def agree(given: Answers, wanted: Answers) -> None:
    assert given[0][1] == wanted[0][1]
    shares = ([share for share, _ in answers] for answers in (given, wanted))
    np.testing.assert_allclose(*shares, atol=0.02)


@pytest.mark.parametrize("runtime", RUNTIMES)
def test_the_script_says_what_the_engine_says(runtime: str, tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    request = Request("fashion-resnet", Recipe(4, 8), images=20, runtime=runtime)
    point = evaluate(request, home, lambda _step, _share: None).measurement
    split = data_of(request, home).report
    picture = tmp_path / "a picture.png"
    Image.fromarray(split.pictures[3, 0]).save(picture)
    model = home / point.artifact
    file = taken(tmp_path / "taken away", model, point.workload, point.ran_in)
    given = said(ran(file, picture))
    assert len(given) == 5
    agree(given, expected(workload(point.workload), model, split.take([3]), runtime))


@pytest.mark.skipif(not SAMPLE.is_dir(), reason="the sample of ImageNet pictures is not here")
def test_the_script_prepares_photographs_as_the_engine_does(tmp_path: Path) -> None:
    chosen = workload("imagenet-lite0")
    photograph = min(SAMPLE.rglob("*.jpg"))
    model = prepare(chosen, tmp_path).path
    given = said(ran(taken(tmp_path / "taken away", model, chosen.name), photograph))
    mean, std = (np.array(values)[:, None, None] for values in (chosen.mean, chosen.std))
    pixels = ((decode(photograph, chosen) / 255 - mean) / std).astype(np.float32)
    agree(given, expected(chosen, model, pixels[None]))


@pytest.mark.parametrize("name", ["imagenet-lite0", "torchvision/resnet50", "torchvision/swin_t"])
@pytest.mark.parametrize("size", [(500, 375), (333, 1000), (3, 5)], ids=str)
def test_the_script_cuts_and_scales_as_the_engine_does(
    name: str, size: tuple[int, int], tmp_path: Path
) -> None:
    chosen = workload(name)
    path = picture(tmp_path / "picture.png", 1, size)
    found: dict[str, Any] = {"__file__": "/run.py"}
    text = script(measurement(workload=name), NAME)
    exec(text[text.index("import sys") : text.index("def main")], found)
    mean, std = (np.array(values)[:, None, None] for values in (chosen.mean, chosen.std))
    wanted = (decode(path, chosen) / 255 - mean) / std
    np.testing.assert_allclose(found["pixels"](path, *chosen.input_shape), wanted, atol=1e-5)


def test_without_pictures_it_says_how_it_is_used(tmp_path: Path) -> None:
    (tmp_path / "run.py").write_text(script(measurement(), NAME))
    done = ran(tmp_path / "run.py")
    assert done.returncode == 1
    assert "Usage: python model.py PICTURE ..." in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("known", WORKLOADS, ids=lambda known: known.name)
def test_every_class_has_a_label_that_survives_the_script(known: Workload) -> None:
    text = script(measurement(workload=known.name), NAME)
    assert len(labels(known)) == known.classes
    found: dict[str, object] = {}
    exec(text[text.index("LABELS = ") : text.index("if __name__")], found)
    assert found["LABELS"] == list(labels(known))
    assert max(map(len, text.splitlines())) <= 100
