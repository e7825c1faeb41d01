"""`artifacts` and `points --csv` at the shell's side, without processes."""

from __future__ import annotations

import csv
import io
import json
import os
from pathlib import Path

import pytest
from filelock import FileLock

from quant.cli import main
from quant.point import token
from quant.recipe import Recipe
from quant.shelf import shelf
from quant.store import Store, open_store
from tests.pages.samples import CONTENT, XEON, measurement, sweep

W4 = measurement(Recipe(4, 8, "mse"))


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("BITFRONT_HOME", str(tmp_path))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    return tmp_path


@pytest.fixture
def filled(home: Path) -> Path:
    """Fifteen points, each with a file of nine bytes; one file is of two points."""
    with open_store() as store:
        for point in (*sweep(), measurement(Recipe(4, 8, "mse"), machine=XEON)):
            path = home / point.artifact
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(CONTENT)
            store.append(point)
    return home


def told(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    code = main(arguments)
    said = capsys.readouterr()
    assert (code, said.err) == (0, "")
    return said.out


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main(arguments) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert len(said.err.splitlines()) == 1
    return said.err


def test_use_is_told(filled: Path, capsys: pytest.CaptureFixture[str]) -> None:
    row = json.loads(told(capsys, "artifacts", "--json"))
    assert (row["files"], row["size_bytes"], row["absent"]) == (15, 135, 0)
    assert row["quota_bytes"] == 20_000_000_000
    assert "0.000135 MB of 20,000 MB, 15 files" in told(capsys, "artifacts")


def test_deleting_keeps_figures_and_names_who_shares(
    filled: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said = told(capsys, "artifacts", "--delete", token(W4.id))
    assert "w4a8·mse: deleted 0.00000900 MB, also of 1 other points" in said
    assert "2 points whose file is not here" in said
    assert shelf().find(W4.artifact) is None
    assert json.loads(told(capsys, "points", "--json").splitlines()[0])["accuracy"] > 0


def test_archiving_and_back(filled: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told(capsys, "artifacts", "--archive", W4.id, "--archive", "w8a8·nearest")
    row = json.loads(told(capsys, "artifacts", "--json"))
    assert (row["files"], row["archived_files"], row["absent"]) == (13, 2, 0)
    told(capsys, "artifacts", "--restore", "w4a8·mse")
    assert not shelf().is_archived(W4.artifact)


def test_cleaning_removes_orphans_and_leftovers_alone(
    filled: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("orphan.onnx", ".draft.1.onnx"):
        path = filled / "artifacts" / name
        path.write_bytes(b"x" * 1_000_000)
        os.utime(path, (0, 0))
    said = told(capsys, "artifacts", "--clean")
    assert "removed 1 files that no point names; 2.00 MB are free again" in said
    assert shelf().use().files == 15


def test_cleaning_waits_for_a_measurement(filled: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with FileLock(filled / "machine.lock"):
        assert "something is measured now" in refused(capsys, "artifacts", "--clean")


def test_cleaning_with_another_store_removes_nothing(
    filled: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for path in (filled / "artifacts").iterdir():
        os.utime(path, (0, 0))
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{filled / 'other.db'}")
    assert "names none of the 15 files" in refused(capsys, "artifacts", "--clean")
    assert shelf().use().files == 15


def test_a_store_that_is_only_read_keeps_its_files(
    filled: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def read_only() -> Store:
        return open_store(read_only=True)

    monkeypatch.setattr("quant.commands.artifacts.open_store", read_only)
    assert "may only be read" in refused(capsys, "artifacts", "--delete", W4.id)
    assert shelf().use().files == 15


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ("artifacts --workload nope", "there is no workload 'nope'"),
        ("artifacts --delete nope", "there is no point 'nope'"),
        ("artifacts --restore w4a8·mse", "not in the archive; make it again instead"),
        ("points --json --csv", "give one"),
    ],
)
def test_bad_input_is_a_sentence(
    filled: Path, capsys: pytest.CaptureFixture[str], arguments: str, said: str
) -> None:
    assert said in refused(capsys, *arguments.split())


def test_csv_has_the_names_and_values_of_json(
    filled: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [json.loads(line) for line in told(capsys, "points", "--json").splitlines()]
    lines = list(csv.DictReader(io.StringIO(told(capsys, "points", "--csv"))))
    assert len(lines) == len(rows) == 16
    for line, row in zip(lines, rows, strict=True):
        assert list(line) == list(row)
        for name, value in row.items():
            if isinstance(value, dict | list):
                assert json.loads(line[name]) == value
            else:
                assert line[name] == ("" if value is None else str(value))
