"""`sensitivity` on the command line: what is known is printed at once, bad input is a sentence."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from quant.cli import main
from quant.sensitivity.rated import Rated
from quant.store import open_store
from tests.sensitivity.samples import sensitivity


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A store that knows the layers of fashion-resnet."""
    monkeypatch.setenv("BITFRONT_HOME", str(tmp_path))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.setattr("quant.commands.sensitivity._key", lambda _: "k")
    with open_store() as store:
        store.keep_sensitivities([Rated(sensitivity(), b"")])
    return tmp_path


def test_it_prints_a_row_a_layer_and_says_why(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["sensitivity", "fashion-resnet"]) == 0
    told = capsys.readouterr().out
    lines = [line.split()[0] for line in told.splitlines() if line]
    assert lines[:5] == ["weights,", "stem", "classifier", "all", "activations,"]
    assert "one channel has 40× the median range" in told
    assert "Tried on 128 pictures that calibrate" in told


def test_json_is_an_object_a_layer_kind_and_width(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["sensitivity", "fashion-resnet", "--json"]) == 0
    said = capsys.readouterr()
    rows = [json.loads(line) for line in said.out.splitlines()]
    assert len(rows) == 29
    assert {"layer", "kind", "bits", "noise", "kl", "drop", "recovered_noise", "why"} <= set(
        rows[0]
    )
    assert said.err == ""


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--show", "colour"], "--show must be one of sqnr, kl, loss, drop; got 'colour'"),
        (["--method", "gptq"], "--method must be one of nearest, mse; got 'gptq'"),
        (["--ranges", "minmax,mse"], "--ranges must be one of minmax, mse; got 'minmax,mse'"),
        (["--images", "0"], "--images must be a whole number of at least 1; got '0'"),
        (["--data", "nowhere"], "there is no folder of pictures nowhere"),
    ],
)
def test_bad_input_is_one_line(
    home: Path, capsys: pytest.CaptureFixture[str], options: list[str], sentence: str
) -> None:
    assert main(["sensitivity", "fashion-resnet", *options]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith(sentence)
    assert said.err.count("\n") == 1
