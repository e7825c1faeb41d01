"""A bundle runs anywhere, with its runtime, numpy and Pillow alone, and says what is expected."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from models.workload import Workload, workload
from quant.errors import StoreError
from quant.evaluate import evaluate
from quant.identity import Request
from quant.recipe import Recipe
from quant.records import Measurement
from quant.report.bundle import bundle
from quant.report.examples import framed
from quant.report.runner import runner
from quant.runtimes import RUNTIMES
from quant.store import open_store
from tests.pages.samples import measurement

# Runs run.py where nothing that pip installed can be imported but what is named.
ALONE = """
import importlib.metadata, re, runpy, sys
allowed, waiting = set(), sys.argv[2].split(",")
while waiting:
    name = re.split(r"[^A-Za-z0-9._-]", waiting.pop())[0].lower().replace("_", "-")
    if name in allowed: continue
    allowed.add(name)
    try: needs = importlib.metadata.requires(name) or ()
    except importlib.metadata.PackageNotFoundError: continue
    waiting += [need for need in needs if "extra" not in need]
owners = importlib.metadata.packages_distributions()
class Refuse:
    def find_spec(self, name, path=None, target=None):
        top = name.partition(".")[0]
        known = {one.lower().replace("_", "-") for one in owners.get(top, ())}
        if top in ("models", "quant") or (known and not known & allowed):
            raise ModuleNotFoundError(f"{name} is not to be had here", name=name)
sys.meta_path.insert(0, Refuse())
script = sys.argv[1]
sys.argv = [script, *sys.argv[3:]]
runpy.run_path(script, run_name="__main__")
"""


def written(files: dict[str, bytes], folder: Path) -> Path:
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return folder


def ran(folder: Path, library: str, *arguments: Path) -> list[list[str]]:
    command = [sys.executable, "-I", "-c", ALONE, str(folder / "run.py"), f"{library},numpy,pillow"]
    done = subprocess.run(
        [*command, *map(str, arguments)], cwd="/", capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    return [line.split("\t") for line in done.stdout.splitlines()]


@pytest.mark.parametrize("library", RUNTIMES)
def test_the_script_alone_says_what_is_expected(library: str, tmp_path: Path, home: Path) -> None:
    home.mkdir()
    request = Request("fashion-resnet", Recipe(4, 8), images=40, runtime=library)
    found = evaluate(request, home, lambda _step, _share: None)
    with open_store() as store:
        store.append(found.measurement, found.predictions)
        files = bundle(store, found.measurement, home)
    folder = written(files, tmp_path / "taken away")
    expected = [line.split("\t") for line in files["expected.tsv"].decode().splitlines()]
    given = ran(folder, library)
    assert len(expected) == 3
    assert [line[:2] for line in given] == [line[:2] for line in expected]
    shares = [[float(line[2].rstrip("%")) for line in lines] for lines in (given, expected)]
    np.testing.assert_allclose(*shares, atol=0.2)
    assert {"model.onnx", "recipe.json", "run.py", "labels.txt", "README.md"} <= set(files)
    assert b"MIT" in files["pictures/LICENSE"]
    code = [line for line in files["run.py"].decode().splitlines() if line.strip()]
    assert len(code) <= 40


def test_an_own_folder_is_taken_and_what_is_no_picture_left_out(tmp_path: Path, home: Path) -> None:
    home.mkdir()
    found = evaluate(Request("fashion-resnet", Recipe(8, 8), images=20), home, lambda _s, _d: None)
    with open_store() as store:
        store.append(found.measurement, found.predictions)
        folder = written(bundle(store, found.measurement, home), tmp_path / "taken away")
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "b.png").write_bytes((folder / "pictures" / "2.png").read_bytes())
    (mine / "notes.txt").write_text("no picture")
    assert [line[0] for line in ran(folder, "onnxruntime", mine)] == ["b.png"]


@pytest.mark.parametrize("name", ["imagenet-lite0", "torchvision/resnet50", "torchvision/swin_t"])
def test_the_margin_of_a_picture_is_cut_off_again(name: str, tmp_path: Path) -> None:
    chosen = workload(name)
    pixels = np.random.default_rng(0).integers(0, 256, chosen.input_shape).astype(np.uint8)
    assert np.array_equal(cut(chosen, pixels, tmp_path), pixels)


def cut(chosen: Workload, pixels: Any, folder: Path) -> Any:
    """What the script makes of the framed picture, before it is normalised."""
    from PIL import Image

    picture = framed(pixels, chosen)
    assert picture is not None
    text = runner(measurement(workload=chosen.name))
    start = text.index("    side") if "    side" in text else text.index("    square")
    block = text[start : text.index("    pixels =")]
    found: dict[str, Any] = {"Image": Image, "picture": Image.fromarray(picture.transpose(1, 2, 0))}
    exec("if True:\n" + block, found)
    return np.asarray(found["square"]).transpose(2, 0, 1)


def test_without_pictures_the_readme_says_so(home: Path) -> None:
    point = kept(home)
    with open_store() as store:
        files = bundle(store, point, home)
    assert "There are no example pictures" in files["README.md"].decode()
    assert "expected.tsv" not in files


def test_names_are_no_markup_in_the_readme(home: Path) -> None:
    point = replace(kept(home), data="<b>|`rm`\n# own")
    with open_store() as store:
        text = bundle(store, point, home)["README.md"].decode()
    assert r"\<b\>\|\`rm\` # own" in text


def test_another_file_in_its_place_is_refused(home: Path) -> None:
    point = kept(home)
    (home / point.artifact).write_bytes(b"another")
    with open_store() as store, pytest.raises(StoreError, match="not the one that was measured"):
        bundle(store, point, home)


def kept(home: Path) -> Measurement:
    point = measurement(data_id="0" * 12)
    file = home / point.artifact
    file.parent.mkdir(parents=True)
    file.write_bytes(b"a network")
    return point
