"""A snapshot's pages, with what the viewer brings, from a folder that cannot be written."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from quant.snapshot.choice import ALL, Choice
from quant.snapshot.write import write
from quant.store import open_store
from tests.snapshot.conftest import fill

ROOT = Path(__file__).resolve().parents[2]
LOOK = Path(__file__).with_name("look.py")


def look(folder: Path, *arguments: str, **environment: str) -> tuple[dict[str, Any], list[str]]:
    """What every page says, and which heavy libraries were loaded for it."""
    kept = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
    ran = subprocess.run(
        [sys.executable, str(LOOK), *arguments],
        cwd=folder,
        env=kept | {"HOME": "/nonexistent", "PYTHONDONTWRITEBYTECODE": "1"} | environment,
        capture_output=True,
        text=True,
        timeout=250,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr[-3000:]
    pages, heavy = ran.stdout.splitlines()[-2:]
    return json.loads(pages), json.loads(heavy.replace("'", '"'))


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("home")
    with open_store(f"sqlite:///{folder / 'bitfront.db'}") as store:
        fill(store, folder)
    return folder


@pytest.fixture(scope="module")
def snapshot(home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Read-only, folders and files."""
    folder = tmp_path_factory.mktemp("hosted") / "snapshot"
    with (
        open_store(f"sqlite:///{home / 'bitfront.db'}") as store,
        pytest.MonkeyPatch.context() as m,
    ):
        m.setenv("BITFRONT_HOME", str(home))
        write(store, home, folder, Choice(files=ALL))
    for path in [folder, *folder.rglob("*")]:
        path.chmod(path.stat().st_mode & ~0o222)
    yield folder
    for path in [folder, *folder.rglob("*")]:
        path.chmod(path.stat().st_mode | 0o200)


def state(folder: Path) -> dict[str, int]:
    return {str(path): path.stat().st_mtime_ns for path in sorted(folder.rglob("*"))}


def test_every_page_shows_what_the_original_shows_and_nothing_is_written(
    home: Path, snapshot: Path
) -> None:
    before = state(snapshot)
    hosted, heavy = look(snapshot, "viewer")
    assert heavy == []
    assert state(snapshot) == before
    original, _ = look(ROOT, BITFRONT_HOME=str(home), BITFRONT_FIRST_SWEEP="0")
    assert set(hosted) == set(original)
    assert "Measure" in hosted["app.py"]["off"]
    for page, said in hosted.items():
        assert said["exception"] == [], page
        assert any("Measuring is off" in text for text in said["info"]), page
        same = ["title", "subheader", "metric", "dataframe", "error", "warning"]
        if page == "pages/6_Add.py":
            same = ["title", "error", "warning"]  # nothing can be added to a copy, so no form
            assert any("read-only copy" in text for text in said["info"])
        for kind in same:
            assert said[kind] == original[page][kind], f"{page}: {kind}"
