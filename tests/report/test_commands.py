"""`report` and `bundle` on the command line: a file, or one sentence."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest

from quant.cli import main
from quant.store import open_store
from tests.pages.samples import sweep
from tests.report.gathered import keep


@pytest.fixture
def filled(home: Path) -> None:
    with open_store() as store:
        keep(store, sweep())


def refused(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    assert main(arguments) == 2
    told = capsys.readouterr().err
    assert told.count("\n") == 1
    return told


def test_a_report_is_written_where_it_is_wanted(
    filled: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "r.json"
    assert main(["report", "fashion-resnet", "-o", str(target), "--max-mb", "1", "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    written = json.loads(target.read_text())
    assert said["headline"] == written["headline"]
    assert written["limits"] == {"drop": 0.005, "size_bytes": 1e6}
    assert len(written["points"]) == said["points"] == 15


def test_a_label_pins_a_point(filled: None, tmp_path: Path) -> None:
    target = tmp_path / "r.json"
    asked = ["report", "fashion-resnet", "-o", str(target), "--point", "w8a8·mse"]
    assert main(asked) == 0
    assert "Eight-bit weights" in json.loads(target.read_text())["headline"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["-o", "r.pdf"], "a report is written as .html"),
        (["-o", "none/r.html"], "there is no folder"),
        (["-o", "r.html", "--matters", "beauty"], "what matters most is one of"),
        (["-o", "r.html", "--device", "toaster"], "there is no device 'toaster'"),
        (["-o", "r.html", "--point", "w9a9"], "is no point of fashion-resnet"),
        (["-o", "r.html", "--max-drop", "much"], "--max-drop must be a number"),
        (["-o", "r.html", "--runtime", "openvino"], "is measured in openvino"),
    ],
)
def test_bad_input_is_one_sentence(
    arguments: list[str], words: str, filled: None, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    assert words in refused(["report", "fashion-resnet", *arguments], capsys)


def test_nothing_measured_is_a_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = refused(["report", "fashion-vit", "-o", str(tmp_path / "r.html")], capsys)
    assert "nothing is measured of fashion-vit yet" in told


def test_a_bundle_is_a_new_folder_or_a_zip(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = ["bundle", "fashion-resnet", "--weights", "4", "--images", "20", "-o"]
    folder, archive = tmp_path / "taken", tmp_path / "taken.zip"
    assert main([*asked, str(folder)]) == 0
    assert main([*asked, str(archive), "--json"]) == 0
    names = {str(one.relative_to(folder)) for one in folder.rglob("*") if one.is_file()}
    assert set(zipfile.ZipFile(archive).namelist()) == names
    assert {"model.onnx", "run.py", "expected.tsv", "pictures/1.png"} <= names
    capsys.readouterr()
    assert "is not empty" in refused([*asked, str(folder)], capsys)
