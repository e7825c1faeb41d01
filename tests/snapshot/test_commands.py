"""`snapshot` and `import` at the shell."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from quant.cli import main
from quant.store import Store


def said(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = main(arguments)
    written = capsys.readouterr()
    return code, written.out, written.err


def test_a_snapshot_goes_out_and_comes_in(
    store: Store,
    other: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    target = str(tmp_path / "snapshot")
    code, out, _ = said(capsys, "snapshot", "-o", target, "--all-files", "--json")
    told = json.loads(out)
    assert (code, told["points"], told["files"]) == (0, 15, 15)
    assert told["workloads"] == ["fashion-resnet"]
    monkeypatch.setenv("BITFRONT_HOME", str(other))
    _, out, _ = said(capsys, "import", target, "--json")
    assert json.loads(out) == {
        "new": 15, "known": 0, "older": 0, "files": 15, "files_bytes": 15 * 9,
    }  # fmt: skip
    assert said(capsys, "import", target) == (0, "0 new, 15 already here\n", "")


def test_words_for_people(
    store: Store, home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (home / store.points()[0].artifact).unlink()
    code, out, err = said(capsys, "snapshot", "-o", str(tmp_path / "new"))
    assert code == 0
    assert "15 points of fashion-resnet" in out
    assert err == (
        "fashion-resnet fp32: its file is not on this machine, so the snapshot is without it\n"
    )


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ("snapshot", "Missing option"),
        ("snapshot -o /proc/new", "/proc/new cannot be written"),
        ("snapshot -o /no/where", "there is no folder /no; make it first"),
        ("snapshot -o /etc", "-o is /etc, which holds"),
        ("snapshot -o /etc/passwd", "which is no folder"),
        ("snapshot -o new --all-files --no-files", "exclude one another"),
        ("snapshot -o new --limit-mb much", "--limit-mb must be a number above 0"),
        ("snapshot -o new --limit-mb nan", "--limit-mb must be a number above 0"),
        ("snapshot -o new --workload nope", "nothing was measured of 'nope'"),
        ("import", "Missing argument"),
        ("import /no/where", "there is no /no/where; name a snapshot"),
        ("import /etc", "there is no bitfront.db in /etc"),
        ("import /etc/passwd", "/etc/passwd is not a store of Bitfront"),
        ("import /dev/zero", "is a link or no file"),
    ],
)
def test_bad_input_is_one_line(
    store: Store,
    tmp_path: Path,
    arguments: str,
    sentence: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    code, out, err = said(capsys, *arguments.split())
    assert (code, out) == (2, "")
    assert len(err.splitlines()) == 1
    assert sentence in err
