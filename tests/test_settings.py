"""The environment is read each time, and what will not do is a sentence."""

from __future__ import annotations

from pathlib import Path

import pytest

from quant import settings as module
from quant.errors import RequestError, StoreError
from quant.settings import Settings, settings


def test_every_variable_is_in_the_table() -> None:
    for field in Settings.model_fields.values():
        assert f"\n{field.validation_alias} " in (module.__doc__ or "")


def test_the_environment_is_read_now(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    for name in ("one", "two"):
        monkeypatch.setenv("BITFRONT_HOME", str(tmp_path / name))
        assert settings().home == tmp_path / name
        assert (tmp_path / name).is_dir()
        assert settings().database_url == f"sqlite:///{tmp_path / name / 'bitfront.db'}"


def test_an_empty_variable_is_an_unset_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BITFRONT_THREADS", "")
    assert 1 <= settings().threads <= module.MOST_THREADS_BY_DEFAULT


def test_database_url_moves_the_store(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://host/name")
    assert settings().database_url == "postgresql://host/name"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("BITFRONT_THREADS", "many"),
        ("BITFRONT_THREADS", "0"),
        ("BITFRONT_THREADS", "1000"),
        ("BITFRONT_FIRST_SWEEP", "perhaps"),
        ("BITFRONT_IDLE_SECONDS", "-1"),
        ("BITFRONT_QUEUE", "0"),
        ("BITFRONT_TASK_MINUTES", "inf"),
        ("BITFRONT_TASK_MEMORY_GB", "inf"),
        ("BITFRONT_TASK_MEMORY_GB", "1e300"),
        ("BITFRONT_QUOTA_GB", "nan"),
        ("BITFRONT_QUOTA_GB", "1e400"),
    ],
)
def test_a_bad_value_is_named(name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(RequestError, match=f"{name} is '{value}'"):
        settings()


def test_a_home_that_cannot_be_made_is_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("BITFRONT_HOME", str(tmp_path / "file" / "home"))
    with pytest.raises(StoreError, match="cannot be made"):
        _ = settings().home


@pytest.mark.parametrize(
    ("name", "said"), [("~nobody-of-that-name/x", "no such user"), ("/" + "x" * 300, "too long")]
)
def test_a_home_that_no_folder_can_be_is_a_sentence(
    name: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BITFRONT_HOME", name)
    with pytest.raises(StoreError, match=said):
        _ = settings().home
