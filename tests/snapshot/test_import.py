"""Another store's measurements come in once, and nothing else comes with them."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from quant.errors import StoreError
from quant.snapshot.choice import ALL, NONE, Choice
from quant.snapshot.merge import Imported, merge
from quant.snapshot.write import write
from quant.store import Store, open_store
from tests.pages.samples import CONTENT, measurement, sweep

BYTES = len(CONTENT)


@pytest.fixture
def here(other: Path) -> Iterator[Store]:
    """An empty store in a home folder of its own, into which things are imported."""
    with open_store(f"sqlite:///{other / 'bitfront.db'}") as opened:
        yield opened


@pytest.fixture
def given(store: Store, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A snapshot with every file, and without a viewer, which nobody imports."""
    monkeypatch.setattr("quant.snapshot.code.files", lambda: ())
    write(store, home, tmp_path / "given", Choice(files=ALL))
    return tmp_path / "given"


def spoil(folder: Path, statement: str, *values: object) -> None:
    with closing(sqlite3.connect(folder / "bitfront.db")) as connection, connection:
        connection.execute(statement, values)


def change_payload(folder: Path, **changes: object) -> None:
    """Of the first measurement alone."""
    with closing(sqlite3.connect(folder / "bitfront.db")) as connection, connection:
        query = "SELECT id, payload FROM measurement ORDER BY id"
        number, payload = connection.execute(query).fetchone()
        text = json.dumps(json.loads(payload) | changes)
        connection.execute("UPDATE measurement SET payload = ? WHERE id = ?", (text, number))


def test_a_snapshot_comes_in_with_files_and_predictions_and_once(
    store: Store, here: Store, given: Path, other: Path
) -> None:
    assert merge(here, other, given) == Imported(15, 0, 0, 15, 15 * BYTES)
    assert here.points(with_outcomes=True) == store.points(with_outcomes=True)
    point = here.points()[3]
    assert here.predictions(point.id) == store.predictions(point.id)
    assert (other / point.artifact).read_bytes() == CONTENT
    assert merge(here, other, given) == Imported(0, 15, 0, 0, 0)
    assert len(list(here.every())) == 15


@pytest.mark.parametrize("name", ["home", "home/bitfront.db"])
def test_a_home_folder_and_a_database_come_in_too(
    store: Store, here: Store, other: Path, tmp_path: Path, name: str
) -> None:
    assert merge(here, other, tmp_path / name).new == 15
    assert here.sweeps() == []


def test_figures_without_files_come_first_and_files_later(
    store: Store, here: Store, home: Path, other: Path, tmp_path: Path
) -> None:
    write(store, home, tmp_path / "light", Choice(files=NONE), predictions=False)
    assert merge(here, other, tmp_path / "light") == Imported(15, 0, 0, 0, 0)
    assert here.predictions(here.points()[0].id) is None
    assert merge(here, other, home) == Imported(0, 15, 0, 15, 15 * BYTES)
    assert here.predictions(here.points()[0].id) is not None


def test_what_came_in_has_its_figures_in_columns(here: Store, given: Path, other: Path) -> None:
    merge(here, other, given)
    figures = here.figures()
    assert len(figures) == 15
    assert sorted(figures.size_bytes) == sorted(point.size_bytes for point in sweep())


def test_an_older_measurement_does_not_take_the_place_of_a_newer(
    store: Store, here: Store, home: Path, other: Path
) -> None:
    first, second = store.points()[:2]
    here.append(replace(first, accuracy=0.5, measured_at="2027-01-01T00:00:00+00:00"))
    here.append(replace(second, accuracy=0.5, measured_at="2020-01-01T00:00:00+00:00"))
    done = merge(here, other, home)
    assert (done.new, done.known, done.older) == (14, 0, 1)
    shown = {point.id: point.accuracy for point in here.points()}
    assert shown[first.id] == 0.5
    assert shown[second.id] == second.accuracy


def test_a_file_of_the_same_name_is_not_overwritten(
    store: Store, here: Store, given: Path, other: Path
) -> None:
    point = store.points()[0]
    (other / "artifacts").mkdir()
    (other / point.artifact).write_bytes(b"mine")
    assert merge(here, other, given).files == 15
    assert (other / point.artifact).read_bytes() == b"mine"
    found = here.measurement(point.id)
    assert found is not None
    assert found.artifact != point.artifact
    assert (other / found.artifact).read_bytes() == CONTENT
    assert merge(here, other, given) == Imported(0, 15, 0, 0, 0)


def refused(here: Store, other: Path, given: Path, said: str) -> None:
    """Refused in a sentence, and the store and its folder are as before."""
    before = sorted(other.rglob("*"))
    with pytest.raises(StoreError, match=said):
        merge(here, other, given)
    assert list(here.every()) == []
    assert sorted(path for path in other.rglob("*") if path.is_file()) == [
        path for path in before if path.is_file()
    ]


@pytest.mark.parametrize(
    "name",
    ["../outside.onnx", "/etc/passwd", "artifacts/../../x.onnx", "bitfront.db", "artifacts/.x/y",
     "artifacts\\..\\x", "artifacts/" + "x/" * 9 + "y", "artifacts//x.onnx"],
)  # fmt: skip
def test_a_file_outside_its_folder_is_refused(
    here: Store, given: Path, other: Path, name: str
) -> None:
    (given.parent / "outside.onnx").write_bytes(CONTENT)
    change_payload(given, artifact=name)
    refused(here, other, given, "measurement 1 of .* is not one that Bitfront writes")


def test_a_link_is_no_file(store: Store, here: Store, given: Path, other: Path) -> None:
    file = given / store.points()[0].artifact
    (given / "secret").write_bytes(CONTENT)
    file.unlink()
    file.symlink_to(given / "secret")
    assert merge(here, other, given).files == 14


def test_a_store_that_is_a_link_is_refused(
    here: Store, given: Path, home: Path, other: Path
) -> None:
    (given / "bitfront.db").unlink()
    (given / "bitfront.db").symlink_to(home / "bitfront.db")
    refused(here, other, given, "is a link or no file")


def test_a_folder_here_that_leads_elsewhere_is_refused(
    here: Store, given: Path, other: Path, tmp_path: Path
) -> None:
    (tmp_path / "elsewhere").mkdir()
    (other / "artifacts").symlink_to(tmp_path / "elsewhere")
    refused(here, other, given, "leads out of the home folder")
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_a_file_that_was_changed_is_refused(
    store: Store, here: Store, given: Path, other: Path
) -> None:
    (given / store.points()[4].artifact).write_bytes(b"an evil network")
    refused(here, other, given, "is not the file that was measured; nothing was imported")


@pytest.mark.parametrize(
    "changes",
    [{"accuracy": "high"}, {"n": -1}, {"n": 2**70}, {"recipe": {"weights": 9}}, {"machine": None},
     {"kernels": [1]}, {"measured_at": "yesterday"}, {"key": "a@b"}, {"key": "x" * 300},
     {"recipe": 7}, {"artifact_sha256": ""}, {"metric": "**luck**"}],
)  # fmt: skip
def test_a_measurement_that_is_none_is_refused(
    here: Store, given: Path, other: Path, changes: dict[str, object]
) -> None:
    change_payload(given, **changes)
    refused(here, other, given, "measurement 1 of .* is not one that Bitfront writes")


def test_a_payload_that_is_no_json_is_refused(here: Store, given: Path, other: Path) -> None:
    spoil(given, "UPDATE measurement SET payload = '{' WHERE id = 2")
    refused(here, other, given, "is not one that Bitfront writes")


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("UPDATE bitfront_version SET version_num = '9999'", "has version 9999 .* update Bitfront"),
        ("UPDATE bitfront_version SET version_num = 'x; DROP'", "has version x; DROP"),
        ("DELETE FROM bitfront_version", "has version none"),
        ("DROP TABLE predictions", "is a database of another program"),
        ("CREATE VIEW peek AS SELECT 1", "holds the view 'peek', which no Bitfront wrote"),
        (
            "CREATE TRIGGER t AFTER UPDATE ON stamp BEGIN DELETE FROM measurement; END",
            "holds the trigger 't'",
        ),
    ],
)
def test_a_database_that_is_not_ours_is_refused(
    here: Store, given: Path, other: Path, statement: str, said: str
) -> None:
    spoil(given, statement)
    refused(here, other, given, said)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is not a store of Bitfront"),
        (b"a letter" * 1000, "is not a store of Bitfront"),
        (b"SQLite format 3\x00" + b"x" * 4096, "cannot be read as a store"),
    ],
)
def test_a_file_that_is_no_database_is_refused(
    here: Store, given: Path, other: Path, content: bytes, said: str
) -> None:
    (given / "bitfront.db").write_bytes(content)
    refused(here, other, given, said)


def test_half_a_database_is_refused(here: Store, given: Path, other: Path) -> None:
    path = given / "bitfront.db"
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    refused(here, other, given, "is damaged|cannot be read")


def test_nothing_there_is_a_sentence(here: Store, other: Path, tmp_path: Path) -> None:
    refused(here, other, tmp_path, r"there is no bitfront\.db in ")
    refused(here, other, tmp_path / "nowhere", "there is no .*nowhere; name a snapshot")


def test_what_does_not_fit_is_refused_before_anything_is_written(
    here: Store, given: Path, other: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BITFRONT_QUOTA_GB", "1e-9")
    refused(here, other, given, "BITFRONT_QUOTA_GB .* does not allow")
    monkeypatch.delenv("BITFRONT_QUOTA_GB")
    monkeypatch.setattr("quant.store.copying.MOST_BYTES", 100)
    refused(here, other, given, "a store to import has at most")
    monkeypatch.undo()
    monkeypatch.setattr("quant.snapshot.arrivals.SPARE_BYTES", 1 << 60)
    refused(here, other, given, "are free; free some space")


def test_a_snapshot_imports_nothing(given: Path, home: Path) -> None:
    with (
        open_store(f"sqlite:///{given / 'bitfront.db'}") as store,
        pytest.raises(StoreError, match="open for reading only"),
    ):
        merge(store, given, home)


def test_an_older_store_is_brought_up_to_date_in_a_copy(
    here: Store, other: Path, tmp_path: Path
) -> None:
    old = tmp_path / "old"
    old.mkdir()
    make_first_version(old / "bitfront.db")
    before = (old / "bitfront.db").read_bytes()
    assert merge(here, other, old).new == 1
    assert (old / "bitfront.db").read_bytes() == before


def make_first_version(path: Path) -> None:
    """A store as the first release wrote it, with one point."""
    from alembic import command

    from quant.store import schema
    from quant.store.engine import connect, parse
    from quant.store.migrate import configuration

    engine = connect(parse(f"sqlite:///{path}"), read_only=False)
    config = configuration()
    with engine.connect().execution_options(writes=True) as connection, connection.begin():
        config.attributes["connection"] = connection
        config.attributes["version_table"] = schema.VERSION_TABLE
        command.upgrade(config, "0001")
    engine.dispose()
    payload = measurement().to_dict()
    outcomes = payload.pop("outcomes")
    words = ("workload", "key", "runtime", "n")
    values = [*(payload[name] for name in words), payload["machine"]["id"]]
    columns = ", ".join((*words, "machine_id", "payload", "outcomes"))
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("PRAGMA journal_mode = DELETE")
        connection.execute(
            f"INSERT INTO measurement ({columns}) VALUES (?, ?, ?, ?, ?, ?, ?)",
            (*values, json.dumps(payload), json.dumps(outcomes)),
        )
