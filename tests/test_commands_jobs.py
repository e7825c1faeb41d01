"""`jobs`: what runs and waits, from a shell."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from quant.cli import main
from quant.jobs.requests import CANCELLED, QUEUED, SOONER, SweepRequest
from quant.recipe import Recipe
from quant.store import Store, open_store


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    monkeypatch.setenv("BITFRONT_HOME", str(tmp_path))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.setattr("quant.commands.jobs.ensure_dispatcher", lambda: True)
    with open_store() as opened:
        yield opened


@pytest.fixture
def sweep(store: Store) -> str:
    return store.submit(SweepRequest("fashion-resnet", (Recipe(4),), requested_by="ada"))


def state(store: Store, sweep: str) -> str:
    found = store.sweep(sweep)
    assert found is not None
    return found.state


def test_an_empty_queue_says_what_to_do(store: Store, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["jobs"]) == 0
    assert "Nothing was asked for yet" in capsys.readouterr().out


def test_sweeps_are_listed(sweep: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["jobs"]) == 0
    said = capsys.readouterr().out
    assert sweep in said
    assert "0 of 2" in said
    assert "ada" in said
    assert main(["jobs", "--json"]) == 0
    (row,) = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert row["state"] == QUEUED
    assert [task["label"] for task in row["tasks"]] == ["fp32", "w4a8·nearest"]


def test_a_sweep_is_cancelled_and_retried(store: Store, sweep: str) -> None:
    assert main(["jobs", "--cancel", sweep]) == 0
    assert state(store, sweep) == CANCELLED
    assert main(["jobs", "--retry", sweep, "--first", sweep]) == 0
    assert state(store, sweep) == QUEUED
    assert store.open_sweeps()[0].priority == SOONER


def test_logs_of_what_failed_are_told(
    store: Store, sweep: str, capsys: pytest.CaptureFixture[str]
) -> None:
    task = store.claim("me:1", 60)
    assert task is not None
    store.fail(task, "no pictures", "Traceback of a bug", broke=True)
    assert main(["jobs", "--log", sweep]) == 0
    said = capsys.readouterr().out
    assert "fp32: failed" in said
    assert "Traceback of a bug" in said
    assert "w4a8" not in said


@pytest.mark.parametrize(
    ("words", "said"),
    [(["--cancel", "nope"], "there is no sweep 'nope'"), (["--log", "x"], "no sweep 'x'")],
)
def test_an_unknown_sweep_is_a_sentence(
    store: Store, words: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["jobs", *words]) == 2
    assert said in capsys.readouterr().err


def test_there_must_be_something_to_retry(sweep: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["jobs", "--retry", sweep]) == 2
    assert "nothing of sweep" in capsys.readouterr().err
