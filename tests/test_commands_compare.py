"""`compare`: points side by side, from a shell."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from quant.cli import main
from quant.point import token
from quant.recipe import Recipe
from quant.store import Store, open_store
from tests.pages.answered import N, answered
from tests.pages.samples import measurement

FP32, W8, W4, W2 = (point for point, _ in answered())


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    monkeypatch.setenv("BITFRONT_HOME", str(tmp_path))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    with open_store() as opened:
        for point, samples in answered():
            opened.append(point, samples)
        opened.append(measurement(Recipe(6, 8, "mse")))  # measured before answers were kept
        yield opened


def test_json_is_a_point_a_line_with_its_test_against_the_first(
    store: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["compare", "fp32", token(W4.id), W2.id, "--json"]) == 0
    first, w4, w2 = map(json.loads, capsys.readouterr().out.splitlines())
    assert [row["letter"] for row in (first, w4, w2)] == ["A", "B", "C"]
    assert "against" not in first
    against = w4["against"]
    assert against["drop"] == pytest.approx(W4.drop)
    assert (against["lost"], against["gained"], against["n"]) == (W4.lost, W4.gained, N)
    assert (against["drop_low"], against["drop_high"]) == (W4.drop_low, W4.drop_high)
    assert against["p_value"] <= against["p_value_holm"]
    assert w2["against"]["told_apart"]
    assert sum(row["n"] for row in w4["by_class"]) == N
    whole = sum(row["n"] * row["accuracy"] for row in w4["by_class"]) / N
    assert whole == pytest.approx(W4.accuracy)
    assert len(w4["runs_ms"]) == 21


def test_words_say_what_differs_and_what_is_told_apart(
    store: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["compare", "fp32", "w2a8·mse", "w8a8·mse"]) == 0
    out = capsys.readouterr().out
    assert "B: w2a8·mse against A: fp32: 14× smaller" in out
    assert f"less accurate on {N} pictures" in out
    assert f"not told apart on {N} pictures" in out
    assert "facts the same in all." in out
    assert "body.0" in out
    assert "taken for" in out
    assert "ms of single runs" in out


def test_what_was_not_kept_is_a_sentence(store: Store, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["compare", "fp32", "w6a8·mse"]) == 0
    assert "measured before answers to single pictures were kept" in capsys.readouterr().out
    assert main(["compare", "fp32", "w6a8·mse", "--json"]) == 0
    _, row = map(json.loads, capsys.readouterr().out.splitlines())
    assert "measure it again" in row["against"]["why_not"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["fp32"], "1 of 2 to 6 points were named"),
        (["fp32", "fp32"], "fp32 was named twice"),
        (["fp32", "w9a9"], "there is no point 'w9a9'"),
        (["fp32", "w8a8·mse", "--workload", "nope"], "there is no workload 'nope'"),
    ],
)
def test_bad_input_is_one_sentence(
    store: Store, capsys: pytest.CaptureFixture[str], words: list[str], said: str
) -> None:
    assert main(["compare", *words]) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert said in told.err
    assert told.err.count("\n") == 1


def test_a_label_of_several_runtimes_is_that_of_the_usual_one(
    store: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    for point, samples in answered():
        store.append(replace(point, runtime="openvino 2026.4.1"), samples)
    for asked, wanted in (([], "onnxruntime"), (["--runtime", "openvino"], "openvino 2026.4.1")):
        assert main(["compare", "fp32", "w2a8·mse", *asked, "--json"]) == 0
        rows = map(json.loads, capsys.readouterr().out.splitlines())
        assert [row["runtime"] for row in rows] == [wanted] * 2
    other = replace(W2, runtime="openvino 2026.4.1")
    assert main(["compare", "w2a8·mse", other.id, "--json"]) == 0
    rows = map(json.loads, capsys.readouterr().out.splitlines())
    assert [row["runtime"] for row in rows] == ["onnxruntime", "openvino 2026.4.1"]
    assert main(["compare", "fp32", "w2a8·mse", "--runtime", "tensorrt"]) == 2
    assert "there is no runtime 'tensorrt'" in capsys.readouterr().err


def test_points_lists_one_runtime(store: Store, capsys: pytest.CaptureFixture[str]) -> None:
    store.append(replace(W2, runtime="openvino 2026.4.1"))
    assert main(["points", "--runtime", "openvino", "--json"]) == 0
    [row] = map(json.loads, capsys.readouterr().out.splitlines())
    assert (row["runtime"], row["ran_in"]) == ("openvino 2026.4.1", "openvino 2026.4.1")
