"""Measurements in and out of their table."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from quant.records import Measurement
from quant.store.schema import FIGURES, predictions
from quant.store.schema import measurement as table


def insert(connection: Connection, measured: Measurement, content: bytes | None) -> int:
    """One row more, and its predictions beside it; the row's number."""
    # As a parameter: in `values`, each of 35 columns would be made an expression first, in 2 ms.
    done = connection.execute(sa.insert(table), row(measured))
    number = done.inserted_primary_key
    if number is None:
        raise RuntimeError("the database gave no number to a new measurement")
    if content is not None:
        beside = {"measurement_id": number[0], "content": content}
        connection.execute(sa.insert(predictions), beside)
    return int(number[0])


def row(measured: Measurement) -> dict[str, Any]:
    """What is written of a measurement, by column."""
    payload = measured.to_dict()
    outcomes = payload.pop("outcomes")
    return {
        "workload": measured.workload,
        "key": measured.key,
        "machine_id": measured.machine.id,
        "runtime": measured.runtime,
        "batch": measured.batch,
        "threads": measured.threads,
        "executed_by": measured.executed_by,
        "n": measured.n,
        "payload": json.dumps(payload, separators=(",", ":")),
        "outcomes": json.dumps(outcomes, separators=(",", ":")),
        **_figures(measured),
    }


def shown_ids(workload: str | None = None) -> sa.Select[Any]:
    """Ids of what is shown; reads the index measurement_shown alone."""
    rank = sa.func.row_number().over(
        partition_by=(
            table.c.workload,
            table.c.key,
            table.c.machine_id,
            table.c.runtime,
            table.c.batch,
            table.c.threads,
        ),
        order_by=(table.c.n.desc(), table.c.id.desc()),
    )
    ranked = sa.select(table.c.id, rank.label("rank"))
    if workload is not None:
        ranked = ranked.where(table.c.workload == workload)
    inner = ranked.subquery()
    return sa.select(inner.c.id).where(inner.c.rank == 1)


def newest_id(
    connection: Connection,
    key: str,
    machine_id: str,
    runtime: str,
    least_n: int = 1,
    timed: tuple[int, int] | None = None,
) -> int | None:
    """The row that is shown of one point on one machine and runtime, at a batch and a number of
    threads or at whichever it was timed last."""
    query = _of_point(sa.select(table.c.id), key, machine_id, runtime)
    query = query.where(table.c.n >= least_n)
    if timed is not None:
        query = query.where(table.c.batch == timed[0], table.c.threads == timed[1])
    found = connection.execute(query.limit(1)).scalar()
    return None if found is None else int(found)


def payloads(connection: Connection, ids: Sequence[int]) -> dict[int, Measurement]:
    """Measurements by row, without outcomes."""
    query = sa.select(table.c.id, table.c.payload)
    return {number: _read(text, "[]") for number, text in _chosen(connection, query, ids)}


def whole(connection: Connection, ids: Sequence[int]) -> dict[int, Measurement]:
    """Measurements by row, with outcomes."""
    query = sa.select(table.c.id, table.c.payload, table.c.outcomes)
    return {
        number: _read(text, outcomes) for number, text, outcomes in _chosen(connection, query, ids)
    }


def in_order(found: dict[int, Measurement], ids: Sequence[int]) -> list[Measurement]:
    return [found[number] for number in ids]


def key_ids(connection: Connection, key: str) -> list[int]:
    query = sa.select(table.c.id).where(table.c.key == key).order_by(table.c.id)
    return [int(number) for number in connection.execute(query).scalars()]


def content(connection: Connection, number: int) -> bytes | None:
    query = sa.select(predictions.c.content).where(predictions.c.measurement_id == number)
    found = connection.execute(query).scalar()
    return None if found is None else bytes(found)


def contents(connection: Connection, ids: Sequence[int]) -> dict[int, bytes]:
    """What was kept beside these rows, where there is any."""
    number = predictions.c.measurement_id
    query = sa.select(number, predictions.c.content)
    return {row: bytes(said) for row, said in _chosen(connection, query, ids, number)}


def _of_point(query: sa.Select[Any], key: str, machine_id: str, runtime: str) -> sa.Select[Any]:
    """Its rows, the best founded and newest first."""
    return query.where(
        table.c.key == key, table.c.machine_id == machine_id, table.c.runtime == runtime
    ).order_by(table.c.n.desc(), table.c.id.desc())


def _figures(measured: Measurement) -> dict[str, Any]:
    """What has a column of its own."""
    recipe = measured.recipe
    found: dict[str, Any] = {
        "recipe": recipe.canonical,
        "weights": recipe.common_weights,
        "activations": recipe.common_activations,
        "method": recipe.method,
        "ranges": recipe.ranges,
        "machine": measured.machine.label,
        "loss": measured.drop,
        "loss_low": measured.drop_low,
        "loss_high": measured.drop_high,
    }
    rest = [name for name in FIGURES if name not in found]
    return found | {name: getattr(measured, name) for name in rest}


def _chosen(
    connection: Connection,
    query: sa.Select[Any],
    ids: Sequence[int],
    column: sa.Column[Any] = table.c.id,
) -> list[Any]:
    # In slices: databases limit how many values a statement may carry.
    rows: list[Any] = []
    for start in range(0, len(ids), 500):
        rows += connection.execute(query.where(column.in_(ids[start : start + 500])))
    return rows


def _read(payload: str, outcomes: str) -> Measurement:
    return Measurement.from_dict(json.loads(payload) | {"outcomes": json.loads(outcomes)})
