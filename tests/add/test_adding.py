"""From a file and pictures to a workload, through the command, and away again."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from models.data import dataset
from models.own import facts, own_names
from models.workload import workload
from quant.add import __main__ as reading
from quant.add import adding, apart, keep
from quant.add.bounds import Bounds
from quant.cli import main
from quant.errors import UnknownWorkload
from quant.identity import Request, data_of
from quant.recipe import Recipe
from quant.sensitivity.rated import Rated
from quant.store import open_store
from tests.add.networks import CLASSES, classifier, saved
from tests.add.pictures import folder
from tests.sensitivity.samples import sensitivity


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A home of its own; what is read apart is read here, which takes a tenth of the time."""
    monkeypatch.setenv("BITFRONT_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(adding, "apart", read_here)


def read_here(task: str, what: str, bounds: Bounds | None = None, /, **given: Any) -> Any:
    bounds = bounds or Bounds.of_settings()
    asked = json.loads(json.dumps({"task": task, "with": given}))
    told = json.dumps(reading.answered(asked, bounds))
    return apart.answer_of(told, "", 0, what, bounds)


def add(tmp_path: Path, *more: str, data: Path | None = None) -> int:
    network = saved(classifier(), tmp_path)
    pictures = data or folder(tmp_path / "data")
    return main(["add", str(network), "--data", str(pictures), *more])


def test_it_becomes_a_workload_that_measures(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert add(tmp_path, "--name", "mine", "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert told["workload"] == "own/mine"
    assert (told["calibrate"], told["select"], told["report"]) == (24, 12, 24)
    chosen = workload("own/mine")
    assert (chosen.classes, chosen.input_shape, chosen.calibration_images) == (3, (1, 8, 8), 24)
    assert facts("own/mine").names == ("a", "b", "c")
    found = dataset(chosen)
    assert (len(found.calibrate), len(found.report)) == (24, 24)


def test_guesses_are_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    add(tmp_path, "--name", "mine")
    told = capsys.readouterr().err
    assert "grey pictures of 8 by 8" in told
    assert "Guessed for pixels as fractions of 1" in told
    assert "sorted order" in told


def test_what_is_given_is_kept(tmp_path: Path) -> None:
    names = tmp_path / "names.txt"
    names.write_text("c\nb\na\n")
    add(
        tmp_path, "--name", "mine", "--mean", "0.5", "--std", "0.25", "--labels", str(names),
        "--fit", "stretch",
    )  # fmt: skip
    chosen = workload("own/mine")
    assert (chosen.mean, chosen.std, chosen.fit) == ((0.5,), (0.25,), "stretch")
    assert facts("own/mine").class_of == {"a": 2, "b": 1, "c": 0}


def test_pictures_without_labels_are_taken(tmp_path: Path) -> None:
    assert add(tmp_path, "--name", "mine", data=folder(tmp_path / "loose", [""], 50)) == 0
    assert not workload("own/mine").has_labels
    assert len(dataset(workload("own/mine")).report) == 20


def test_a_table_labels_pictures_in_and_beside_their_folder(tmp_path: Path) -> None:
    root = folder(tmp_path / "loose", [""], 50)
    rows = "".join(f"{index % CLASSES},{index}.png\n" for index in range(50))
    apart_from_them = tmp_path / "table.csv"
    apart_from_them.write_text(f"class_index,file\n{rows}")
    assert add(tmp_path, "--name", "one", "--data-labels", str(apart_from_them), data=root) == 0
    (root / "labels.csv").write_text(f"class_index,file\n{rows}")
    packed = Path(shutil.make_archive(str(tmp_path / "packed"), "zip", root))
    assert add(tmp_path, "--name", "two", data=packed) == 0
    for name in ("own/one", "own/two"):
        assert workload(name).has_labels
        assert set(dataset(workload(name)).report.labels) == {0, 1, 2}


def test_broken_and_repeated_pictures_are_counted_and_left_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = folder(tmp_path / "data")
    (root / "a" / "broken.png").write_bytes(b"no picture")
    (root / "b" / "empty.png").write_bytes(b"")
    Image.new("L", (20000, 20000)).save(root / "c" / "bomb.png")
    (root / "c" / "twice.png").write_bytes((root / "c" / "1.png").read_bytes())
    assert add(tmp_path, "--name", "mine", data=root) == 0
    assert "4 files were left out" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "wanted"),
    [
        (["--name", "../x"], "a name has 1 to 40 small letters"),
        (["--name", "A\x1b"], "a name has 1 to 40 small letters"),
        (["--name", "x" * 41], "a name has 1 to 40 small letters"),
        (["--name", "m", "--mean", "0.5"], "belong together"),
        (["--name", "m", "--mean", "0.5", "--std", "0"], "above 0"),
        (["--name", "m", "--mean", "nan", "--std", "1"], "must be 1 numbers"),
        (["--name", "m", "--fit", "zoom"], "--fit must be of crop, stretch"),
        (["--name", "m", "--size", "big"], "--size must be a whole number"),
        (["--name", "m", "--labels", "/nowhere/names.txt"], "cannot be read"),
    ],
)
def test_bad_input_is_one_sentence_and_leaves_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], wanted: str
) -> None:
    assert add(tmp_path, *arguments) == 2
    told = capsys.readouterr().err.strip()
    assert wanted in told
    assert own_names() == ()
    assert not list((tmp_path / "home" / "own").glob("*"))


def test_more_folders_than_classes_are_asked_about(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    names = [str(chr(ord("a") + index)) for index in range(CLASSES + 1)]
    assert add(tmp_path, "--name", "m", data=folder(tmp_path / "more", names)) == 2
    assert "--labels FILE" in capsys.readouterr().err


def test_a_preview_shows_pictures_and_adds_nothing(tmp_path: Path) -> None:
    sheet = tmp_path / "seen.png"
    assert add(tmp_path, "--name", "mine", "--preview", str(sheet)) == 0
    assert own_names() == ()
    with Image.open(sheet) as picture:
        assert picture.height == 224
    assert add(tmp_path, "--name", "mine", "--preview", str(tmp_path / "no" / "x.png")) == 2


def test_the_same_name_twice_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    add(tmp_path, "--name", "mine")
    capsys.readouterr()
    assert add(tmp_path, "--name", "own/mine") == 2
    assert "already" in capsys.readouterr().err


def test_a_name_that_is_used_again_has_its_new_normalisation(tmp_path: Path) -> None:
    request, home = Request("own/mine", Recipe()), tmp_path / "home"
    add(tmp_path, "--name", "mine", "--mean", "0", "--std", "1")
    before = data_of(request, home)
    assert data_of(request, home) is before
    assert main(["remove", "mine"]) == 0
    add(tmp_path, "--name", "mine", "--mean", "0.5", "--std", "1", data=tmp_path / "data")
    assert data_of(request, home).fingerprint != before.fingerprint


def test_a_name_whose_layers_were_tried_is_not_used_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with open_store() as store:
        store.keep_sensitivities([Rated(sensitivity(workload="own/mine"), b"")])
    assert add(tmp_path, "--name", "mine") == 2
    assert "the layers of an earlier own/mine were tried" in capsys.readouterr().err


def test_removing_takes_files_and_leaves_the_pictures(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    add(tmp_path, "--name", "mine")
    assert main(["remove", "mine"]) == 0
    assert own_names() == ()
    assert (tmp_path / "data" / "a").is_dir()
    assert main(["remove", "mine"]) == 2
    with pytest.raises(UnknownWorkload):
        workload("own/mine")


def test_pictures_that_went_away_are_missed_with_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    add(tmp_path, "--name", "mine")
    (tmp_path / "data").rename(tmp_path / "elsewhere")
    capsys.readouterr()
    assert main(["sweep", "own/mine"]) == 2
    assert "which is gone" in capsys.readouterr().err


def test_damaged_facts_are_no_workload(tmp_path: Path) -> None:
    add(tmp_path, "--name", "mine")
    path = tmp_path / "home" / "own" / "mine" / "workload.json"
    path.write_text("{}")
    with pytest.raises(UnknownWorkload, match="damaged"):
        workload("own/mine")
    assert keep.remove("mine") > 0


def test_a_draft_of_yesterday_is_swept_away(tmp_path: Path) -> None:
    old = keep.new_draft()
    os.utime(old, (0, 0))
    keep.new_draft()
    assert not old.exists()
