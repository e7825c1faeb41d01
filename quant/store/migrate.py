"""Run what brings a store up to date; imported only when a store needs it."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from sqlalchemy.engine import Engine

from quant.store import schema

_LOCK = 0x6269_7466


def configuration() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).with_name("migrations")))
    return config


def migrate(engine: Engine) -> None:
    """In one transaction and behind a lock: a second process waits and finds it done."""
    config = configuration()
    with engine.connect().execution_options(writes=True) as connection, connection.begin():
        if connection.dialect.name == "postgresql":
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))
        config.attributes["connection"] = connection
        config.attributes["version_table"] = schema.VERSION_TABLE
        command.upgrade(config, schema.HEAD)
