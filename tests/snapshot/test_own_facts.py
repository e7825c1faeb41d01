"""Facts of own networks travel with their figures; pictures and places do not."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from quant.errors import StoreError
from quant.snapshot import own_facts


def facts(**changed: Any) -> dict[str, Any]:
    return {
        "version": 1, "title": "net.onnx", "dataset": "data", "input_shape": [1, 8, 8],
        "mean": [0.0], "std": [1.0], "crop_fraction": 1.0, "fit": "crop", "classes": 2,
        "has_labels": True, "calibration_images": 24, "parameters": 10, "macs": 10,
        "family": "convolutional", "names": ["a", "b"], "class_of": {"a": 0, "b": 1},
        "file": "net.onnx", "added_at": "2026-01-01", "told": [], "network": "1", **changed,
    }  # fmt: skip


def kept(root: Path, **changed: Any) -> Path:
    folder = root / "own" / "mine"
    folder.mkdir(parents=True)
    (folder / "workload.json").write_text(json.dumps(facts(**changed)))
    (folder / "place.json").write_text('{"folder": "/home/me/secret"}')
    return root


def test_a_snapshot_gets_facts_alone(tmp_path: Path) -> None:
    home, folder = kept(tmp_path / "home"), tmp_path / "snapshot"
    own_facts.write(home, folder, ["own/mine", "fashion-resnet", "own/gone"])
    files = [path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()]
    assert files == ["own/mine/workload.json"]


def test_an_import_takes_what_is_not_here(tmp_path: Path) -> None:
    there, home = kept(tmp_path / "there"), tmp_path / "home"
    (told,) = own_facts.coming(there, home, ["own/mine"])
    own_facts.put(home, told)
    assert own_facts.coming(there, home, ["own/mine"]) == []


def test_another_network_of_the_name_is_refused(tmp_path: Path) -> None:
    there, home = kept(tmp_path / "there"), kept(tmp_path / "home", network="2")
    with pytest.raises(StoreError, match="another network"):
        own_facts.coming(there, home, ["own/mine"])


def test_facts_of_a_stranger_are_checked(tmp_path: Path) -> None:
    there = kept(tmp_path / "there", classes="many")
    with pytest.raises(StoreError, match="not what Bitfront writes"):
        own_facts.coming(there, tmp_path / "home", ["own/mine"])
    (there / "own" / "mine" / "workload.json").unlink()
    (there / "own" / "mine" / "workload.json").symlink_to(tmp_path / "x")
    with pytest.raises(StoreError, match="link"):
        own_facts.read(there, "own/mine")
    assert own_facts.read(there, "own/../../x") is None
