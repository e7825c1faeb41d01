"""Opening: made, brought up to date, refused in a sentence."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from quant.errors import StoreError
from quant.recipe import Recipe
from quant.store import open_store, schema
from quant.store.engine import connect, parse
from quant.store.migrate import configuration
from tests.pages.samples import measurement, sweep

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """An SQLite store with one point."""
    path = tmp_path / "kept" / "bitfront.db"
    path.parent.mkdir()
    with open_store(f"sqlite:///{path}") as store:
        store.append(measurement())
    return path


def execute(path: Path, statement: str) -> None:
    connection = sqlite3.connect(path)
    with connection:
        connection.execute(statement)
    connection.close()


def test_the_newest_migration_is_head() -> None:
    assert ScriptDirectory.from_config(configuration()).get_current_head() == schema.HEAD


def test_migrations_make_the_schema(url: str) -> None:
    open_store(url).close()
    engine = connect(parse(url), read_only=False)
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"version_table": schema.VERSION_TABLE}
        )
        assert compare_metadata(context, schema.metadata) == []
    engine.dispose()


def test_what_was_kept_is_there_after_opening_again(url: str) -> None:
    with open_store(url) as store:
        store.append(measurement())
        stamp = store.version_stamp()
    with open_store(url) as store:
        assert len(store.points()) == 1
        assert store.version_stamp() == stamp


def test_an_older_store_gains_its_figures(url: str) -> None:
    engine = connect(parse(url), read_only=False)
    config = configuration()
    with engine.connect().execution_options(writes=True) as connection, connection.begin():
        config.attributes.update(connection=connection, version_table=schema.VERSION_TABLE)
        command.upgrade(config, "0001")
        payload = measurement().to_dict()
        values = {"workload": "w", "key": "k", "machine_id": "m", "runtime": "r", "n": 10}
        new = (*schema.FIGURES, "batch", "threads")
        old = [c.name for c in schema.measurement.c if c.name not in new]
        table = sa.table("measurement", *(sa.column(name) for name in old if name != "id"))
        values |= {"payload": json.dumps(payload | {"outcomes": []}), "outcomes": "[]"}
        connection.execute(sa.insert(table).values(values))
    engine.dispose()
    with open_store(url) as store:
        store.append(measurement())
    engine = connect(parse(url), read_only=True)
    names = (*schema.FIGURES, "batch", "threads")
    figures = sa.select(*(schema.measurement.c[name] for name in names))
    with engine.connect() as connection:
        older, newer = connection.execute(figures).all()
    engine.dispose()
    assert older == newer


def test_a_newer_store_is_refused(url: str) -> None:
    open_store(url).close()
    engine = connect(parse(url), read_only=False)
    with engine.connect().execution_options(writes=True) as connection, connection.begin():
        connection.execute(sa.text(f"UPDATE {schema.VERSION_TABLE} SET version_num = '0999'"))
    engine.dispose()
    with pytest.raises(StoreError, match=rf"0999 .* up to {schema.HEAD}; update Bitfront"):
        open_store(url)


def test_an_up_to_date_store_opens_without_alembic(file: Path) -> None:
    script = (
        "import sys; from quant.store import open_store\n"
        f"open_store({f'sqlite:///{file}'!r}).close()\n"
        "print('alembic' in sys.modules)"
    )
    run = [sys.executable, "-c", script]
    done = subprocess.run(run, cwd=ROOT, check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "False"


def test_two_processes_make_and_fill_one_store(url: str) -> None:
    script = (
        "from quant.store import open_store\n"
        "from tests.pages.samples import measurement\n"
        f"with open_store({url!r}) as store:\n"
        "    for _ in range(20): store.append(measurement(), b'x')"
    )
    both = [subprocess.Popen([sys.executable, "-c", script], cwd=ROOT) for _ in range(2)]
    assert [process.wait(60) for process in both] == [0, 0]
    with open_store(url) as store:
        assert len(store.history(measurement().key)) == 40


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "bitfront.db"
    path.write_bytes(b"this is a letter, not a database" * 100)
    with pytest.raises(StoreError, match="is not a database"):
        open_store(f"sqlite:///{path}")


def test_a_damaged_store_is_refused(file: Path) -> None:
    whole = file.read_bytes()
    file.write_bytes(whole[:4096] + b"\xff" * (len(whole) - 4096))
    with pytest.raises(StoreError, match=r"is damaged|another program"):
        open_store(f"sqlite:///{file}").points()


def test_another_programs_database_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "bitfront.db"
    execute(path, "CREATE TABLE songs (id INTEGER)")
    with pytest.raises(StoreError, match="tables of another program"):
        open_store(f"sqlite:///{path}")


def test_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="is a folder"):
        open_store(f"sqlite:///{tmp_path}")


def test_a_store_without_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="make "):
        open_store(f"sqlite:///{tmp_path / 'none' / 'bitfront.db'}")


@pytest.mark.parametrize("url", ["nonsense", "mysql://host/name", "sqlite://"])
def test_other_databases_are_refused(url: str) -> None:
    with pytest.raises(StoreError, match="DATABASE_URL is"):
        open_store(url)


def test_a_server_out_of_reach_is_a_sentence_without_the_password() -> None:
    with pytest.raises(StoreError, match="cannot be reached") as caught:
        open_store("postgresql://ada:secret@127.0.0.1:1/bitfront")
    assert "secret" not in str(caught.value)


def test_reading_only_reads(file: Path) -> None:
    with open_store(f"sqlite:///{file}", read_only=True) as store:
        assert len(store.points()) == 1
        with pytest.raises(StoreError, match="for reading only"):
            store.append(measurement())


def test_reading_only_makes_nothing(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="there is no store"):
        open_store(f"sqlite:///{tmp_path / 'bitfront.db'}", read_only=True)
    assert list(tmp_path.iterdir()) == []


def test_a_read_only_folder_is_read(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # As root every folder can be written; what matters is what the store makes of one that cannot.
    monkeypatch.setattr("os.access", lambda *_: False)
    with open_store(f"sqlite:///{file}") as store:
        assert store.read_only
        assert len(store.points()) == 1
    assert [path.name for path in file.parent.iterdir()] == ["bitfront.db"]


def test_a_full_disk_is_a_sentence_and_loses_nothing(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = sqlite3.connect

    def small(*given: object, **named: object) -> sqlite3.Connection:
        connection = opened(*given, **named)  # type: ignore[call-overload]
        connection.execute("PRAGMA max_page_count = 1")  # as large as it is now
        return connection  # type: ignore[no-any-return]

    monkeypatch.setattr(sqlite3, "connect", small)
    with open_store(f"sqlite:///{file}") as store:
        with pytest.raises(StoreError, match="disk is full"):
            store.append(measurement(), b"x" * 1_000_000)
        assert len(store.points()) == 1


def test_a_locked_store_is_a_sentence(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("quant.store.engine.BUSY_SECONDS", 0.05)
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    with open_store(f"sqlite:///{file}") as store:
        with pytest.raises(StoreError, match="is locked"):
            store.append(measurement())
        assert len(store.points()) == 1
    other.close()


def test_a_store_that_is_removed_in_use_is_a_sentence_and_is_not_made_anew(file: Path) -> None:
    with open_store(f"sqlite:///{file}") as store:
        assert len(store.points()) == 1
        file.rename(file.with_name("away.db"))
        for _ in range(20):  # connections go back to their pool
            with pytest.raises(StoreError, match="was removed while it was in use"):
                store.points()
        assert not file.exists()
        file.with_name("away.db").rename(file)
        assert len(store.points()) == 1


def test_a_store_that_is_replaced_in_use_is_the_new_one(file: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.db"
    with open_store(f"sqlite:///{other}") as made:
        for point in sweep():
            made.append(point)
    with open_store(f"sqlite:///{file}") as store:
        assert len(store.points()) == 1
        other.replace(file)
        assert len(store.points()) == len(sweep())
        store.append(measurement(Recipe(5, 8, "mse", seed=7)))
    with open_store(f"sqlite:///{file}") as again:
        assert len(again.points()) == len(sweep()) + 1
