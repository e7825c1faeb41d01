"""What the environment decides. One table; every row has a default.

BITFRONT_HOME          folder of the store, artifacts, caches and locks
                       (default: the user's data folder for "bitfront"; in a snapshot,
                       the snapshot)
DATABASE_URL           where measurements are kept: sqlite:///FILE or postgresql://…
                       (default: bitfront.db in the home folder)
BITFRONT_THREADS       threads of a measured runtime (default: physical cores, at most 8)
BITFRONT_FIRST_SWEEP   0 keeps a fresh store empty until someone asks (default: 1)
BITFRONT_IDLE_SECONDS  how long the dispatcher waits for work before it leaves (default: 600)
BITFRONT_QUEUE         how many points may wait to be measured (default: 2000)
BITFRONT_TASK_MINUTES  how long measuring one point may take (default: 60)
BITFRONT_TASK_MEMORY_GB  memory that measuring one point may take, in 10⁹ bytes
                       (default: 0, which means 70 % of the machine's)
BITFRONT_QUOTA_GB      how much the files of measured points may take, in 10⁹ bytes; when they
                       reach it, nothing more is measured (default: 20)
BITFRONT_ARCHIVE       folder of archived files, which the quota does not count, apart from
                       those it counts (default: archive in the home folder)
BITFRONT_ADD_MB        the largest file of a network or zip of pictures that can be added, in
                       10⁶ bytes; the Add page takes at most 500 (default: 1000)
BITFRONT_ADD_SECONDS   how long reading one that is added may take (default: 180)
BITFRONT_ADD_MEMORY_GB memory that reading it may take, in 10⁹ bytes (default: 6)
BITFRONT_MIRROR        address of a folder that holds torchvision's weights and Imagenette's archive
                       under their published names; they are fetched from there
                       (default: where they are published)
BITFRONT_ENGINE        module that measures; tests put a quick one here
                       (default: quant.jobs.engine)
"""

from __future__ import annotations

import os
from functools import cache, lru_cache
from pathlib import Path

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from quant.errors import RequestError, StoreError
from quant.snapshot import marker
from quant.typed import typed

MOST_THREADS = 256
MOST_THREADS_BY_DEFAULT = 8
MOST = 1e9  # of minutes and of GB: finite, so that arithmetic with them is


def usable_processors() -> int:
    """Logical processors that this process may run on."""
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return usable or 1


def _physical_cores() -> int:
    import psutil

    usable = usable_processors()
    cores = psutil.cpu_count(logical=False) or usable
    return max(1, min(cores, usable, MOST_THREADS_BY_DEFAULT))


def _usual_home() -> Path:
    if snapshot := marker.here():
        return snapshot
    import platformdirs

    return platformdirs.user_data_path("bitfront", appauthor=False)


class Settings(BaseSettings):
    """The table above, read and checked."""

    model_config = SettingsConfigDict(frozen=True, env_ignore_empty=True, extra="ignore")

    home_folder: Path = Field(default_factory=_usual_home, validation_alias="BITFRONT_HOME")
    database: str = Field(default="", validation_alias="DATABASE_URL")
    threads: int = Field(
        default_factory=_physical_cores,
        ge=1,
        le=MOST_THREADS,
        validation_alias="BITFRONT_THREADS",
    )
    first_sweep: bool = Field(default=True, validation_alias="BITFRONT_FIRST_SWEEP")
    idle_seconds: float = Field(default=600.0, ge=0, validation_alias="BITFRONT_IDLE_SECONDS")
    queue: int = Field(default=2000, ge=1, validation_alias="BITFRONT_QUEUE")
    task_minutes: float = Field(
        default=60.0, gt=0, le=MOST, validation_alias="BITFRONT_TASK_MINUTES"
    )
    task_memory_gb: float = Field(
        default=0.0, ge=0, le=MOST, validation_alias="BITFRONT_TASK_MEMORY_GB"
    )
    quota_gb: float = Field(default=20.0, gt=0, le=MOST, validation_alias="BITFRONT_QUOTA_GB")
    archive_folder: Path | None = Field(default=None, validation_alias="BITFRONT_ARCHIVE")
    add_mb: float = Field(default=1000.0, gt=0, le=MOST, validation_alias="BITFRONT_ADD_MB")
    add_seconds: float = Field(
        default=180.0, gt=0, le=MOST, validation_alias="BITFRONT_ADD_SECONDS"
    )
    add_memory_gb: float = Field(
        default=6.0, gt=0, le=MOST, validation_alias="BITFRONT_ADD_MEMORY_GB"
    )
    mirror: str = Field(default="", validation_alias="BITFRONT_MIRROR")
    engine: str = Field(default="quant.jobs.engine", validation_alias="BITFRONT_ENGINE")

    @property
    def home(self) -> Path:
        """The home folder, made if absent.

        Raises:
            StoreError: it cannot be made.
        """
        folder = typed(self.home_folder, "BITFRONT_HOME", StoreError)
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as exc:
            raise StoreError(
                f"the home folder {folder} cannot be made ({exc.strerror}); "
                "set BITFRONT_HOME to a folder that you may write to"
            ) from exc
        return folder

    @property
    def database_url(self) -> str:
        """Where the store is; a file in the home folder unless DATABASE_URL says otherwise."""
        return self.database or f"sqlite:///{self.home / 'bitfront.db'}"


def settings() -> Settings:
    """The environment as it is now. Reading takes a millisecond and a page asks ten times, so it
    is read again only when a variable, or what its default rests on, has changed.

    Raises:
        RequestError: a variable holds a value out of its limits.
    """
    return _read(marker.CODE, tuple(map(os.environ.get, _variables())))


@cache
def _variables() -> tuple[str, ...]:
    ours = [str(field.validation_alias) for field in Settings.model_fields.values()]
    return (*ours, "HOME", "XDG_DATA_HOME")


@lru_cache(maxsize=8)
def _read(code: Path, values: tuple[str | None, ...]) -> Settings:
    del code, values  # they only name this state of the environment
    try:
        return Settings()
    except ValidationError as exc:
        fault = exc.errors()[0]
        name = fault["loc"][0]
        raise RequestError(
            f"{name} is {fault['input']!r}: {fault['msg'].lower()}; "
            "change it or leave it unset for the default"
        ) from exc
